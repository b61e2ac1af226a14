"""How long from a key press to the changed picture, measured in a real JupyterLab.

    python benchmarks/explorer_latency.py [--explorer module:Class] [--runs 3] [--presses 20]

Four variants answer to the same slider, one after the other in every run:
  label      a slider and a Label: the price of the way to the kernel and back, the floor
  explorer   the explorer as the course ships it
  whole      the same picture, the whole figure drawn and saved at every change
  interact   `interact` and `plt.show`, a new figure at every change, as most notebooks do it
Then the slider is dragged with the mouse for a second and a half: pictures per second, and the time from the last
movement until the picture of the last value stands. Needs Chromium and Playwright.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))
from lab import Lab  # noqa: E402

VARIANTS = ("label", "explorer", "whole", "interact")

SETUP = """
import io, warnings
from importlib import import_module
import ipywidgets, numpy as np
import matplotlib.pyplot as plt
from seqlearn import plots
plots.use_style()
module, name = "{explorer}".split(":")
cls = getattr(import_module(module), name)
warnings.simplefilter("ignore")

def copy(control):  # the slider again, for a variant that does without the explorer
    return type(control)(**{{k: getattr(control, k) for k in ("value", "min", "max", "step", "description")}})

def first_slider(explorer):
    return next((k, c) for k, c in explorer.controls.items() if hasattr(c, "readout"))
"""
LABEL = """
slider, label = copy(first_slider(cls())[1]), ipywidgets.Label("0")
label.add_class("watched")
slider.observe(lambda change: setattr(label, "value", str(change.new)), "value")
ipywidgets.VBox([slider, label])
"""
EXPLORER = """
explorer = cls()
explorer.image.add_class("watched")
explorer
"""
WHOLE = """
whole = cls()
key, control = first_slider(whole)
whole_slider, image = copy(control), ipywidgets.Image(format="png")
image.add_class("watched")
def show_whole(change=None):
    with np.errstate(all="ignore"):
        whole.picture.update(**whole.compute(**whole.values | {key: whole_slider.value}))
    for artist in whole.picture.moving:
        artist.set_animated(False)
    buffer = io.BytesIO()
    whole.picture.figure.savefig(buffer)
    image.value = buffer.getvalue()
show_whole()
whole_slider.observe(show_whole, "value")
ipywidgets.VBox([whole_slider, image])
"""
INTERACT = """
fresh = cls()
fresh_key, control = first_slider(fresh)
def draw(**values):
    with np.errstate(all="ignore"):
        plots.key_frame(cls.picture_class, **fresh.compute(**fresh.values | values))
    plt.show()
_ = ipywidgets.interact(draw, **{fresh_key: copy(control)})
"""

# Notes the moment at which a key is pressed or the mouse moves, and the one at which a changed picture or text has
# been painted: the frame after the picture was loaded or the text was set.
WATCH = """(output) => {
    const times = window.times = {asked: [], shown: []};
    const watched = output.querySelector(".watched");
    const note = () => requestAnimationFrame(() => setTimeout(() => times.shown.push(performance.now())));
    const onImage = (image) => image.addEventListener("load", note, {once: true});
    window.watcher?.disconnect();
    window.watcher = new MutationObserver((records) => {
        for (const {type, target, addedNodes} of records) {
            if (type === "attributes" && target.tagName === "IMG") onImage(target);
            else if (watched && watched.tagName !== "IMG" && watched.contains(target)) note();
            else addedNodes.forEach((node) => node.querySelectorAll?.("img").forEach(onImage));
        }
    });
    window.watcher.observe(output,
        {subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["src"]});
    if (!window.listening) {
        window.listening = true;
        for (const type of ["keydown", "pointermove"])
            window.addEventListener(type, (event) => window.times.asked.push(event.timeStamp), true);
    }
}"""


def make_notebook(path: Path, explorer: str) -> None:
    sources = [SETUP.format(explorer=explorer), LABEL, EXPLORER, WHOLE, INTERACT]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source.strip()) for source in sources])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(notebook, path)


MARKS = {
    "label": "slider, label =",
    "explorer": "explorer = cls()",
    "whole": "whole = cls()",
    "interact": "fresh = cls()",
}


def open_variant(shown, variant: str):
    """Scroll to the variant's cell and watch it; returns its output and its slider's handle."""
    output = shown.output_of(MARKS[variant])
    handle = output.locator(".noUi-handle").first
    handle.wait_for()
    shown.page.wait_for_timeout(300)
    output.evaluate(WATCH)
    return output, handle


def measure_keys(shown, variant: str, presses: int) -> float:
    """Median milliseconds from key press to changed picture."""
    page = shown.page
    _, handle = open_variant(shown, variant)
    handle.focus()
    latencies = []
    for press in range(presses):
        page.evaluate("() => { times.asked.length = times.shown.length = 0; }")
        page.keyboard.press("ArrowRight" if press % 4 < 2 else "ArrowLeft")
        page.wait_for_function("() => times.shown.length > 0", timeout=10_000)
        page.wait_for_timeout(150)  # one key at a time; the drag measures the rest
        latencies.append(page.evaluate("() => times.shown[0] - times.asked[0]"))
    return statistics.median(latencies)


def measure_drag(shown, variant: str, steps: int = 90) -> tuple[float, float]:
    """Pictures per second in a fast drag, and milliseconds from its last movement to the last picture."""
    page = shown.page
    output, handle = open_variant(shown, variant)
    box = output.locator(".noUi-base").first.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(handle.bounding_box()["x"] + 8, y)
    page.mouse.down()
    page.evaluate("() => { times.asked.length = times.shown.length = 0; }")
    for step in range(steps):
        there_and_back = 1 - abs(1 - 2 * (step + 1) / steps)
        page.mouse.move(box["x"] + box["width"] * (0.1 + 0.8 * there_and_back), y)
        page.wait_for_timeout(1000 / 60)
    page.mouse.up()
    page.wait_for_timeout(1500)
    asked, last_asked, during, last_shown = page.evaluate(
        """() => [times.asked[0], times.asked.at(-1), times.shown.filter(t => t <= times.asked.at(-1)).length,
                  times.shown.at(-1)]"""
    )
    return 1000 * during / (last_asked - asked), last_shown - last_asked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--explorer", default="seqlearn.widgets.bptt:TruncatedGradient")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--presses", type=int, default=20)
    options = parser.parse_args()

    keys: dict[str, list[float]] = {variant: [] for variant in VARIANTS}
    drags: dict[str, list[tuple[float, float]]] = {variant: [] for variant in VARIANTS}
    with tempfile.TemporaryDirectory() as folder:
        make_notebook(Path(folder) / "latency.ipynb", options.explorer)
        with Lab(folder) as lab, lab.browser(height=1200) as browser:
            shown = browser.open("latency.ipynb")
            shown.run_all()
            for _ in range(options.runs):
                for variant in VARIANTS:
                    keys[variant].append(measure_keys(shown, variant, options.presses))
                    drags[variant].append(measure_drag(shown, variant))
            for error in shown.errors:
                print(error)

    median = {variant: statistics.median(values) for variant, values in keys.items()}
    print(f"{options.explorer}, median of {options.runs} runs of {options.presses} key presses\n")
    print("variant    key → picture   × label   explorer is   pictures/s in a drag   last movement → last picture")
    for variant in VARIANTS:
        rate, last = (statistics.median(values) for values in zip(*drags[variant], strict=True))
        times = median[variant] / median["explorer"]
        print(
            f"{variant:10} {median[variant]:10.0f} ms {median[variant] / median['label']:8.2f} "
            f"{times:10.1f} × faster {rate:16.1f} {last:24.0f} ms"
        )


if __name__ == "__main__":
    main()
