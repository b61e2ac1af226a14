"""Which mistake is recognised, and which is not: only what agrees with the answer in every case, and says something."""

import time

import numpy as np
import pytest

from seqlearn.exercises import Exercise, catalog
from seqlearn.grading import Mistake
from seqlearn.grading.edits import Source
from seqlearn.grading.slips import slips_of_source


def unroll(x, h, W_x, W_h, b):
    """All states (T, N, H), and the mean of their last (N,)."""
    states = []
    for t in range(len(x)):
        h = np.tanh(x[t] @ W_x + h @ W_h + b)
        states.append(h)
    return np.array(states), states[-1].mean(axis=1)


def cases(rng):
    return [
        (rng.normal(size=(T, N, D)), rng.normal(size=(N, H)), rng.normal(size=(D, H)), rng.normal(size=(H, H)),
         rng.normal(size=H))
        for T, N, D, H in ((4, 2, 3, 4), (3, 3, 2, 3), (5, 4, 3, 2))
    ]  # fmt: skip


def make(*mistakes, **options):
    return Exercise("77.1", "Unroll", 1, unroll, cases, mistakes, ["Loop."], names=("states", "last"), **options)


def written(**changes):
    """The loop in a learner's own words, with one thing changed."""

    def answer(x, h, W_x, W_h, b):
        found = []
        for step in reversed(x) if "backward" in changes else x:
            total = W_x.T.dot(step.T).T
            total = total + h.dot(W_h.T if "turned" in changes else W_h) if "no state" not in changes else total
            total = total + b if "no bias" not in changes else total
            total = total + b * (("bias twice" in changes) - ("bias after" in changes))
            h = total if "no tanh" in changes else np.tanh(total)
            h = 1 / (1 + np.exp(-total)) if "sigmoid" in changes else h
            h = np.maximum(0, total) if "rectified" in changes else h
            h = h + b if "bias after" in changes else h
            found.append(h)
        last = h.sum(axis=1) if "sum" in changes else h.mean(axis=0 if "axis" in changes else 1)
        return np.stack(found), last

    return answer


SLIPS = {
    "no bias": ("b left out", "`b` is taken as 0"),
    "no state": ("W_h left out", "`W_h` is taken as 0"),
    "turned": ("W_h transposed", "`W_h` is transposed"),
    "no tanh": ("np.tanh(…) left out", "`np.tanh(…)` is left out"),
    "sigmoid": ("1 / (1 + np.exp(-…)) in place of np.tanh(…)", "`1 / (1 + np.exp(-…))` stands where `np.tanh(…)`"),
    "rectified": ("np.maximum(0, …) in place of np.tanh(…)", "`np.maximum(0, …)` stands where `np.tanh(…)` belongs"),
    "bias twice": ("b twice", "`b` is added twice"),
    "bias after": ("b added after np.tanh", "`b` is added after `np.tanh(…)`, not before"),
    "backward": ("x in reverse order", "`x` is read in reverse order"),
}


@pytest.mark.parametrize("change", SLIPS)
def test_a_slip_is_recognised_whatever_the_code_looks_like(change):
    name, words = SLIPS[change]
    result = make().check(written(**{change: True}))
    assert result.mistake == name and words in result.message
    assert result.message.startswith("In every case your results are what comes out when")


def test_the_catalogues_own_words_come_first():
    known = Mistake("bias forgotten", {" + b)": ")"}, "Add b.")
    assert make(known).check(written(**{"no bias": True})).message == "Add b."


def test_a_slip_must_agree_in_every_case():
    def mostly(x, h, W_x, W_h, b):
        return unroll(x, h, W_x, W_h, 0 * b if len(x) > 3 else 0.5 * b)

    assert make().check(mostly).mistake is None


def test_two_edits_of_the_catalogue_are_recognised_together():
    known = (Mistake("bias forgotten", {" + b)": ")"}, "Add b."),
             Mistake("no mean", {".mean(axis=1)": ".sum(axis=1)"}, "Take the mean."))
    result = make(*known).check(written(**{"no bias": True, "sum": True}))
    assert result.mistake == "bias forgotten"
    assert result.message == "Add b. That is the first of two things; the second is: no mean."


def share(p, q):
    """The larger part of p in p + q; 0 where both are 0."""
    total = p + q
    if total == 0:
        return 0.0
    return max(p, q) / total


SHARE = Exercise(
    "77.2", "Share", 1, share, lambda rng: [*map(tuple, rng.uniform(1, 2, size=(4, 2)).tolist()), (0.0, 0.0)],
    [Mistake("smaller part", lambda p, q: np.float64(min(p, q)) / (p + q), "The larger one.")], ["Divide."],
)  # fmt: skip


def test_a_guard_does_not_hide_a_mistake():
    """The catalogue's mistake gives NaN in the last case, where the answer is right."""
    assert SHARE.check(lambda p, q: min(p, q) / (p + q) if p else 0.0).mistake == "smaller part"


def test_an_answer_wrong_in_one_of_many_ways_is_not_the_one():
    """The mistake is wrong in five cases, the answer in one of these: that is another mistake."""
    assert SHARE.check(lambda p, q: share(p, q) if p > q or not p else share(p, q) + 0.1).mistake != "smaller part"


def is_sorted(words):
    return list(words) == sorted(words) and len(words) > 0


def test_true_and_false_alone_do_not_tell_a_mistake():
    texts = [(["a", "b"],), (["b", "a"],), ([],), (["c"],), (["a", "c", "b"],)]
    exercise = Exercise("77.3", "Sorted", 1, is_sorted, lambda rng: texts, [], ["Compare."])
    result = exercise.check(lambda words: len(words) > 0)
    assert "(words = ['b', 'a']): The result should be False, got True." in result.message


def test_two_mistakes_in_cases_of_their_own_are_recognised_together():
    texts = [(["a", "b"],), (["b", "a"],), ([],), (["c"],), (["a", "c", "b"],)]
    known = [Mistake("not compared", lambda words: len(words) > 0, "Compare."),
             Mistake("nothing is sorted", lambda words: list(words) == sorted(words), "Nothing is not sorted.")]
    exercise = Exercise("77.3", "Sorted", 1, is_sorted, lambda rng: texts, known, ["Compare."])
    assert exercise.check(lambda words: True).message == (
        "Compare. That is the first of two things; the second is: nothing is sorted.")


def test_one_number_of_a_list_is_no_mistake():
    def ranks(values):
        return [int(value) for value in np.argsort(np.argsort(values))], int(np.argmax(values))

    known = Mistake("worst chosen", lambda values: (ranks(values)[0], int(np.argmin(values))), "The ranks are right.")
    exercise = Exercise("77.4", "Ranks", 1, ranks, lambda rng: list(rng.normal(size=(3, 5))), [known], ["Sort."])
    result = exercise.check(lambda values: ([5 - rank for rank in ranks(values)[0]], int(np.argmin(values))))
    assert result.mistake != "worst chosen" and "ranks are right" not in result.message


def test_a_mistake_of_one_piece_must_be_there_as_a_whole():
    """The first piece agrees with a mistake that is wrong in the second as well: there the answer is right."""
    known = Mistake("doubled", lambda *arguments: tuple(2 * part for part in unroll(*arguments)), "Do not double.")

    def answer(*arguments):
        states, last = unroll(*arguments)
        return 2 * states, last + 1

    assert make(known).check(answer).mistake != "doubled"


def test_an_error_is_told_with_the_slip_that_makes_it():
    def cut(x, k):
        size = (len(x) - 1) // k
        return x[1 : size * k + 1].reshape(k, size)

    streams = [(np.arange(0.5, S), 3) for S in (10, 11, 12)]
    exercise = Exercise("77.5", "Cut", 1, blocks, lambda rng: streams, [], ["Cut."])

    def one_too_many(x, k):
        return x[1 : len(x) // k * k + 1].reshape(k, len(x) // k)

    assert exercise.check(cut).status == "correct"
    result = exercise.check(one_too_many)
    assert result.mistake == "len(x) in place of len(x) - 1" and "It raised ValueError in line 2" in result.message
    assert "The same happens in every case when" in result.message and "your results" not in result.message


def blocks(x, k):
    size = (len(x) - 1) // k
    return x[1 : size * k + 1].reshape(k, size)


def test_no_slip_exchanges_an_array_for_a_number():
    source = Source([blocks])
    kinds = {("blocks", name): kind for name, kind in {"x": ("ndarray", 1), "k": "number", "size": "number"}.items()}
    names = {slip.name for slip in slips_of_source(source, kinds)}
    assert {"size in place of k", "k in place of size"} <= names
    assert not {"x in place of k", "k in place of x"} & names


def grows(x):
    found = [x]
    for part in [x]:
        found.append(part)
    return np.array(found)


def test_a_slip_that_never_ends_is_left():
    """`for part in found: found.append(part)`, which a slip makes of it, would go on until the memory is full."""
    exercise = Exercise("77.6", "Grows", 1, grows, lambda rng: [float(rng.normal()) for _ in range(3)], [], ["?"])
    begun = time.monotonic()
    assert exercise.check(lambda x: np.array([x, x + 1.5])).status == "incorrect"
    assert time.monotonic() - begun < 2


def test_no_slips_where_the_exercise_wants_none():
    exercise = make()
    exercise.slips = False
    assert exercise.check(written(**{"no bias": True})).mistake is None


def test_an_argument_that_is_never_used_is_named():
    def ignores(x, h, W_x, W_h, b):
        return np.array([np.tanh(x_t @ W_x + 0.3 * b) for x_t in x]), h.max(axis=1)

    result = make().check(ignores)
    assert result.mistake == "W_h never used" and "Your function never uses `W_h`." in result.message


FUNCTIONS = [each for each in catalog() if isinstance(each, Exercise)]


@pytest.mark.filterwarnings("ignore::SyntaxWarning")  # a number that is called, say: such a slip raises when it runs
@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda each: each.id)
def test_every_slip_of_every_reference_is_python(exercise):
    slips = list(slips_of_source(exercise.source, {}))
    broken = []
    for slip in slips:
        try:
            exercise.source.with_spans([slip.span])
        except SyntaxError as error:
            broken.append((slip.name, str(error)))
    assert slips and not broken


def slope_of_a_gate(dh, s, n):
    """Through a sigmoid and through tanh, (N,) each."""
    return dh * s * (1 - s), dh * (1 - n**2)


@pytest.mark.parametrize(("answer", "name"), [
    (lambda dh, s, n: (dh * (1 - s * s), dh * (1 - n * n)), "dh * (1 - s ** 2) in place of dh * s * (1 - s)"),
    (lambda dh, s, n: (dh * (s - s * s), dh * (n - n * n)), "n * (1 - n) in place of 1 - n ** 2"),
    (lambda dh, s, n: ((dh - dh * s) * (1 - s), dh * (1 - n * n)), "(1 - s) * dh in place of dh * s"),
])
def test_one_slope_for_the_other_and_a_gate_for_its_rest(answer, name):
    exercise = Exercise("77.4", "Slopes", 1, slope_of_a_gate,
                        lambda rng: [tuple(rng.uniform(0.1, 0.9, size=(3, 4))) for _ in range(3)], names=("ds", "dn"))
    assert exercise.check(answer).mistake == name


def test_a_changed_argument_is_not_said_to_be_rounding():
    rounding = Mistake("rounded", lambda x, h, W_x, W_h, b: tuple(
        part.astype(np.float32) for part in unroll(x, h, W_x, W_h, b)), "You round.")

    def careless(x, h, W_x, W_h, b):
        h += 0.0
        W_x += 1.0
        return unroll(x, h, W_x - 1.0, W_h, b)

    exercise = make(rounding, rtol=1e-5)
    assert exercise.check(careless).mistake is None
    assert exercise.check(rounding.implementation).mistake == "rounded"


@pytest.mark.parametrize(("answer", "name"), [
    (lambda pair, p: pair[0] ** p, "pair[1] left out"), (lambda pair, p: pair[0] ** (p * p) + pair[1], "p squared"),
    (lambda pair, p: pair[0] ** p**0.5 + pair[1], "root of p"),
])
def test_a_part_of_a_tuple_taken_as_0_and_a_number_squared(answer, name):
    exercise = Exercise("77.5", "Power", 1, power, lambda rng: [
        (tuple(rng.uniform(1, 2, size=(2, 5))), float(p)) for p in (0.5, 1.5, 3.0)])
    assert exercise.check(answer).mistake == name


def power(pair, p):
    """The first array to the power p, and the second one added."""
    return pair[0] ** p + pair[1]


def test_signs_taken_away_are_seen():
    exercise = Exercise("77.6", "Cube", 1, lambda x, y: x**3 * y, lambda rng: [
        tuple(rng.normal(size=(2, 5))) for _ in range(3)])
    assert exercise.check(lambda x, y: np.abs(x) ** 3 * y).mistake == "x without its signs"
