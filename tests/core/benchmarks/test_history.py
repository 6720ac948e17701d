"""Own history: how sure one can be, trend and season."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.benchmarks.history import (
    History,
    certainty,
    counts_text,
    history,
    latest,
    month_step,
    rate_of,
    seasonality,
    trend,
    trend_text,
)
from kpi_core.catalog.loader import Catalog
from kpi_core.models.base import Direction
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Baseline, PeriodValue
from kpi_core.models.tree import Counts

HIGHER, LOWER = Direction.HIGHER_IS_BETTER, Direction.LOWER_IS_BETTER


def _series(*values: float, start: tuple[int, int] = (2024, 1), step: int = 1) -> list[PeriodValue]:
    months = [12 * start[0] + start[1] - 1 + step * i for i in range(len(values))]
    return [
        PeriodValue(period=date(month // 12, month % 12 + 1, 1), value=value)
        for month, value in zip(months, values, strict=True)
    ]


def _known(catalog: Catalog, metric_id: str, baseline: Baseline) -> History:
    found = history(baseline, catalog.metric(metric_id))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_interval_of_counts(
    catalog: Catalog, successes: int, trials: int, low: float, high: float
) -> None:
    counts = Counts(successes=successes, trials=trials)
    found = _known(catalog, "win_rate", Baseline(value=rate_of(counts), counts=counts))
    assert found.interval is not None
    assert found.interval.low == pytest.approx(low, abs=5e-5)
    assert found.interval.high == pytest.approx(high, abs=5e-5)


def test_no_history(worked_example: MeasurementFramework, catalog: Catalog) -> None:
    assert history(None, catalog.metric("win_rate")) is None
    kpi = next(kpi for kpi in worked_example.kpis if kpi.baseline is None)
    assert history(kpi, worked_example.metric(kpi.metric_id)) is None


@pytest.mark.parametrize(
    ("successes", "trials", "words"),
    [
        # 186/838 = 22.2%; Wilson by hand: centre 22.32%, half width 2.81%
        (186, 838, "186 of 838. The true rate is likely between 19.5% and 25.1%."),
        (3, 12, "3 of 12. Too few to be sure: the true rate is likely between 8.9% and 53.2%."),
        (0, 50, "0 of 50. None was seen, yet the true rate may be as high as 7.1%."),
        (50, 50, "50 of 50. All succeeded, yet the true rate may be as low as 92.9%."),
    ],
)
def test_certainty(successes: int, trials: int, words: str) -> None:
    assert certainty(Counts(successes=successes, trials=trials)) == words


def test_sentences(catalog: Catalog) -> None:
    counts = Counts(successes=1860, trials=8380)
    rate = Baseline(value=rate_of(counts), period="FY2025", counts=counts)
    assert _known(catalog, "win_rate", rate).sentence == (
        "22.2% in FY2025: 1,860 of 8,380. The true rate is likely between 21.3% and 23.1%."
    )
    bare = _known(catalog, "win_rate", Baseline(value=0.2))
    assert bare.sentence == "20.0%. Give the counts behind it to see how sure it is."
    assert bare.interval is None
    mqls = _known(catalog, "mql_count", Baseline(value=216, period="FY2025"))
    assert mqls.sentence == "216 in FY2025."


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_the_interval_holds_the_rate(trials: int, share: float) -> None:
    counts = Counts(successes=round(share * trials), trials=trials)
    assert rate_of(counts) == pytest.approx(counts.successes / trials, rel=1e-11)
    assert "true rate" in certainty(counts)
    assert counts_text(counts).endswith(f" of {trials:,}")


@pytest.mark.parametrize(
    ("values", "direction", "expected"),
    [
        ((), HIGHER, None),
        ((1,), HIGHER, None),
        ((100, 110), HIGHER, "improving"),
        ((100, 110), LOWER, "declining"),
        ((100, 90), HIGHER, "declining"),
        ((100, 90), LOWER, "improving"),
        ((100, 105), HIGHER, "flat"),
        ((100, 95), LOWER, "flat"),
        ((0, 1), HIGHER, None),
        ((0, 0), HIGHER, "flat"),
        ((-100, -50), HIGHER, "improving"),
    ],
)
def test_trend(values: tuple[float, ...], direction: Direction, expected: str | None) -> None:
    assert trend(_series(*values), direction) == expected


def test_trend_is_against_a_year_ago_where_that_is_known() -> None:
    # December is always high: against November it rises, against last December it fell from 200 to 150
    months = [100.0] * 11 + [200.0] + [100.0] * 11 + [150.0]
    assert trend(_series(*months), HIGHER) == "declining"
    assert trend(_series(*months[12:]), HIGHER) == "improving"


def test_a_leap_day_has_a_year_before() -> None:
    points = [
        PeriodValue(period=date(2023, 2, 28), value=1),
        PeriodValue(period=date(2024, 2, 28), value=2),
        PeriodValue(period=date(2024, 2, 29), value=2),
    ]
    assert trend(points, HIGHER) == "improving"


def test_seasonality_of_quarters_by_hand() -> None:
    # Every centred year averages 100, so the weights are the values over 100
    assert seasonality(_series(80, 120, 110, 90, 80, 120, 110, 90, step=3)) == pytest.approx(
        (0.8, 1.2, 1.1, 0.9)
    )
    # Starting in April, the first value belongs to the second quarter
    shifted = _series(120, 110, 90, 80, 120, 110, 90, 80, start=(2024, 4), step=3)
    assert seasonality(shifted) == pytest.approx((0.8, 1.2, 1.1, 0.9))


def test_seasonality_under_growth_by_plain_loops() -> None:
    season = [0.7, 0.8, 1.1, 1.0, 1.2, 1.3, 0.9, 0.6, 1.1, 1.2, 1.0, 1.1]
    values = [(100 + 3 * i) * season[i % 12] for i in range(36)]
    sums: dict[int, list[float]] = {}
    for i in range(6, 30):
        first = sum(values[i - 6 : i + 6]) / 12
        second = sum(values[i - 5 : i + 7]) / 12
        sums.setdefault(i % 12, []).append(values[i] / ((first + second) / 2))
    plain = [sum(sums[month]) / len(sums[month]) for month in range(12)]
    expected = [12 * weight / sum(plain) for weight in plain]
    found = seasonality(_series(*values))
    assert found == pytest.approx(tuple(expected))
    assert found == pytest.approx(season, abs=0.03)


@pytest.mark.parametrize(
    "series",
    [
        [],
        _series(*range(1, 24)),  # not two years
        _series(*([1.0] * 23), 0.0),  # nothing in a month
        _series(*([1.0] * 5), step=12),
        [*_series(*([1.0] * 12)), *_series(*([1.0] * 12), start=(2025, 2))],  # January is missing
    ],
)
def test_no_seasonality(series: list[PeriodValue]) -> None:
    assert seasonality(series) is None


def test_the_value_a_series_stands_for(catalog: Catalog) -> None:
    mqls, win_rate = catalog.metric("mql_count"), catalog.metric("win_rate")
    assert latest(_series(*range(1, 15)), mqls) == sum(range(3, 15))
    assert latest(_series(10, 20, 30, 40, 50, step=3), mqls) == 140
    assert latest(_series(300, 400, step=12), mqls) == 400
    assert latest(_series(*range(1, 12)), mqls) is None
    assert latest(_series(5), mqls) is None
    assert latest(_series(1, 2, 3, 4, 5, 6, step=2), mqls) is None
    assert latest([], mqls) is None
    assert latest(_series(0.2, 0.3), win_rate) == 0.3


def test_month_step() -> None:
    assert month_step(_series(1, 2, 3)) == 1
    assert month_step(_series(1, 2, step=3)) == 3
    assert month_step(_series(1)) is None
    weekly = [PeriodValue(period=date(2025, 1, day), value=1) for day in (6, 13, 20)]
    assert month_step(weekly) is None


def test_trend_in_words(catalog: Catalog) -> None:
    quarters = _series(80, 120, 110, 90, 80, 120, 110, 90, step=3)
    found = _known(catalog, "mql_count", Baseline(value=400, series=tuple(quarters)))
    assert found.trend == "flat"
    assert trend_text(found) == (
        "Trend: flat. Season: strongest in quarter 2 (1.2 times the mean), "
        "weakest in quarter 1 (0.8 times)."
    )
    assert trend_text(_known(catalog, "mql_count", Baseline(value=400))) == ""
