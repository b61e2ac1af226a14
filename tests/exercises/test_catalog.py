"""Every exercise and quiz of every chapter keeps its promises."""

import collections
import inspect
import re

import numpy as np
import pytest

from seqlearn.exercises import Exercise, Mistake, ValueExercise, catalog, chapters, quizzes

EXERCISES = catalog()
QUESTIONS = [(chapter, i, question) for chapter, quiz in quizzes().items() for i, question in enumerate(quiz.questions)]
EVERY = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)


@EVERY
def test_untouched_is_not_attempted(exercise):
    def stub(*arguments):
        """What the notebook holds before the learner has begun."""
        ...

    answers = [..., stub] if isinstance(exercise, Exercise) else [..., None]
    for answer in answers:
        assert exercise.check(answer).status == "not attempted"


@EVERY
def test_reference_is_correct(exercise):
    result = exercise.check(exercise.reference)
    assert (result.status, result.mistake) == ("correct", None), result.message


@EVERY
def test_every_mistake_gets_its_own_message(exercise):
    """This also proves that mistakes are told apart: an answer that fits two of them is recognised as neither."""
    for mistake in exercise.mistakes:
        result = exercise.check(mistake.implementation)
        assert (result.status, result.mistake) == ("incorrect", mistake.name), (mistake.name, result.message)
        assert result.message == mistake.message


@EVERY
def test_mistakes_are_named_and_worded(exercise):
    names = [mistake.name for mistake in exercise.mistakes]
    messages = [mistake.message for mistake in exercise.mistakes]
    assert len(set(names)) == len(names) and len(set(messages)) == len(messages)
    assert all(10 < len(message) < 400 for message in messages)
    if isinstance(exercise, Exercise):
        assert len(exercise.mistakes) >= 3


@EVERY
def test_predicates_have_an_example(exercise):
    if isinstance(exercise, ValueExercise):
        for mistake, predicate, example in exercise.rules:
            assert predicate is None or example() is not None, f"{mistake.name}: give Mistake(…, example=a wrong value)"


@EVERY
def test_hints_and_solution(exercise):
    assert exercise.hints and all(len(hint) > 5 for hint in exercise.hints)
    if isinstance(exercise, Exercise):
        assert inspect.getsource(exercise.reference).strip() in repr(exercise.solution())
    else:
        assert repr(exercise.reference) in repr(exercise.solution()) and exercise.explanation


@EVERY
def test_texts_are_the_same_every_time(exercise):
    for answer in (exercise.reference, *(mistake.implementation for mistake in exercise.mistakes[:2]), 3.25, "no"):
        first, second = exercise.check(answer), exercise.check(answer)
        assert repr(first) == repr(second) and " at 0x" not in repr(first)


@pytest.mark.parametrize("exercise", [each for each in EXERCISES if isinstance(each, Exercise)], ids=repr)
def test_cases_are_worth_checking(exercise):
    """The same at every check, at least two, and float64."""
    one, other = exercise.cases(exercise.rng()), exercise.cases(exercise.rng())
    assert len(one) == len(other) >= 2
    for case, again in zip(one, other):
        for argument, same in zip(case, again):
            if isinstance(argument, np.ndarray):
                assert np.array_equal(argument, same, equal_nan=True)
                assert argument.dtype.kind in "biu" or argument.dtype == np.float64


def test_ids_are_unique_and_belong_to_their_chapter():
    ids = collections.Counter()
    for module in chapters():
        for value in vars(module).values():
            if isinstance(value, Exercise | ValueExercise):
                ids[value.id] += 1
                assert module.__name__.endswith(f"ch{value.chapter}") and value.stars in (1, 2, 3) and value.title
    assert set(ids.values()) <= {1}
    assert [exercise.id for exercise in EXERCISES] == sorted(ids, key=lambda id: [int(part) for part in id.split(".")])


def test_every_chapter_has_exercises_and_a_quiz():
    assert {exercise.chapter for exercise in EXERCISES} == set(quizzes()) == {m.__name__[-2:] for m in chapters()}
    count = collections.Counter(exercise.chapter for exercise in EXERCISES)
    assert all(number >= 3 for chapter, number in count.items() if chapter != "00")
    assert all(len(quiz.questions) >= 5 for quiz in quizzes().values())


@pytest.mark.parametrize(("chapter", "number", "question"), QUESTIONS, ids=lambda value: str(value)[:2])
def test_every_question_is_complete(chapter, number, question):
    assert len(question.options) >= 3 and question.topic and len(question.text) > 10
    assert 1 <= len(question.right) < len(question.options)
    assert all(len(option.why) > 10 and option.text for option in question.options)
    assert len({option.text for option in question.options}) == len(question.options)


def test_no_explanation_begins_with_what_the_page_says_before_it():
    for _, _, question in QUESTIONS:
        for option in question.options:
            assert not re.match(r"(Right|Correct|Yes|No|Wrong)[.:,!] ", option.why), option.why


def test_neither_place_nor_length_tells_the_right_option():
    """Of the questions with one right option; the order is the one that is shown."""
    single = [question for _, _, question in QUESTIONS if not question.multiple]
    places = collections.Counter(min(question.right) for question in single)
    assert max(places.values()) <= 0.4 * len(single), places
    longest = [max(question.options, key=lambda option: len(option.text)).correct for question in single]
    assert 0.15 * len(single) <= sum(longest) <= 0.45 * len(single), sum(longest)
    for chapter in {chapter for chapter, _, _ in QUESTIONS}:
        mine = [question for number, _, question in QUESTIONS if number == chapter and not question.multiple]
        assert len({min(question.right) for question in mine}) > 1 or len(mine) == 1, chapter
    several = [question for _, _, question in QUESTIONS if question.multiple]
    first = sum(max(question.right) == len(question.right) - 1 for question in several)
    assert first <= 0.4 * len(several), "the right options come first too often"


def test_options_are_of_comparable_length():
    """The right option of a single choice is not three times as long as the others are on average, nor a third."""
    odd = []
    for chapter, number, question in QUESTIONS:
        if not question.multiple:
            right = [len(option.text) for option in question.options if option.correct][0]
            others = np.mean([len(option.text) for option in question.options if not option.correct])
            if right > 10 and not 1 / 3 < right / others < 3:
                odd.append((chapter, number + 1, right, others))
    assert not odd


def test_a_mistake_that_fits_two_is_none():
    """What the catalogue's test relies on."""
    twice = [Mistake(name, lambda x: x + 1, f"Message {name}") for name in ("a", "b")]
    exercise = Exercise("77.9", "t", 1, lambda x: x, lambda rng: [(rng.normal(size=3),)], twice)
    assert exercise.check(lambda x: x + 1).mistake is None
    exercise.mistakes = twice[:1]
    assert exercise.check(lambda x: x + 1).mistake == "a"


def test_mistakes_of_values_come_in_three_kinds():
    kinds = [
        Mistake("value", 3, ""),
        Mistake("computed", lambda: 4, ""),
        Mistake("predicate", lambda value: value > 5, "", example=6),
    ]
    exercise = ValueExercise("99.1", "A number", 1, 7, kinds)
    assert [mistake.implementation for mistake in exercise.mistakes] == [3, 4, 6]
    assert [exercise.check(value).mistake for value in (3, 4, 6, 5)] == ["value", "computed", "predicate", None]
