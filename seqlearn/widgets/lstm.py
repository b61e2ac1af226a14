"""Explorer of chapter 06: a memory of one number with three gates at every step."""

import ipywidgets
import numpy as np

from seqlearn.plots.conveyor import Conveyor
from seqlearn.widgets.explorer import Explorer

ARRIVALS = np.array([3.0, 7.0, -4.0, 2.0])  # what could be written at each station
START = 5.0  # what is on the belt before
DEFAULTS = {"i": (1, 0, 0, 0), "f": (0, 1, 0.9, 1), "o": (0, 0, 0, 1)}
NAMES = {"i": "input", "f": "forget", "o": "output"}
SMALL = "₁₂₃₄"


class ConveyorBelt(Explorer):
    """Set three gates at each of four stations, and see what of the 3 survives on its way to the end."""

    chapter = "06"
    title = "The conveyor belt"
    question = (
        "The 3 of step 1 should come out at the last step. Let step 3 last 50 steps: which $f_3$ keeps more than half "
        "of it? Set $f_3$ to 1, and open $i_3$ by 0.05: what comes out now? Last, close $i_3$ again and set $f_1$ to "
        "1: what is in the way?"
    )
    picture_class = Conveyor
    script = "lstm.js"

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        controls = {}
        for gate, word in NAMES.items():
            for station in range(4):
                controls[f"{gate}{station + 1}"] = ipywidgets.FloatSlider(
                    value=DEFAULTS[gate][station], min=0, max=1, step=0.01 if gate == "f" else 0.05,
                    description=f"{gate}{SMALL[station]}", tooltip=f"{word} gate of station {station + 1}",
                )
        controls["repeats"] = ipywidgets.IntSlider(value=6, min=1, max=50, description="step 3 lasts … steps")
        return controls

    def compute(self, repeats: int, **values) -> dict:
        gates = np.array([[values[f"{gate}{station}"] for station in (1, 2, 3, 4)] for gate in "ifo"])
        return {"arrivals": ARRIVALS, "gates": gates, "repeats": repeats, **ride(ARRIVALS, gates, repeats, START)}

    def page_data(self, **values) -> dict:
        """What arrives at the stations, and what is on the belt before."""
        return {"arrivals": ARRIVALS.tolist(), "start": START}


def ride(arrivals: np.ndarray, gates: np.ndarray, repeats: int, start: float) -> dict[str, np.ndarray]:
    """The scalar memory c_t = f c_{t−1} + i g over four stations, the third of them `repeats` times.

    arrivals (4,), gates (3, 4): i, f, o. Returns c (T + 1,) from c_0 on, read = o · c (T,), and kept (T,), which is
    ∂c_t/∂c_1 = f_2 · … · f_t, for T = repeats + 3.
    """
    times = [1, 1, repeats, 1]
    g, (i, f, o) = np.repeat(arrivals, times), np.repeat(gates, times, axis=1)
    c = [float(start)]
    for t in range(len(g)):
        c.append(f[t] * c[-1] + i[t] * g[t])
    return {"c": np.array(c), "read": o * c[1:], "kept": np.cumprod(np.concatenate([[1.0], f[1:]]))}
