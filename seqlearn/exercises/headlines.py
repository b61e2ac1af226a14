"""Exercise 01.10: learn from headlines who does something to whom, wherever in the sentence it is said.

Words are integers: 0 is the dog, 1 to 6 are the others, 7 to 11 verbs, and 12 to 15 never occur in training.
"""

from functools import partial

import numpy as np

from seqlearn import nn
from seqlearn.grading import Exercise, Mistake


def bag_of_pairs(sentence, V):
    """How often each word stands right before each other word, (V · V,)."""
    counts = np.zeros((V, V))
    np.add.at(counts, (sentence[:-1], sentence[1:]), 1)
    return counts.reshape(-1)


def linear_classifier(vector_of, train_sentences, labels, V):
    """Train a linear layer on vector_of(sentence, V); a vector entry that training has not seen keeps the weight 0."""
    x = np.array([vector_of(sentence, V) for sentence in train_sentences])
    layer, loss = nn.Linear(x.shape[1], 1), nn.BinaryCrossEntropy()
    layer.params["W"][:] = 0
    adam = nn.Adam(layer.params, 0.05)
    for _ in range(200):
        loss.forward(layer.forward(x)[:, 0], labels)
        layer.backward(loss.backward()[:, None])
        adam.step(layer.grads)
    return lambda sentence: bool(layer.forward(vector_of(np.asarray(sentence), V)[None])[0, 0] > 0)


def learn_to_tell_reference(train_sentences, labels, V):
    """A linear layer on bags of pairs; returns a function from a sentence (T,) to True for label 1."""
    return linear_classifier(bag_of_pairs, train_sentences, labels, V)


KINDS = {"nothing added": [(0, 0)], "words in front": [(1, 0), (2, 0), (3, 0)],
         "words behind": [(0, 1), (0, 2), (0, 3)], "words on both sides": [(1, 1), (1, 2), (2, 1)]}


def _headline_case(rng, turned):
    """Headlines with word 0 in front of a verb or behind it; new pairs, and fillers that training has not met."""
    nouns, verbs, fillers, cut = np.arange(1, 7), np.arange(7, 12), np.arange(12, 16), 44
    both = [np.array([(0, verb, noun), (noun, verb, 0)]) for noun in nouns for verb in verbs]
    rng.shuffle(both)
    sentences, labels = np.concatenate(both), np.abs(np.tile([1.0, 0.0], len(both)) - turned)
    new_ones = []
    for kind, places in KINDS.items():
        for front, behind in places:
            for n in range(cut, len(sentences)):
                if n % 2 == 0:  # twins get the same words in front and behind
                    before, after = rng.choice(fillers, front), rng.choice(fillers, behind)
                new_ones.append((kind, np.concatenate([before, sentences[n], after]), labels[n]))
    return sentences[:cut], labels[:cut], 16, new_ones


def _shares_told(answer, train_sentences, labels, V, new_ones):
    """For each kind of new sentences: 1 if at least 95 % are right, 0 if at most 5 %, ½ between, whatever the seed."""
    tell = answer(train_sentences, labels, V)
    if not callable(tell):
        raise TypeError(f"learn_to_tell must return a function, got {type(tell).__name__}")
    right = {kind: [] for kind in KINDS}
    for kind, sentence, label in new_ones:
        told = np.asarray(tell(sentence.copy()))
        if told.size != 1:
            raise ValueError(f"the function you return must give one answer a sentence, got shape {told.shape}")
        right[kind].append((float(told.reshape(())) > 0.5) == (label > 0.5))
    shares = [np.mean(each) for each in right.values()]
    return tuple(1.0 if share >= 0.95 else 0.0 if share <= 0.05 else 0.5 for share in shares)


def _padded(sentence, V, front=False):
    """One-hot vectors side by side in eight places, the zeros behind them or in front."""
    zeros = np.zeros((8 - len(sentence), V))
    return np.concatenate([zeros, np.eye(V)[sentence]] if front else [np.eye(V)[sentence], zeros]).reshape(-1)


def first_and_second(sentence, V):
    """What a window of two words finds without looking at pairs: its first words counted, and its second words."""
    return np.concatenate([np.eye(V)[sentence[:-1]].sum(axis=0), np.eye(V)[sentence[1:]].sum(axis=0)])


def _trained(vector_of):
    """A learner like the reference, on another input."""
    return partial(linear_classifier, vector_of)


def _ruled(rule):
    """A learner that learns nothing."""
    return lambda train_sentences, labels, V: rule


def _dog_before_verb(sentence):
    after_the_dog = list(sentence).index(0) + 1
    return after_the_dog < len(sentence) and 7 <= sentence[after_the_dog] < 12


learn_to_tell = Exercise(
    id="01.10",
    title="Build it: a classifier that holds on both sides",
    stars=3,
    reference=learn_to_tell_reference,
    helpers=(bag_of_pairs, linear_classifier),
    cases=lambda rng: [_headline_case(rng, turned) for turned in (0, 0, 1)],
    call=_shares_told,
    names=tuple(f"{kind} (1: 95 % or more are right; 0: 5 % or fewer; 0.5: between)" for kind in KINDS),
    time_limit=20,
    mistakes=[
        Mistake("bag of words", [_trained(lambda sentence, V: np.eye(V)[sentence].sum(axis=0)),
                                 _ruled(lambda sentence: True), _ruled(lambda sentence: False)],
                "Fewer than 95 % of your answers to new sentences are right, even with nothing added. A bag of words "
                "gets half of them, because it gives twins the same input; so does a constant, and so does a table of "
                "the sentences learned by heart."),
        Mistake("only where the sentence begins", [
            _trained(_padded), _trained(lambda sentence, V: np.eye(V)[sentence[0]])],
                "A word in front upsets your answers. Your input counts places from the beginning, as a concatenation "
                "with zeros at the end does, or it depends on the first word, or on zeros that show where the "
                "sentence ends."),
        Mistake("only where the sentence ends", [
            _trained(partial(_padded, front=True)), _trained(lambda sentence, V: np.eye(V)[sentence[-1]])],
                "A word behind upsets your answers. Your input counts places from the end, as a concatenation with "
                "zeros in front does, or it depends mostly on the last word, as the state of a random reader does."),
        Mistake("only with one end bare", _trained(first_and_second),
                "Words on both sides upset your answers. A window of two words that adds up what it finds about each "
                "word behaves like that: between two others a word is once its first and once its second, and the sum "
                "is a bag again. Give each pair of neighbours a weight of its own."),
        Mistake("only with nothing added", _trained(
            lambda sentence, V: np.outer(np.eye(V)[sentence[0]], np.eye(V)[sentence[-1]]).reshape(-1)),
                "A word in front upsets your answers, and so does one behind: your model has met neither in training. "
                "Look for something that stays the same wherever the three words stand."),
        Mistake("a rule of your own", [_ruled(_dog_before_verb), _ruled(lambda sentence: sentence[0] == 0),
                                       _ruled(lambda sentence: sentence[-1] != 0)],
                "You wrote a rule into your function. In the last case the labels are exchanged, and only a model "
                "that learns from the sentences and labels can notice that."),
        Mistake("turned round", {"return linear_classifier(bag_of_pairs, train_sentences, labels, V)":
                                 "return linear_classifier(bag_of_pairs, train_sentences, 1 - labels, V)"},
                "Nearly all of your answers are wrong, so your model has learned it, with the two labels exchanged."),
    ],
    hints=[
        "Which groups of two neighbours occur in a sentence? No word in front or behind changes those inside it.",
        "The input of a sentence: V · V counts, one for each pair (word, next word). Start with np.zeros((V, V)), add "
        "1 for each pair of neighbours, reshape(-1).",
        "x = np.array([pairs(s) for s in train_sentences]); answer, _ = train(x, labels); "
        "return lambda s: answer(pairs(s)[None])[0]",
    ],
    explanation="A window with the same weights at every place, its findings added up, is a convolution. "
                "It does not care where the sentence stands, and no single finding is wider than its window.",
)
