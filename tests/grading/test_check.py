"""`Exercise.check`: the three outcomes, and the sentence that goes with a wrong answer."""

import copy
import inspect
from collections import OrderedDict

import numpy as np
import pytest

from seqlearn.grading import Exercise, Mistake


def states(x, W, h0):
    """h_t = tanh(x_t + h_{t-1} W); returns all states (T, N, H) and their sum over time and batch (H,)."""
    h, hs = h0, []
    for x_t in x:
        h = np.tanh(x_t + h @ W)
        hs.append(h)
    hs = np.array(hs)
    return hs, hs.sum(axis=(0, 1))


def without_tanh(x, W, h0):
    h, hs = h0, []
    for x_t in x:
        h = x_t + h @ W
        hs.append(h)
    hs = np.array(hs)
    return hs, hs.sum(axis=(0, 1))


def last_step_only(x, W, h0):
    hs, _ = states(x, W, h0)
    return hs, hs[-1].sum(axis=0)


def transposed(x, W, h0):
    return states(x, W.T, h0)


def changes_x(x, W, h0):
    x += 0.5
    return states(x - 0.5, W, h0)


def without_state(x, W, h0):
    return x @ h0, h0  # cannot be multiplied: raises


@pytest.fixture
def exercise():
    """Three cases, five mistakes: one raises, one changes its argument."""
    return Exercise(
        id="77.1",
        title="All states",
        stars=2,
        reference=states,
        cases=lambda rng: [
            (rng.normal(size=(t, n, h)), rng.normal(size=(h, h)), rng.normal(size=(n, h)))
            for t, n, h in [(4, 3, 2), (5, 2, 3), (3, 4, 4)]
        ],
        mistakes=[
            Mistake("tanh left out", without_tanh, "Apply tanh."),
            Mistake("last step only", last_step_only, "Sum over t."),
            Mistake("W transposed", transposed, "Do not turn W."),
            Mistake("x changed", changes_x, "Leave x alone."),
            Mistake("state not multiplied", without_state, "Multiply h by W."),
        ],
        hints=["Start from h0.", "Loop over t."],
        names=("hs", "total"),
        time_limit=5.0,
    )


def only_docstring(x, W, h0):
    """All states."""


def only_ellipsis(x, W, h0):
    """All states."""
    ...


def not_implemented(x, W, h0):
    raise NotImplementedError


def half_filled(x, W, h0):
    hs = ...
    return hs, x.sum(axis=(0, 1))


def computes_with_ellipsis(x, W, h0):
    h = ...
    return h @ W, h


@pytest.mark.parametrize(
    "stub",
    [..., only_docstring, only_ellipsis, not_implemented, half_filled, computes_with_ellipsis, lambda x, W, h0: ...],
)
def test_a_stub_is_not_attempted(exercise, stub):
    result = exercise.check(stub)
    assert (result.status, result.mistake) == ("not attempted", None)
    assert "..." in result.message


def test_no_argument_is_not_attempted(exercise):
    assert exercise.check().status == "not attempted"


def test_reference_is_correct(exercise):
    result = exercise.check(exercise.reference)
    assert (result.status, result.mistake) == ("correct", None)


def test_every_mistake_is_recognised(exercise):
    for mistake in exercise.mistakes:
        result = exercise.check(mistake.implementation)
        assert (result.status, result.mistake, result.message) == ("incorrect", mistake.name, mistake.message)


def test_an_answer_in_other_words_is_recognised(exercise):
    """Recognition compares what is returned, not the code."""

    def own(x, W, h0):
        total = 0 * h0[0]
        hs = []
        for t in range(len(x)):
            h0 = W.T.dot(h0.T).T + x[t]
            total = total + h0.sum(0)
            hs.append(h0)
        return [np.stack(hs), total]

    assert exercise.check(own).mistake == "tanh left out"


def test_one_piece_like_a_mistake_is_recognised(exercise):
    """Two faults at once: the piece that looks like a known mistake is named, the other is mentioned."""

    def two_faults(x, W, h0):
        return states(x, W, h0)[0] + 0.25, last_step_only(x, W, h0)[1]

    result = exercise.check(two_faults)
    assert result.mistake == "last step only"
    assert result.message.startswith("In total: Sum over t.") and "hs" in result.message


def test_an_error_of_the_same_type_alone_is_no_mistake(exercise):
    def raises(x, W, h0):
        raise ValueError("something else")

    result = exercise.check(raises)
    assert result.mistake is None and "something else" in result.message


def on_pieces(change_states=lambda hs: hs, change_total=lambda total: total):
    def answer(x, W, h0):
        hs, total = states(x, W, h0)
        return change_states(hs), change_total(total)

    return answer


WRONG = {
    "negative": (on_pieces(lambda hs: -hs), "hs has the wrong sign"),
    "transposed": (on_pieces(lambda hs: hs.T), "hs is transposed"),
    "batch first": (on_pieces(lambda hs: hs.swapaxes(0, 1)), "hs has its first two axes exchanged"),
    "reversed": (on_pieces(lambda hs: hs[::-1].copy()), "hs is in reverse order"),
    "early": (on_pieces(lambda hs: np.concatenate([hs[1:], hs[:1]])), "hs is one step early"),
    "late": (on_pieces(lambda hs: np.concatenate([hs[:1], hs[:-1]])), "hs is one step late"),
    "nan": (on_pieces(lambda hs: hs * np.nan), "hs holds NaN"),
    "float32": (on_pieces(lambda hs: hs.astype(np.float32)), "rounded to float32"),
    "flat": (on_pieces(lambda hs: hs.ravel()), "The numbers are right: reshape it"),
    "not summed": (on_pieces(change_total=lambda total: np.stack([total / 4] * 4)), "sum it over axis 0 (of length 4)"),
    "extra axis": (on_pieces(change_total=lambda total: total[None]), "reshape it, or drop the extra axis"),
    "axis lost": (on_pieces(lambda hs: hs.reshape(len(hs), -1)), "or keep the axis that is missing (`keepdims`)"),
    "not exact enough": (on_pieces(lambda hs: hs * (1 + 1e-6)), "to about 6 digits"),
    "factor": (on_pieces(lambda hs: hs * 0.5), "hs is 0.5 times what is expected"),
    "other order": (lambda x, W, h0: states(x, W, h0)[::-1], "return them as hs, total"),
    "one entry": (on_pieces(lambda hs: hs + np.eye(*hs.shape[1:])[None] * 1e-6), "hs[0, 0, 0] should be"),
    "one piece": (lambda x, W, h0: states(x, W, h0)[0][:, 0, 0], "must be 2 pieces (hs, total), got an array"),
    "three pieces": (lambda x, W, h0: (1, 2, 3), "must be 2 pieces (hs, total), got 3"),
    "None": (lambda x, W, h0: None, "returned None: is a `return` missing?"),
    "None inside": (on_pieces(change_total=lambda total: None), "total must be an array of shape (2,), got None"),
    "generator": (lambda x, W, h0: (h for h in x), "a generator"),
    "complex": (on_pieces(lambda hs: hs + 0j), "of shape (4, 3, 2) of real numbers, got complex numbers (complex128)"),
    "too few arguments": (lambda x: x, "takes (x), but it is called with (x, W, h0)"),
}


NAMES = {
    "negative": "wrong sign", "transposed": "transposed", "batch first": "first axes exchanged",
    "reversed": "reverse order", "early": "one step early", "late": "one step late", "float32": "rounded to float32",
    "not exact enough": "too few digits", "factor": "factor 0.5", "other order": "results in another order",
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_the_sentence_names_what_is_wrong(exercise, name):
    answer, sentence = WRONG[name]
    result = exercise.check(answer)
    assert (result.status, result.mistake) == ("incorrect", NAMES.get(name))
    assert sentence in result.message


def test_a_factor_is_named_by_the_size_it_equals(exercise):
    def averaged(x, W, h0):
        hs, total = states(x, W, h0)
        return hs, total / x.shape[1]

    message = exercise.check(averaged).message
    assert "total is x.shape[1] times smaller than what is expected" in message and "(hs: right.)" in message


def test_a_result_divided_by_a_number_below_one_is_not_called_smaller():
    exercise = Exercise("97.9", "Keep a share", 1, reference=lambda x, share: share * x**2, hints=["*"],
                        cases=lambda rng: [(rng.normal(size=4), share) for share in (0.2, 0.5, 0.8)])
    assert "is what is expected divided by share, in every" in exercise.check(lambda x, share: x**2).message


def test_broadcastable_numbers_are_told(exercise):
    exercise.reference = lambda x, W, h0: np.broadcast_to(h0, x.shape).copy()
    exercise.names, exercise.mistakes = ("hs",), []
    assert "repeat them along the missing axis" in exercise.check(lambda x, W, h0: h0.copy()).message


def test_small_gradients_are_compared_by_their_own_size():
    """An absolute tolerance would accept anything here."""
    exercise = Exercise("77.2", "Small", 1, lambda x: x * 1e-9, cases=lambda rng: [(rng.normal(size=5),)])
    assert exercise.check(lambda x: x * 1e-9 * (1 + 1e-10)).status == "correct"
    assert exercise.check(lambda x: x * 1.001e-9).status == "incorrect"


def test_an_exception_is_told_with_its_line(exercise):
    def product(x, W, h0):
        h = h0 @ W
        return h @ x[:, :1]

    message = exercise.check(product).message
    assert "ValueError in line 3 of the function: `return h @ x[:, :1]`" in message
    assert "Case 1 (x (4, 3, 2), W (2, 2), h0 (3, 2))" in message


def test_changing_an_argument_is_told(exercise):
    def in_place(x, W, h0):
        result = states(x, W, h0)
        h0 *= 2
        return result

    message = exercise.check(in_place).message
    assert "changed its argument h0" in message


COPIES = {
    "dict of arrays": ({"W": np.ones(2)}, "{key: array.copy() for key, array in value.items()}"),
    "list of arrays": ([np.ones(2), np.ones(3)], "[array.copy() for array in value]"),
    "list of words": (["a", "b"], "list(value)"),
    "list of lists": ([["a"], ["b"]], "copy.deepcopy(value)"),
    "nested dict": ({"a": [np.ones(2)]}, "copy.deepcopy(value)"),
}


@pytest.mark.parametrize("name", COPIES)
def test_the_advice_on_copies_works(name):
    """Followed to the letter it makes the answer right."""
    value, code = COPIES[name]

    def spoil(value):
        for key in value if isinstance(value, dict) else range(len(value)):
            if isinstance(value[key], str):
                value[key] = "spoilt"
            else:
                value[key][0] = 7
        return 1.0

    exercise = Exercise("77.9", "Spoil", 1, lambda value: 1.0, lambda rng: [(copy.deepcopy(value),)] * 2, [], ["?"])
    message = exercise.check(spoil).message
    assert f"`{code}`" in message and "+=" not in message
    advised = eval(f"lambda value: spoil({code})", {"spoil": spoil, "copy": copy})
    assert exercise.check(advised).status == "correct"


def test_what_changes_arguments_is_named_where_it_stands(exercise):
    def adds(x, W, h0):
        x += 1
        W *= 2
        h0[:] = 0
        return states(x, W, h0)

    message = exercise.check(adds).message
    assert "changed its arguments x, W and h0" in message and "stands `*=`, `+=`: it writes into" in message


def test_a_counter_is_not_blamed_for_what_changed(exercise):
    def counts(x, W, h0):
        step = 0
        for _ in x:
            step += 1
        h0[:] = step
        return states(x, W, h0)

    message = exercise.check(counts).message
    assert "changed its argument h0" in message and "+=" not in message


def test_a_list_is_not_called_an_array():
    def joins(words):
        words[0] += words.pop()
        return 1.0

    exercise = Exercise("77.9", "Join", 1, lambda words: 1.0, lambda rng: [(["a", "b"],)] * 2, [], ["?"])
    assert "stands `+=`: it writes into the list" in exercise.check(joins).message


def test_a_signature_is_shown_as_it_is_written():
    exercise = Exercise("77.8", "Add", 1, lambda x, h: x + h, lambda rng: [tuple(rng.normal(size=2))] * 2, [], ["?"])
    message = exercise.check(lambda *, x, h=np: x + h).message
    assert message == "The function takes (*, x, h=…), but it is called with (x, h), by position."


def test_words_and_truth_are_shown():
    texts = [(["a", "man"], True, "end"), (["no"], False, "end")]
    exercise = Exercise("77.8", "Long", 1, lambda words, flag, end: len(words) > 1, lambda rng: texts, [], ["?"])
    message = exercise.check(lambda words, flag, end: not flag and bool(words and end)).message
    assert message == "Case 1 (words = ['a', 'man'], flag = True, end = 'end'): The result should be True, got False."


def test_entries_of_a_list_are_called_as_the_exercise_calls_them():
    exercise = Exercise("77.8", "Copy", 1, lambda words: [word[:1] for word in words],
                        lambda rng: [(["ab", "cd"],)] * 2, [], ["?"], names="token {}")  # fmt: skip
    assert "token 2 should be 'c', got 'd'" in exercise.check(lambda words: ["a", "d"]).message


def test_a_key_is_quoted():
    exercise = Exercise("77.8", "Rows", 1, lambda words: {word: len(word) for word in words},
                        lambda rng: [(["not", "good"],)] * 2, [], ["?"])  # fmt: skip
    assert '"not" should be 3, got 4' in exercise.check(lambda words: {"not": 4, "good": 4}).message
    exercise.names = ("rows",)
    assert 'rows["not"] should be 3, got 4' in exercise.check(lambda words: {"not": 4, "good": 4}).message


def test_changing_a_copy_is_fine(exercise):
    def on_copy(x, W, h0):
        x = x.copy()
        x += 1
        return states(x - 1, W, h0)

    assert exercise.check(on_copy).status == "correct"


def test_a_view_of_an_argument_is_correct_with_a_note():
    exercise = Exercise("77.3", "Last", 1, lambda x: x[-1].copy(), cases=lambda rng: [(rng.normal(size=(3, 2)),)])
    result = exercise.check(lambda x: x[-1])
    assert result.status == "correct" and "view of the argument x" in result.message
    assert "Note" not in exercise.check(lambda x: x[-1].copy()).message


def test_arguments_to_be_changed_in_place_are_compared():
    def clip(grads, limit):
        for grad in grads.values():
            np.clip(grad, -limit, limit, out=grad)

    def clip_copy(grads, limit):
        grads = {name: np.clip(grad, -limit, limit) for name, grad in grads.items()}

    exercise = Exercise("77.4", "Clip", 1, clip, lambda rng: [({"W": rng.normal(size=4)}, 0.1)], in_place="grads")
    assert exercise.check(clip).status == "correct"
    assert exercise.check(clip_copy).message.startswith('grads after the call["W"] is grads as it came')


def test_keeping_something_between_calls_is_told(exercise):
    kept = []

    def keeps(x, W, h0):
        kept.append(1)
        hs, total = states(x, W, h0)
        return hs + len(kept), total

    assert "Called twice" in exercise.check(keeps).message

    def wrong_only_later(x, W, h0, seen=set()):  # noqa: B006
        seen.add(x.shape)
        wrong_only_later.calls += 1
        return states(x, W, h0) if wrong_only_later.calls <= 3 else (x, h0[0])

    wrong_only_later.calls = 0
    result = exercise.check(wrong_only_later)
    assert result.status == "incorrect" and "Called twice" in result.message


def test_the_further_check_counts(exercise):
    exercise.extra = lambda answer, rng: None
    assert exercise.check(states).status == "correct"
    exercise.extra = lambda answer, rng: "Finite differences say 0.3."
    result = exercise.check(states)
    assert result.status == "incorrect" and "Finite differences say 0.3." in result.message


def as_lists(*arguments):
    hs, total = states(*arguments)
    return hs.tolist(), total.tolist()


def as_tensors(*arguments):
    torch = pytest.importorskip("torch")
    return tuple(torch.tensor(piece) for piece in states(*arguments))


@pytest.mark.parametrize("answer", [as_lists, as_tensors])
def test_the_further_check_gets_arrays(exercise, answer):
    if answer is as_tensors:
        pytest.importorskip("torch")  # before the check: an import takes longer than a check may
    def extra(answer, rng):
        hs, total = answer(rng.normal(size=(3, 2, 2)), rng.normal(size=(2, 2)), rng.normal(size=(2, 2)))
        return None if np.allclose(np.sum(np.float64(2) * hs, axis=(0, 1)), 2 * total) else "differs"

    exercise.extra = extra
    assert exercise.check(answer).status == "correct"


def test_the_further_check_gets_parameters_as_tensors():
    torch = pytest.importorskip("torch")

    def halves(x):
        return {"w": torch.tensor(x / 2)}

    def extra(answer, rng):
        return None if answer(rng.normal(size=3))["w"].numpy().shape == (3,) else "differs"

    exercise = Exercise("77.8", "Halves", 1, halves, lambda rng: list(rng.normal(size=(2, 3))), [], ["?"], extra=extra)
    answer = lambda x: OrderedDict(w=torch.nn.Parameter(halves(x)["w"]))  # noqa: E731
    assert exercise.check(answer).message == "Right in all 2 random cases."


def test_the_further_check_works_on_copies(exercise):
    def extra(answer, rng):
        x, W, h0 = rng.normal(size=(3, 2, 2)), rng.normal(size=(2, 2)), rng.normal(size=(2, 2))
        before = x.copy()
        answer(x, W, h0)
        return None if (x == before).all() else "changed"

    exercise.extra = extra
    assert exercise.check(states).status == "correct"


def test_first_prints_are_shown_and_limited(exercise, capsys):
    def chatty(x, W, h0):
        print("shape", x.shape)
        return states(x, W, h0)

    result = exercise.check(chatty)
    assert result.printed == "shape (4, 3, 2)"  # the first case alone
    assert result.status == "correct" and "shape (4, 3, 2)" in repr(result)

    def endless(x, W, h0):
        for line in range(10_000):
            print("line", line)
        return states(x, W, h0)

    printed = exercise.check(endless).printed
    assert printed.endswith("…") and printed.count("\n") < 10 and len(printed) < 600
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("answer", [states, without_tanh, only_ellipsis, lambda x, W, h0: np.random.rand(3)])
def test_texts_are_the_same_every_time(exercise, answer):
    first, second = exercise.check(answer), exercise.check(answer)
    assert repr(first) == repr(second) and first._repr_html_() == second._repr_html_()
    assert " at 0x" not in repr(first)


def test_result_displays_word_and_sign(exercise):
    assert repr(exercise.check(states)).startswith("✓ 77.1 All states ★★: correct\n")
    assert "✗ 77.1 All states ★★: incorrect" in exercise.check(without_tanh)._repr_html_()
    assert "--jp-" in exercise.check(only_ellipsis)._repr_html_()


def test_html_of_a_message_is_escaped(exercise):
    exercise.mistakes = [Mistake("tanh left out", without_tanh, "Use `a < b` & <b>")]
    assert "<code>a &lt; b</code> &amp; &lt;b&gt;" in exercise.check(without_tanh)._repr_html_()


def test_hints_come_one_at_a_time(exercise):
    texts = [repr(exercise.hint()) for _ in range(3)]
    assert texts[0].startswith("Hint 1 of 2: Start from h0.")
    assert texts[1].startswith("Hint 2 of 2: Loop over t.") and ".solution()" in texts[1]
    assert texts[2] == texts[1]
    exercise.hints = []
    assert "no hint" in repr(exercise.hint())


def test_solution_is_the_source_of_the_reference(exercise):
    solution = exercise.solution()
    assert inspect.getsource(states).strip() in repr(solution)
    assert solution._repr_markdown_().count("\n\n```python\ndef states(x, W, h0):") == 1


def test_a_fault_of_the_exercise_does_not_raise(exercise):
    exercise._cases = lambda rng: 1 / 0
    result = exercise.check(without_tanh)
    assert result.status == "incorrect" and "The check itself failed (ZeroDivisionError)" in result.message


def test_a_class_can_be_asked_for():
    class Cell:
        def __init__(self, w):
            self.w = w

        def step(self, h):
            return self.w * h

    exercise = Exercise(
        "77.5", "Cell", 1, Cell, lambda rng: [(2.0, 3.0)], call=lambda cell, w, h: cell(w).step(h), names=("h",)
    )
    assert exercise.check(Cell).status == "correct"
    assert "h should be 6, got 5" in exercise.check(type("Sum", (Cell,), {"step": lambda self, h: self.w + h})).message


@pytest.mark.parametrize("said", ["falls", "Falls", " FALLS ", "falls\n"])
def test_a_word_may_have_capitals_and_blanks_around_it(said):
    exercise = Exercise("99.3", "Word", 1, lambda x: "falls" if x < 0 else "rises", lambda rng: [-1.0, 2.0, 3.0])
    assert exercise.check(lambda x: said if x < 0 else "Rises").status == "correct"
    assert exercise.check(lambda x: "fal ls" if x < 0 else "rises").status == "incorrect"
    words = Exercise("99.3", "Words", 1, lambda x: ["the", "cat"], lambda rng: [1.0, 2.0])
    assert words.check(lambda x: ["The", "cat"]).status == "incorrect"  # a text is copied as it is


def test_a_number_may_stand_in_brackets_but_not_two_of_them():
    exercise = Exercise("99.4", "Number", 1, lambda x: 2 * x, lambda rng: [1.5, 2.5, 4.5])
    assert exercise.check(lambda x: np.array([2 * x])).status == "correct"
    assert exercise.check(lambda x: [2 * x]).status == "correct"
    assert exercise.check(lambda x: [2 * x, 2 * x]).status == "incorrect"
    assert exercise.check(lambda x: [3 * x + 1]).status == "incorrect"


def test_the_arguments_of_a_call_of_its_own_have_their_names():
    exercise = Exercise(
        "99.5", "Rule", 1, lambda: 2, lambda rng: [1.0, 2.0], call=lambda answer, factor: factor * answer())
    message = exercise.check(lambda: 3.1234).message
    assert "factor = 1" in message and "argument 1" not in message, message
