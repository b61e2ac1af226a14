"""What is particular to chapter 09's exercises: answers outside the catalogue, right ones and wrong ones."""

import numpy as np
import pytest

from seqlearn.exercises import ch09


@pytest.mark.parametrize("answer", [
    lambda p, keep: 2 ** -np.log2(p[keep.astype(bool)]).mean(),
    lambda p, keep: np.exp(-(np.log(p) * keep).sum() / keep.sum()),
    lambda p, keep: float(np.prod(1 / p[keep == 1]) ** (1 / keep.sum())),
])
def test_other_ways_to_the_perplexity_are_right(answer):
    assert ch09.perplexity.check(answer).status == "correct"


def test_the_median_surprise_is_wrong_but_no_known_mistake():
    result = ch09.perplexity.check(lambda p, keep: np.exp(np.median(-np.log(p[keep == 1]))))
    assert result.status == "incorrect" and result.mistake is None


def test_blocks_in_a_loop_are_right():
    def blocks(tokens, rows, k):
        size = (len(tokens) - 1) // rows
        found = [[[tokens[n * size + b * k + t + shift] for n in range(rows)] for t in range(k)]
                 for shift in (0, 1) for b in range(size // k)]
        both = np.array(found).reshape(2, size // k, k, rows)
        return both[0], both[1]

    assert ch09.next_token_blocks.check(blocks).status == "correct"


def test_rows_of_whole_blocks_start_too_early():
    def blocks(tokens, rows, k):
        size = (len(tokens) - 1) // rows // k * k
        def cut(stream):
            return stream[:rows * size].reshape(rows, size).T.reshape(size // k, k, rows)
        return cut(tokens[:-1]), cut(tokens[1:])

    assert ch09.next_token_blocks.check(blocks).status == "incorrect"


def test_cutting_after_the_division_is_right():
    def sharpen(logits, temperature, top_k):
        z = logits / temperature
        z = np.where(np.argsort(np.argsort(-z)) < top_k, z, -np.inf)
        e = np.exp(z - z.max())
        return e / e.sum()

    assert ch09.sharpen.check(sharpen).status == "correct"


def test_powers_of_the_probabilities_are_right_only_where_nothing_overflows():
    def sharpen(logits, temperature, top_k):
        with np.errstate(all="ignore"):
            p = np.exp(logits) / np.exp(logits).sum()
            p = np.where(p >= np.sort(p)[-top_k], p, 0) ** (1 / temperature)
            return p / p.sum()

    assert ch09.sharpen.check(sharpen).status == "incorrect"


def test_the_maximum_has_to_be_divided_too():
    def sharpen(logits, temperature, top_k):
        with np.errstate(all="ignore"):
            kept = np.where(logits >= np.sort(logits)[-top_k], logits, -np.inf)
            e = np.exp(kept / temperature - logits.max())
            return e / e.sum()

    result = ch09.sharpen.check(sharpen)
    assert result.mistake == "the largest logit subtracted after the division" and "quotients" in result.message


def test_an_integer_mask_takes_rows():
    result = ch09.perplexity.check(lambda p, keep: np.exp(-np.log(p[keep]).mean()))
    assert result.mistake == "keep taken for row numbers"


def test_a_mask_of_minus_a_hundred_is_not_minus_infinity():
    def sharpen(logits, temperature, top_k):
        z = np.where(logits >= np.sort(logits)[-top_k], logits, -100) / temperature
        e = np.exp(z - z.max())
        return e / e.sum()

    assert ch09.sharpen.check(sharpen).status == "incorrect"


def test_the_nucleus_in_a_loop_is_right():
    def nucleus(p, share):
        kept, total = np.zeros(len(p)), 0.0
        for token in sorted(range(len(p)), key=lambda v: -p[v]):
            if total >= share:
                break
            kept[token], total = p[token], total + p[token]
        return kept / total

    assert ch09.nucleus.check(nucleus).status == "correct"


def test_the_largest_token_alone_is_no_nucleus():
    result = ch09.nucleus.check(lambda p, share: np.eye(len(p))[p.argmax()])
    assert result.status == "incorrect"


def test_quiz_asks_what_perplexity_v_means():
    assert "what perplexity V means" in [question.topic for question in ch09.QUIZ.questions]


def _in_a_loop(p, share, enough):
    kept = np.zeros(len(p))
    for token in np.argsort(-p):
        kept[token] = p[token]
        if enough(kept.sum(), share):
            break
    return kept / kept.sum()


def test_a_share_that_is_reached_exactly_is_enough():
    assert ch09.nucleus.check(lambda p, share: _in_a_loop(p, share, lambda a, b: a >= b)).status == "correct"
    result = ch09.nucleus.check(lambda p, share: _in_a_loop(p, share, lambda a, b: a > b))
    assert result.mistake == "one more when the share is reached exactly"


def test_of_equal_tokens_no_more_are_kept_than_needed():
    def nucleus(p, share):
        down = np.sort(p)[::-1]
        kept = np.where(p >= down[(np.cumsum(down) < share).sum()], p, 0)
        return kept / kept.sum()

    assert "two tokens" in ch09.nucleus.check(nucleus).message


@pytest.mark.parametrize("guard", [0, 1])
def test_the_crossing_token_is_missed_with_and_without_a_guard(guard):
    def nucleus(p, share):
        order = np.argsort(-p)
        kept = np.zeros(len(p))
        inside = order[:max(guard, (np.cumsum(p[order]) < share).sum())]
        kept[inside] = p[inside]
        return kept / max(kept.sum(), 1e-9)

    assert ch09.nucleus.check(nucleus).mistake == "the crossing token left out"


@pytest.mark.parametrize("divided", [False, True])
def test_a_temperature_that_is_not_used_is_not_said_to_be_divided_by(divided):
    def sharpen(logits, temperature, top_k):
        p = ch09.sharpen_reference(logits, 1.0, top_k)
        p = p / temperature if divided else p
        return p / p.sum()

    result = ch09.sharpen.check(sharpen)
    assert result.mistake == "temperature without effect" and "not used" in result.message


def test_rows_of_s_over_rows_tokens():
    def blocks(tokens, rows, k):
        size = len(tokens) // rows
        count = size // k
        return [stream[:rows * size].reshape(rows, size).T[:count * k].reshape(count, k, rows)
                for stream in (tokens, tokens[1:])]

    assert ch09.next_token_blocks.check(blocks).mistake == "rows of S // rows tokens"


@pytest.mark.parametrize("model_first", [False, True])
def test_reading_in_pieces_with_running_sums_is_right(model_first):
    def in_pieces(read, tokens, k):
        total, count, state, start = 0.0, 0, None, 0
        while start < len(tokens) - 1:
            stop = min(start + k, len(tokens) - 1)  # the last token is not read: nothing comes after it
            p, state = read(list(tokens[start:stop]) if model_first else tokens[start:stop], state)
            for row, target in zip(p, tokens[start + 1:stop + 1], strict=True):
                total, count = total - np.log(row[target]), count + 1
            start = stop
        return total / count

    assert ch09.read_in_pieces.check(in_pieces).status == "correct"


def test_one_long_reading_has_the_number_but_no_pieces():
    def at_once(read, tokens, k):
        p, _ = read(tokens, None)
        return float(-np.log(p[np.arange(len(tokens) - 1), tokens[1:]]).mean())

    result = ch09.read_in_pieces.check(at_once)
    assert result.status == "incorrect" and "longer than k" in result.message


@pytest.mark.parametrize(("changed", "mistake"), [
    (lambda total, count, each: (total + np.mean(each), count + 1), "mean of the pieces' means"),
    (lambda total, count, each: (total + np.sum(each), 1), "sum in place of mean"),
])
def test_pieces_added_up_in_the_wrong_way(changed, mistake):
    def in_pieces(read, tokens, k):
        total, count, state = 0.0, 0, None
        for start in range(0, len(tokens) - 1, k):
            targets = tokens[start + 1:start + 1 + k]
            p, state = read(tokens[start:start + len(targets)], state)
            total, count = changed(total, count, [-np.log(p[i, y]) for i, y in enumerate(targets)])
        return total / count

    assert ch09.read_in_pieces.check(in_pieces).mistake == mistake


def test_a_greedy_writer_in_one_loop_is_right():
    def write(step, beginning, length):
        tokens, state = list(beginning), None
        for place in range(len(beginning) + length - 1):
            logits, state = step(tokens[place], state)
            if place >= len(beginning) - 1:
                tokens.append(max(range(len(logits)), key=lambda v: logits[v]))
        return tokens[len(beginning):]

    assert ch09.write_greedily.check(write).status == "correct"


def test_a_greedy_writer_that_asks_too_often_is_told_so():
    def write(step, beginning, length):
        state, written = None, []
        for token in beginning:
            logits, state = step(token, state)
        for _ in range(length):
            written.append(int(np.argmax(logits)))
            logits, state = step(written[-1], state)
        return written

    result = ch09.write_greedily.check(write)
    assert result.status == "incorrect" and "8 calls" in result.message and "made 9" in result.message


def test_a_writer_that_draws_is_wrong():
    def write(step, beginning, length):
        rng, state, written = np.random.default_rng(0), None, []
        for token in beginning:
            logits, state = step(token, state)
        while len(written) < length:
            p = np.exp(logits - logits.max())
            written.append(rng.choice(len(p), p=p / p.sum()))
            logits, state = step(written[-1], state)
        return written

    assert ch09.write_greedily.check(write).status == "incorrect"


def test_the_gradient_by_the_whole_jacobian_is_right():
    def d_logits(logits, targets, temperature):
        rows = []
        for row, target in zip(logits, targets, strict=True):
            p = np.exp(row / temperature) / np.exp(row / temperature).sum()
            jacobian = (np.diag(p) - np.outer(p, p)) / temperature
            rows.append(-jacobian[target] / p[target] / len(targets))
        return np.array(rows)

    assert ch09.d_logits.check(d_logits).status == "correct"


def test_the_gradient_by_torch_is_right():
    torch = pytest.importorskip("torch")

    def d_logits(logits, targets, temperature):
        leaf = torch.tensor(logits, requires_grad=True)
        torch.nn.functional.cross_entropy(leaf / temperature, torch.as_tensor(targets)).backward()
        return leaf.grad

    assert ch09.d_logits.check(d_logits).status == "correct"


@pytest.mark.parametrize(("answer", "mistake"), [(30.04, None), (30.2, None), (20.82, "nats taken for bits"),
                                                 (240.3, "kilobits"), (29.33, "1,024 bytes"), (30_037, "bytes")])
def test_kilobytes(answer, mistake):
    result = ch09.kilobytes.check(answer)
    assert (result.status == "correct", result.mistake) == (mistake is None, mistake)


@pytest.mark.parametrize(("answer", "mistake"), [
    (2.14, None), (2.1355, None), (12.5, "divided by the length of a word"), (0.7587, "the surprise of a character"),
    (4.2485, "the surprise of a word"), (134.8, "the character model per word"),
])
def test_words_and_characters(answer, mistake):
    result = ch09.words_and_characters.check(answer)
    assert (result.status == "correct", result.mistake) == (mistake is None, mistake)
