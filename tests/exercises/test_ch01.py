"""What is particular to chapter 01's exercises: answers outside the catalogue, right ones and wrong ones."""

import json
from functools import partial
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest

from seqlearn import nn
from seqlearn.exercises import ch01
from seqlearn.exercises.headlines import linear_classifier

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01_sequences.ipynb"


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "uint8"])
def test_counts_are_counts_in_every_type(dtype):
    assert ch01.bag_of_words.check(lambda words, V: np.bincount(words, minlength=V).astype(dtype)).status == "correct"


def test_the_first_word_left_out_is_not_called_a_lost_zero():
    result = ch01.unread.check(lambda h, V, T: ch01.unread_reference(h, V, T)[1:])
    assert result.status == "incorrect" and "zero" not in result.message
    assert result.mistake not in [mistake.name for mistake in ch01.unread.mistakes]


def test_one_bias_forgotten_is_not_answered_with_add_it_to_both():
    result = ch01.parameter_counts.check(lambda n, D, H: (n * D * H, D * H + H * H + H))
    assert result.mistake == "bias left out of the first count" and "both" not in result.message


def test_a_long_sentence_needs_whole_numbers():
    def unread(h, V, T):
        words = []
        for _ in range(T):
            words.append(h % V)
            h = int(h / V)
        return words[::-1]

    assert ch01.unread.check(unread).mistake == "divided as floats"


def test_a_probability_that_no_float_can_hold_needs_logarithms():
    def by_product(words, first, second, further):
        p = first[words[0]]
        for t in range(1, len(words)):
            p *= second[words[0], words[1]] if t == 1 else further[words[t - 2], words[t - 1], words[t]]
        return np.log(max(p, 1e-300))

    def at_once(words, first, second, further):
        total = np.log(first[words[0]]) + np.log(second[tuple(words[:2])] if len(words) > 1 else 1)
        return total + np.log(further[words[:-2], words[1:-1], words[2:]]).sum()

    assert ch01.log_probability.check(by_product).status == "incorrect"
    assert ch01.log_probability.check(at_once).status == "correct"


@pytest.mark.parametrize(("T", "k"), [(3, 2), (5, 3), (5, 7), (6, 4), (6, 1)])
def test_the_states_are_as_many_as_turning_makes(T, k):
    """The formula of the reference against all orders, turned."""
    angle = 2 * np.pi / k
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    words = np.random.default_rng(0).normal(size=(T, 2))
    found = set()
    for order in permutations(range(T)):
        h = np.zeros(2)
        for word in order:
            h = words[word] + h @ turn
        found.add(tuple(h.round(8) + 0.0))
    assert ch01.count_states_reference(T, k) == len(found)


# Machines with the number of states that the answer names: (start, rule, answer read off the state).
MACHINES = {
    "last": (0, lambda h, x: x, lambda h: h, lambda bits: bits[-1]),
    "parity": (0, lambda h, x: h ^ x, lambda h: h, lambda bits: sum(bits) % 2),
    "remainder": (0, lambda h, x: (h + x) % 3, lambda h: h, lambda bits: sum(bits) % 3),
    "first": ("start", lambda h, x: x if h == "start" else h, lambda h: h, lambda bits: bits[0]),
    "two in a row": (0, lambda h, x: 2 if h == 2 else (h + x) * x, lambda h: int(h == 2),
                     lambda bits: int((1, 1) in zip(bits, bits[1:], strict=False))),
}


@pytest.mark.parametrize("task", MACHINES)
def test_so_many_states_are_enough_and_fewer_are_not(task):
    """Enough: a machine. Not fewer: pasts that different futures tell apart, counted (Myhill and Nerode)."""
    start, rule, told, truth = MACHINES[task]
    pasts = [bits for length in range(6) for bits in product((0, 1), repeat=length)]
    used = set()
    for bits in pasts:
        h = start
        for bit in bits:
            h = rule(h, bit)
        used.add(h)
        assert not bits or told(h) == truth(bits)
    assert len(used) == ch01.STATES[task]
    futures = [bits for length in range(4) for bits in product((0, 1), repeat=length)]
    kinds = {tuple(truth(past + future) for future in futures) for past in pasts if past}
    if task == "first":
        assert len(kinds) == 2  # and before the first bit both are still possible: a third state
    else:
        assert len(kinds) == ch01.STATES[task]


def test_a_classifier_of_another_kind_passes():
    """Votes: a pair counts for the label with which training saw it."""
    def learn(train_sentences, labels, V):
        votes = np.zeros((V, V))
        for sentence, label in zip(train_sentences, labels, strict=True):
            votes[sentence[:-1], sentence[1:]] += 2 * label - 1
        return lambda sentence: votes[sentence[:-1], sentence[1:]].sum() > 0

    assert ch01.learn_to_tell.check(learn).status == "correct"


def test_a_reader_from_either_end_is_not_told_that_one_side_is_right():
    def last_state(words, seed):
        rng = np.random.default_rng(seed)
        W_x, W_h, h = rng.normal(size=(16, 16)), rng.normal(size=(16, 16)) / 4, np.zeros(16)
        for word in words:
            h = np.tanh(W_x[word] + h @ W_h)
        return h

    learn = partial(linear_classifier, lambda words, V: np.append(last_state(words, 3), last_state(words[::-1], 4)))
    assert ch01.learn_to_tell.check(learn).mistake == "only with nothing added"


def test_an_answer_that_is_mostly_right_is_not_told_that_it_guesses():
    def learn(*task):
        tell, rng = ch01.learn_to_tell.reference(*task), np.random.default_rng(0)
        return lambda sentence: tell(sentence) != (rng.random() < 0.15)

    message = ch01.learn_to_tell.check(learn).message
    assert "guess" not in message and "Fewer than 95 %" in message


def test_a_rule_is_called_a_rule_whichever_word_it_looks_at():
    for rule in (lambda sentence: sentence[0] == 0, lambda sentence: sentence[-1] != 0):
        assert ch01.learn_to_tell.check(lambda *task, rule=rule: rule).mistake == "a rule of your own"


@pytest.mark.parametrize("end", [5, 8, 12])
def test_a_number_of_its_own_is_no_end_for_the_window(end):
    def window(one, other):
        def bag(words, n):
            return sorted(tuple(words[t:t + n]) for t in range(len(words) - n + 1))
        return next((n for n in range(1, end) if bag(one, n) != bag(other, n)), 0)

    assert ch01.smallest_window.check(window).mistake == "stops too early"


def test_counting_all_orders_is_an_answer():
    def count(T, k):
        found = set()
        for order in permutations(range(T)):
            found.add(tuple(frozenset(order[start::k]) for start in range(k)))
        return len(found)

    assert ch01.count_states.check(count).status == "correct"


@pytest.mark.parametrize(("exercise", "edit", "named"), [
    (ch01.bag_of_words, {"return bag": "return bag / len(words)"}, "times smaller"),
    (ch01.bag_of_words, {"return bag": "return np.eye(V)[words]"}, "sum it over axis 0"),
    (ch01.contexts, {"vectors.sum": "vectors.mean"}, "times smaller"),
    (ch01.contexts, {"axis=0": "axis=1"}, "`axis=1` stands where `axis=0` belongs"),
    (ch01.contexts, {"vectors.reshape(-1)": "vectors"}, "`.reshape(-1)` after `vectors` is left out"),
    (ch01.parameter_counts, {"D * H + H * H": "H * H"}, "`D * H` is not added"),
    (ch01.parameter_counts, {"n * D * H": "D * H"}, "`n` is taken as 1"),
    (ch01.parameter_counts, {"D * H + H * H + H": "4 * (D * H + H * H + H)"}, "4 times what is expected"),
    (ch01.parameter_counts, {"concatenated, recurrent": "recurrent, concatenated"}, "in another order"),
    (ch01.unread, {"append(h % V)": "append(h)"}, "`V` is not taken as the modulus"),
    (ch01.unread, {"words[::-1]": "words[:1]"}, "`T` is taken as 1"),
    (ch01.unread, {"append(h % V)": "append(h // V % V)"}, "one step late"),
    (ch01.log_probability, {"return total": "return -total"}, "wrong sign"),
    (ch01.count_states, {"factorial(size) for size": "size for size"}, "`factorial(…)` is left out"),
    (ch01.smallest_window, {"range(1, ": "range(2, "}, "`2` stands where `1` belongs"),
])
def test_what_the_engine_says_by_itself_needs_no_place_in_the_catalogue(exercise, edit, named):
    result = exercise.check(exercise.source.edited(edit))
    assert result.status == "incorrect" and named in result.message, result.message


def test_a_window_that_does_not_look_at_pairs_is_told_so():
    """A convolution with tanh: right with words on one side, and near guessing with words on both."""
    def learn(train_sentences, labels, V):
        def windows(sentence):
            return np.concatenate([np.eye(V)[sentence[:-1]], np.eye(V)[sentence[1:]]], axis=1)

        rng = np.random.default_rng(0)
        hidden, output, loss = nn.Linear(2 * V, 16, rng=rng), nn.Linear(16, 1, rng=rng), nn.BinaryCrossEntropy()
        adams = [nn.Adam(layer.params, 0.02) for layer in (hidden, output)]
        x = np.array([windows(sentence) for sentence in train_sentences])
        for _ in range(300):
            h = np.tanh(hidden.forward(x))
            loss.forward(output.forward(h.sum(axis=1))[:, 0], labels)
            dh = output.backward(loss.backward()[:, None])[:, None]
            hidden.backward(dh * (1 - h**2))
            for adam, layer in zip(adams, (hidden, output), strict=True):
                adam.step(layer.grads)
        return lambda sentence: output.forward(np.tanh(hidden.forward(windows(sentence))).sum(axis=0)[None])[0, 0] > 0

    assert ch01.learn_to_tell.check(learn).mistake == "only with one end bare"


def chapter(*starts):
    """The names that these cells of the chapter's notebook define."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    space = {"np": np, "nn": nn}
    for start in starts:
        source, = (source for source in sources if source.startswith(start))
        exec(source, space)
    return space


def test_pairs_with_the_same_weights_at_every_place_pass_the_three_tests_of_the_chapter():
    """What the section on concatenation tells of its control; with weights of their own for each place it fails."""
    space = chapter("vocabulary = ", "nouns, verbs = ", "def train(", "def zeros_last(")

    def in_places(sentence):
        words, V = space["numbers"](sentence), space["V"]
        found = np.zeros((3, V, V))
        found[np.arange(len(words) - 1), words[:-1], words[1:]] = 1
        return found

    for seed in range(10):
        assert space["three_tests"](lambda sentence: in_places(sentence).sum(axis=0).reshape(-1), seed) == [1, 1, 1]
        unseen, in_front, behind = space["three_tests"](lambda sentence: in_places(sentence).reshape(-1), seed)
        assert unseen == behind == 1 and in_front < 0.8


def test_training_that_shows_a_word_behind_makes_the_random_reader_hold_there():
    """What the third attempt tells of learning which differences matter."""
    space = chapter("vocabulary = ", "nouns, verbs = ", "def train(", "def draw_weights(", "def reader(")
    seen, unseen, labels = space["sentences"][:30], space["sentences"][30:], space["acts"]
    behind, right = " today", []
    for seed in range(10):
        state = space["reader"](seed)
        x = np.array([state(sentence + end) for end in ("", behind) for sentence in seen])
        answer, _ = space["train"](x, np.tile(labels[:30], 2), seed=seed)
        right.append([np.mean(answer(np.array([state(sentence + end) for sentence in unseen])) == labels[30:])
                      for end in ("", behind)])
    assert np.median(right, axis=0).tolist() == [1, 1] and np.min(right) >= 0.7


@pytest.mark.parametrize(("step", "blind"), [
    (lambda x, h: x + h + 0.3, True),  # a bias moves the state at each step, and commutes with adding
    (lambda x, h: x + 2 * h, False),
    (lambda x, h: np.tanh(x + h), False),
])
def test_order_shows_once_the_state_is_multiplied_or_squashed(step, blind):
    ends = []
    for order in permutations(np.random.default_rng(0).normal(size=5)):
        h = 0.0
        for x in order:
            h = step(x, h)
        ends.append(round(h, 9))
    assert len(set(ends)) == (1 if blind else 120)


def test_a_start_of_its_own_is_named_where_it_makes_one_state_too_many():
    result = ch01.states_needed.check({**ch01.STATES, "two in a row": 4})
    assert result.mistake == "one state too many" and "start" in result.message
