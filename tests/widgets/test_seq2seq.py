"""Chapter 11's explorer: the adder in NumPy against PyTorch, its tree, and anything that can be typed."""

import numpy as np
import pytest

from seqlearn.data.pairs import END
from seqlearn.plots.beam_tree import WritingASum
from seqlearn.widgets.seq2seq import LONGEST, STEPS, Adder, TypedSum, decoded, stored_adder, understood


@pytest.fixture(scope="module")
def shared():
    return TypedSum()


@pytest.fixture
def explorer(shared):
    """One explorer for all tests, put back to where it starts."""
    for name, value in (("sum", "7+3"), ("step", STEPS), ("width", 3)):
        shared.controls[name].value = value
    return shared


def test_numpy_writes_what_torch_has_learned():
    torch = pytest.importorskip("torch")
    from seqlearn.decoding import beam_search
    from seqlearn.models.seq2seq import Decoder, Encoder, Seq2Seq
    from seqlearn.training.weights import load_weights
    from seqlearn.widgets.seq2seq import WEIGHTS

    adder = stored_adder()

    class HandsOverH(Seq2Seq):
        def encode(self, source, lengths=None):
            encoded = super().encode(source, lengths)
            return encoded._replace(state=(encoded.state[0], torch.zeros_like(encoded.state[1])))

    sizes = {"embedding_size": 16}
    model = HandsOverH(Encoder(len(adder.source), 128, **sizes),
                       Decoder(len(adder.target), 128, context=adder.rung["context"], **sizes))
    load_weights(model, WEIGHTS)
    for question in ("7+3", "357+801", "999+999"):
        source = torch.from_numpy(adder.source.encode(adder.characters(question)))[:, None]
        states = model.encoder(source).outputs[:, 0].detach().numpy()
        np.testing.assert_allclose(adder.read(question)[0], states, atol=1e-5)
        for one, other in zip(adder.search(question, 3)[0], beam_search(model, source, width=3, max_steps=STEPS)):
            assert one.tokens == other.tokens and one.log_probability == pytest.approx(other.log_probability, abs=1e-3)


def test_the_question_has_an_answer():
    """7+3 is wrong; a wider beam mends 357+801 and breaks 55+930."""
    answers = {(question, width): decoded(question, STEPS, width)["answers"][0][0]
               for question in ("7+3", "357+801", "55+930") for width in (1, 3)}
    assert answers == {("7+3", 1): "11", ("7+3", 3): "11", ("357+801", 1): "1258", ("357+801", 3): "1158",
                       ("55+930", 1): "985", ("55+930", 3): "976"}


def test_it_can_add():
    from seqlearn.data.addition import addition

    questions = addition(45_000, 5_000, seed=0).test[:60]
    adder = stored_adder()
    right = [adder.text(adder.search(question, 1)[0][0].tokens) == answer for question, answer in questions]
    assert np.mean(right) > 0.8


def test_what_is_drawn_is_what_was_computed():
    values = decoded("58+67", STEPS, 3)
    assert values["characters"] == "  76+85" and values["right"] == "125" and len(values["states"]) == LONGEST
    np.testing.assert_allclose(values["probabilities"].sum(axis=1), 1, atol=1e-6)
    best = values["answers"][0]
    along = [values["probabilities"][s, [*"0123456789 "].index(sign)] for s, sign in enumerate(best[0].ljust(4))]
    along.append(values["probabilities"][4, 11])
    assert np.log(along).sum() == pytest.approx(best[1], abs=1e-6)


def test_controls_move_the_picture_and_its_words(explorer):
    seen = set()
    for name, value in (("width", 1), ("width", 5), ("step", 1), ("step", 4), ("sum", "12+34"), ("step", 5)):
        before, words = bytes(explorer.image.value), explorer.text
        explorer.controls[name].value = value
        assert bytes(explorer.image.value) != before and explorer.text != words, (name, value)
        seen.add(explorer.text)
    assert len(seen) == 6 and "12+34 is read from its end. A beam of 5 answers 46, right." in explorer.text


def test_steps_are_told(explorer):
    explorer.controls["step"].value = 1
    assert "after 1 step: 1 " in explorer.text
    tree = explorer.picture._values["tree"]
    assert max(one.step for one in tree) == STEPS and any(one.token == END for one in tree)
    visible = [text.get_text() for text in explorer.picture.signs if text.get_visible()]
    assert len(visible) == 3, "only what the first step has looked at"


@pytest.mark.parametrize("width", [1, 3, 5])
@pytest.mark.parametrize("question", ["7+3", "357+801", "55+930", "", "a+b"])
def test_the_bold_way_is_the_best_hypothesis_at_every_step(question, width):
    adder, read = stored_adder(), understood(question)
    picture = WritingASum()
    for step in range(1, STEPS + 1):
        values = decoded(read, step, width)
        picture.update(**values)
        begun = [one for one in values["tree"] if one.step <= step]
        last = max(one.step for one in begun)
        alive = [one for one in begun if one.fate == "finished" or one.step == last]
        best = max(alive, key=lambda one: one.log_probability)
        said, place = [], begun.index(best)
        while place >= 0:
            said.insert(0, begun[place])
            place = begun[place].parent
        bold = sum(width == 3 for width in picture.lines.get_linewidths())
        assert bold == len(said) == best.step
        framed = [round(segment[:, 0].mean() + 0.1) for segment in picture.chosen.get_segments()]
        names = [adder.target.tokens[one.token] for one in said]
        assert [picture.symbols[place] for place in framed] == names
        before = [0.0, *(one.log_probability for one in said)]
        printed = [text.get_text() for text in picture.numbers if text.get_text()]
        shares = np.exp(np.diff(before))
        assert [int(number) for number in printed] == pytest.approx(100 * shares, abs=0.51)
    assert "".join(names[:-1]).rstrip() == values["answers"][0][0], "in the end it is the answer"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("text", ["", "+", "1+", "7+3+1", "1000+1", "-1+2", "１+２", "9" * 5000, "<b>+1",
                                  "1+99999999999999999999"])
def test_what_is_no_sum_is_answered_all_the_same(explorer, text):
    explorer.controls["sum"].value = "7+3"
    before = bytes(explorer.image.value)
    explorer.controls["sum"].value = text
    assert "no sum of two numbers of up to three digits" in explorer.text and bytes(explorer.image.value) != before


@pytest.mark.parametrize(("text", "question"), [(" 7 + 3 = ", "7+3"), ("007+03", "7+3"), ("0+0", "0+0"),
                                               ("123+4567", "123+456"), ("a+😀", "?+?")])
def test_what_is_a_sum_is_understood(text, question):
    assert understood(text) == question


def test_missing_weights_are_explained(tmp_path):
    with pytest.raises(FileNotFoundError, match="11_addition.py makes it"):
        Adder(tmp_path / "none.safetensors")


def test_no_torch_is_needed():
    import subprocess
    import sys

    code = "import sys, seqlearn.widgets.seq2seq as t; t.decoded('7+3', 5, 2); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"
