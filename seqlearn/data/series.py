"""Measured time series, and what a forecaster does to them: parts by time, a scale from the past, windows.

    co2 = series("co2")                              # also "sunspots", "nino": they are shipped with the course
    month_by_month = monthly_sunspots()              # from the folder that SEQLEARN_DATA names, or a download
    parts = split_by_time(len(co2.values))           # slices: train, validation, test, in the order of time
    scaler = Scaler.fit(co2.values[parts["train"]])  # what is known before the first forecast, and nothing else
    x, y = windows(scaler.scale(co2.values), width=24, horizon=12, part=parts["test"])
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seqlearn.data.download import File, Source, obtain
from seqlearn.data.utf8 import decoded
from seqlearn.nn.layer import check_size

SHIPPED = {  # name → file, what is measured, unit, steps of a season
    "sunspots": ("sunspots_yearly.csv", "sunspots a year", "sunspot number", 1),
    "co2": ("co2_monthly.csv", "carbon dioxide on Mauna Loa", "parts per million", 12),
    "nino": ("nino_monthly.csv", "temperature of the sea off Peru", "°C", 12),
}
HOME = "https://github.com/jbrownlee/Datasets"
RAW = "https://raw.githubusercontent.com/jbrownlee/Datasets/7041c0cc3d65519cf5af38b3afa82087a7d80748/"


@dataclass(frozen=True)
class Series:
    """A measured series: `values` (T,) float64, `times` (T,) in years, and what they are.

    season: how many steps make a year's round, 1 where there is none. source: where it comes from, and its licence.
    """

    name: str
    unit: str
    times: np.ndarray
    values: np.ndarray
    season: int
    source: str


def series(name: str) -> Series:
    """One of the series that the course ships: "sunspots" (yearly, 1700–2008), "co2" or "nino" (both monthly).

    All are in the public domain; `source` says where each comes from. Raises ValueError for another name.
    """
    if name not in SHIPPED:
        raise ValueError(f"name must be one of {', '.join(SHIPPED)}, got {name!r}")
    file, title, unit, season = SHIPPED[name]
    path = Path(__file__).with_name(file)
    lines = path.read_text(encoding="utf-8").splitlines()
    source = "\n".join(line[2:] for line in lines if line.startswith("# "))
    times, values = _columns([line for line in lines if not line.startswith("#")], path)
    return Series(title, unit, times, values, season, source)


def monthly_sunspots(*, download: bool = False) -> Series:
    """The sunspot numbers of Zurich, month by month, 1749 to 1983: 2,820 values.

    Reads monthly-sunspots.csv from the folder that SEQLEARN_DATA names or from the cache; `download` fetches it
    (45 kB). Raises FileNotFoundError, saying what to do, when it is not here, DownloadError when it cannot be fetched,
    and ValueError when the file is not the whole table.
    """
    return _from_home(SUNSPOTS, "sunspots a month", "sunspot number", 1, 2_820, download)


def airline_passengers(*, download: bool = False) -> Series:
    """Passengers of international airlines, in thousands, month by month, 1949 to 1960: 144 values.

    Reads airline-passengers.csv as `monthly_sunspots` reads its file, and raises the same errors.
    """
    return _from_home(PASSENGERS, "airline passengers", "thousands", 12, 144, download)


def split_by_time(steps: int, *, validation: float = 0.2, test: float = 0.2) -> dict[str, slice]:
    """Slices "train", "validation" and "test" of a series of so many steps: the first, the middle, the last.

    validation, test: their shares. Raises ValueError when a part would be empty.
    """
    steps = check_size("steps", steps)
    first = round(steps * (1 - validation - test))
    second = round(steps * (1 - test))
    if not 0 < first < second < steps:
        raise ValueError(f"each part needs a step: {steps} steps with shares {validation} and {test} give "
                         f"{first}, {second - first} and {steps - second}")
    return {"train": slice(0, first), "validation": slice(first, second), "test": slice(second, steps)}


@dataclass(frozen=True)
class Scaler:
    """Subtracts a mean and divides by a deviation, those of the values it was fitted on."""

    mean: float
    deviation: float

    @classmethod
    def fit(cls, past: np.ndarray) -> "Scaler":
        """Mean and deviation of `past` (T,). Raises ValueError where all values are the same."""
        past = np.asarray(past, dtype=float)
        if past.size == 0 or past.std() == 0:
            raise ValueError(f"past must hold two different values at least, got {past.size} values")
        return cls(float(past.mean()), float(past.std()))

    def scale(self, values: np.ndarray) -> np.ndarray:
        """From the unit of the series to a scale on which `past` has mean 0 and deviation 1."""
        return (np.asarray(values) - self.mean) / self.deviation

    def back(self, scaled: np.ndarray) -> np.ndarray:
        """The inverse of `scale`."""
        return np.asarray(scaled) * self.deviation + self.mean


def windows(values: np.ndarray, width: int, horizon: int = 1, part: slice = slice(None)):
    """All windows of a series whose targets lie in `part`: x (width, N, 1) and y (horizon, N), time first.

    Column n of x holds `width` neighbouring values, column n of y the `horizon` values that follow them. A window may
    reach back before `part`, as the past is known by then; no target lies outside of it. Raises ValueError when there
    is no such window.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 1:
        raise ValueError(f"values must be (T,), got {values.shape}")
    width, horizon = check_size("width", width), check_size("horizon", horizon)
    start, stop, _ = part.indices(len(values))
    origins = np.arange(max(start, width), stop - horizon + 1)  # where the first target stands
    if len(origins) == 0:
        raise ValueError(f"no window: {width} values and a horizon of {horizon} do not fit before and into "
                         f"steps {start} to {stop}")
    before, after = np.arange(-width, 0)[:, None], np.arange(horizon)[:, None]
    return values[origins + before][:, :, None], values[origins + after]


def window_batches(x: np.ndarray, y: np.ndarray, size: int, rng: np.random.Generator) -> Iterator[tuple]:
    """Batches (x, y) of `size` windows in a random order, the last one smaller. x: (T, N, D), y: (S, N)."""
    order = rng.permutation(x.shape[1])
    for first in range(0, len(order), size):
        rows = order[first : first + size]
        yield x[:, rows], y[:, rows]


def _source(file: str, name: str, call: str, size: int, sha256: str, address: str) -> Source:
    places = (f"timeseries/{file}", file)
    return Source(name, HOME, "not stated; a public record, from the Time Series Data Library",
                  f"{call}(download=True)", (File(address + file, places, size, sha256),))


SUNSPOTS = _source("monthly-sunspots.csv", "monthly sunspot numbers", "monthly_sunspots", 45_039,
                   "c4ec8cc57d9f6fb6ecdb3e1f37f25b6f4badd5124c55931052b0cd2fc3bc71f3", RAW)
PASSENGERS = _source("airline-passengers.csv", "airline passengers", "airline_passengers", 2_180,
                     "8cb51be753a718d9be5d76d7e238cc224792754676adc21faa59e954b0201621",
                     "https://raw.githubusercontent.com/jbrownlee/Datasets/master/")


def _from_home(source: Source, name: str, unit: str, season: int, length: int, download: bool) -> Series:
    (path,) = obtain(source, download=download)
    times, values = _columns(decoded(path.read_bytes(), path).splitlines(), path)
    if len(values) != length:
        raise ValueError(f"{path} holds {len(values):,} values, expected {length:,}")
    return Series(name, unit, times, values, season, f"Source: {source.home}\nLicence: {source.licence}")


def _columns(lines: list[str], path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The table below its first line: times such as 1749 or 1749-01, as years, and values."""
    times, values = [], []
    for number, row in enumerate(csv.reader(lines), start=1):
        if number == 1 or not row:
            continue
        try:
            time, value = row
            year, _, month = time.partition("-")
            times.append(int(year) + (int(month) - 1) / 12 if month else int(year))
            values.append(float(value))
        except ValueError:
            raise ValueError(f"{path} has no time and value in line {number}: {','.join(row)[:40]!r}") from None
    return np.array(times, dtype=float), np.array(values)
