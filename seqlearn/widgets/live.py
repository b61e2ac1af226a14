"""An explorer that lives in the page: its module computes and draws there, and the kernel's controls follow.

A module is two scripts beside this file, live.js, which all share, and the explorer's own. Nothing is built: the one
text after the other is what JupyterLab gets through anywidget, and what the web edition loads.
"""

from pathlib import Path

import anywidget
import ipywidgets
import traitlets

from seqlearn.plots.style import THEMES

HERE = Path(__file__).parent
DARK = ('body[data-jp-theme-light="false"] .seqlearn-live', 'body[data-theme="dark"] .seqlearn-live')
DARK_BY_SYSTEM = 'body:not([data-theme="light"], [data-jp-theme-light]) .seqlearn-live'


def module(script: str) -> str:
    """The module of an explorer: what all share, then its own."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in ("live.js", script))


def style() -> str:
    """The style sheet of all modules: the colours of the figures as variables, in light and dark, and live.css."""
    light, dark = ("".join(f"--{name}: {value}; " for name, value in colors.items()) for colors in THEMES.values())
    return (f".seqlearn-live {{ {light}}}\n{', '.join(DARK)} {{ {dark}}}\n"
            f"@media (prefers-color-scheme: dark) {{ {DARK_BY_SYSTEM} {{ {dark}}} }}\n"
            + (HERE / "live.css").read_text(encoding="utf-8"))


def described(controls: dict[str, ipywidgets.Widget]) -> list[dict]:
    """What a module needs to know of the controls: name, label, kind, and their range or their options.

    Of a "log" slider the range is of its values, and the step one of their powers of ten.
    """
    found = []
    for name, control in controls.items():
        each = {"name": name, "label": control.description}
        if isinstance(control, ipywidgets.Button):
            each["kind"] = "button"
        elif hasattr(control, "options"):
            # JSON has no infinity; null stands for it.
            options = [[word, None if value == float("inf") else value] for word, value in control._options_full]
            each |= {"kind": "select", "options": options}
        elif isinstance(control, ipywidgets.Text):
            each["kind"] = "text"
        elif hasattr(control, "base"):  # its own min and max are exponents
            limits = {"min": control.base**control.min, "max": control.base**control.max}
            each |= {"kind": "log", **limits, "step": control.step}
        else:
            kind = "range" if hasattr(control, "readout") else "number"
            each |= {"kind": kind, "min": control.min, "max": control.max, "step": control.step}
        found.append(each)
    return found


def places(controls: dict[str, ipywidgets.Widget]) -> dict:
    """The controls' values by name as a module has them: of a list the number of the option, of a button its clicks."""
    return {name: 0 if isinstance(control, ipywidgets.Button) else control.index if hasattr(control, "options")
            else control.value for name, control in controls.items()}


class LiveView(anywidget.AnyWidget):
    """The view of an explorer in the page. Its `values` and the explorer's controls follow each other."""

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    controls = traitlets.List().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)

    def __init__(self, explorer):
        """explorer: an Explorer with a `script`."""
        self._explorer, self._is_following = explorer, False
        super().__init__(_esm=module(explorer.script), _css=style(), controls=described(explorer.controls))
        self._clicks = {}
        self._follow_controls()
        for name, control in explorer.controls.items():
            if isinstance(control, ipywidgets.Button):
                self._clicks[name] = 0
                control.on_click(lambda button, name=name: self._follow_controls(name))
            else:
                control.observe(self._follow_controls, "value")
        self.observe(self._follow_page, "values")

    def _places(self) -> dict:
        return places(self._explorer.controls) | self._explorer.wishes | self._clicks

    def _follow_controls(self, change=None) -> None:
        """A control has been set, or the button of this name clicked: the page gets all values in one message."""
        if self._is_following:
            return
        if isinstance(change, str):
            self._clicks[change] += 1
        with self.hold_sync():
            self.data = self._explorer.page_data(**self._explorer.values)
            self.values = self._places()

    def _follow_page(self, change) -> None:
        """The page has other values than the controls: set them, in one picture, and click what was clicked there."""
        now, wanted = self._places(), self.values
        clicked = [name for name in self._clicks if wanted.get(name, 0) != self._clicks[name]]
        changed = {name: value for name, value in wanted.items() if value != now.get(name) and name not in clicked}
        self._is_following = True
        try:
            if changed:
                controls = self._explorer.controls
                self._explorer.set(**{name: controls[name]._options_full[value][1]
                                      if hasattr(controls[name], "options") else value
                                      for name, value in changed.items() if name in controls})
            for name in clicked:
                self._clicks[name] = wanted[name]
                self._explorer.controls[name].click()
        finally:
            self._is_following = False
        if changed or clicked:
            self._follow_controls()  # a control may have made another value of it, and another seed needs other data
