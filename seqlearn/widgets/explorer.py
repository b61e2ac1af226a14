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

import asyncio
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import escape
from math import ceil

import ipywidgets
import numpy as np
import traitlets
from ipywidgets.widgets.trait_types import CByteMemoryView

from ..plots.picture import Picture

TEXT_STYLE = "max-width: 960px; line-height: 1.45; color: var(--jp-ui-font-color0, inherit); white-space: normal;"
LONGEST_TEXT = 1000  # characters of a text box that are read: a recurrent network needs its time for each
REST = 0.5  # seconds without a change after which the words are spoken: a drag changes them ten times a second
LINE = 110  # characters in a line of the caption, about


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
    `picture_class`, `make_controls` and `compute`. The question stands in the notebook, above the explorer.

    Stopped at any moment, also from a cell that sets a control, it shows the last picture with its words, says so,
    and answers to the next change.
    """

    chapter: str
    title: str
    question: str
    picture_class: type[Picture]
    # What the web edition offers: for some controls, and buttons (False, True), the values. Their product is drawn.
    on_page: dict[str, Iterable] = {}
    # The script of an explorer that computes and draws in the page; live.py says how. The web edition then offers all
    # controls, those of `on_page` with these values.
    script: str = ""
    # The slider that a play button moves, from its first value to its last: where time is the point.
    plays: str = ""

    def __init__(self):
        self.picture = self.picture_class()
        width, height = (int(round(100 * inches)) for inches in self.picture.size)
        self.image = PictureWidget(format="png", width=str(width), height=str(height))
        self.image.layout = ipywidgets.Layout(width=f"{width}px", max_width="100%", height="auto", margin="2px 0")
        self.caption = ipywidgets.HTML()
        # The same words for a screen reader, a moment later; nothing is to be seen of them.
        self.announcement = ipywidgets.HTML(layout=ipywidgets.Layout(height="0", margin="0", overflow="hidden"))
        self.text = ""
        self._shown = "", b""  # the last complete picture, and its words
        self._lines = 3
        self._timer: asyncio.TimerHandle | None = None
        self._is_busy = self._has_changed = False
        self._live = None  # the view in the page, once there is one
        self._beside: list[ipywidgets.Widget] | None = None  # play and keep, once there is a view
        self._kept = ""  # the settings of the curve that was kept
        self.controls = self.make_controls()
        for name, control in self.controls.items():
            if isinstance(control, ipywidgets.Button):
                control.on_click(lambda button, name=name: self._show(name))
            else:
                control.observe(lambda change: self._show(), "value")
        self._show()
        self._stop_timer()  # nobody has changed anything yet

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        """The controls by name; their defaults show the point."""
        raise NotImplementedError

    def compute(self, **values) -> dict:
        """From the controls' values, the values for the picture's `update`."""
        raise NotImplementedError

    def page_data(self, **values) -> dict:
        """What the script cannot compute itself at these values of the controls, as JSON holds it."""
        return {}

    @property
    def wishes(self) -> dict:
        """What was asked of controls that cannot have it for now. The page keeps the wish, too: an answer that took it
        back would meet a page that has gone on by then.
        """
        return {}

    @property
    def values(self) -> dict:
        """The controls' values by name, of a very long text its end; buttons have none."""
        values = {name: control.value for name, control in self.controls.items()
                  if not isinstance(control, ipywidgets.Button)}
        return {name: value[-LONGEST_TEXT:] if isinstance(value, str) else value for name, value in values.items()}

    @contextmanager
    def one_picture(self) -> Iterator[None]:
        """What is changed of the controls inside is shown at the end, in one picture."""
        self._is_busy = True
        try:
            yield
        finally:
            self._is_busy = False
        self._show()

    def set(self, **values) -> None:
        """Give several controls their values, and show them in one picture.

        Raises KeyError for a name that is no control.
        """
        with self.one_picture():
            for name, value in values.items():
                self.controls[name].value = value

    def keep(self) -> None:
        """Leave the curve of these settings in the picture, grey and dotted, to be compared with the next ones."""
        self.picture.keep()
        self._kept = ", ".join(f"{control.description} {shown(control)}" for control in self.controls.values()
                               if not isinstance(control, ipywidgets.Button))
        self._show()

    def forget(self) -> None:
        """Take the curve away that was kept."""
        self.picture.forget()
        self._kept = ""
        self._show()

    def _show(self, button: str | None = None) -> None:
        """Bring picture and text up to date; after a click also with what the button's method gives."""
        if self._is_busy:  # a change made while computing: once more at the end, with the last values
            self._has_changed = True
            return
        try:
            try:
                self._is_busy, self._has_changed = True, True
                while self._has_changed:
                    self._has_changed = False
                    self._show_values(button)
                    button = None
            except KeyboardInterrupt:  # the stop button: what was begun is not shown, neither as picture nor in words
                self._say("Stopped before the picture was ready. It is that of the settings before; the next change "
                          "of a control draws it anew.")
                raise
            finally:
                self._is_busy = False
        finally:
            self._is_busy = False  # the stop may have come just before the same line above

    def _show_values(self, button: str | None) -> None:
        try:
            # An explorer is made to be taken to where numbers overflow.
            with np.errstate(all="ignore"):
                values = self.values
                if button:
                    self._say("Working …", at_once=True)
                    extra = getattr(self, f"on_{button}")(**values)
                else:
                    extra = {}
                text = self.picture.update(**self.compute(**values), **extra) + self._cut()
                text += f" Grey and dotted, for comparison: {self._kept}." if self._kept else ""
                png = self.picture.render()
        except Exception as error:  # anything: a learner gets a sentence, and the next change starts afresh
            reason = str(error).rstrip(".") or type(error).__name__
            self._say(f"These settings cannot be shown: {reason}. The picture is that of the settings before.")
        else:
            self._say(text, text, png)
            self._shown = text, png

    def _cut(self) -> str:
        lengths = [len(control.value) for control in self.controls.values() if isinstance(control, ipywidgets.Text)]
        too_long = [length for length in lengths if length > LONGEST_TEXT]
        return f" Only the last {LONGEST_TEXT:,} of {too_long[0]:,} characters were read." if too_long else ""

    def _say(self, text: str, words: str | None = None, png: bytes | None = None, *, at_once: bool = False) -> None:
        """Write the caption; show a picture with its words, or else the last complete one with its own."""
        shown, picture = self._shown
        self.text = text
        with self.image.hold_sync():
            self.image.value = picture if png is None else png
            self.image.tooltip = shown if words is None else words
        self._lines = max(self._lines, ceil(len(text) / LINE))  # never fewer: the page below would jump
        height = f"min-height: {1.45 * self._lines:.2f}em"
        self.caption.value = f'<div class="seqlearn-caption" style="{TEXT_STYLE} {height}">{escape(text)}</div>'
        self._stop_timer()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no kernel, so nobody listens
            return
        self._timer = loop.call_later(0 if at_once else REST, self._announce, text)

    def _announce(self, text: str) -> None:
        hidden = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)"
        self.announcement.value = f'<div role="status" style="{hidden}">{escape(text)}</div>'

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        # With a kernel the widget is shown. The page as stored keeps the picture and its text.
        data = dict(self.view()._repr_mimebundle_())
        data["text/plain"] = self.text
        words, png = self._shown
        data["image/png"] = b64encode(png).decode()
        return data, {"image/png": {"alt": words}}

    def view(self) -> ipywidgets.VBox:
        """The widget that a notebook shows: controls, picture, text; or, with a `script`, what lives in the page."""
        if self.script:
            from .live import LiveView  # the others need no anywidget

            self._live = self._live or LiveView(self)
            return ipywidgets.VBox([self._live])
        if self._beside is None:
            self._beside = self._play_and_keep()
        controls = _lay_out([*self.controls.values(), *self._beside])
        return ipywidgets.VBox([controls, self.image, self.caption, self.announcement])

    def _play_and_keep(self) -> list[ipywidgets.Widget]:
        found = []
        if self.plays:
            slider = self.controls[self.plays]
            step = max(slider.step, (slider.max - slider.min) // 36)
            play = ipywidgets.Play(value=slider.value, min=slider.min, max=slider.max, step=step, show_repeat=False,
                                   interval=max(200, min(600, 10_000 * step // (slider.max - slider.min))))
            ipywidgets.jslink((play, "value"), (slider, "value"))
            found.append(play)
        if self.picture.curves:
            button = ipywidgets.ToggleButton(description="keep this curve")
            button.observe(lambda change: self.keep() if change["new"] else self.forget(), "value")
            found.append(button)
        return found


def shown(control: ipywidgets.Widget) -> str:
    """The value of a control as the page writes it."""
    if hasattr(control, "readout_format"):
        return format(control.value, control.readout_format.replace("r", "g"))
    return getattr(control, "label", None) or str(control.value)


def _lay_out(controls) -> ipywidgets.Box:
    """Left-aligned rows with room for every label: two sliders fit in a row, the rest is as wide as it needs."""
    for control in controls:
        is_slider = hasattr(control, "readout")
        control.layout.margin = "2px 16px 2px 0"
        control.layout.width = control.layout.width or ("400px" if is_slider else "auto")
        control.layout.max_width = "100%"
        control.tooltip = control.tooltip or ""  # None would be shown as "null"
        if isinstance(control, ipywidgets.Checkbox):
            control.indent = False
        elif hasattr(control.style, "description_width"):
            control.style.description_width = "initial"
        if isinstance(control, ipywidgets.ToggleButtons):
            control.add_class("widget-inline-hbox")  # label and buttons on one line
    layout = ipywidgets.Layout(flex_flow="row wrap", align_items="center", max_width="960px")
    return ipywidgets.Box(controls, layout=layout)
