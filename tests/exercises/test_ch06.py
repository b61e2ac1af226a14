"""What is particular to chapter 06's exercises: the hunt for four flaws, and answers outside the catalogue."""

import json
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from seqlearn import nn
from seqlearn.exercises import ch06
from seqlearn.exercises.flawed_lstm import BROKEN, FLAWS, REPAIRS, run_by_gate, train_step_reference, update_with

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "06_lstm_by_hand.ipynb"


def make(flaws, **how):
    def train_step(params, x, h, c, gates, d_last, learning_rate):
        return update_with(flaws, params, x, h, c, gates, d_last, learning_rate, **how)

    return train_step


def told(message):
    """The flaws of each group that the report names."""
    groups = {}
    for state, words in (("out", "Out"), ("in", "Still in"), ("changed", "Changed, but not right yet"),
                         ("open", "Not to be told before A is right")):
        found = re.search(rf"(?:^|\. ){words}: (.*?\))\.", message)
        groups[state] = "".join(re.findall(r"\b([A-D]) \(", found[1])) if found else ""
    return groups


def notebook_code(start):
    """The source of the notebook's cell that begins with this."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    (source,) = [text for cell in cells if (text := "".join(cell["source"])).startswith(start)]
    return source


@pytest.fixture
def as_it_came():
    """The flawed update, from the notebook itself."""
    space = {"np": np, "ch06": ch06}
    exec(notebook_code("def train_step(").rpartition("ch06.bug_hunt")[0], space)
    return space["train_step"]


@pytest.mark.parametrize("flaws", ["", "A", "BD", "ACD", "ABCD"])
def test_each_flaw_is_judged_by_itself(flaws):
    result = ch06.bug_hunt.check(make(flaws))
    if flaws == FLAWS:
        assert result.status == "not attempted"
    elif not flaws:
        assert result.status == "correct"
    else:
        out, _, still_in = result.message.partition("Still in: ")
        assert result.status == "incorrect"
        for flaw in FLAWS:
            assert (f"{flaw} (" in still_in) == (flaw in flaws) and (f"{flaw} (" in out) == (flaw not in flaws)


def test_the_code_in_the_notebook_has_all_four_flaws_and_no_other(as_it_came):
    result = ch06.bug_hunt.check(as_it_came)
    assert result.status == "not attempted" and "all four" in result.message
    for arguments in ch06.bug_hunt.cases(ch06.bug_hunt.rng()):
        for mine, theirs in zip(as_it_came(*arguments), update_with(FLAWS, *arguments), strict=True):
            assert all(np.allclose(mine[name], theirs[name], rtol=1e-12) for name in theirs)


MENDS = {  # in the notebook's code
    "A": [("dh, history = d_last, []", "dh, dc, history = d_last, 0, []"),
          ("dc = dh * o * (1 - tanh_c**2)", "dc = dc + dh * o * (1 - tanh_c**2)"),
          ("history.append(da)", "history.append(da); dc = dc * f")],
    "B": [('grads["b_i"] += da["f"]', 'grads["b_i"] += da["i"]'),
          ('grads["b_o"] += da["f"]', 'grads["b_o"] += da["o"]')],
    "C": [('grads["W_x" + gate] = x[-1].T @ history[0][gate]',
           'grads["W_x" + gate] = sum(x[-1 - k].T @ history[k][gate] for k in range(len(x)))')],
    "D": [('params[kind + "g"] - learning_rate * grads[kind + "f"]',
           'params[kind + "g"] - learning_rate * grads[kind + "g"]')],
}


@pytest.mark.parametrize("mended", ["A", "B", "CD", "ABCD"])
def test_mending_the_notebook_code_takes_out_those_flaws(mended):
    source = notebook_code("def train_step(").rpartition("ch06.bug_hunt")[0]
    for flaw in mended:
        for old, new in MENDS[flaw]:
            assert source.count(old) == 1, old
            source = source.replace(old, new)
    space = {"np": np}
    exec(source, space)
    result = ch06.bug_hunt.check(space["train_step"])
    if mended == FLAWS:
        assert result.status == "correct"
    else:
        assert result.mistake == "still in: " + ", ".join(flaw for flaw in FLAWS if flaw not in mended)


def subsets(flaws):
    return ["".join(some) for count in range(len(flaws) + 1) for some in combinations(flaws, count)]


@pytest.mark.parametrize("name", REPAIRS)
def test_a_repair_gone_wrong_says_nothing_wrong_of_the_other_flaws(name):
    """Whatever else is in, the list is that of this answer, and the words are those of the repair."""
    flaw, how, note = REPAIRS[name]
    others = FLAWS.replace(flaw, "")
    for rest in subsets(others):
        wanted = {"out": "".join(each for each in others if each not in rest), "in": rest, "changed": flaw, "open": ""}
        if rest not in ("", others):  # each by itself is quick, and two by way of `check` are enough
            words, repairs = ch06.bug_hunt._look(make(rest, **how))
            assert (told(words), repairs) == (wanted, [name]) and words.endswith(note)
            continue
        result = ch06.bug_hunt.check(make(rest, **how))
        assert (result.status, result.mistake, told(result.message)) == ("incorrect", name, wanted)
        assert result.message.endswith(note) and sum(each[2] in result.message for each in REPAIRS.values()) == 1


def test_every_version_is_described_by_looking_as_by_the_catalogue():
    """What is broken besides the four flaws is seen by the catalogue alone."""
    for mistake in (each for each in ch06.bug_hunt.mistakes if each.name not in BROKEN):
        assert ch06.bug_hunt._look(mistake.implementation)[0] == mistake.message


def test_climbing_with_the_wrong_gradient_is_both():
    words, repairs = ch06.bug_hunt._look(make("BD", uphill=True))
    assert told(words)["in"] == "BD" and repairs == ["uphill"]


def test_two_repairs_gone_wrong_are_both_told():
    how = REPAIRS["path without f"][1] | REPAIRS["W_x from the first step"][1]
    result = ch06.bug_hunt.check(make("BD", **how))
    assert told(result.message) == {"out": "", "in": "BD", "changed": "AC", "open": ""} and result.mistake is None
    assert all(REPAIRS[name][2] in result.message for name in ("path without f", "W_x from the first step"))


WRONG_MENDS_OF_A = {"dc": "path without f", "dc * i": "path with the input gate", "dc * o": None,
                    "dc * gates[t - 1][1]": "f of the step before", "dc * (1 - f)": None}


@pytest.mark.parametrize("wrong", WRONG_MENDS_OF_A)
def test_mending_a_first_and_wrongly_leaves_the_others_in(wrong):
    """In the notebook's own code."""
    source = notebook_code("def train_step(").rpartition("ch06.bug_hunt")[0]
    for old, new in MENDS["A"]:
        source = source.replace(old, new.replace("dc = dc * f", f"dc = {wrong}"))
    space = {"np": np}
    exec(source, space)
    result = ch06.bug_hunt.check(space["train_step"])
    assert told(result.message) == {"out": "", "in": "BCD", "changed": "A", "open": ""}, result.message
    assert result.mistake == WRONG_MENDS_OF_A[wrong]


def test_mended_biases_under_an_unknown_way_back_are_left_open():
    result = ch06.bug_hunt.check(make("", path=lambda dc, t, gates: dc * gates[t][3]))
    assert told(result.message) == {"out": "D", "in": "", "changed": "A", "open": "BC"}


@pytest.mark.parametrize(("old", "new"), [
    ("dc = dh * o * (1 - tanh_c**2)", "dc_next = 0; dc = dc_next + dh * o * (1 - tanh_c**2)"),
    ('grads["W_x" + gate] = x[-1].T', 'grads["W_x" + gate] += x[-1].T'),
])
def test_a_mend_without_effect_is_not_called_untouched(old, new):
    source = notebook_code("def train_step(").rpartition("ch06.bug_hunt")[0]
    assert source.count(old) == 1
    space = {"np": np}
    exec(source.replace(old, new), space)
    result = ch06.bug_hunt.check(space["train_step"])
    assert result.status == "not attempted" and "behaves exactly like the code as it came" in result.message


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.04])
def test_a_learning_rate_of_ones_own_is_noticed(rate):
    result = ch06.bug_hunt.check(lambda *arguments: update_with("", *arguments[:-1], rate))
    assert result.status == "incorrect"
    assert told(result.message) == {"out": "ABC", "in": "", "changed": "D", "open": ""}


def test_the_cell_path_shows_in_every_gradient_after_three_steps_from_a_start_that_is_not_zero():
    """What the docstring says of flaw A; from a zero start W_ho is still right."""
    rng = np.random.default_rng(0)
    for start, T, blind in ((0.5, 3, set()), (0.0, 3, {"W_ho"}), (0.0, 4, set())):
        params = {f"{kind}{gate}": rng.uniform(-1, 1, shape) for gate in "ifgo"
                  for kind, shape in (("W_x", (2, 3)), ("W_h", (3, 3)), ("b_", 3))}
        x, state = rng.standard_normal((T, 2, 2)), np.full((2, 3), start)
        arguments = (params, x, *run_by_gate(params, x, state, state), np.ones((2, 3)), 0.1)
        right, dropped = (update_with(flaws, *arguments)[0] for flaws in ("", "A"))
        assert {name for name in right if np.allclose(right[name], dropped[name], rtol=1e-9)} == blind


def test_half_a_mend_is_told_from_a_whole_one():
    def half(*arguments):
        grads, _ = update_with("", *arguments)
        copied, _ = update_with("B", *arguments)
        grads["b_o"] = copied["b_o"]
        return grads, {name: arguments[0][name] - arguments[-1] * grads[name] for name in grads}

    message = ch06.bug_hunt.check(half).message
    assert told(message) == {"out": "ACD", "in": "", "changed": "B", "open": ""}


def test_an_error_of_ones_own_does_not_hide_the_update():
    def doubled(*arguments):
        grads, _ = update_with("", *arguments)
        grads = {name: 2 * grad for name, grad in grads.items()}
        new = {name: arguments[0][name] - arguments[-1] * grads[name] for name in grads}
        return grads, new

    message = ch06.bug_hunt.check(doubled).message
    assert told(message) == {"out": "D", "in": "", "changed": "A", "open": "BC"}


@pytest.mark.parametrize("answer", [lambda *a: 3, lambda *a: ({}, {}), lambda *a: None, lambda *a: 1 / 0])
def test_nonsense_is_incorrect_and_explained(answer):
    result = ch06.bug_hunt.check(answer)
    assert result.status == "incorrect" and len(result.message) > 20


def test_mending_params_in_place_is_noticed():
    def in_place(params, x, h, c, gates, d_last, learning_rate):
        grads, new = update_with("", params, x, h, c, gates, d_last, learning_rate)
        for name in params:
            params[name] -= learning_rate * grads[name]
        return grads, params

    assert "changed its argument params" in ch06.bug_hunt.check(in_place).message


def test_reference_of_the_hunt_agrees_with_finite_differences():
    rng = np.random.default_rng(0)
    params, x, *_, d_last, rate = ch06.bug_hunt.cases(rng)[0]
    h_0, c_0 = rng.uniform(-1, 1, (2, *d_last.shape))
    grads, new = train_step_reference(params, x, *run_by_gate(params, x, h_0, c_0), d_last, rate)
    report = nn.check_gradients(lambda: np.sum(d_last * run_by_gate(params, x, h_0, c_0)[0][-1]), params, grads)
    assert report.passed(1e-7)
    assert all(np.allclose(new[name], params[name] - rate * grads[name]) for name in params)


def layer_step(peepholes, seed=0):
    """A layer, one step's arrays, and what the layer's own backward says of it."""
    rng = np.random.default_rng(seed)
    layer = nn.LSTM(3, 4, peepholes=peepholes, rng=rng)
    x, h, c, dh, dc = rng.standard_normal((2, 3)), *rng.standard_normal((4, 2, 4))
    _, (h_new, c_new) = layer.forward(x[None], (h, c))
    dx, (dh_before, dc_before) = layer.backward(np.zeros((1, 2, 4)), (dh, dc))
    return layer, x, h, c, dh, dc, h_new, c_new, dx[0], dh_before, dc_before


def test_forward_reference_is_the_layer():
    layer, x, h, c, *_, h_new, c_new, _, _, _ = layer_step(False)
    params = [layer.params[name] for name in ("W_x", "W_h", "b")]
    assert np.allclose(ch06.step_forward_reference(x, h, c, *params), (h_new, c_new), rtol=1e-12)


@pytest.mark.parametrize("peepholes", [False, True])
def test_backward_references_are_the_layer(peepholes):
    layer, x, h, c, dh, dc, h_new, c_new, *expected = layer_step(peepholes)
    W_x, W_h, b = (layer.params[name] for name in ("W_x", "W_h", "b"))
    p = layer.params.get("p", np.zeros((3, 4)))
    _, new, gates = ch06._peephole_forward(x, h, c, W_x, W_h, b, p)
    assert np.allclose(new, c_new)
    arguments = (dh, dc, x, h, c, gates, c_new, W_x, W_h)
    found = ch06.peephole_backward_reference(*arguments, p) if peepholes else ch06.step_backward_reference(*arguments)
    names = ("W_x", "W_h", "b", "p") if peepholes else ("W_x", "W_h", "b")
    for mine, theirs in zip(found, [*expected, *(layer.grads[name] for name in names)], strict=True):
        assert np.allclose(mine, theirs, rtol=1e-10, atol=1e-13)


def test_other_right_ways_of_writing_a_step():
    def gate_by_gate(x, h, c, W_x, W_h, b):
        H = h.shape[1]

        def part(k):
            return x @ W_x[:, k * H:(k + 1) * H] + h @ W_h[:, k * H:(k + 1) * H] + b[k * H:(k + 1) * H]

        i, f, o = (0.5 + 0.5 * np.tanh(part(k) / 2) for k in (0, 1, 3))
        c = f * c + i * np.tanh(part(2))
        return o * np.tanh(c), c

    assert ch06.step_forward.check(gate_by_gate).status == "correct"


def test_wrong_answers_outside_the_catalogue_are_wrong():
    def swapped(x, h, c, W_x, W_h, b):
        return ch06.step_forward_reference(x, h, c, W_x, W_h, b)[::-1]

    def recurrent_left_out(x, h, c, W_x, W_h, b):
        return ch06.step_forward_reference(x, 0 * h, c, W_x, W_h, b)

    def changes_c(x, h, c, W_x, W_h, b):
        new_h, new_c = ch06.step_forward_reference(x, h, c, W_x, W_h, b)
        c[:] = new_c
        return new_h, c

    assert "another order" in ch06.step_forward.check(swapped).message
    assert ch06.step_forward.check(recurrent_left_out).status == "incorrect"
    assert "changed its argument c" in ch06.step_forward.check(changes_c).message


def test_one_piece_of_a_backward_step_is_diagnosed_by_itself():
    def two_errors(dh, dc, x, h_before, c_before, gates, c, W_x, W_h):
        right = ch06.step_backward_reference(dh, dc, x, h_before, c_before, gates, c, W_x, W_h)
        return (*right[:2], 0 * right[2], *right[3:5], right[5] / len(x))

    assert ch06.step_backward.check(two_errors).mistake in ("nothing sent back along the cell", "batch averaged")


def test_quiz_asks_what_a_forget_gate_of_1_means():
    (question,) = [each for each in ch06.QUIZ.questions if each.topic == "what a forget gate of 1 means"]
    (right,) = question.right
    assert "keeps what it holds" in question.options[right].text


def test_the_errors_that_the_chapter_names_are_those_of_other_networks_too(capsys):
    """The notebook's own cells, with their assertions, on a thousand networks that they did not draw."""
    space = {"np": np, "nn": nn}
    for start in ("def sigmoid(", "def lstm_forward(", "def lstm_backward(", "def network(", "def flawed_backward(",
                  "def small("):
        source = notebook_code(start)
        for later in ("\nrng = ", "\nh_all, ", "\nnet = ", "\nnet_2, "):  # what the cell does with its function
            source = source.partition(later)[0]
        exec(source, space)
    source = notebook_code("def errors(")
    for old, new in (("draws=2000", "draws=1000"), ("default_rng(seed)", "default_rng(seed + 2000)")):
        assert source.count(old) == 1
        source = source.replace(old, new)
    exec(source, space)
    exec(notebook_code("steps = [2, 3, 5]"), space)
    assert capsys.readouterr().out.count("T = ") == 3


def test_a_flaw_that_is_out_is_not_blamed_for_what_broke_since():
    edited = ch06.bug_hunt.source.edited
    new = ch06.bug_hunt.check(edited({"h[t].T": "h[t + 1].T"}))
    assert new.mistake == "state after the step" and told(new.message)["out"] == FLAWS
    assert told(ch06.bug_hunt.check(edited({"x[t].T": "x[t - 1].T"})).message)["changed"] == "C"


def test_the_instrument_locates_the_flaws_of_a_single_step(as_it_came, capsys):
    """At T = 1 it shows two biases and nothing else; at T = 2 every other gradient but one, which only T = 3 spoils."""
    space = {"np": np, "nn": nn, "train_step": as_it_came}
    exec(notebook_code("from seqlearn.exercises.flawed_lstm import run_by_gate"), space)
    assert capsys.readouterr().out.split() == ["T", "=", "2", "W_hf", "0.000"]
    space["instrument"](lengths=[1, 2, 3], start=0.5, checked=space["every_name"])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    wrong = [{name for name, *errors in rows if float(errors[column]) > 0} for column in range(3)]
    assert wrong[0] == {"b_i", "b_o"}
    assert set(space["every_name"]) - wrong[1] == {"W_ho"} and wrong[2] == set(space["every_name"])


def test_gates_set_by_hand_do_what_the_words_say():
    doing, arriving = ["write", "add", "halve", "hold", "read", "clear", "add", "read"], np.arange(1.0, 9.0)
    i, f, o = ch06.set_gates.reference(doing)
    c, contents, shown = 7.0, [], []
    for t, x in enumerate(arriving):
        c = f[t] * c + i[t] * x
        contents.append(c)
        shown.append(o[t] * c)
    assert contents == [1, 3, 1.5, 1.5, 1.5, 0, 7, 7] and shown == [0, 0, 0, 0, 1.5, 0, 0, 7]


@pytest.mark.parametrize(("gap", "left"), [(25, 0.5), (1000, 0.5), (1, 0.3), (80, 0.1)])
def test_the_bias_keeps_what_was_asked_for(gap, left):
    assert np.isclose(ch06.sigmoid(ch06.bias_for.reference(gap, left)) ** gap, left)


def test_the_bias_grows_by_less_than_four_for_a_gap_forty_times_as_long():
    """What the explanation of 06.6 says."""
    short, long = (ch06.bias_for.reference(gap, 0.5) for gap in (25, 1000))
    assert round(short, 1) == 3.6 and round(long, 1) == 7.3 and long - short < 4


def test_training_from_an_empty_page_is_what_the_layer_and_sgd_do():
    for x, targets, W_x, W_h, b, updates, rate in ch06.train_lstm.cases(ch06.train_lstm.rng()):
        layer = nn.LSTM(x.shape[2], len(W_h))
        for name, value in (("W_x", W_x), ("W_h", W_h), ("b", b)):
            layer.params[name][:] = value
        for _ in range(updates):
            outputs, _ = layer.forward(x)
            d_outputs = np.zeros_like(outputs)
            d_outputs[-1, :, 0] = 2 * (outputs[-1, :, 0] - targets) / len(targets)
            layer.backward(d_outputs)
            nn.SGD(layer.params, rate).step(layer.grads)
        for mine, name in zip(ch06.train_lstm.reference(x, targets, W_x, W_h, b, updates, rate), ("W_x", "W_h", "b")):
            assert np.allclose(mine, layer.params[name], rtol=1e-10)
