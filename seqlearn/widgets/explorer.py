"""The base of every explorer: controls, one picture that is updated in place, and what it shows in words.

    class Waves(Explorer):
        chapter, title = "99", "Waves"
        question = "At which frequency do the two waves cancel?"
        picture_class = WavePicture

        def make_controls(self):
            return {"frequency": FloatSlider(description="Frequency", min=0.5, max=4, value=1)}

        def compute(self, frequency):                  # control values in, values for WavePicture.update out
            return {"wave": np.sin(frequency * np.arange(50))}

        def on_train(self, frequency):                 # only with a Button named "train" among the controls:
            return {"losses": ...}                     # further values for the picture, until a control changes
"""

from base64 import b64encode
from html import escape

import ipywidgets
import numpy as np
import traitlets
from ipywidgets.widgets.trait_types import CByteMemoryView

from ..plots.picture import Picture

TEXT_STYLE = "max-width: 960px; line-height: 1.45; color: var(--jp-ui-font-color0, inherit); white-space: normal;"


def _data_url(png: bytes, widget: ipywidgets.Image) -> bytes:
    return b"data:image/png;base64," + b64encode(png)


class PictureWidget(ipywidgets.Image):
    """An Image widget whose PNG and `tooltip` (the title attribute: its name for a screen reader) change together.

    `value` holds the PNG. The page gets it as a data URL, which Chromium shows 5 to 10 ms sooner than the object URL
    that an Image makes of bytes.
    """

    value = CByteMemoryView(help="The PNG.").tag(sync=True, to_json=_data_url)
    format = traitlets.Unicode("png").tag(sync=True, to_json=lambda value, widget: "url")
    # The page looks for a description before it sets the title, and an Image has none.
    description = traitlets.Unicode("").tag(sync=True)


class Explorer:
    """Controls that change a picture; without a browser, set `.controls[name].value` and read `.text` and `.image`.

    `controls` (dict of widgets), `image` (an Image widget holding a PNG), `text` (what the picture shows, in words),
    `picture`, `values` (the controls' values by name). A subclass gives `chapter`, `title`, `question`,
    `picture_class`, `make_controls` and `compute`.
    """

    chapter: str
    title: str
    question: str
    picture_class: type[Picture]

    def __init__(self):
        self.picture = self.picture_class()
        width, height = (int(round(100 * inches)) for inches in self.picture.size)
        self.image = PictureWidget(format="png", width=str(width), height=str(height))
        self.image.layout = ipywidgets.Layout(width=f"{width}px", max_width="100%", height="auto", margin="4px 0")
        self.caption = ipywidgets.HTML()
        self.text = ""
        self._state = "idle"
        self.controls = self.make_controls()
        for name, control in self.controls.items():
            if isinstance(control, ipywidgets.Button):
                control.on_click(lambda button, name=name: self._show(name))
            else:
                control.observe(lambda change: self._show(), "value")
        self._show()

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        """The controls by name; their defaults show the point."""
        raise NotImplementedError

    def compute(self, **values) -> dict:
        """From the controls' values, the values for the picture's `update`."""
        raise NotImplementedError

    @property
    def values(self) -> dict:
        """The controls' values by name; buttons have none."""
        return {
            name: control.value for name, control in self.controls.items() if not isinstance(control, ipywidgets.Button)
        }

    def _show(self, button: str | None = None) -> None:
        """Bring picture and text up to date; after a click also with what the button's method gives."""
        if self._state != "idle":  # a change made while computing: once more at the end, with the last values
            self._state = "again"
            return
        self._state = "again"
        while self._state == "again":
            self._state = "busy"
            try:
                # An explorer is made to be taken to where numbers overflow.
                with np.errstate(all="ignore"):
                    values = self.values
                    if button:
                        self._say("Working …")
                        extra = getattr(self, f"on_{button}")(**values)
                    else:
                        extra = {}
                    text = self.picture.update(**self.compute(**values), **extra)
                    png = self.picture.render()
            except Exception as error:  # anything: a learner gets a sentence, and the next change starts afresh
                reason = str(error).rstrip(".") or type(error).__name__
                self._say(f"These settings cannot be shown: {reason}. The picture is that of the settings before.")
            else:
                self._say(text, png)
            button = None
            if self._state == "busy":
                self._state = "idle"

    def _say(self, text: str, png: bytes | None = None) -> None:
        self.text = text
        with self.image.hold_sync():
            if png is not None:
                self.image.value = png
                self.image.tooltip = text
        self.caption.value = (
            f'<div role="status" aria-live="polite" style="{TEXT_STYLE} min-height: 4.4em">{escape(text)}</div>'
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        # With a kernel the widget is shown. The page as stored keeps the picture and its text.
        data = dict(self.view()._repr_mimebundle_())
        data["text/plain"] = self.text
        data["image/png"] = b64encode(self.image.value).decode()
        return data, {"image/png": {"alt": self.text}}

    def view(self) -> ipywidgets.VBox:
        """The widget that a notebook shows: question, controls, picture, text."""
        title = self.title if self.title.endswith(("?", "!")) else f"{self.title}."
        question = ipywidgets.HTML(
            f'<div style="{TEXT_STYLE}"><b>{escape(title)}</b> {escape(self.question)}</div>'
        )
        return ipywidgets.VBox([question, _lay_out(list(self.controls.values())), self.image, self.caption])


def _lay_out(controls) -> ipywidgets.Box:
    """Left-aligned rows with room for every label: two sliders fit in a row, the rest is as wide as it needs."""
    for control in controls:
        is_slider = hasattr(control, "readout")
        control.layout.margin = "2px 16px 2px 0"
        control.layout.width = control.layout.width or ("400px" if is_slider else "auto")
        control.layout.max_width = "100%"
        if isinstance(control, ipywidgets.Dropdown):  # JupyterLab takes the arrow keys from a closed list
            control.tooltip = control.tooltip or "With the keyboard: Space opens the list"
        control.tooltip = control.tooltip or ""  # None would be shown as "null"
        if isinstance(control, ipywidgets.Checkbox):
            control.indent = False
        elif hasattr(control.style, "description_width"):
            control.style.description_width = "initial"
        if isinstance(control, ipywidgets.ToggleButtons):
            control.add_class("widget-inline-hbox")  # label and buttons on one line
    layout = ipywidgets.Layout(flex_flow="row wrap", align_items="center", max_width="960px")
    return ipywidgets.Box(controls, layout=layout)
