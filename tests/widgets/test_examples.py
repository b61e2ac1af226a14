"""A list of examples beside a text box."""

import ipywidgets
import pytest

from seqlearn.widgets.attention import EXAMPLES as DATES
from seqlearn.widgets.attention import DateAttention
from seqlearn.widgets.examples import OWN, begin_with
from seqlearn.widgets.text_classification import EXAMPLES as REVIEWS
from seqlearn.widgets.text_classification import TypedReview


def test_an_example_is_written_and_typing_sets_the_list_back():
    text = ipywidgets.Text(value="one")
    choice = begin_with(text, ["one", "two"])
    assert choice.value == "one"
    choice.value = "two"
    assert text.value == "two"
    text.value = "two, and more"
    assert choice.value == OWN and text.value == "two, and more"
    choice.value = "two"
    assert text.value == "two", "the same example can be chosen again"
    text.value = "one"
    assert choice.value == "one"
    choice.value = OWN
    assert text.value == "one", "nothing is taken away"


@pytest.mark.parametrize(("explorer", "name", "examples"), [(DateAttention, "date", DATES),
                                                            (TypedReview, "review", REVIEWS)])
def test_explorers_begin_with_their_first_example_and_can_return_to_it(explorer, name, examples):
    controls = explorer().controls
    assert controls["example"].value == controls[name].value == examples[0]
    controls[name].value += "x"
    assert controls["example"].value == OWN
    controls["example"].value = examples[0]
    assert controls[name].value == examples[0]
