"""The bug hunt of chapter 06: one LSTM update with four flaws, and a judge that says which of them are still in.

    A  the cell path c_t → c_{t−1} is dropped           seen in every gradient, with three steps and a start not zero
    B  two bias gradients are copied from another gate   seen in b_i and b_o
    C  input-weight gradients come from one step only    seen in every W_x
    D  the update reads another gate's gradient          seen in the new parameters of the candidate

They are independent, so there are sixteen versions of the update. `update_with(flaws)` gives each of them, and repairs
gone wrong as well. An answer is compared with all sixteen, and with each repair gone wrong; when it is none of these,
each flaw is looked for by itself in the pieces where it shows, whatever the others are.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import combinations

import numpy as np

from seqlearn.grading import Exercise, Mistake
from seqlearn.grading.comparing import close
from seqlearn.grading.grade import Verdict, grade
from seqlearn.grading.outcome import is_right_piece, make_cases, same_pieces, try_answer
from seqlearn.grading.running import run_guarded

FLAWS = "ABCD"
WHERE = {"A": "A (shows in every W_h)", "B": "B (shows in b_i and b_o)", "C": "C (shows in every W_x)",
         "D": "D (shows in the update)"}


def train_step_reference(params, x, h, c, gates, d_last, learning_rate):
    """One update of an LSTM by gradient descent, with weights kept gate by gate.

    params: a dict of W_xi … W_xo (D, H), W_hi … W_ho (H, H), b_i … b_o (H,). The forward pass has been done: x
    (T, N, D), h and c (T + 1, N, H) from h_0 and c_0 on, gates (T, 4, N, H) with i, f, g, o. d_last (N, H): the
    gradient of the loss for h_T. Returns the gradients and the new parameters, two dicts with the keys of params.
    """
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    dh, dc = d_last, np.zeros_like(d_last)
    for t in reversed(range(len(x))):
        i, f, g, o = gates[t]
        tanh_c = np.tanh(c[t + 1])
        dc = dc + dh * o * (1 - tanh_c**2)                      # A: what comes from step t + 1 is kept
        da = {"i": dc * g * i * (1 - i), "f": dc * c[t] * f * (1 - f), "g": dc * i * (1 - g**2),
              "o": dh * tanh_c * o * (1 - o)}
        for gate in "ifgo":
            grads["W_x" + gate] += x[t].T @ da[gate]            # C: every step adds its share
            grads["W_h" + gate] += h[t].T @ da[gate]
            grads["b_" + gate] += da[gate].sum(axis=0)          # B: each gate's own
        dh = sum(da[gate] @ params["W_h" + gate].T for gate in "ifgo")
        dc = dc * f                                             # A: and sent on along the cell state
    new = {name: params[name] - learning_rate * grads[name] for name in params}     # D: each its own
    return grads, new


def update_with(flaws: str, params, x, h, c, gates, d_last, learning_rate, *, path: Callable | None = None,
                only: int | None = None, uphill: bool = False):
    """The update with these of the four flaws, or with a repair gone wrong.

    path(dc, t, gates): another way from dc_t to dc_{t−1}. only: the one step that W_x sees. uphill: the step is added.
    """
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    dh, dc = d_last, np.zeros_like(d_last)
    only = len(x) - 1 if "C" in flaws else only
    for t in reversed(range(len(x))):
        i, f, g, o = gates[t]
        tanh_c = np.tanh(c[t + 1])
        dc = dc + dh * o * (1 - tanh_c**2)
        da = {"i": dc * g * i * (1 - i), "f": dc * c[t] * f * (1 - f), "g": dc * i * (1 - g**2),
              "o": dh * tanh_c * o * (1 - o)}
        for gate in "ifgo":
            if only in (None, t):
                grads["W_x" + gate] += x[t].T @ da[gate]
            grads["W_h" + gate] += h[t].T @ da[gate]
            source = "f" if "B" in flaws and gate in "io" else gate
            grads["b_" + gate] += da[source].sum(axis=0)
        dh = sum(da[gate] @ params["W_h" + gate].T for gate in "ifgo")
        dc = path(dc, t, gates) if path else 0 * dc if "A" in flaws else dc * f
    return grads, _step(params, grads, -learning_rate if uphill else learning_rate, "D" in flaws)


def _step(params, grads, learning_rate, flawed: bool) -> dict:
    def source(name):
        return name[:-1] + "f" if flawed and name.endswith("g") else name

    return {name: params[name] - learning_rate * grads[source(name)] for name in params}


def _path_without_f(dc, t, gates):
    return dc


def _path_with_the_step_before(dc, t, gates):
    return dc * gates[max(t - 1, 0)][1]


def _path_with_the_step_after(dc, t, gates):
    return dc * gates[min(t + 1, len(gates) - 1)][1]


def _path_with_the_input_gate(dc, t, gates):
    return dc * gates[t][0]


# Repairs gone wrong: the flaw that was to be mended, what `update_with` is to do, and what to tell the learner.
REPAIRS = {
    "path without f": (
        "A", {"path": _path_without_f},
        "dc runs back along the cell state now, but nothing multiplies it on its way: c_t = f_t c_{t−1} + …"),
    "f of the step before": (
        "A", {"path": _path_with_the_step_before},
        "The way from c_t to c_{t−1} goes through f_t; yours is multiplied by the forget gate of step t − 1."),
    "f of the step after": (
        "A", {"path": _path_with_the_step_after},
        "The way from c_t to c_{t−1} goes through f_t; yours is multiplied by the forget gate of step t + 1."),
    "path with the input gate": (
        "A", {"path": _path_with_the_input_gate},
        "What is held back on the way from c_t to c_{t−1} is decided by the forget gate; yours is multiplied by i."),
    "W_x from the first step": (
        "C", {"only": 0},
        "Now the gradient of W_x comes from the first step alone: `=` in place of `+=`, in a loop run backwards."),
    "uphill": ("D", {"uphill": True}, "The update adds the gradient, so it climbs: subtract it."),
}
PATHS = {"out": ("", {}), "in": ("A", {})}  # the ways from c_t back to c_{t−1}: state of A or name of a repair
PATHS |= {name: ("", how) for name, (flaw, how, _) in REPAIRS.items() if flaw == "A"}


def report(states: dict[str, str], notes: Sequence[str] = ()) -> str:
    """Which flaws are "out", "in" still, "changed" into something else, or "open", that is, not to be told yet."""
    parts = []
    for state, words in (("out", "Out"), ("in", "Still in"), ("changed", "Changed, but not right yet"),
                         ("open", "Not to be told before A is right")):
        flaws = [WHERE[flaw] for flaw in FLAWS if states[flaw] == state]
        if flaws:
            parts.append(f"{words}: {', '.join(flaws)}.")
    return " ".join([*parts, *notes])


# Something else broken: the flaw in whose place it is, if any, the edits of the solution, what to tell the learner.
BROKEN = {
    "W_h from the first step": (
        "", {'"W_h" + gate] +=': '"W_h" + gate] ='}, "W_h keeps the share of one step alone: `=` in place of `+=`."),
    "b from the first step": (
        "B", {'"b_" + gate] +=': '"b_" + gate] ='}, "The biases keep the share of one step: `=` in place of `+=`."),
    "biases averaged over the batch": (
        "B", {"da[gate].sum": "da[gate].mean"}, "The biases are averaged over the batch. Sum over its rows."),
    "state after the step": (
        "", {"h[t].T": "h[t + 1].T"}, "W_h meets the state after the step. It multiplied the one before: h[t]."),
    "W_h not transposed": (
        "", {'"W_h" + gate].T for': '"W_h" + gate] for'}, "On its way to h_{t−1} da goes through W_h transposed."),
    "dc times f twice": (
        "A", {"dc = dc + dh": "dc = dc * f + dh"}, "On its way from step to step dc meets a forget gate twice."),
    "dh added up": (
        "", {"dh = sum": "dh = dh + sum"}, "dh keeps the gradient of later states. Only the sums lead to h_{t−1}."),
    "another slope of tanh(c)": (
        "", {"1 - tanh_c**2": "1 - c[t + 1] ** 2"}, "The slope of tanh at c is 1 - tanh(c)²."),
    "new c in the forget gate": (
        "", {"dc * c[t] * f": "dc * c[t + 1] * f"}, "The forget gate multiplies the state before the step, c[t]."),
    "input of the step before": (
        "C", {"x[t].T": "x[t - 1].T"}, "W_x meets the input of the step before. Step t reads x[t]."),
    "learning rate left out": (
        "D", {"learning_rate * grads": "grads"}, "The update leaves out the learning rate."),
    "old parameters left out": (
        "D", {"params[name] - learning_rate": "-learning_rate"}, "The update leaves out the old parameters."),
}


def _known_versions() -> list[Mistake]:
    """Every version with some flaws still in, each repair gone wrong, and what else may be broken then."""
    versions = []
    for count in (3, 2, 1):
        for left in combinations(FLAWS, count):
            states = {flaw: "in" if flaw in left else "out" for flaw in FLAWS}
            versions.append(Mistake(f"still in: {', '.join(left)}", partial(update_with, left), report(states)))
    for name, (flaw, how, note) in REPAIRS.items():
        states = {each: "changed" if each == flaw else "out" for each in FLAWS}
        versions.append(Mistake(name, partial(update_with, "", **how), report(states, [note])))
    for name, (flaw, edits, note) in BROKEN.items():
        states = {each: "changed" if each == flaw else "out" for each in FLAWS}
        words = note if flaw else f"But something else is broken now. {note}"
        versions.append(Mistake(name, edits, report(states, [words])))
    return versions


class BugHunt(Exercise):
    """Grades flaw by flaw. The code as it came counts as not attempted."""

    slips = False

    def _grade(self, answer: object) -> Verdict:
        if callable(answer) and self._ask(self._is_as_it_came, answer, seconds=3.0):
            return Verdict("not attempted", "This behaves exactly like the code as it came, with all four flaws in it. "
                                            "Mend one and check again: the check says what is out and what is still "
                                            "in.")
        verdict = grade(self, answer)
        known = any((verdict.mistake, verdict.message) == (each.name, each.message) for each in self.mistakes)
        if verdict.status != "incorrect" or known or not callable(answer):
            return verdict
        words, repairs = self._ask(self._look, answer, self.time_limit) or ("", [])
        # A version recognised by one piece of the answer says nothing about the other flaws: its words are not used.
        rest = "" if words and (repairs or verdict.mistake) else verdict.message
        verdict.message = f"{words} {rest}".strip()
        verdict.mistake = repairs[0] if len(repairs) == 1 else None
        return verdict

    @staticmethod
    def _ask(question: Callable, answer: Callable, seconds: float):
        """What question(answer) returns, under guard; None when it takes too long."""
        found: list = []
        run_guarded(lambda printed: found.append(question(answer)), seconds)
        return found[0] if found else None

    def _is_as_it_came(self, answer: Callable) -> bool:
        for case in make_cases(self):
            outcome, original = try_answer(self, answer, case), try_answer(self, partial(update_with, FLAWS), case)
            if outcome.how != "value" or not same_pieces(self, original.pieces, outcome.pieces):
                return False
        return True

    def _look(self, answer: Callable) -> tuple[str, list[str]]:
        """What can be said about each flaw when the answer is none of the versions, and which repairs went wrong how.

        Nothing when it does not run.
        """
        cases = make_cases(self)
        outcomes = [try_answer(self, answer, case) for case in cases]
        if any(outcome.how != "value" or outcome.changed for outcome in outcomes):
            return "", []
        found = [self._judge(case, outcome.pieces) for case, outcome in zip(cases, outcomes, strict=True)]
        states, repairs = {}, []
        for flaw in FLAWS:
            (state, *others), (repair, *further) = ({judged[flaw][k] for judged in found} for k in (0, 1))
            # A flaw is out when it is out in every case, and still in when every case shows it.
            states[flaw] = "changed" if others else state
            if repair and not further:
                repairs.append(repair)
        return report(states, [REPAIRS[repair][2] for repair in repairs]), repairs

    def _judge(self, case, pieces: list) -> dict[str, tuple[str, str]]:
        """For each flaw its state, as in `report`, and the repair gone wrong that is recognised, or ""."""
        got = {piece.label: piece for piece in pieces}

        def fits(kind: str, flaws: str, **how) -> bool:
            labels = [f'grads["{kind}{gate}"]' for gate in "ifgo"]
            version = try_answer(self, partial(update_with, flaws, **how), case)
            expected = {piece.label: piece for piece in version.pieces}
            return all(is_right_piece(self, expected[label], got[label]) for label in labels)

        def same(one: str, other: str) -> bool:
            return close(got[f'grads["{one}"]'], got[f'grads["{other}"]'], self.rtol, self.atol)

        way = next((name for name, (flaws, how) in PATHS.items() if fits("W_h", flaws, **how)), "")
        paths = [PATHS[way]] if way else list(PATHS.values())
        wrong = "changed" if way else "open"  # without the way back no other gradient can be told
        states = {"A": (way, "") if way in ("out", "in") else ("changed", way)}
        copied = same("b_i", "b_f") and same("b_o", "b_f") and not same("b_g", "b_f")
        right = any(fits("b_", flaws, **how) for flaws, how in paths)
        states["B"] = ("out" if right else "in" if copied else wrong, "")
        if any(fits("W_x", flaws, **how) for flaws, how in paths):
            states["C"] = ("out", "")
        elif fits("W_x", "C"):  # the last step, which no path reaches
            states["C"] = ("in", "")
        elif any(fits("W_x", flaws, **how, only=0) for flaws, how in paths):
            states["C"] = ("changed", "W_x from the first step")
        else:
            states["C"] = (wrong, "")
        return states | {"D": self._judge_update(case, got)}

    @staticmethod
    def _judge_update(case, got: dict) -> tuple[str, str]:
        """Flaw D, from the answer's own gradients, right or wrong."""
        params, learning_rate = case.arguments[0], case.arguments[-1]
        grads = {name: got[f'grads["{name}"]'].values for name in params}
        new = {name: got[f'new["{name}"]'].values for name in params}
        try:
            for rate, repair in ((learning_rate, ""), (-learning_rate, "uphill")):
                for flawed in (False, True):
                    expected = _step(params, grads, rate, flawed)
                    if all(np.shape(new[name]) == value.shape and np.allclose(new[name], value, rtol=1e-9, atol=1e-12)
                           for name, value in expected.items()):
                        return "in" if flawed else "changed" if repair else "out", repair
        except (TypeError, ValueError):  # gradients of a shape that no parameter has
            pass
        return "changed", ""


def _updates(rng):
    """Networks with a start that is not zero, for T of three and more, each with its own learning rate."""
    cases = []
    for T, N, D, H, learning_rate in ((4, 3, 2, 3, 0.1), (3, 2, 3, 2, 0.25), (6, 2, 1, 4, 0.04)):
        params = {f"W_x{gate}": rng.uniform(-1, 1, (D, H)) for gate in "ifgo"}
        params |= {f"W_h{gate}": rng.uniform(-1, 1, (H, H)) for gate in "ifgo"}
        params |= {f"b_{gate}": rng.uniform(-1, 1, H) for gate in "ifgo"}
        x = rng.standard_normal((T, N, D))
        cases.append((params, x, *run_by_gate(params, x, *rng.uniform(-1, 1, (2, N, H))), rng.standard_normal((N, H)),
                      learning_rate))
    return cases


def run_by_gate(params, x, h_0, c_0):
    """The forward pass with weights kept gate by gate: h and c (T + 1, N, H), gates (T, 4, N, H)."""
    h, c, gates = [h_0], [c_0], []
    for x_t in x:
        a = {gate: x_t @ params["W_x" + gate] + h[-1] @ params["W_h" + gate] + params["b_" + gate] for gate in "ifgo"}
        i, f, o = (1 / (1 + np.exp(-a[gate])) for gate in "ifo")
        g = np.tanh(a["g"])
        gates.append([i, f, g, o])
        c.append(f * c[-1] + i * g)
        h.append(o * np.tanh(c[-1]))
    return np.array(h), np.array(c), np.array(gates)


bug_hunt = BugHunt(
    id="06.3",
    title="The bug hunt",
    stars=2,
    reference=train_step_reference,
    cases=_updates,
    names=("grads", "new"),
    mistakes=_known_versions(),
    hints=[
        "Do not read first: measure. Start from 0.5, check all the parameters, and let T grow from 1. What is wrong at "
        "T = 1 lies inside a single step; what goes wrong at T = 2 or later lies in how the steps are joined.",
        "A: the drawing of the cell has a red arrow along its top. Where is it in the code? dc must come in from step "
        "t + 1 and leave for step t − 1.",
        "B: read the four lines of the biases, one letter at a time. C: which step of x does W_x see when the loop is "
        "over? A shared weight is a sum over all of them.",
        "D: no gradient check can find it, for the gradients may all be right. Read the lines of the update, one "
        "letter at a time.",
    ],
    explanation="Four flaws, three ways to notice: a check with three steps or more (A), of every parameter and not of "
                "one (B, C), and one that looks at what is done with the gradients and not at the gradients alone (D).",
)
