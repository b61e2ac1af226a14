"""A list of examples beside a text box: choosing one writes it into the box, typing sets the list back."""

from collections.abc import Sequence

import ipywidgets

OWN = ""  # the list's value when the box holds something else


def begin_with(text: ipywidgets.Text, examples: Sequence[str]) -> ipywidgets.Dropdown:
    """A list of examples for this box. It says "your own" when the text is none of them, so that each can be chosen
    again after something was typed."""
    choice = ipywidgets.Dropdown(description="Begin with", options=[("– your own –", OWN), *zip(examples, examples)],
                                 value=text.value if text.value in examples else OWN)

    def write(change) -> None:
        if change.new != OWN:
            text.value = change.new

    def set_back(change) -> None:
        choice.value = change.new if change.new in examples else OWN

    choice.observe(write, "value")
    text.observe(set_back, "value")
    return choice
