"""What is particular to chapter 01's exercises: answers outside the catalogue, right ones and wrong ones."""

from functools import partial
from itertools import permutations, product

import numpy as np
import pytest

from seqlearn.exercises import ch01
from seqlearn.exercises.headlines import linear_classifier


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
