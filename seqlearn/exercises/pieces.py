"""Exercises 15.3 and 15.5 to 15.8: unknown words copied, pieces of words, two systems compared, cross-attention."""

from collections import Counter

import numpy as np

from seqlearn.grading import Exercise, Mistake

# 15.3 Copy what is unknown ----------------------------------------------------------------------------------------


def copy_unknown_reference(target, source, weights):
    """The tokens of `target`, each "<unk>" replaced by the source word that got the most attention at that step.

    target: S tokens. source: T words. weights: (S, T), row s for the step at which token s was written.
    """
    return [source[int(np.argmax(weights[s]))] if token == "<unk>" else token for s, token in enumerate(target)]


def _each_word_once(target, source, weights):
    out, free = list(target), weights.copy()
    for s in [s for s, token in enumerate(target) if token == "<unk>"]:
        place = int(np.argmax(free[s]))
        out[s], free[:, place] = source[place], -1
    return out


def _copies(rng):
    cases = []
    for source, target in (("der mann aus kitzbühel schläft".split(), "the <unk> from <unk> is asleep .".split()),
                           ("anna besucht otto in bregenz heute .".split(), "<unk> visits <unk> in <unk>".split()),
                           ("ein hund namens waldi".split(), "a dog called <unk> <unk> today".split()),
                           ("gestern traf frau huber in graz den alten pfarrer".split(),
                            "<unk> ms <unk> met the <unk> of <unk> and <unk> <unk>".split())):
        scores = 2.5 * rng.standard_normal((len(target), len(source)))
        unknown = [s for s, token in enumerate(target) if token == "<unk>"]
        place = int(rng.integers(1, len(source)))
        scores[unknown[:2], place] = scores[unknown[:2]].max(axis=1) + 0.3  # two of them look at the same word
        weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        cases.append((target, source, weights))
    looked_at = 0.5 * np.eye(6) + 0.05 + 0.02 * rng.random((6, 6))
    cases.append(("mia says : <unk> is here".split(), "mia sagt : mia ist da".split(), looked_at))
    return cases


copy_unknown = Exercise(
    id="15.3",
    title="Copy what is unknown",
    stars=2,
    reference=copy_unknown_reference,
    cases=_copies,
    names="token {}",
    mistakes=[
        Mistake("the same place", {"source[int(np.argmax(weights[s]))]": "source[min(s, len(source) - 1)]"},
                "You copy the source word at the same position. The languages order words differently: look where "
                "the weights of this step are largest."),
        Mistake("columns",
                [{"np.argmax(weights[s])": "np.argmax(weights, axis=0)[min(s, len(source) - 1)] % len(source)"},
                {"np.argmax(weights[s])": "np.argmax(weights, axis=0)[min(s, len(source) - 1)]"},
                {"weights[s]": "weights[:, s % len(source)][: len(source)]"}],
                "You take the maximum along the wrong axis: for each source word a step. Row s of the weights "
                "belongs to token s; take its argmax."),
        Mistake("everything replaced", {' if token == "<unk>" else token': ""},
                "You replace every token. The model's own words stay; only \"<unk>\" is replaced."),
        Mistake("dropped", {"enumerate(target)]": 'enumerate(target) if token != "<unk>"]'},
                "You leave unknown words out. Put the source word in their place."),
        Mistake("one step early", [{"weights[s]": "weights[max(s - 1, 0)]"}, {"weights[s]": "weights[s - 1]"}],
                "You use the weights of the step before. Row s is the step at which token s was written."),
        Mistake("one step late",
                [{"weights[s]": "weights[min(s + 1, len(weights) - 1)]"},
                {"weights[s]": "weights[(s + 1) % len(weights)]"}],
                "You use the weights of the step after. Row s is the step at which token s was written."),
        Mistake("rows counted by unknown words", {"weights[s]": 'weights[target[:s].count("<unk>")]'},
                "You take row 0 for the first unknown word, row 1 for the second. The row is the token's position."),
        Mistake("each word once", _each_word_once,
                "You use each source word once. Two tokens may look at the same word: take the largest weight of "
                "each row, whatever other rows did."),
        Mistake("mean over the steps", {"weights[s]": "weights.mean(axis=0)"},
                "You average the weights over all steps. Each step has a row of its own."),
        Mistake("the first one's row for all", {"weights[s]": "weights[target.index(token)]"},
                'target.index("<unk>") always finds the first unknown word, so all of them get its source word. Go '
                "through the target with enumerate: s is the row."),
        Mistake("one place for all",
                [{"np.argmax(weights[s])": "np.argmax(weights) % len(source)"},
                {"weights[s]": "weights.max(axis=0)"}],
                "You look for the largest weight of the whole array. Each step has a row of its own: "
                "np.argmax(weights[s])."),
        Mistake("one word beside it",
                [{"int(np.argmax(weights[s]))": "int(np.argmax(weights[s])) - 1"},
                {"int(np.argmax(weights[s]))": "min(int(np.argmax(weights[s])) + 1, len(source) - 1)"},
                {"int(np.argmax(weights[s]))": "int(np.argmax(weights[s, 1:]))"}],
                "You copy the word beside the one that got the most attention. Column t belongs to source[t], "
                "counted from 0."),
        Mistake("words of the target left out",
                {"weights[s]": "np.where([word in target for word in source], -1, weights[s])"},
                "You leave out source words that stand in the target already. A name may be said twice: take the "
                "largest weight of the row, whatever was written elsewhere."),
        Mistake("first unknown word alone", {'token == "<unk>"': 'token == "<unk>" and "<unk>" not in target[:s]'},
                "You replace the first unknown word alone. Each of them has a row of weights, and each is replaced."),
    ],
    hints=[
        "Go through the target with enumerate: s is the row of the weights.",
        "np.argmax(weights[s]) is the position in the source that got the most attention.",
        "A list comprehension does it: source[…] if token == \"<unk>\" else token.",
    ],
    explanation="A copied word fits when it is a name that both languages write alike. Of other words you copy German "
                "into English. Jean et al. (2015) look the copied word up in a dictionary first.",
)

# 15.5 Build it: pieces of words -----------------------------------------------------------------------------------


def learn_merges_reference(word_counts, num_merges):
    """The merges of byte-pair encoding, a list of pairs of pieces, in the order in which they are made.

    word_counts: a dict, how often each word occurs. A word begins as its letters, the last one with "·" behind it:
    low is l, o, w·. Each time the most frequent pair of neighbouring pieces is merged, in all words, from left to
    right; of equally frequent pairs the one that comes first in the alphabet, as tuples compare. A pair in a word that
    occurs k times counts k times. Stop after num_merges, or when no two pieces are left side by side.
    """
    spellings = {word: [*word[:-1], word[-1] + "·"] for word in word_counts}
    merges = []
    while len(merges) < num_merges:
        counts = Counter()
        for word, pieces in spellings.items():
            for pair in zip(pieces, pieces[1:]):
                counts[pair] += word_counts[word]
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        for word in spellings:
            spellings[word] = merged(spellings[word], best)
    return merges


def merged(pieces, pair):
    """The pieces of a word, with this pair made one wherever it stands."""
    result = []
    while pieces:
        if tuple(pieces[:2]) == pair:
            result.append(pieces[0] + pieces[1])
            pieces = pieces[2:]
        else:
            result.append(pieces[0])
            pieces = pieces[1:]
    return result


def _counted_words(rng):
    texts = [
        {"low": 5, "lower": 2, "newest": 6, "widest": 3},
        {"banana": 3, "bandana": 2, "ananas": 4, "cabana": 1},
        {"aaaa": 3, "aaab": 2, "baaa": 2, "b": 9},
        {"hut": 4, "hüte": 3, "hut-laden": 2, "laden": 2, "strohhut": 1, "schneemobil": 1, "schnee": 5},
    ]
    cases = [(text, count) for text, count in zip(texts, (6, 8, 5, 12))]
    for size in (5, 8):
        words = {"".join(rng.choice(list("aehnst"), int(rng.integers(1, 7)))) for _ in range(size)}
        cases.append(({str(word): int(rng.integers(1, 9)) for word in sorted(words)}, 7))
    cases += [({"ab": 1, "a": 5}, 10), ({"ab": 1, "cd": 1, "a": 5}, 3)]
    return cases


def _as_tuples(answer, word_counts, num_merges):
    """A pair may be written as a list as well."""
    found = answer(word_counts, num_merges)
    return [tuple(pair) for pair in found] if isinstance(found, list | tuple) else found


learn_merges = Exercise(
    id="15.5",
    title="Build it: pieces of words",
    stars=3,
    reference=learn_merges_reference,
    helpers=(merged,),
    cases=_counted_words,
    call=_as_tuples,
    names="merge {}",
    mistakes=[
        Mistake("words counted once", {"+= word_counts[word]": "+= 1"},
                "Every word counts once with you. A pair in a word that occurs six times has been seen six times: add "
                "word_counts[word]."),
        Mistake("no sign for the end", {'word[-1] + "·"': "word[-1]"},
                "Your words end in a plain letter. The last letter carries a “·”, so that the est of newest and the "
                "est of estate are different pieces."),
        Mistake("end of the word apart", {'[*word[:-1], word[-1] + "·"]': '[*word, "·"]'},
                "You make “·” a piece of its own. Here it is glued to the last letter from the start: low is l, o, "
                "w·."),
        Mistake("ties the other way",
                [{"min(counts, key=lambda pair: (-counts[pair], pair))": "max(counts, key=lambda pair: (counts[pair], "
                  "pair))"},
                 {"min(counts, key=lambda pair: (-counts[pair], pair))": "max(counts, key=counts.get)"},
                 {"min(counts, key=lambda pair: (-counts[pair], pair))": "counts.most_common(1)[0][0]"}],
                "Where two pairs are equally frequent you take another one. The rule is the first in the alphabet: "
                "min(counts, key=lambda pair: (-counts[pair], pair))."),
        Mistake("counted once and for all",
                lambda word_counts, num_merges: _without_new_counts(word_counts, num_merges),
                "You count the pairs of letters once and take the most frequent ones. After each merge the pieces are "
                "others: count again."),
        Mistake("the rarest pair", {"(-counts[pair], pair)": "(counts[pair], pair)"},
                "You merge the rarest pair first. The most frequent one is asked for."),
        Mistake("one place a word",
                [{"result.append(pieces[0] + pieces[1])\n            pieces = pieces[2:]":
                  "result.append(pieces[0] + pieces[1])\n            return [*result, *pieces[2:]]"}],
                "You merge a pair at the first place of a word only. In banana “an” stands twice: merge both."),
        Mistake("pieces that overlap",
                {"result.append(pieces[0] + pieces[1])\n            pieces = pieces[2:]":
                 "result.append(pieces[0] + pieces[1])\n            pieces = pieces[1:]"},
                "After a merge you go on one place, so its second piece is used again. Go on two places."),
        Mistake("a pair once in each word", {"in zip(pieces, pieces[1:]):": "in set(zip(pieces, pieces[1:])):"},
                "A pair that stands twice in a word counts once with you. It counts at every place."),
        Mistake("pieces joined, not pairs", {"merges.append(best)": 'merges.append("".join(best))'},
                "You return the joined pieces. Keep the pairs: with them a new word can be cut in the same order."),
        Mistake("one merge too many", {"len(merges) < num_merges": "len(merges) <= num_merges"},
                "You make one merge more than num_merges."),
        Mistake("stopped at a single pair", {"if not counts:": "if not counts or max(counts.values()) < 2:"},
                "You stop when no pair stands twice. That is a sensible rule, but not the one asked for: go on while "
                "two pieces stand side by side."),
        Mistake("joined in a text", lambda word_counts, num_merges: _replaced(word_counts, num_merges),
                "You replace in a text. `a n` then also matches inside longer pieces, such as `ba n` or `a ns`. "
                "Compare whole pieces, in a list."),
        Mistake("a pair across a word's end", lambda word_counts, num_merges: _across(word_counts, num_merges),
                "You join the words to one line, so pairs reach from the end of a word into the next. Count within "
                "each word."),
    ],
    hints=[
        "Keep a dict from each word to its list of pieces. One round of the loop: count, choose, merge everywhere.",
        "Pairs of neighbours are zip(pieces, pieces[1:]). Add word_counts[word] for each of them to a Counter.",
        "For the ties, look for the smallest (-count, pair): Python compares tuples from left to right.",
        "To merge, walk through the pieces with a while loop: where the next two are the pair, add their sum and go on "
        "two places, otherwise add one piece and go on one place.",
    ],
    explanation="`seqlearn.data.subwords.learn_merges` also stops when no pair stands twice, and counts only those "
                "words again that have changed: with ten thousand words and 2,000 merges it took us 1.6 seconds in "
                "place of 70.",
)


def _without_new_counts(word_counts, num_merges):
    counts = Counter()
    for word, count in word_counts.items():
        pieces = [*word[:-1], word[-1] + "·"]
        for pair in zip(pieces, pieces[1:]):
            counts[pair] += count
    return sorted(counts, key=lambda pair: (-counts[pair], pair))[:num_merges]


def _replaced(word_counts, num_merges):
    texts = {word: " ".join([*word[:-1], word[-1] + "·"]) for word in word_counts}
    merges = []
    while len(merges) < num_merges:
        counts = Counter()
        for word, text in texts.items():
            pieces = text.split()
            for pair in zip(pieces, pieces[1:]):
                counts[pair] += word_counts[word]
        if not counts:
            break
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        texts = {word: text.replace(" ".join(merges[-1]), "".join(merges[-1])) for word, text in texts.items()}
    return merges


def _across(word_counts, num_merges):
    line = [piece for word, count in word_counts.items() for _ in range(count)
            for piece in (*word[:-1], word[-1] + "·")]
    merges = []
    while len(merges) < num_merges and len(line) > 1:
        counts = Counter(zip(line, line[1:]))
        merges.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        line = merged(line, merges[-1])
    return merges


# 15.6 Cut a new word ----------------------------------------------------------------------------------------------


def cut_reference(word, merges):
    """The pieces of a word by merges that were learned before, a list of texts.

    merges: pairs of pieces, in the order in which they were learned. The word begins as its letters, the last one with
    "·" behind it. Of the merges that are possible, the one that was learned first is made first, at all its places.
    """
    pieces = [*word[:-1], word[-1] + "·"]
    for pair in merges:
        pieces = merged(pieces, tuple(pair))
    return pieces


def _new_words(rng):
    learned = [
        ({"low": 5, "lower": 2, "newest": 6, "widest": 3}, 8, ("lowest", "wider", "newer", "slow")),
        ({"banana": 3, "bandana": 2, "ananas": 4, "cabana": 1}, 7, ("anna", "bananas", "nab")),
        ({"hut": 4, "hüte": 3, "laden": 4, "schnee": 5, "mobil": 2}, 14, ("hutladen", "schneehut", "mobile")),
        ({"abab": 1, "bc": 9, "ab": 5, "abc": 1}, 3, ("abcabc", "aabb")),
    ]
    return [(word, learn_merges_reference(counts, size)) for counts, size, words in learned for word in words]


def _longest_first(word, merges):
    known = sorted({"".join(pair) for pair in merges}, key=lambda piece: (-len(piece), piece))
    rest, pieces = word + "·", []
    while rest:
        piece = next((each for each in known if rest.startswith(each)), rest[:2] if len(rest) == 2 else rest[0])
        pieces.append(piece)
        rest = rest[len(piece):]
    return pieces


def _cut_in_a_text(word, merges):
    text = " ".join([*word[:-1], word[-1] + "·"])
    for pair in merges:
        text = text.replace(" ".join(pair), "".join(pair))
    return text.split()


cut_word = Exercise(
    id="15.6",
    title="Cut a new word",
    stars=2,
    reference=cut_reference,
    helpers=(merged,),
    cases=_new_words,
    names="piece {}",
    mistakes=[
        Mistake("last merge first", {"in merges:": "in reversed(merges):"},
                "You begin with the merge that was learned last. A late merge joins pieces that early ones have made: "
                "begin with the first."),
        Mistake("longest piece first", _longest_first,
                "You go through the word from the left and take what fits. Here the merges are made again in the "
                "order in "
                "which they were learned, wherever in the word they stand."),
        Mistake("no sign for the end", {'word[-1] + "·"': "word[-1]"},
                "Your last letter has no “·”. Pieces that close a word are others than those within one."),
        Mistake("end of the word apart", {'[*word[:-1], word[-1] + "·"]': '[*word, "·"]'},
                "You make “·” a piece of its own. Here it is glued to the last letter from the start."),
        Mistake("one place a word",
                {"result.append(pieces[0] + pieces[1])\n            pieces = pieces[2:]":
                 "result.append(pieces[0] + pieces[1])\n            return [*result, *pieces[2:]]"},
                "You make each merge at its first place only. A pair that stands twice in the word is merged twice."),
        Mistake("joined in a text", lambda word, merges: _cut_in_a_text(word, merges),
                "You replace in a text. A pair such as `a b` then also matches inside longer pieces, such as `ca b`. "
                "Compare whole pieces, in a list."),
        Mistake("first merge only", {"in merges:": "in merges[:1]:"},
                "You make the first merge and stop. Go through all of them."),
        Mistake("letters", {"pieces = merged(pieces, tuple(pair))": "pass"},
                "Those are the letters. Make the merges, in order."),
        Mistake("whole word", lambda word, merges: [word + "·"],
                "That is the whole word. A word that was never seen has to be cut into pieces that were."),
    ],
    hints=[
        "Begin with the letters, and put “·” behind the last one.",
        "Go through the merges in order; for each, join its pair wherever it stands in the word.",
        "You have written the joining for 15.5. It is the same here.",
    ],
    explanation="With enough merges a frequent word of the training text comes out whole. A word nobody has seen is "
                "made of pieces that were learned, at worst of letters.",
)

# 15.7 Ahead by luck? ----------------------------------------------------------------------------------------------


def ahead_reference(a, b, draws):
    """The share of the draws in which system b has a higher mean score than system a, a number from 0 to 1.

    a, b: (N,), the scores of the two systems on the same N sentences. draws: (B, N) integers, row i the sentences of
    draw i, drawn with replacement; both systems are judged on the same drawn sentences.
    """
    return np.mean(b[draws].mean(axis=1) > a[draws].mean(axis=1))


def _two_systems(rng):
    cases = []
    for count, gain, noise in ((20, 0.1, 0.5), (12, -0.1, 0.4), (30, 0.0, 0.6), (15, 0.15, 0.5)):
        hard = rng.normal(3, 1, count)  # sentences that are hard for one are hard for the other
        a, b = hard + noise * rng.normal(size=count), hard + gain + noise * rng.normal(size=count)
        cases.append((a, b, rng.integers(0, count, (61, count))))
    a = rng.integers(0, 3, 6).astype(float)  # whole numbers: some draws end level
    cases.append((a, a[::-1].copy(), rng.integers(0, 6, (60, 6))))
    return cases


ahead = Exercise(
    id="15.7",
    title="Ahead by luck?",
    stars=2,
    reference=ahead_reference,
    cases=_two_systems,
    mistakes=[
        Mistake("against all of a", {"a[draws].mean(axis=1)": "a.mean()"},
                "You compare each draw of b with the mean of a over all sentences. A draw of easy sentences then "
                "speaks "
                "for b. Judge both on the same draw."),
        Mistake("not paired", [{"a[draws]": "a[np.roll(draws, 1, axis=0)]"}, {"a[draws]": "a[draws[::-1]]"}],
                "You judge the two systems on different draws. A draw with many hard sentences pulls one of them down "
                "and not the other, which hides the difference. Take the same rows of `draws` for both."),
        Mistake("share of the sentences", lambda a, b, draws: np.mean(b > a),
                "That is the share of sentences on which b is better. Asked is in how many draws its mean is higher."),
        Mistake("share of drawn sentences", lambda a, b, draws: np.mean(b[draws] > a[draws]),
                "You compare sentence by sentence. First take the mean of each draw, then compare the means."),
        Mistake("the other system",
                [{">": "<"}, lambda a, b, draws: np.mean(a[draws].mean(axis=1) >= b[draws].mean(axis=1))],
                "That is how often a is ahead. Asked is b."),
        Mistake("level counts as ahead", {">": ">="},
                "You count draws that end level as won by b. Ahead means higher."),
        Mistake("along the draws", {"b[draws].mean(axis=1)": "b[draws].mean(axis=0)",
                                    "a[draws].mean(axis=1)": "a[draws].mean(axis=0)"},
                "You take the mean along the draws, for each place in a draw. A draw is a row: axis=1."),
        Mistake("difference of the means", lambda a, b, draws: b[draws].mean() - a[draws].mean(),
                "That is by how much b is ahead on average. Asked is how often."),
        Mistake("one comparison", lambda a, b, draws: float(b.mean() > a.mean()),
                "You compare the two means once. The draws show how much that comparison hangs on the sentences."),
        Mistake("a count", {"np.mean(b[draws].mean(axis=1) > a[draws].mean(axis=1))":
                            "np.sum(b[draws].mean(axis=1) > a[draws].mean(axis=1))"},
                "That is a number of draws. Divide by how many there are."),
        Mistake("percent", {"np.mean(b[draws].mean(axis=1) > a[draws].mean(axis=1))":
                            "100 * np.mean(b[draws].mean(axis=1) > a[draws].mean(axis=1))"},
                "That is a percentage. Asked is a share, from 0 to 1."),
    ],
    hints=[
        "a[draws] is an array (B, N): the scores of all draws at once.",
        "Take the mean of each row, for a and for b.",
        "The mean of an array of True and False is the share of True.",
    ],
    explanation="For BLEU the mean is replaced by BLEU of the drawn sentences, as in the chapter; the rest is the same "
                "(Koehn, 2004).",
)

# 15.8 Ask the source ----------------------------------------------------------------------------------------------


def ask_the_source_reference(x, memory, W_q, W_k, W_v, seen):
    """Cross-attention of one head: every position of the target asks all positions of the source. (S, d).

    x: (S, M), the target's positions. memory: (T, M), the encoder's outputs. W_q, W_k, W_v: (M, d).
    seen: (T,) booleans, False where the source is padding.
    """
    q, k, v = x @ W_q, memory @ W_k, memory @ W_v
    scores = np.where(seen, q @ k.T / np.sqrt(q.shape[1]), -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) @ v


def _both_sides(rng):
    cases = []
    for S, T, M, d, real in ((4, 6, 5, 3, 4), (6, 4, 3, 4, 4), (5, 5, 4, 2, 3), (3, 7, 6, 5, 5)):
        seen = np.arange(T) < real
        memory = rng.normal(size=(T, M))
        memory[~seen] *= 6  # what lies behind the padding is large
        cases.append((rng.normal(size=(S, M)), memory, *(rng.normal(size=(M, d)) for _ in range(3)), seen))
    return cases


def _with(change):
    """The reference's arithmetic with the scores changed."""
    def wrong(x, memory, W_q, W_k, W_v, seen):
        q, k, v = x @ W_q, memory @ W_k, memory @ W_v
        scores = change(q @ k.T / np.sqrt(q.shape[1]), seen)
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True) @ v
    return wrong


def _masked_after(x, memory, W_q, W_k, W_v, seen):
    scores = x @ W_q @ (memory @ W_k).T / np.sqrt(W_q.shape[1])
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) * seen @ (memory @ W_v)


def _causal(scores, seen):
    later = np.arange(scores.shape[1]) > np.arange(len(scores))[:, None]
    return np.where(seen & ~later, scores, -np.inf)


ask_the_source = Exercise(
    id="15.8",
    title="Ask the source",
    stars=2,
    reference=ask_the_source_reference,
    cases=_both_sides,
    mistakes=[
        Mistake("self-attention",
                [{"memory @ W_k, memory @ W_v": "x @ W_k, x @ W_v",
                  "np.where(seen, q @ k.T / np.sqrt(q.shape[1]), -np.inf)": "q @ k.T / np.sqrt(q.shape[1])"}],
                "Keys and values come from the target with you: that is self-attention, and the source is never read. "
                "Take them from memory."),
        Mistake("source asks", lambda x, memory, W_q, W_k, W_v, seen: ask_the_source_reference(
                    memory, x, W_q, W_k, W_v, np.ones(len(x), dtype=bool)),
                "The source asks the target with you. The decoder's positions x ask, so the queries are x @ W_q."),
        Mistake("padding read", {"np.where(seen, q @ k.T / np.sqrt(q.shape[1]), -np.inf)":
                                 "q @ k.T / np.sqrt(q.shape[1])"},
                "You never use `seen`: padded positions get weight as well. Set their scores to -np.inf before the "
                "softmax."),
        Mistake("mask the wrong way round", lambda x, memory, W_q, W_k, W_v, seen: ask_the_source_reference(
                    x, memory, W_q, W_k, W_v, ~seen if not seen.all() else seen),
                "You hide the real words and look at the padding: `seen` is True where a word may be looked at."),
        Mistake("padding set to zero", lambda x, memory, W_q, W_k, W_v, seen: ask_the_source_reference(
                    x, memory * seen[:, None], W_q, W_k, W_v, np.ones(len(memory), dtype=bool)),
                "You set the padded rows of memory to 0. Their scores are then 0, which is a score like any other, and "
                "they get weight. Set the scores to -np.inf."),
        Mistake("masked after the softmax", _masked_after,
                "You take the weights of padding out after the softmax, so the rest no longer adds up to 1. Mask the "
                "scores, before."),
        Mistake("masked with 0", _with(lambda scores, seen: np.where(seen, scores, 0.0)),
                "You set the padded scores to 0. A score of 0 is a score like any other: e to the power of 0 is 1. "
                "Use -np.inf."),
        Mistake("causal as well", _with(_causal),
                "You also hide the later positions of the source. Those are known from the start; only later words of "
                "the target have to be hidden, in the self-attention."),
        Mistake("scale left out", {" / np.sqrt(q.shape[1])": ""},
                "The scores are not divided by √d."),
        Mistake("divided by √M", {"np.sqrt(q.shape[1])": "np.sqrt(x.shape[1])"},
                "You divide by √M. The scores are sums of d products: divide by √d, the number of columns of q."),
        Mistake("values from the target", {"memory @ W_v": "x @ W_v"},
                "Your values come from the target. What is averaged are the encoder's outputs: memory @ W_v."),
        Mistake("one softmax for all", {"e.sum(axis=1, keepdims=True)": "e.sum()"},
                "Your weights add up to 1 over the whole table. Each row has to: axis=1."),
        Mistake("softmax along the target",
                {"scores.max(axis=1, keepdims=True)": "scores.max(where=np.isfinite(scores), initial=-1e9)",
                 "e.sum(axis=1, keepdims=True)": "np.maximum(e.sum(axis=0), 1e-300)"},
                "Your weights add up to 1 down the columns. Each position of the target shares out its own attention: "
                "the rows add up to 1, axis=1."),
        Mistake("values not projected", {"memory @ W_v": "memory"},
                "You average the encoder's outputs themselves. The values are memory @ W_v."),
    ],
    hints=[
        "Queries from x, keys and values from memory; then it is chapter 14's attention.",
        "The scores are (S, T). Where `seen` is False they become -np.inf: np.where(seen, scores, -np.inf).",
        "Softmax along axis 1, then the weights times the values.",
    ],
)
