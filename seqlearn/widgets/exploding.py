"""The course's signature explorer, chapter 05: what one matrix does to a gradient, step after step back in time."""

from functools import lru_cache

import ipywidgets
import numpy as np

from seqlearn import nn
from seqlearn.plots.gradient_flow import GradientFlow
from seqlearn.widgets.explorer import Explorer

STARTS = ("gaussian", "orthogonal", "identity", "chain")
SIZE = 16  # units, and inputs: each unit reads one input
NOISE = 0.05  # of the inputs after the first
BATCH, UPDATES, LEARNING_RATE = 16, 150, 0.05


class ExplodingGradients(Explorer):
    """Turn the spectral radius, the length and the rest; see the gradient at every step, and whether training lives."""

    chapter = "05"
    title = "Where does the gradient go?"
    question = (
        "In the opening state, move the spectral radius: between which two notches of the slider does the gradient "
        "come back from step $T$ to step 0 with the size it had, and why not exactly at 1? Choose *orthogonal*: which "
        "radius keeps the size now? Then choose *tanh*: why is that radius too small now? Go back to *identity* as the "
        "activation, choose *chain* and 0.6: where is the dashed line wrong? Last, take the *gaussian* initialisation "
        "and 1.1 again, and press *Train* with clipping off and with clipping at 1."
    )
    picture_class = GradientFlow
    script = "exploding.js"
    on_page = {"seed": range(10)}

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {
            "radius": ipywidgets.FloatSlider(value=1.1, min=0, max=3, step=0.05, description="spectral radius ρ"),
            "steps": ipywidgets.IntSlider(value=100, min=4, max=200, step=4, description="length T"),
            "activation": ipywidgets.Dropdown(
                options=["identity", "tanh", "relu"], value="identity", description="activation"
            ),
            "start": ipywidgets.Dropdown(
                options=list(STARTS), value="gaussian", description="initialisation"
            ),
            "clip": ipywidgets.Dropdown(
                options=[("off", np.inf), ("0.1", 0.1), ("1", 1.0), ("10", 10.0)],
                value=np.inf,
                description="clipping at",
            ),
            "seed": ipywidgets.BoundedIntText(value=0, min=0, max=999, description="seed"),
            "train": ipywidgets.Button(description="Train", tooltip=f"{UPDATES} updates from this start"),
        }

    def compute(self, radius: float, steps: int, activation: str, start: str, clip: float, seed: int) -> dict:
        matrix, eigenvalues, s_max = unit_matrix(start, seed)
        network, readout = make_network(radius, activation, start, seed)
        x, _ = first_inputs(steps, 1, np.random.default_rng(seed))
        norms = gradient_norms(network, x, readout)
        return {
            "norms": norms,
            "radius": radius,
            "s_max": radius * s_max,
            "eigenvalues": radius * eigenvalues,
            "weight_norm": nn.clip_grad_norm(network.grads, np.inf),
            "activation": activation,
            "start": start,
            "clip": clip,
        }

    def on_train(self, radius: float, steps: int, activation: str, start: str, clip: float, seed: int) -> dict:
        limits = [np.inf, clip] if np.isfinite(clip) else [np.inf]
        return {"losses": [train(radius, steps, activation, start, limit, seed) for limit in limits]}

    def page_data(self, seed: int, **values) -> dict:
        """Of a seed: matrices of radius 1 with eigenvalues and s_max, the readout, and where its generator starts."""
        starts = {}
        for start in STARTS:
            matrix, eigenvalues, s_max = unit_matrix(start, seed)
            starts[start] = {"matrix": matrix.ravel().tolist(), "s_max": s_max,
                             "real": eigenvalues.real.tolist(), "imaginary": eigenvalues.imag.tolist()}
        generator = np.random.default_rng(seed).bit_generator.state["state"]
        return {str(seed): {"starts": starts, "readout": make_network(1, "tanh", "identity", seed)[1].tolist(),
                            "state": f"{generator['state']:032x}", "increment": f"{generator['inc']:032x}"}}


@lru_cache(maxsize=64)
def unit_matrix(start: str, seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """A matrix (16, 16) of spectral radius 1, its eigenvalues, and its largest singular value. Do not change them.

    start: "gaussian" (independent entries), "orthogonal", "identity", or "chain": every unit feeds itself and the
    next one. All eigenvalues of the chain are 1, yet it is far from normal: its largest singular value is 1.99.
    """
    rng = np.random.default_rng(seed)
    if start == "gaussian":
        matrix = rng.standard_normal((SIZE, SIZE))
    elif start == "orthogonal":
        matrix, upper = np.linalg.qr(rng.standard_normal((SIZE, SIZE)))
        matrix = matrix * np.sign(np.diag(upper))  # without the signs, not every orthogonal matrix is equally likely
    elif start == "identity":
        matrix = np.eye(SIZE)
    elif start == "chain":
        matrix = np.eye(SIZE) + np.eye(SIZE, k=1)
    else:
        raise ValueError(f"start must be gaussian, orthogonal, identity or chain, got {start!r}")
    eigenvalues = np.linalg.eigvals(matrix)
    radius = np.abs(eigenvalues).max()
    return matrix / radius, eigenvalues / radius, float(np.linalg.norm(matrix, 2) / radius)


def make_network(radius: float, activation: str, start: str, seed: int) -> tuple[nn.RNN, np.ndarray]:
    """A 16-unit network with W_h of this spectral radius and W_x = I, and the unit vector (16,) that reads it."""
    network = nn.RNN(SIZE, SIZE, nonlinearity=activation)
    network.params["W_h"][:] = radius * unit_matrix(start, seed)[0]
    network.params["W_x"][:] = np.eye(SIZE)
    network.params["b"][:] = 0
    readout = np.random.default_rng(seed + 1000).standard_normal(SIZE)
    return network, readout / np.linalg.norm(readout)


def first_inputs(steps: int, batch: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A task of memory: x (T, N, 16) is random at step 1 and faint noise after it; the targets (N,) are x_1[:, 0]."""
    x = NOISE * rng.standard_normal((steps, batch, SIZE))
    x[0] = rng.standard_normal((batch, SIZE))
    return x, x[0, :, 0]


def gradient_norms(network: nn.RNN, x: np.ndarray, readout: np.ndarray) -> np.ndarray:
    """‖∂L/∂h_t‖ for t = 0 … T, of the loss L = h_T · readout on the sequence x (T, 1, 16). Returns (T+1,).

    W_x is the identity here, so the gradient of the input is that of the sum inside φ, ∂L/∂x_t = da_t, and one
    product with W_hᵀ takes all of them to the states before: ∂L/∂h_{t−1} = da_t W_hᵀ.
    """
    outputs, _ = network.forward(x)
    d_outputs = np.zeros_like(outputs)
    d_outputs[-1, 0] = readout
    da, _ = network.backward(d_outputs)
    d_h = np.concatenate([da[:, 0] @ network.params["W_h"].T, readout[None]])
    # Squares of numbers below 1e-162 would vanish: take the norm of each row scaled to its largest entry.
    scale = np.abs(d_h).max(axis=1)
    return scale * np.linalg.norm(d_h / np.where(scale > 0, scale, 1)[:, None], axis=1)


def train(radius: float, steps: int, activation: str, start: str, clip: float, seed: int) -> np.ndarray:
    """The loss before each of up to 150 updates by SGD on `first_inputs`; the run ends where it is no longer finite.

    clip: the largest norm of a gradient, inf for any."""
    network, readout = make_network(radius, activation, start, seed)
    params = {**network.params, "readout": readout}
    optimizer = nn.SGD(params, LEARNING_RATE)
    rng = np.random.default_rng(seed)
    losses = []
    for _ in range(UPDATES):
        x, target = first_inputs(steps, BATCH, rng)
        outputs, _ = network.forward(x)
        error = outputs[-1] @ readout - target
        losses.append(np.mean(error**2))
        if not np.isfinite(losses[-1]):
            break
        d_outputs = np.zeros_like(outputs)
        d_outputs[-1] = 2 / BATCH * np.outer(error, readout)
        network.backward(d_outputs)
        grads = {**network.grads, "readout": 2 / BATCH * error @ outputs[-1]}
        if np.isfinite(clip):
            nn.clip_grad_norm(grads, clip)
        optimizer.step(grads)
    return np.array(losses)
