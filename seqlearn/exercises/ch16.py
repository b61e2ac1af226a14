"""Exercises and quiz of chapter 16: forecasting."""

import numpy as np

from seqlearn.grading import Exercise, Mistake, Option, Question, Quiz

# 16.1 A scale from the past ---------------------------------------------------------------------------------------


def scale_reference(values, known):
    """values (T,), shifted and scaled so that the first `known` of them have mean 0 and standard deviation 1."""
    past = values[:known]
    return (values - past.mean()) / past.std()


def _trends(rng):
    return [(np.cumsum(rng.normal(0.5, 1.0, size=steps)) + start, known)
            for steps, known, start in ((12, 7, 3.0), (20, 8, -40.0), (9, 5, 300.0))]


scale = Exercise(
    id="16.1",
    title="A scale from the past",
    stars=1,
    reference=scale_reference,
    cases=_trends,
    mistakes=[
        Mistake("scaler fitted on all", {"values[:known]": "values"},
                "Mean and deviation come from all values, those of the future included. On the day of the first "
                "forecast nobody knows them: take the first `known` values alone."),
        Mistake("fitted on the future", {"values[:known]": "values[known:]"},
                "Mean and deviation come from the values behind `known`, which is the future. Take those before it."),
        Mistake("each part by its own scale",
                lambda values, known: np.concatenate([(part - part.mean()) / part.std()
                                                      for part in (values[:known], values[known:])]),
                "The known part is right. The rest has a scale of its own, made from values that are to be forecast; "
                "and the same number would mean different things before and behind `known`."),
        Mistake("only the known part returned", {"(values - past.mean())": "(past - past.mean())"},
                "You return the known values alone. Scale all of them, with the mean and deviation of the known ones."),
        Mistake("variance in place of deviation", {"past.std()": "past.var()"},
                "You divide by the variance, which is in squared units. The standard deviation is its root."),
        Mistake("deviation with n − 1", {"past.std()": "past.std(ddof=1)"},
                "You divide by the deviation with n − 1 below the sum. Here it is the plain one, NumPy's default, so "
                "that the known values have a deviation of exactly 1."),
        Mistake("smallest and largest", {"past.mean()) / past.std()": "past.min()) / (past.max() - past.min())"},
                "You map the known values to 0 … 1. That is a scale, too; here they are to have mean 0 and standard "
                "deviation 1."),
        Mistake("not shifted", {"(values - past.mean())": "values"},
                "You divide and do not subtract the mean first."),
    ],
    hints=[
        "Mean and deviation may look at past = values[:known] alone.",
        "Subtract past.mean() from all values, and divide by past.std().",
    ],
)

# 16.2 Windows for one step far ahead ------------------------------------------------------------------------------


def cut_reference(values, width, horizon):
    """Windows x (N, width), and for each the value y (N,) that comes `horizon` steps after its last one."""
    count = len(values) - width - horizon + 1
    x = np.array([values[n : n + width] for n in range(count)])
    y = values[width + horizon - 1 :]
    return x, y


def _lengths(rng):
    return [(rng.normal(size=steps), width, horizon) for steps, width, horizon in ((12, 4, 1), (15, 3, 4), (20, 6, 2))]


cut = Exercise(
    id="16.2",
    title="Windows for one step far ahead",
    stars=1,
    reference=cut_reference,
    cases=_lengths,
    mistakes=[
        Mistake("target inside the window",
                [lambda values, width, horizon: (cut_reference(values, width, horizon)[0],
                                                 values[width - 1 : width - 1 + len(values) - width - horizon + 1]),
                 lambda values, width, horizon: (cut_reference(values, width, 0)[0], values[width - 1 :])],
                "Your target is the last value of the window itself. A model that may see what it is to forecast "
                "can have an error of zero, and is worth nothing."),
        Mistake("off-by-one horizon",
                [lambda values, width, horizon: cut_reference(values, width, horizon + 1),
                 lambda values, width, horizon: (cut_reference(values, width, horizon + 1)[0],
                                                 values[width + horizon : len(values)])],
                "Your targets come one step too late. Counted from 1, the value right behind the window is 1 step "
                "ahead: it has the index n + width."),
        Mistake("one step too early", lambda values, width, horizon: (cut_reference(values, width, horizon)[0],
                                                                      values[width + horizon - 2 : -1]),
                "Your targets come one step too early. Window n ends at n + width − 1, and its target stands `horizon` "
                "steps behind that."),
        Mistake("horizon never used", lambda values, width, horizon: cut_reference(values, width, 1),
                "Your target is always the value right behind the window, whatever `horizon` says."),
        Mistake("last window left out",
                lambda values, width, horizon: tuple(each[:-1] for each in cut_reference(values, width, horizon)),
                "The last window is missing. There are T − width − horizon + 1 of them: try it with T = width + "
                "horizon, where there is one."),
        Mistake("windows side by side",
                lambda values, width, horizon: tuple(each[::width] for each in cut_reference(values, width, horizon)),
                "Your windows do not overlap. Begin a new one at every step."),
        Mistake("all steps of the horizon",
                lambda values, width, horizon: (cut_reference(values, width, horizon)[0],
                                                np.lib.stride_tricks.sliding_window_view(values[width:], horizon)),
                "Your y holds all steps up to `horizon`. Asked is only the last of them, one number for each window."),
        Mistake("newest value first", {"values[n : n + width]": "values[n : n + width][::-1]"},
                "The windows stand the wrong way round: the oldest value comes first."),
    ],
    hints=[
        "Window n holds the values n … n + width − 1. What is the index of the value 1 step behind it, and `horizon`?",
        "The target of window n is values[n + width + horizon − 1], and the last one is values[T − 1].",
    ],
    names=("x", "y"),
)

# 16.3 Which windows may train? ------------------------------------------------------------------------------------


def parts_reference(steps, width, horizon, known):
    """First target steps of the windows to train on, and of those to test on, two arrays of whole numbers."""
    train = np.arange(width, known - horizon + 1)
    test = np.arange(max(known, width), steps - horizon + 1)
    return train, test


parts = Exercise(
    id="16.3",
    title="Which windows may train?",
    stars=2,
    reference=parts_reference,
    cases=lambda rng: [(40, 6, 3, 25), (60, 12, 5, 41), (50, 4, 8, 30), (45, 7, 2, 33)],
    mistakes=[
        Mistake("targets reach into the test part", {"known - horizon + 1": "known"},
                "Your last training windows begin to forecast before `known` and end behind it: their later targets "
                "are values of the test part. The whole horizon must lie before `known`."),
        Mistake("a gap as long as the window", {"max(known, width)": "known + width"},
                "You let the test windows begin behind `known`, so the first forecast waits a whole window. A "
                "window may reach back: at `known` all values before it have been seen."),
        Mistake("horizon runs over the end", {"steps - horizon + 1": "steps"},
                "Your last test windows have targets behind the end of the series."),
        Mistake("off-by-one horizon", [{"known - horizon + 1": "known - horizon"},
                                       {"steps - horizon + 1": "steps - horizon"},
                                       {"known - horizon + 1": "known - horizon", "steps - horizon + 1":
                                        "steps - horizon"}],
                "The last window is missing: its targets are o, o + 1, … o + horizon − 1, so the last o that fits "
                "before an end is end − horizon, and np.arange leaves out its own end."),
        Mistake("test begins too early", {"max(known, width)": "max(known - horizon + 1, width)"},
                "Your first test windows have targets before `known`. The whole horizon of a test window lies at "
                "`known` or later."),
        Mistake("test begins too late", {"max(known, width)": "max(known + 1, width)"},
                "Your first test window is missing: its first target may be at `known` itself."),
        Mistake("windows from nothing", {"np.arange(width,": "np.arange(0,"},
                "Your first windows would have to begin before the series does: the first target that has a whole "
                "window before it is step `width`."),
        Mistake("shuffled split",
                lambda steps, width, horizon, known: (lambda every: (np.sort(every[: known - width]),
                                                                     np.sort(every[known - width :])))(
                    np.random.default_rng(0).permutation(np.arange(width, steps - horizon + 1))),
                "You draw the windows at random. Neighbouring windows share all but one of their values, so nearly "
                "everything in the test part would have been trained on. Split by time."),
        Mistake("starts of windows", [lambda steps, width, horizon, known: tuple(
            each - width for each in parts_reference(steps, width, horizon, known))],
                "You give the steps at which the windows begin. Asked are those of their first targets."),
    ],
    hints=[
        "A window with first target o has inputs o − width … o − 1 and targets o … o + horizon − 1, counted from 0.",
        "Train: every target before `known`. Test: the first target at `known` or later; the inputs may lie before.",
    ],
    names=("train", "test"),
)

# 16.4 In units of the naive forecast ------------------------------------------------------------------------------


def mase_reference(y, forecast, past, season):
    """The mean absolute scaled error: mean |forecast − y|, in units of what last season's value misses in the past."""
    naive = np.abs(past[season:] - past[:-season]).mean()
    return float(np.abs(forecast - y).mean() / naive)


def _forecasts(rng):
    return [(rng.normal(size=steps), rng.normal(size=steps), rng.normal(size=length).cumsum(), season)
            for steps, length, season in ((5, 20, 4), (7, 31, 12), (6, 15, 1))]


scaled_error = Exercise(
    id="16.4",
    title="In units of the naive forecast",
    stars=2,
    reference=mase_reference,
    cases=_forecasts,
    mistakes=[
        Mistake("season never used", {"past[season:] - past[:-season]": "past[1:] - past[:-1]"},
                "You compare each value of the past with the one before it. The naive forecast takes the value one "
                "season ago, `season` steps before."),
        Mistake("scaled by the test part",
                lambda y, forecast, past, season: mase_reference(
                    y, forecast, np.concatenate([past[len(past) - season :], y]), season),
                "You measure the naive forecast on y. The unit comes from the past alone, so that it is the same for "
                "every test part, and cannot become zero on a quiet one."),
        Mistake("MAPE", [lambda y, forecast, past, season: float(np.abs((forecast - y) / y).mean()),
                         lambda y, forecast, past, season: float(100 * np.abs((forecast - y) / y).mean())],
                "That is the mean absolute percentage error, which divides by the value itself. Where values come near "
                "zero it explodes, and it never looks at the past."),
        Mistake("squares", {"np.abs(forecast - y).mean()": "((forecast - y) ** 2).mean()",
                            "np.abs(past[season:] - past[:-season]).mean()":
                            "((past[season:] - past[:-season]) ** 2).mean()"},
                "You square the errors. Here they are taken without their sign, and not squared."),
        Mistake("differences of differences", {"past[season:] - past[:-season]": "np.diff(past, n=season)"},
                "np.diff(past, n=season) takes differences of differences, `season` times over. Subtract the value one "
                "season ago: past[season:] - past[:-season]."),
        Mistake("rolled round", {"past[season:] - past[:-season]": "past - np.roll(past, season)"},
                "np.roll brings the last values round to the front, where they are compared with the first ones. Leave "
                "out the first season, which has nothing before it."),
        Mistake("not scaled", {" / naive": ""},
                "That is the mean absolute error, in the unit of the series. Divide it by that of the naive forecast "
                "in the past."),
        Mistake("skill", {"float(np.abs(forecast - y)": "float(1 - np.abs(forecast - y)"},
                "You return 1 minus the ratio, as a skill does. The scaled error is the ratio itself."),
        Mistake("upside down", {"np.abs(forecast - y).mean() / naive": "naive / np.abs(forecast - y).mean()"},
                "Your ratio stands upside down: the error of the forecast is divided by that of the naive one."),
    ],
    hints=[
        "First the unit: by how much does past[t] differ from past[t − season], on average and without its sign?",
        "past[season:] − past[:-season] are all these differences.",
    ],
)

# 16.5 What MAPE likes ---------------------------------------------------------------------------------------------


def mape_favourite_reference(y):
    """Which of the values of y (T,), none of them 0, is the constant forecast with the smallest MAPE."""
    candidates = np.sort(y)
    errors = [np.mean(np.abs(candidate - y) / np.abs(y)) for candidate in candidates]
    return float(candidates[int(np.argmin(errors))])


def _skewed(rng):
    """Sunspot-like: many small values, some near zero, some large."""
    return [(np.round(rng.gamma(0.9, 40.0, size=size), 1) + 0.2,) for size in (15, 21, 31)]


mape_favourite = Exercise(
    id="16.5",
    title="What MAPE likes",
    stars=2,
    reference=mape_favourite_reference,
    cases=_skewed,
    mistakes=[
        Mistake("the median", lambda y: float(np.median(y)),
                "That is the median, which has the smallest mean absolute error, divided by one number or not. MAPE "
                "divides each error by its own value, so that small values weigh much more."),
        Mistake("the mean", lambda y: float(np.mean(y)),
                "That is the mean, which has the smallest mean squared error. Try each of the values as the forecast."),
        Mistake("MAPE near zero: divided by the forecast", {"/ np.abs(y)": "/ np.abs(candidate)"},
                "You divide by the forecast. MAPE divides each error by the value that came."),
        Mistake("the smallest value", lambda y: float(np.min(y)),
                "That is the smallest of the values. The favourite is small, but not always that small: try each of "
                "the values and take the one with the lowest mean of |candidate − y| / |y|. (Without |…| it would be "
                "this one.)"),
        Mistake("the place", [lambda y: int(np.argmin([np.mean(np.abs(c - y) / np.abs(y)) for c in np.sort(y)])),
                              lambda y: int(np.argmin([np.mean(np.abs(c - y) / np.abs(y)) for c in y]))],
                "That is the place of the best candidate. Return the candidate itself."),
        Mistake("the error", lambda y: float(min(np.mean(np.abs(c - y) / np.abs(y)) for c in y)),
                "That is the smallest MAPE. Return the forecast that has it."),
    ],
    hints=[
        "A constant forecast c has the error mean(|c − y| / |y|). Compute it for each c among the values.",
        "np.argmin tells the place of the smallest; the answer is the value at that place.",
    ],
)

# 16.6 One step, again and again -----------------------------------------------------------------------------------


def far_reference(window, weights, bias, horizon):
    """Forecasts (horizon,) of x̂ = bias + Σ weights · window, each appended to the window for the next."""
    window, found = list(window), []
    for _ in range(horizon):
        found.append(float(np.dot(weights, window) + bias))
        window = window[1:] + found[-1:]
    return np.array(found)


def _lines(rng):
    return [(rng.normal(size=width), rng.normal(size=width) / width, float(rng.normal()), horizon)
            for width, horizon in ((3, 5), (4, 6), (2, 4))]


far = Exercise(
    id="16.6",
    title="One step, again and again",
    stars=2,
    reference=far_reference,
    cases=_lines,
    mistakes=[
        Mistake("window never moves", {"        window = window[1:] + found[-1:]\n": ""},
                "Every step is forecast from the same window, so all are the same. Append each forecast, and drop the "
                "oldest value."),
        Mistake("newest value dropped", {"window[1:] + found[-1:]": "found[-1:] + window[:-1]"},
                "The forecast stands in front of the window, and the newest value was dropped. The oldest one goes, "
                "and the forecast is appended at the end."),
        Mistake("bias once", {"np.dot(weights, window) + bias)": "np.dot(weights, window) + bias * (len(found) == 0))"},
                "The bias is added in the first step only. Every step is bias + Σ weights · window."),
        Mistake("no bias", {" + bias)": ")"}, "The bias is missing."),
        Mistake("one step too many", {"return np.array(found)": "return np.array([*found, np.dot(weights, window) + "
                                      "bias])"},
                "You forecast one step more than `horizon`."),
        Mistake("only the last step", {"return np.array(found)": "return found[-1]"},
                "You return the last forecast alone. Return all of them, one for each step."),
        Mistake("weights the wrong way round", {"np.dot(weights, window)": "np.dot(weights[::-1], window)"},
                "Your weights stand the other way round: the first weight belongs to the oldest value."),
        Mistake("the last value instead of its forecast", {"found[-1:]": "window[-1:]"},
                "You append the last value of the window once more. Append what was just forecast."),
    ],
    hints=[
        "One step is weights @ window + bias.",
        "The next window is the old one without its first value, and with the forecast behind its last.",
    ],
    names="forecasts",
)

# 16.7 The slope of the pinball loss -------------------------------------------------------------------------------


def pinball_slope_reference(y, forecast, level):
    """The gradient of the mean pinball loss with respect to forecast (N,); y (N,), no entry equal to the forecast's."""
    return np.where(y > forecast, -level, 1 - level) / len(y)


pinball_slope = Exercise(
    id="16.7",
    title="The slope of the pinball loss",
    stars=2,
    reference=pinball_slope_reference,
    cases=lambda rng: [(rng.normal(size=size), rng.normal(size=size), level)
                       for size, level in ((6, 0.9), (9, 0.1), (7, 0.25), (8, 0.65))],
    mistakes=[
        Mistake("sign", [{"-level, 1 - level": "level, level - 1"}],
                "Your gradient has the wrong sign. Where the value lies above, a higher forecast makes the loss "
                "smaller, so the slope there is negative."),
        Mistake("level and 1 − level exchanged", {"-level, 1 - level": "level - 1, level"},
                "The two slopes are exchanged: a value above the forecast costs `level` a unit, one below it "
                "1 − level."),
        Mistake("not divided by N", {" / len(y)": ""},
                "That is the gradient of the sum. The loss is the mean, so each slope is divided by N."),
        Mistake("slope of the absolute error", {"-level, 1 - level": "-1, 1"},
                "That is the slope of the absolute error, and `level` is not used: the two sides cost differently."),
        Mistake("the loss itself",
                [lambda y, forecast, level: np.where(y > forecast, level * (y - forecast),
                                                     (1 - level) * (forecast - y)) / len(y),
                 lambda y, forecast, level: np.where(y > forecast, level * (y - forecast),
                                                     (1 - level) * (forecast - y))],
                "Those are the losses of the entries. Asked is how the mean loss changes when each forecast rises."),
    ],
    hints=[
        "Where y > forecast the loss is level · (y − forecast); below it is (1 − level) · (forecast − y).",
        "Differentiate both by the forecast, and divide by N, as the loss is a mean.",
    ],
)

# 16.8 Build it: walk forward --------------------------------------------------------------------------------------


def walk_forward_reference(values, width, start):
    """One-step forecasts (T − start,) of values[start:], each by a straight line fitted on what came before it."""
    found = []
    for t in range(start, len(values)):
        past = values[:t]
        rows = np.array([past[n : n + width] for n in range(t - width)])
        A = np.column_stack([rows, np.ones(len(rows))])
        weights = np.linalg.lstsq(A, past[width:], rcond=None)[0]
        found.append(np.append(past[t - width :], 1.0) @ weights)
    return np.array(found)


def _fed_back(values, width, start):
    """The recursive way in place of walking forward: each forecast is taken for measured."""
    seen = list(values[:start])
    for _ in range(start, len(values)):
        seen.append(walk_forward_reference(np.array([*seen, 0.0]), width, len(seen))[0])
    return np.array(seen[start:])


def _noisy_waves(rng):
    return [(10 + np.sin(np.arange(steps) * 0.7) * 3 + rng.normal(size=steps), width, start)
            for steps, width, start in ((30, 3, 18), (40, 4, 25), (36, 2, 20))]


walk_forward = Exercise(
    id="16.8",
    title="Build it: walk forward",
    stars=3,
    reference=walk_forward_reference,
    cases=_noisy_waves,
    mistakes=[
        Mistake("fitted on all values", {
            "rows = np.array([past[n : n + width] for n in range(t - width)])":
            "rows = np.array([values[n : n + width] for n in range(len(values) - width)])",
            "past[width:]": "values[width:]"},
                "Your weights are fitted on the whole series: each forecast knows the value it forecasts, and all that "
                "follow. Fit on values[:t] before you forecast values[t]."),
        Mistake("knows the value it forecasts", {
            "rows = np.array([past[n : n + width] for n in range(t - width)])":
            "rows = np.array([values[n : n + width] for n in range(t - width + 1)])",
            "past[width:]": "values[width : t + 1]"},
                "The window whose target is values[t] is among those you fit on, when values[t] is to be forecast."),
        Mistake("never fitted again", {"np.linalg.lstsq(A, past[width:], rcond=None)":
                                       "np.linalg.lstsq(A[: start - width], past[width:start], rcond=None)"},
                "You fit once, at `start`. That is a fair way too, and cheaper; here the line is fitted anew before "
                "every forecast, on all that is known by then."),
        Mistake("no constant", {"np.ones(len(rows))": "np.zeros(len(rows))"},
                "The constant is missing: the line is forced through 0. Give each row a 1 at its end."),
        Mistake("reads its own forecasts", lambda values, width, start: _fed_back(values, width, start),
                "From the second forecast on you read and fit your own forecasts. By then values[start] has been "
                "measured: use it."),
        Mistake("persistence", lambda values, width, start: values[start - 1 : -1],
                "That is persistence: the value before, copied. No line has been fitted."),
        Mistake("the answers", lambda values, width, start: values[start:],
                "Those are the values themselves, which nobody knows when they are to be forecast."),
        Mistake("newest window left out", {"past[t - width :]": "past[t - width - 1 : t - 1]"},
                "You forecast from a window that ends one step too early: values[t − 1] is known when values[t] is "
                "forecast."),
        Mistake("window the wrong way round", {"past[t - width :]": "past[t - width :][::-1]"},
                "The window you forecast from stands the other way round than those you fitted on."),
        Mistake("one window too few", {"range(t - width)": "range(t - width - 1)", "past[width:]": "past[width:-1]"},
                "You leave out the newest window: the one whose target is values[t − 1], which is known at t."),
        Mistake("only one past window fits", {"range(t - width)": "range(t - 2 * width, t - width)",
                                              "past[width:]": "past[t - width :]"},
                "You fit on the last windows alone. Take all windows of values[:t]."),
    ],
    hints=[
        "A loop over t from `start`. In it, past = values[:t] is all there is.",
        "The rows are all windows of past that have a target in past, each with a 1 behind it; np.linalg.lstsq gives "
        "the weights.",
        "The forecast is the last `width` values of past and a 1, times the weights.",
    ],
    names="forecasts",
)

# 16.9 A band that keeps its word ----------------------------------------------------------------------------------


def margin_reference(y, low, high, share):
    """By how much both ends of the bands must move outwards (inwards if negative) to hold `share` of y: a float."""
    missing = np.sort(np.maximum(low - y, y - high))
    number = min(int(np.ceil(share * (len(y) + 1))), len(y))
    return float(missing[number - 1])


def _bands(rng):
    found = []
    for size, wide, share in ((22, 0.6, 0.8), (31, 2.5, 0.9), (40, 1.0, 0.75), (25, 0.4, 0.5)):
        middle = rng.normal(size=size)
        found.append((middle + rng.normal(size=size), middle - wide, middle + 1.3 * wide, share))
    return found


margin = Exercise(
    id="16.9",
    title="A band that keeps its word",
    stars=3,
    reference=margin_reference,
    cases=_bands,
    mistakes=[
        Mistake("never inwards", {"float(missing[number - 1])": "float(max(0.0, missing[number - 1]))"},
                "You never let the band become narrower. A band that holds too much is wrong as well: where y lies "
                "inside, the distance is negative, and it counts."),
        Mistake("only those outside", {"np.sort(np.maximum(low - y, y - high))":
                                       "np.sort(np.maximum(low - y, y - high)[np.maximum(low - y, y - high) > 0])",
                                       "len(y) + 1))), len(y))":
                                       "(np.maximum(low - y, y - high) > 0).sum() + 1))), "
                                       "(np.maximum(low - y, y - high) > 0).sum())"},
                "You look only at the values outside of their band. The share is one of all values."),
        Mistake("distance to the middle", {"np.maximum(low - y, y - high)": "np.abs(y - (low + high) / 2)"},
                "You measure the distance to the middle of the band. Measure it to the nearer end, outwards: "
                "low − y or y − high, whichever is larger."),
        Mistake("one side only", [{"np.maximum(low - y, y - high)": "y - high"},
                                  {"np.maximum(low - y, y - high)": "low - y"}],
                "You look at one end of the band. A value may miss below or above: take the larger of low − y and "
                "y − high."),
        Mistake("the wrong share", {"share * (len(y) + 1)": "(1 - share) * (len(y) + 1)"},
                "You let 1 − share of the values in. `share` is the part that should lie inside."),
        Mistake("without the one more", {"share * (len(y) + 1)": "share * len(y)"},
                "One value too few lies inside. It is share · (N + 1), rounded up: the next value, which is not among "
                "the N, needs its place, too."),
        Mistake("np.quantile", lambda y, low, high, share: float(np.quantile(np.maximum(low - y, y - high), share)),
                "np.quantile takes a number between two of the distances, and share of N − 1 of them. Here it is one "
                "of the distances: the k-th smallest, k = ⌈share · (N + 1)⌉."),
        Mistake("one place too high", {"missing[number - 1]": "missing[min(number, len(y) - 1)]"},
                "You are one place too high: the k-th smallest has the index k − 1. (np.quantile's \"higher\" counts "
                "places from 0 to N − 1.) Sort the distances, and take that one."),
        Mistake("the mean", {"float(missing[number - 1])": "float(missing.mean())"},
                "That is the mean distance. Sort the distances, and take the one that `share` of them do not exceed."),
    ],
    hints=[
        "How far outside of its band does each y lie? max(low − y, y − high); inside, this is negative.",
        "Sort these distances. With a margin of the k-th smallest, k of the N values lie inside.",
        "k = ⌈share · (N + 1)⌉, at most N.",
    ],
)

# Quiz ------------------------------------------------------------------------------------------------------------

QUIZ = Quiz("16", [
    Question(
        "A forecast of a share price, drawn over the price, can hardly be told from it; the correlation is 0.97. What "
        "do you ask for first?",
        [
            Option("The same drawing for the training part, to see whether the model overfits.", False,
                   "It would look as good: that a line comes a day late is hardly seen in such a drawing."),
            Option("The error of a forecast that repeats yesterday's price, measured on the same days.", True,
                   "A series that moves little from day to day is matched by a copy of yesterday. The chapter's random "
                   "walk, in which nothing can be known, gives a drawing like this."),
            Option("A larger test part, as a correlation is noisy.", False,
                   "With more days the correlation would still be high, and so would that of a copy of yesterday."),
            Option("The correlation of the model's forecasts with those of another network.", False,
                   "Two networks that copy yesterday agree with each other."),
        ],
        topic="baselines",
    ),
    Question(
        "A forecast has a skill of −0.1 against persistence. What does that mean?",
        [
            Option("Its mean absolute error is a tenth larger than that of repeating the last value.", True,
                   "The skill is 1 minus the ratio of the two errors, so the ratio is 1.1."),
            Option("It is right in one tenth fewer of the cases than repeating the last value.", False,
                   "Nothing is counted as right or wrong; the skill compares the sizes of errors."),
            Option("It is anticorrelated with what comes.", False,
                   "A forecast can follow the series closely and still miss by more than persistence does."),
        ],
        topic="skill",
    ),
    Question(
        "Which of these let a forecaster see what it cannot know? Choose all that do.",
        [
            Option("Each month's usual value, its mean in the training years, is subtracted.", False,
                   "The training years are over when the first forecast is made."),
            Option("Mean and deviation of the scale are computed from the whole series.", True,
                   "They hold the level and the range of years to come."),
            Option("Windows are drawn at random into training, validation and test.", True,
                   "Neighbouring windows share nearly all their values, so that each test window has near copies in "
                   "the training part."),
            Option("A test window begins in the validation part, and its targets in the test part.", False,
                   "At the origin all values before it have been measured. Only the targets must lie in that part."),
            Option("The series is smoothed by a mean of three values, with one on either side, and then split.", True,
                   "Each smoothed value holds a third of the next one."),
        ],
        topic="leaks",
    ),
    Question(
        "You need forecasts for 1 to 12 months ahead. What sets a recursive forecast apart from a direct one?",
        [
            Option("It needs twelve models, one for each month ahead.", False,
                   "That is the direct way, with a model or a set of outputs for each step."),
            Option("It reads the true values of the months between.", False,
                   "They are not known at the origin. It reads its own forecasts in their place."),
            Option("It was trained on one step, and reads its own forecasts as if they were measured.", True,
                   "It never saw such inputs in training, and errors of early steps are carried into later ones."),
        ],
        topic="horizons",
    ),
    Question(
        "A GRU was trained on carbon dioxide up to 1984, on its level, and forecasts the 1990s far too low. A straight "
        "line on the same windows is close. Which run tells whether the *level* is to blame?",
        [
            Option("The same GRU with four times the units.", False,
                   "It asks whether the network was too small. In the chapter a larger one was far too low as well, "
                   "and that leaves open why."),
            Option("The same GRU, with each window's last value subtracted from inputs and targets.", True,
                   "The level goes, from what is read and from what is to be said. Season, noise and network stay."),
            Option("The same GRU with another seed.", False,
                   "Another seed tells how much is luck."),
            Option("The same GRU on the sea temperatures.", False,
                   "That series differs in more than its level: in noise, season and length."),
        ],
        topic="trends",
    ),
    Question(
        "You train for the 0.9 quantile with the pinball loss. A forecast that is 2 too low costs 1.8. What does one "
        "cost that is 2 too high?",
        [
            Option("1.8", False, "Then both sides would weigh the same, and the best forecast would be the median."),
            Option("0.2", True, "Too high costs 1 − 0.9 = 0.1 per unit. Nine times in ten the value should lie below."),
            Option("0.0", False, "Then every forecast above all values would be best."),
            Option("2.0", False, "That is the absolute error, whatever the level."),
        ],
        topic="quantiles",
    ),
    Question(
        "An 80 % band holds 62 % of the test values. You calibrate it on the validation part. What can you promise for "
        "next year?",
        [
            Option("That 80 % of the values will lie in it.", False,
                   "That holds if next year is like the validation part. In the chapter's sunspots it was not."),
            Option("That it is as narrow as such a band can be.", False,
                   "Calibration moves the ends until the share fits. Whether another model's band is narrower, it "
                   "cannot know."),
            Option("That it would have held 80 % of the validation part. For next year nothing, unless it is alike.",
                   True,
                   "The guarantee of the method needs values that could have come in any order, and a series is in "
                   "order. So one measures the coverage again."),
        ],
        topic="calibration",
    ),
    Question(
        "Sunspot numbers come near zero every eleven years. Why does a report of 40 % MAPE say little here?",
        [
            Option("Years near zero weigh out of all proportion, and low forecasts are favoured.", True,
                   "Dividing by a value near zero makes its error huge. Too high costs without limit, while too low, "
                   "if it is not negative, costs 100 % at most."),
            Option("Years of many spots outweigh all others, as their errors are the largest.", False,
                   "Each error is divided by its own year's number, so the years of few spots weigh most."),
            Option("It depends on the unit in which the spots are counted.", False,
                   "A percentage does not change with the unit, which is why people like it."),
        ],
        topic="measures",
    ),
])
