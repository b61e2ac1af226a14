"""Gradient checks: is a hand-derived gradient the slope of the loss? Move one weight a little and look.

    def loss():
        return criterion.forward(layer.forward(x)[0], target)

    report = check_gradients(loss, layer.params, layer.grads)    # print(report); report["W_h"].expected
    assert report.passed(1e-7)

How far to move? (L(p + ε) − L(p − ε)) / 2ε misses the slope by ε²·|L‴|/6, and rounding, which shifts L by some δ, adds
δ/ε. The sum is smallest at ε = (3δ/|L‴|)^⅓. With L and L‴ near 1, δ is about the machine precision u = 2.2e-16, and ε
near its cube root, 6e-6: the error is some 1e-11. Next to a large weight a small step is lost: ε is times max(1, |p|),
which fits a loss that changes on the scale of p. (For sin p at p = 1000 the bend of that step is 6e-6 of the slope.)

What counts as equal? For every parameter, with all its checked entries as one vector,

    relative error = (|expected − actual| − noise) / max(|expected|, |actual|), at least 0

One number per parameter, so that a bias with gradients of 1e-9 cannot hide behind a matrix with gradients of 1.
Relative, as an absolute tolerance of 1e-8 would accept zeros for that bias. And less the noise, what rounding of the
loss may add: where the gradient is 0 the difference quotient is some ±1e-11, which is 0 as far as anyone can see.
A gradient under 100 × noise could be off by a percent unseen: it is "too small to tell" and fails, unless it is as
good as 0, under 2e-5 × noise.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.linalg import norm

from seqlearn.nn.layer import Params, check_number, check_rng, check_size
from seqlearn.nn.optimizers import check_arrays, check_grads, summed, tied

PRECISION = float(np.finfo(np.float64).eps)
EPS = PRECISION ** (1 / 3)
NOISE = 2  # roundings of the loss that a difference of two values may hold
LossFunction = Callable[[], float]


@dataclass(frozen=True)
class Comparison:
    """Slopes by differences (expected) beside the gradient given (actual): two vectors, one entry per index."""

    shape: tuple[int, ...]
    indices: list[tuple[int, ...]]
    expected: np.ndarray
    actual: np.ndarray
    noise: float  # how much of |expected − actual| rounding may explain

    @property
    def size(self) -> float:
        return float(np.maximum(norm(self.expected), norm(self.actual)))

    @property
    def relative_error(self) -> float:
        """As defined at the top of the file. When too small to tell: what may hide, noise/size."""
        difference = float(norm(self.expected - self.actual))
        if not difference <= self.noise:  # written so that NaN comes here too
            return (difference - self.noise) / self.size
        rounded_zero = norm(self.actual) <= 3 * EPS * self.noise
        return 0.0 if rounded_zero or self.size >= 100 * self.noise else min(1.0, self.noise / self.size)

    def verdict(self, threshold: float) -> str:
        if self.relative_error <= threshold:
            return "ok"
        if norm(self.expected - self.actual) <= self.noise:
            return "too small to tell"
        return "WRONG" if self.expected.any() else "WRONG: the loss does not move with it"


@dataclass(frozen=True, repr=False)
class GradientReport:
    """The comparisons by name. Prints as a table; `report["W_h"]` has the entries."""

    comparisons: dict[str, Comparison]
    threshold: float

    def __getitem__(self, name: str) -> Comparison:
        return self.comparisons[name]

    @property
    def max_relative_error(self) -> float:
        return float(np.max([each.relative_error for each in self.comparisons.values()]))

    def passed(self, threshold: float | None = None) -> bool:
        """Whether no relative error is above this, or above the check's own threshold. NaN does not pass."""
        return self.max_relative_error <= (self.threshold if threshold is None else threshold)

    def __repr__(self) -> str:
        """The table. Where all is well it shows bounds: the digits are rounding, other on every machine."""
        rows = [("parameter", "shape", "checked", "relative error", "verdict")]
        for name, each in self.comparisons.items():
            verdict = each.verdict(self.threshold)
            relative = f"< {self.threshold:.0e}" if verdict == "ok" else f"{each.relative_error:.1e}"
            checked = f"{len(each.indices)} of {int(np.prod(each.shape))}"
            rows.append((name, str(each.shape), checked, relative, verdict))
        widths = [max(map(len, column)) for column in zip(*rows)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def check_gradients(
    loss: LossFunction, params: Params, grads: Params, *, eps: float = EPS, max_entries: int = 1000,
    rng: np.random.Generator | None = None, threshold: float = 1e-7,
) -> GradientReport:  # fmt: skip
    """Compare gradients with central differences of the loss, entry by entry.

    loss: a function of no arguments that reads the arrays in `params`. They are moved in place, and put back bit for
    bit, also when loss raises. grads: same keys and shapes, as `backward` left them; of tied weights, one array under
    several names, the sum of theirs is compared. Of a parameter with more entries
    than max_entries a sample is checked, drawn with rng (None: seed 0). Two calls of loss per entry, and two more.
    Raises TypeError or ValueError for arrays that are not float64 or do not fit each other, and for a loss that is not
    finite, differs when called twice, or never changes though the gradient is not 0.
    """
    eps, rng = check_arguments(loss, params, grads, eps), check_rng(rng)
    max_entries, threshold = check_size("max_entries", max_entries), check_number("threshold", threshold)
    grads = {name: summed(grads, names).copy() for names in tied(params) for name in names}  # loss may call backward
    comparisons = {}
    with put_back(params):
        value, again = evaluate(loss), evaluate(loss)
        if value != again or not np.isfinite(value):
            raise ValueError(
                f"loss() must be finite and the same when nothing changed, got {value}, then {again}: "
                "does it draw random numbers, carry a state along, or change the parameters?"
            )
        for name, param in params.items():
            picked = np.arange(param.size)
            if param.size > max_entries:
                picked = np.sort(rng.choice(param.size, max_entries, replace=False))
            slopes = np.array([central_difference(loss, param, k, eps) for k in picked])
            steps = eps * np.maximum(1, np.abs(param.flat[picked]))
            noise = NOISE * PRECISION * abs(value) * float(norm(1 / steps))
            indices = [tuple(map(int, np.unravel_index(k, param.shape))) for k in picked]
            comparisons[name] = Comparison(param.shape, indices, slopes, grads[name].flat[picked], noise)
    report = GradientReport(comparisons, threshold)
    if report.max_relative_error > 0 and not any(each.expected.any() for each in comparisons.values()):
        raise ValueError("loss() must depend on params, but no entry of them changes it: does it use copies of them?")
    return report


def check_directional(
    loss: LossFunction, params: Params, grads: Params, *, rng: np.random.Generator | None = None, eps: float = EPS,
    threshold: float = 1e-6,
) -> GradientReport:  # fmt: skip
    """Compare one slope: along a random direction u of length 1 through all parameters, it must be ∇L·u.

    Two calls of loss, for a million parameters as for one. A random direction all but surely sees an error of r times
    the whole gradient's length if r is far above the threshold, though not where it is; a wrong array whose gradient
    has vanished beside the others is missed. Arguments and errors as in `check_gradients`.
    """
    eps, rng = check_arguments(loss, params, grads, eps), check_rng(rng)
    grads = {names[0]: summed(grads, names) for names in tied(params)}
    params = {name: params[name] for name in grads}  # each array once
    u = {name: rng.standard_normal(param.shape) for name, param in params.items()}
    length = norm([norm(part) for part in u.values()])
    actual = np.array([sum(np.vdot(grads[name], u[name]) for name in params) / length])
    step = eps * max(1.0, norm([norm(param) for param in params.values()]))
    values = []
    with put_back(params) as start:
        for side in (step, -step):
            for name, param in params.items():
                np.copyto(param, start[name] + side / length * u[name])
            values.append(evaluate(loss))
    slope = np.array([(values[0] - values[1]) / (2 * step)])
    noise = NOISE * PRECISION * abs(values[0]) / step
    shape = (sum(param.size for param in params.values()),)
    return GradientReport({"direction": Comparison(shape, [()], slope, actual, noise)}, threshold)


def central_difference(loss: LossFunction, param: np.ndarray, k: int, eps: float) -> float:
    """Return the slope along entry k. Divides by the step really taken: p ± ε are rounded too."""
    here = param.flat[k]
    step = eps * max(1.0, abs(here))
    param.flat[k] = above = here + step
    change = evaluate(loss)
    param.flat[k] = below = here - step
    change -= evaluate(loss)
    param.flat[k] = here
    return change / (above - below)


def evaluate(loss: LossFunction) -> float:
    value = np.asarray(loss())
    if value.shape != () or value.dtype not in (np.float64, np.int64):
        raise TypeError(f"loss() must return one float64, got {value.dtype} of shape {value.shape}")
    return float(value)


@contextmanager
def put_back(params: Params) -> Iterator[Params]:
    """Give a copy of the parameters, and write it back at the end, whatever happened."""
    start = {name: param.copy() for name, param in params.items()}
    try:
        yield start
    finally:
        for name, param in params.items():
            np.copyto(param, start[name])


def check_arguments(loss: LossFunction, params: Params, grads: Params, eps: float) -> float:
    """Return eps. Raise TypeError or ValueError unless params and grads are float64 and alike."""
    if not callable(loss):
        raise TypeError(f"loss must be a function of no arguments, got {type(loss).__name__}")
    check_arrays("params", params)
    check_grads(params, grads)
    for name, array in [*params.items(), *grads.items()]:
        if array.dtype != np.float64:
            raise TypeError(f"{name} must be float64, got {array.dtype}: its 7 digits leave a difference about 4")
    if not params or any(param.size == 0 for param in params.values()):
        raise ValueError("params must hold at least one entry, got none")
    return check_number("eps", eps, 1e-12, 1)
