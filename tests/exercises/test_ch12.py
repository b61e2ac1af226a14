"""What is particular to chapter 12's exercises: references against the package, and answers outside the catalogue."""

import numpy as np
import pytest

from seqlearn.data.number_names import german, join
from seqlearn.exercises import ch12


def match_with_a_mask(answers, targets):
    """Padded to one length, and compared up to the target's END."""
    size = max(len(answers), len(targets))
    answers, targets = (np.pad(x, ((0, size - len(x)), (0, 0)), constant_values=-1) for x in (answers, targets))
    until = np.arange(size)[:, None] <= np.argmax(targets == ch12.END, axis=0)
    return ((answers == targets) | ~until).all(axis=0).mean()


def frames_by_loops(sound, window, filters):
    F = len(window)
    rows = []
    for start in range(0, len(sound), F):
        frame = np.zeros(F)
        part = sound[start : start + F]
        frame[: len(part)] = part
        rows.append([np.abs(np.fft.fft(frame * window)[: F // 2 + 1]) @ filters[:, k] for k in range(filters.shape[1])])
    return np.array(rows)


def tree_with_a_stack(tokens, words):
    """Each bracket collects its children; whatever cannot be closed or stands outside is no tree."""
    stack, roots = [], 0
    for token in tokens:
        if token.startswith("("):
            if not stack and roots:
                return False
            stack.append(0)
        elif token == ")":
            if not stack or stack.pop() == 0:
                return False
            if stack:
                stack[-1] += 1
            else:
                roots += 1
        elif stack:
            stack[-1] += 1
        else:
            return False
    return roots == 1 and not stack and [token for token in tokens if token[0] not in "()"] == words


@pytest.mark.parametrize(("exercise", "answer"), [
    (ch12.exact_match, match_with_a_mask), (ch12.frames, frames_by_loops), (ch12.is_tree, tree_with_a_stack),
    (ch12.is_tree, lambda tokens, words: np.bool_(ch12.is_tree_reference(tokens, words))),
    (ch12.german_name, lambda number, ones, tens: join(german(number))),
    (ch12.german_name, lambda number, ones, tens: f" {join(german(number)).capitalize()}"),
])
def test_right_answers_of_other_kinds(exercise, answer):
    assert exercise.check(answer).status == "correct", exercise.check(answer).message


@pytest.mark.parametrize(("exercise", "answer"), [
    (ch12.exact_match, lambda answers, targets: 1.0),
    (ch12.exact_match, lambda answers, targets: float((answers[0] == targets[0]).mean())),
    (ch12.frames, lambda sound, window, filters: np.zeros((-(-len(sound) // len(window)), filters.shape[1]))),
    (ch12.frames, lambda sound, window, filters: ch12.frames_reference(sound, window[::-1] ** 2, filters)),
    (ch12.is_tree, lambda tokens, words: True),
    (ch12.is_tree, lambda tokens, words: False),
    (ch12.is_tree, lambda tokens, words: bool(tokens) and tokens[0] == "(S" and ch12.is_tree_reference(tokens, words)),
    (ch12.german_name, lambda number, ones, tens: ones[number % 20]),
])
def test_wrong_answers_outside_the_catalogue(exercise, answer):
    result = exercise.check(answer)
    assert result.status == "incorrect"
    assert result.mistake not in [mistake.name for mistake in exercise.mistakes], result.message
    assert "check itself" not in result.message


def test_exact_match_at_its_edges():
    answers = np.array([[5, 5, 5, 5], [2, 6, 6, 2], [9, 2, 6, 6]])
    targets = np.array([[5, 5, 5, 5], [2, 6, 6, 6], [0, 2, 2, 2]])
    assert ch12.exact_match_reference(answers, targets) == 0.5  # over at END; right; no END; too short
    assert ch12.exact_match_reference(answers[:2], targets) == 0.25  # answers that were cut have no END


def test_german_names_are_the_package_s():
    from seqlearn.data.number_names import GERMAN_ONES, GERMAN_TENS

    for number in [*range(130), 999, 1000, 1001, 1101, 21_021, 100_101, 201_001, 999_999]:
        assert ch12.german_reference(number, list(GERMAN_ONES), list(GERMAN_TENS)) == join(german(number))


def test_a_frame_of_a_tone_is_loudest_where_the_tone_is():
    F = 32
    sound = np.sin(2 * np.pi * 5 * np.arange(3 * F) / F)  # five waves a frame
    found = ch12.frames_reference(sound[:-3], np.hanning(F + 1)[:-1], np.eye(F // 2 + 1))
    assert found.shape == (3, F // 2 + 1) and (found.argmax(axis=1) == 5).all()


def test_cases_of_the_tree_hold_trees_and_none():
    answers = [ch12.is_tree_reference(*case) for case in ch12.is_tree.cases(np.random.default_rng(0))]
    assert sum(answers) >= 4 and answers.count(False) >= 12


def test_the_topics_of_the_chapter_are_asked():
    topics = {question.topic for question in ch12.QUIZ.questions}
    assert {"one class, seven jobs", "exact match", "valid and right", "three limits"} <= topics and len(topics) >= 5
    assert all(any(option.correct for option in question.options) for question in ch12.QUIZ.questions)


def _depth_alone(tokens, words, *, empty=True, nothing=True):
    depth, leaves, before = 0, [], ""
    for token in tokens:
        if token == ")":
            depth -= 1
            if depth < 0 or not empty and before.startswith("("):
                return False
        elif token.startswith("("):
            depth += 1
        else:
            leaves.append(token)
        before = token
    return depth == 0 and leaves == words and (nothing or tokens != [])


@pytest.mark.parametrize(("lets_through", "mistake"), [
    ({}, "empty brackets, several trees, no tokens"), ({"empty": False}, "several trees, no tokens"),
    ({"nothing": False}, "empty brackets, several trees"), ({"empty": False, "nothing": False}, "several trees"),
])
def test_what_a_parser_s_check_lets_through_is_said(lets_through, mistake):
    result = ch12.is_tree.check(lambda tokens, words: _depth_alone(tokens, words, **lets_through))
    assert result.mistake == mistake, result.message


def test_an_answer_that_begins_the_target_is_not_said_to_be_in_another_order():
    def match(answers, targets):
        pairs = zip(answers.T.tolist(), targets.T.tolist(), strict=True)
        return np.mean([2 in one and one[:one.index(2)] == other[:one.index(2)] for one, other in pairs])

    assert ch12.exact_match.check(match).mistake == "too short passes"


def word_or_bracket(tokens, words):
    """By descent: a node is a word, or a bracket of nodes."""
    def after_node(n):  # where the node that begins at n ends
        if tokens[n] == ")":
            raise ValueError
        if not tokens[n].startswith("("):
            return n + 1
        n = after_node(n + 1)
        while tokens[n] != ")":
            n = after_node(n)
        return n + 1

    try:
        whole = after_node(0) == len(tokens)
    except (IndexError, ValueError):
        return False
    return whole and [token for token in tokens if token[0] not in "()"] == words


def test_a_word_without_a_bracket_is_no_tree():
    assert not ch12.is_tree_reference(["dog"], ["dog"])
    assert ch12.is_tree.check(word_or_bracket).mistake == "a word alone"


def _voice(step, most_steps, *, state=None, feed=lambda outputs: np.append(outputs[:8], 0), too_late=False):
    frame, frames = np.zeros(9), []
    for _ in range(most_steps):
        outputs, state = step(frame, state)
        frames.append(outputs[:8].copy())
        if too_late:
            outputs[8] = 0
        if outputs[8] > 0:
            break
        frame = feed(outputs)
    return np.stack(frames)


def _voice_in_one_array(step, most_steps):
    frame, state, frames, over = np.zeros(9), None, [], False
    while not over and len(frames) < most_steps:
        outputs, state = step(frame, state)
        frame[:8] = outputs[:8]
        frames += [frame[:8]]
        over = outputs[8] > 0
    return np.stack(frames)


@pytest.mark.parametrize(("slip", "mistake"), [
    ({"state": np.zeros(6)}, "a state made up"), ({"feed": lambda outputs: outputs[:8]}, "not nine numbers handed on"),
    ({"feed": lambda outputs: np.append(outputs, 0)}, "not nine numbers handed on"),
    ({"too_late": True}, "never stops"),
])
def test_what_goes_wrong_in_a_voice_is_said(slip, mistake):
    result = ch12.voice.check(lambda step, most_steps: _voice(step, most_steps, **slip))
    assert result.mistake == mistake, result.message


def test_frames_that_are_one_array_are_recognised():
    assert ch12.voice.check(_voice).status == "correct"
    assert ch12.voice.check(_voice_in_one_array).mistake == "one array written over"


def test_a_hyphen_for_the_blank_is_named():
    def read(symbols):
        pairs = zip([None, *symbols], symbols, strict=False)
        return "".join(symbol for before, symbol in pairs if symbol != before and symbol != "-")

    assert "hyphen" in ch12.ctc_reading.check(read).message


def test_ein_for_every_eins_is_recognised_where_1_itself_is_right():
    def name(number, ones, tens):
        return "eins" if number == 1 else ch12.german_reference(number, ones, tens).replace("eins", "ein")

    assert ch12.german_name.check(name).mistake == "ein at the end"


def test_symbols_alone_compared_is_recognised():
    def match(answers, targets):
        pairs = zip(answers.T, targets.T, strict=True)
        return np.mean([np.array_equal(one[one > 2], other[other > 2]) for one, other in pairs])

    assert ch12.exact_match.check(match).mistake == "END dropped"
