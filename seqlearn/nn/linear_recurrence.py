"""The linear recurrence h = a h₋₁ + b: no matrix and no tanh on the state's way, so it needs no loop over time.

Two steps in a row are one step of the same kind: a₂ (a₁ h + b₁) + b₂ = (a₂ a₁) h + (a₂ b₁ + b₂). Steps can therefore be
joined in any grouping, first neighbours, then pairs, then fours, and T steps take log₂ T rounds: this is `scan`.
`run` and `run_back` are what a layer with such a state calls in place of its two loops.
"""

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from seqlearn.nn.layer import Params, check_array, check_number, check_rng
from seqlearn.nn.recurrent import Recurrent, all_rows


def scan(a: ArrayLike, b: ArrayLike) -> np.ndarray:
    """h_t = a_t h_{t-1} + b_t for all steps t, from h = 0 before the first, in ⌈log₂ T⌉ rounds.

    a and b (T, …): floats or complex numbers of the same shape. Returns h, shaped like b.
    A round does the work of all steps at once, so the work is T log₂ T, where a loop's is T. The products of many a
    are formed: beyond |a| = 1 they may overflow though h does not. The result is complex if a or b is.
    Raises TypeError for other types, ValueError for a shape without steps or for two shapes.

    Martin & Cundy (2018), "Parallelizing linear recurrent neural nets over sequence length".
    """
    h = check_array("b", b, kind="real or complex floats")
    if h.ndim == 0 or len(h) == 0:
        raise ValueError(f"b must be (T, …) with at least one step, got {h.shape}")
    a = check_array("a", a, h.shape, kind="real or complex floats").copy()
    h = h.astype(np.result_type(a, h))  # a copy
    reach = 1  # how many steps h_t and a_t hold: t itself, and those just before it
    while reach < len(h):
        h[reach:] += a[reach:] * h[:-reach]  # as many again, from the entry where those held so far begin
        a[reach:] = a[reach:] * a[:-reach]
        reach *= 2
    return h


def run(a: np.ndarray, b: np.ndarray, start: np.ndarray, ended: list[np.ndarray | None]) -> np.ndarray:
    """h (T+1, N, H), the start first. Changes a and b (T, N, H): where a row has ended, a is 1 and b is 0."""
    for a_t, b_t, done in zip(a, b, ended):
        if done is not None:
            a_t[done], b_t[done] = 1, 0  # the state stands still
    b[0] += a[0] * start
    return np.concatenate([start[None], scan(a, b)])


def run_back(
    a: np.ndarray, h: np.ndarray, d_h: np.ndarray, d_last: np.ndarray, finished: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients for the start (N, H), a and b (T, N, H), from those of the outputs d_h and of the final state.

    Every step hands its gradient back through its own a, so db_t = dh_t + a_{t+1} db_{t+1}: the same recurrence, read
    from the last step to the first. For complex numbers the gradient is ∂L/∂(real part) + i ∂L/∂(imaginary part);
    then a product hands back the gradient times the conjugate of the other factor.
    """
    d_h = d_h.copy()
    d_h[-1] += d_last
    a = a.conj()
    of_next = np.concatenate([a[1:], a[:1]])  # the last step has none after it; what stands there is never used
    d_b = scan(of_next[::-1], d_h[::-1])[::-1]
    d_start, d_a = a[0] * d_b[0], d_b * h[:-1].conj()
    if finished is not None:  # a and b of these steps were put there by `run`
        np.copyto(d_a, 0, where=finished[:, :, None])
        np.copyto(d_b, 0, where=finished[:, :, None])
    return d_start, d_a, d_b


class LinearRecurrence(Recurrent):
    """Linear recurrent unit: pairs of units that turn and shrink, and do nothing else. At step t:

        h = a h₋₁ + γ (x W_x + b)        in complex numbers, one for every pair of units
        a = exp(-exp(nu_log) + i exp(theta_log)),   γ = exp(gamma_log)

    A real matrix W_h has complex eigenvalues in conjugate pairs, r e^{±iθ}. One pair is a plane in which every step
    turns the state by θ and shrinks it by r; this layer is an RNN without a nonlinearity whose W_h is made of such
    planes, and a holds one eigenvalue of each pair. With positive numbers for a, a state could only fade; the angle
    lets it swing as well. Whatever the parameters are, r = exp(-exp(nu_log)) is below 1 up to rounding: h₋₁ and its
    gradient never grow on their way. γ starts at √(1 - r²) as in the paper, so that a pulse leaves the same energy in
    a long memory as in a short one, and is then learned.

    hidden_size H counts real numbers and must be even. All arrays outside are real: the state h (N, H), the outputs,
    W_x (D, H) and b (H) hold the H/2 real parts, then the H/2 imaginary parts. nu_log, theta_log and gamma_log (H/2).
    The first a lie in the ring from r_min to r_max, uniform in area, at angles from 0 to max_phase. W_x is drawn from
    ±1/√D; b, which the paper does not have, starts at 0, as a constant input piles up over the memory's length.
    float64 unless dtype says float32; complex numbers inside are twice as wide. Raises TypeError or ValueError for
    sizes or a ring that do not fit.

    Orvieto et al. (2023), "Resurrecting recurrent neural networks for long sequences".
    """

    mixes_state = False

    def __init__(
        self, input_size: int, hidden_size: int, *, r_min: float = 0.0, r_max: float = 1.0,
        max_phase: float = 2 * np.pi, rng: np.random.Generator | None = None, dtype: DTypeLike = np.float64,
    ) -> None:  # fmt: skip
        rng = check_rng(rng)
        super().__init__(input_size, hidden_size, rng, dtype)
        if hidden_size % 2:
            raise ValueError(f"hidden_size must be even, two numbers for a pair of eigenvalues, got {hidden_size}")
        r_min, r_max = check_number("r_min", r_min), check_number("r_max", r_max)
        if not r_min < r_max <= 1:
            raise ValueError(f"r_min must be less than r_max, and r_max at most 1, got {r_min} and {r_max}")
        if not 0 < check_number("max_phase", max_phase) <= 2 * np.pi:
            raise ValueError(f"max_phase must be above 0 and at most 2π, got {max_phase}")
        r_squared = rng.uniform(r_min**2, r_max**2, hidden_size // 2)
        more = {
            "nu_log": np.log(-0.5 * np.log(r_squared)),
            "theta_log": np.log(rng.uniform(0, max_phase, hidden_size // 2)),
            "gamma_log": 0.5 * np.log(1 - r_squared),
        }
        self.params |= {name: array.astype(self.dtype) for name, array in more.items()}
        self.params["b"][:] = 0

    @property
    def eigenvalues(self) -> np.ndarray:
        """a (H/2), complex: one of each conjugate pair."""
        return np.exp(-np.exp(self.params["nu_log"]) + 1j * np.exp(self.params["theta_log"]))

    def _run(self, seen: np.ndarray, outputs: np.ndarray, start: list[np.ndarray], ended: list) -> tuple:
        from_x = as_complex(input_sums(seen, self.params))
        gamma = np.exp(self.params["gamma_log"])
        a = np.broadcast_to(self.eigenvalues, from_x.shape).copy()
        h = run(a, gamma * from_x, as_complex(start[0]), ended)
        outputs[:] = as_real(h[1:])
        return [outputs[-1]], (h, a, from_x)

    def _run_back(self, seen, d_outputs, d_last, memory, finished, ended) -> tuple:
        h, a, from_x = memory
        nu, theta, gamma = (np.exp(self.params[name]) for name in ("nu_log", "theta_log", "gamma_log"))
        d_start, d_a, d_b = run_back(a, h, as_complex(d_outputs), as_complex(d_last[0]), finished)
        d_exponent = self.eigenvalues.conj() * d_a.sum(axis=(0, 1))  # a = exp(-ν + iθ)
        d_gamma = (from_x.conj() * d_b).real.sum(axis=(0, 1))
        grads = {"nu_log": -nu * d_exponent.real, "theta_log": theta * d_exponent.imag, "gamma_log": gamma * d_gamma}
        return [as_real(d_start)], as_real(gamma * d_b), grads


def input_sums(seen: np.ndarray, params: Params) -> np.ndarray:
    """x W_x + b for all steps at once: (T, N, G·H)."""
    num_steps, batch_size, _ = seen[:-1].shape
    sums = all_rows(seen[:-1]) @ np.concatenate([params["W_x"], params["b"][None]])
    return sums.reshape(num_steps, batch_size, -1)


def as_complex(pairs: np.ndarray) -> np.ndarray:
    """(…, H) -> (…, H/2): the first half of the features are real parts, the second imaginary parts."""
    real, imaginary = np.split(pairs, 2, axis=-1)
    return real + 1j * imaginary


def as_real(numbers: np.ndarray) -> np.ndarray:
    """(…, H/2) -> (…, H): undo `as_complex`."""
    return np.concatenate([numbers.real, numbers.imag], axis=-1)
