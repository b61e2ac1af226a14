"""Which mistake explains an answer? Only one that agrees with it in every case, so that what is said of it is true.

In this order, the first that fits:

1. a mistake of the catalogue that behaves like the answer in every case;
2. one that behaves like it wherever the answer is wrong: an answer with a guard against 0 / 0, say, is right where
   the catalogue's mistake gives NaN, and in one more case at most;
3. two mistakes of the catalogue at once, both written as edits of the reference;
4. an argument taken as 0, or an exchanged one (`ablation`);
5. a small slip in the reference's source (`slips`);
6. one of these in some of the pieces that are returned, while other pieces are wrong for another reason.

What agrees must be telling: two results that are both True, or both 1, agree by chance; two equal numbers with many
digits do not.
"""

import copy
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from seqlearn.grading.ablation import ablations
from seqlearn.grading.comparing import Piece, agrees, close
from seqlearn.grading.looks import ROUNDING
from seqlearn.grading.outcome import Case, Outcome, is_right, same_pieces, try_answer
from seqlearn.grading.running import Printed, run_guarded
from seqlearn.grading.slips import slips_of_source
from seqlearn.grading.tracing import kinds_of_variables, stopped
from seqlearn.grading.types import FunctionTask

TELLING = 8  # points: a number with digits behind the point counts 4, one over 10 counts 3, a word 2, a small number 1
MOST_SLIPS = 800  # about half a second
SLIP_SECONDS = 3.0


@dataclass(frozen=True)
class Explanation:
    """What was recognised: a name, and the sentence for the learner."""

    name: str
    message: str


class Recogniser:
    """One answer's outcomes in all cases, and what other functions make of the same cases."""

    def __init__(self, exercise: FunctionTask, cases: list[Case], outcomes: list[Outcome]) -> None:
        self.exercise, self.cases, self.outcomes = exercise, cases, outcomes
        self.right = [is_right(exercise, case, outcome) for case, outcome in zip(cases, outcomes, strict=True)]
        self.wrong = sorted((i for i, right in enumerate(self.right) if not right), key=self._effort)
        self._tried: dict[tuple[Callable, int], Outcome] = {}
        self._pieces_of: dict[str, list[int]] = {}  # a mistake's name -> the pieces in which it shows

    def in_catalogue(self) -> Explanation | None:
        """Steps 1 to 3."""
        known = self._catalogue()
        found = self._only([each for each in known if self._like(each[0])])
        if found or not self.wrong:
            return found
        return self._only([each for each in known if self._like_where_wrong(each[0])]) or self._two_at_once()

    def as_slip(self) -> Explanation | None:
        """Steps 4 and 5."""
        return self._slip(self._like_with_the_same_errors) if self.wrong else None

    def in_pieces(self) -> tuple[Explanation, list[int]] | None:
        """Step 6, with the numbers of the pieces that it explains."""
        if any(outcome.how != "value" for outcome in self.outcomes):
            return None
        counts = {len(case.pieces) for case in self.cases}
        if counts == {1} or len(counts) > 1:
            return None
        found = self._only([each for each in self._catalogue() if self._within(each[0], each[1].name)])
        found = found or self._slip(self._within)
        return (found, self._pieces_of[found.name]) if found else None

    @functools.cached_property
    def _functions(self) -> dict[str, Callable]:
        return {mistake.name: mistake.implementation for mistake in self.exercise.mistakes}

    def _catalogue(self) -> list[tuple[Callable, Explanation]]:
        return [
            (function, Explanation(mistake.name, mistake.message))
            for mistake in self.exercise.mistakes for function in mistake.functions
        ]

    @staticmethod
    def _only(fitting: list[tuple[Callable, Explanation]]) -> Explanation | None:
        """The mistake that fits if there is one alone; the catalogue has to tell its mistakes apart."""
        found = list(dict.fromkeys(explanation for _, explanation in fitting))
        return found[0] if len(found) == 1 else None

    def _effort(self, number: int) -> int:
        return sum(np.size(piece.values) for piece in self.cases[number].pieces)

    def _try(self, function: Callable, number: int) -> Outcome:
        key = function, number
        if key not in self._tried:
            self._tried[key] = try_answer(self.exercise, function, self.cases[number])
        return self._tried[key]

    def _like(self, function: Callable) -> bool:
        """Does the function behave like the answer in every case, and not by chance like the reference?"""
        order = [*self.wrong, *(i for i, right in enumerate(self.right) if right)]
        telling = False
        for i in order:
            outcome = self._try(function, i)
            if not alike(self.exercise, outcome, self.outcomes[i]):
                return False
            telling |= self._is_wrong(outcome, i)
        return telling

    def _like_with_the_same_errors(self, function: Callable, name: str) -> bool:
        first = self.wrong[0]
        return self._try(function, first).error == self.outcomes[first].error and self._like(function)

    def _is_wrong(self, mistake: Outcome, number: int) -> bool:
        """Is it another result than the reference's? An error of the same type alone says nothing."""
        if mistake.how == "raised":
            return mistake.error == self.outcomes[number].error
        return bool(mistake.changed) or not is_right(self.exercise, self.cases[number], mistake)

    def _like_where_wrong(self, function: Callable) -> bool:
        """Does the function behave like the answer wherever that is wrong, apart from NaN that a guard took away?"""
        points = 0
        for i in self.wrong:
            if not self._alike_but_for_nan(self._try(function, i), i):
                return False
            points += self._points(i)
        if points < TELLING:
            return False
        spared = sum(self._is_spared(self._try(function, i), i) for i in range(len(self.cases)))
        return spared <= 1

    def _is_spared(self, mistake: Outcome, number: int) -> bool:
        """Is the answer right where the mistake gives another number? A guard explains one such case, not several."""
        if not self.right[number] or is_right(self.exercise, self.cases[number], mistake):
            return False
        numbers = [piece.values for piece in mistake.pieces if isinstance(piece.values, np.ndarray)]
        return mistake.how == "value" and all(np.isfinite(values).all() for values in numbers)

    def _alike_but_for_nan(self, mistake: Outcome, number: int) -> bool:
        answer = self.outcomes[number]
        if mistake.how != "value" or answer.how != "value" or len(mistake.pieces) != len(answer.pieces):
            return False
        for expected, one, other in zip(self.cases[number].pieces, mistake.pieces, answer.pieces, strict=True):
            if close(one, other, self.exercise.rtol, self.exercise.atol):
                continue
            if not expected.shape == one.shape == other.shape or isinstance(one.values, str):
                return False
            broken = ~np.isfinite(one.values)
            same = agrees(one.values, other.values, self.exercise.rtol, self.exercise.atol)
            good = agrees(expected.values, other.values, self.exercise.rtol, self.exercise.atol)
            if not np.all(same | broken & good):
                return False
        return True

    def _points(self, number: int, pieces: Iterable[int] | None = None) -> int:
        """How much the wrong result of a case says about where it comes from."""
        answer, expected = self.outcomes[number], self.cases[number].pieces
        if answer.how == "raised":
            return TELLING if any(map(str.isdigit, answer.error)) else 1
        if answer.how != "value":
            return 1
        chosen = range(len(expected)) if pieces is None else pieces
        return sum(self._points_of_piece(expected[i], answer.pieces[i]) for i in chosen)

    def _points_of_piece(self, expected: Piece, got: Piece) -> int:
        if close(expected, got, self.exercise.rtol, self.exercise.atol) or got.values is None:
            return 0
        if isinstance(got.values, str) or isinstance(expected.values, str):
            return 2
        values = got.values
        if expected.shape == got.shape:
            values = values[~agrees(expected.values, values, self.exercise.rtol, self.exercise.atol)]
        values = np.unique(values[np.isfinite(values)])
        whole = values == np.round(values)
        large = whole & (np.abs(values) > 10)
        return int(4 * (~whole).sum() + whole.sum() + 2 * large.sum())

    def _mistaken(self, function: Callable) -> set[int]:
        """The pieces that everything the function gets wrong is in, if the answer has the same there; else none."""
        mistaken: set[int] = set()
        order = [*self.wrong, *(i for i, right in enumerate(self.right) if right)]
        for i in order:
            expected, outcome, answer = self.cases[i].pieces, self._try(function, i), self.outcomes[i].pieces
            if outcome.how != "value" or len(outcome.pieces) != len(expected):
                return set()
            differ = {k for k, pair in enumerate(zip(expected, outcome.pieces, strict=True)) if not self._close(*pair)}
            if not all(self._close(outcome.pieces[k], answer[k]) for k in differ):
                return set()
            mistaken |= differ
        tried = [(self._try(function, i).pieces, self.outcomes[i].pieces) for i in order]
        return mistaken if all(self._close(one[k], other[k]) for one, other in tried for k in mistaken) else set()

    def _within(self, function: Callable, name: str) -> bool:
        """Is all that the function gets wrong just as wrong in the answer, which has other faults too?"""
        mistaken = self._mistaken(function)
        if sum(self._points(i, mistaken) for i in self.wrong if mistaken) < TELLING:
            return False
        self._pieces_of[name] = sorted(mistaken)
        return True

    def _close(self, one: Piece, other: Piece) -> bool:
        return close(one, other, self.exercise.rtol, self.exercise.atol)

    def _two_at_once(self) -> Explanation | None:
        """Two mistakes of the catalogue together: both edits made, or each of them in cases of its own."""
        found = []
        for one, other in itertools.combinations(self.exercise.declared, 2):
            edits = [one.implementation, other.implementation]
            both = all(isinstance(edit, Mapping) for edit in edits) and self._both(*edits)
            functions = self._functions[one.name], self._functions[other.name]
            if both and self._like(both) or self._one_or_the_other(*functions):
                message = f"{one.message} That is the first of two things; the second is: {other.name}."
                found.append(Explanation(one.name, message))
        return found[0] if len(found) == 1 else None

    def _both(self, one: Mapping[str, str], other: Mapping[str, str]) -> Callable | None:
        try:
            return self.exercise.source.edited({**one, **other}) if not set(one) & set(other) else None
        except Exception:  # the two are at the same place
            return None

    def _one_or_the_other(self, one: Callable, other: Callable) -> bool:
        """Is the answer wrong just where one of two mistakes is, in that one's way, and in some case each alone?"""
        alone = set()
        for i, right in enumerate(self.right):
            tried = [self._try(function, i) for function in (one, other)]
            mistaken = [outcome for outcome in tried if not is_right(self.exercise, self.cases[i], outcome)]
            if bool(mistaken) == right:
                return False
            if mistaken and not any(alike(self.exercise, outcome, self.outcomes[i]) for outcome in mistaken):
                return False
            if len(mistaken) == 1:
                alone.add(mistaken[0] is tried[0])
        return len(alone) == 2

    def _all_points(self) -> int:
        return sum(self._points(i) for i in self.wrong)

    def _slip(self, fits: Callable[[Callable, str], bool]) -> Explanation | None:
        """The first slip that fits; where the answer says little about itself, the only one."""
        found: list[Explanation] = []
        enough = self._all_points() >= TELLING
        raised = any(self.outcomes[i].how == "raised" for i in self.wrong)
        same = "The same happens in every case" if raised else "In every case your results are what comes out"

        def search(printed: Printed) -> None:
            for function, name, words in self._slips:
                if not any(each.name == name for each in found) and fits(function, name):
                    found.append(Explanation(name, f"{same} when {words}."))
                    if enough or len(found) > 1:
                        return

        ended, _ = run_guarded(search, SLIP_SECONDS)
        if ended != "finished" or not found:
            return None
        return found[0] if enough or len(found) == 1 and len(self.wrong) > 1 else None

    @functools.cached_property
    def _slips(self) -> list[tuple[Callable, str, str]]:
        return list(self._make_slips())

    def _make_slips(self) -> Iterator[tuple[Callable, str, str]]:
        if self.exercise.has_own_call or not self.exercise.slips:
            return
        yield from ablations(self.exercise, self.cases)
        try:
            source = self.exercise.source
        except Exception:
            return
        given = copy.deepcopy(self.cases[self.wrong[0]].arguments)
        with np.errstate(all="ignore"):
            kinds = kinds_of_variables(self.exercise.reference, given)
        for slip in itertools.islice(slips_of_source(source, kinds), MOST_SLIPS):
            try:
                yield stopped(source.with_spans([slip.span])), slip.name, slip.words
            except SyntaxError:
                continue


def alike(exercise: FunctionTask, mistake: Outcome, answer: Outcome) -> bool:
    """Did two calls do the same? An answer may have changed more of its arguments than the mistake does."""
    if mistake.how != answer.how or not set(mistake.changed) <= set(answer.changed):
        return False
    if mistake.how == "raised":
        return mistake.error.partition(":")[0] == answer.error.partition(":")[0]
    if any((one.dtype in ROUNDING) != (other.dtype in ROUNDING) for one, other in zip(mistake.pieces, answer.pieces)):
        return False  # the one is rounded, the other is not
    return mistake.text == answer.text and same_pieces(exercise, mistake.pieces, answer.pieces)
