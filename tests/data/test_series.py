"""Series that are shipped or downloaded, parts by time, a scale from the past, and windows without leaks."""

import numpy as np
import pytest

from seqlearn.data.series import (
    SHIPPED,
    Scaler,
    airline_passengers,
    monthly_sunspots,
    series,
    split_by_time,
    window_batches,
    windows,
)


@pytest.mark.parametrize(("name", "steps", "first", "last"), [
    ("sunspots", 309, (1700, 5.0), (2008, 2.9)),
    ("co2", 526, (1958 + 2 / 12, 316.1), (2001 + 11 / 12, 371.02)),
    ("nino", 732, (1950, 23.11), (2010 + 11 / 12, 22.07)),
])
def test_shipped_series_are_whole(name, steps, first, last):
    measured = series(name)
    assert measured.values.shape == measured.times.shape == (steps,) and np.isfinite(measured.values).all()
    assert (measured.times[0], measured.values[0]) == pytest.approx(first)
    assert (measured.times[-1], measured.values[-1]) == pytest.approx(last, abs=0.02)
    assert np.allclose(np.diff(measured.times), 1 if name == "sunspots" else 1 / 12)
    assert "public domain" in measured.source and "Source: " in measured.source


def test_another_name_is_refused():
    with pytest.raises(ValueError, match="name must be one of sunspots, co2, nino, got 'gold'"):
        series("gold")
    assert set(SHIPPED) == {"sunspots", "co2", "nino"}


def test_parts_follow_each_other_and_cover_all():
    parts = split_by_time(103)
    steps = np.arange(103)
    assert np.concatenate([steps[part] for part in parts.values()]).tolist() == steps.tolist()
    assert list(parts) == ["train", "validation", "test"] and len(steps[parts["test"]]) == 21


@pytest.mark.parametrize("shares", [{"test": 0.0}, {"validation": 0.0}, {"validation": 0.7, "test": 0.3}])
def test_a_part_without_steps_is_refused(shares):
    with pytest.raises(ValueError, match="each part needs a step"):
        split_by_time(100, **shares)


def test_the_scale_is_that_of_the_past_and_turns_back():
    values = np.arange(10.0) ** 2
    scaler = Scaler.fit(values[:6])
    scaled = scaler.scale(values)
    assert scaled[:6].mean() == pytest.approx(0) and scaled[:6].std() == pytest.approx(1)
    assert np.allclose(scaler.back(scaled), values)
    with pytest.raises(ValueError, match="two different values"):
        Scaler.fit(np.ones(4))


def test_windows_know_only_what_comes_before_their_targets():
    values = np.arange(20.0)
    x, y = windows(values, 5, 3, slice(8, 16))
    assert x.shape == (5, 6, 1) and y.shape == (3, 6)
    assert y.min() == 8 and y.max() == 15, "no target lies outside of the part"
    assert (x[-1, :, 0] + 1 == y[0]).all() and (np.diff(x[:, :, 0], axis=0) == 1).all()


def test_the_first_windows_wait_until_there_is_a_past():
    x, y = windows(np.arange(10.0), 4, 2)
    assert x[:, 0, 0].tolist() == [0, 1, 2, 3] and y[:, 0].tolist() == [4, 5] and y[:, -1].tolist() == [8, 9]


@pytest.mark.parametrize(("values", "width", "horizon", "message"), [
    (np.zeros((3, 2)), 1, 1, r"values must be \(T,\)"), (np.zeros(5), 4, 2, "no window"), (np.zeros(5), 0, 1, "width"),
])
def test_windows_that_do_not_fit_are_refused(values, width, horizon, message):
    with pytest.raises(ValueError, match=message):
        windows(values, width, horizon)


def test_batches_hold_every_window_once():
    x, y = windows(np.arange(30.0), 4, 2)
    batches = list(window_batches(x, y, 7, np.random.default_rng(0)))
    assert sorted(np.concatenate([b[1][0] for b in batches])) == sorted(y[0])
    assert all((b[0][-1, :, 0] + 1 == b[1][0]).all() for b in batches) and len(batches) == 4


def test_without_the_file_it_says_what_to_call(cache):
    for load in (monthly_sunspots, airline_passengers):
        with pytest.raises(FileNotFoundError, match=rf"github.com/jbrownlee/Datasets.*{load.__name__}\(download=True"):
            load()


def test_a_file_that_is_something_else(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("SEQLEARN_DATA", str(tmp_path))
    path = tmp_path / "monthly-sunspots.csv"
    path.write_text('"Month","Sunspots"\n"1749-01",58.0\n')
    with pytest.raises(ValueError, match="holds 1 values, expected 2,820"):
        monthly_sunspots()
    path.write_text('"Month","Sunspots"\nno spots today\n')
    with pytest.raises(ValueError, match="no time and value in line 2: 'no spots today'"):
        monthly_sunspots()


@pytest.mark.data
@pytest.mark.parametrize(("load", "first", "last"), [
    (monthly_sunspots, (1749, 58.0), (1983 + 11 / 12, 33.4)), (airline_passengers, (1949, 112), (1960 + 11 / 12, 432))])
def test_the_real_tables(load, first, last):
    try:
        measured = load()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    assert (measured.times[0], measured.values[0]) == first
    assert (measured.times[-1], measured.values[-1]) == pytest.approx(last)
