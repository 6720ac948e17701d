"""Targets from own history, benchmark and model requirement."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpi_core.benchmarks.match import DIMENSIONS
from kpi_core.benchmarks.targets import CLOSING_SHARE, benchmark_text, committed, propose_target
from kpi_core.catalog.loader import Catalog
from kpi_core.models.base import Direction, Unit
from kpi_core.models.benchmark import Benchmark
from kpi_core.models.kpi import Target, TargetBasis


def _figure(catalog: Catalog, **changes: Any) -> Benchmark:
    plain = {
        **dict(catalog.benchmarks[0]),
        **dict.fromkeys(DIMENSIONS, "any"),
        "unit": "ratio",
        "low": None,
        "typical": 0.25,
        "high": None,
        "same_definition": True,
        "source_publisher": "Example Institute",
        "source_year": 2025,
    }
    return Benchmark.model_validate({**plain, **changes})


def _propose(
    catalog: Catalog,
    metric_id: str,
    history: float | None,
    benchmark: Benchmark | None = None,
    requirement: float | None = None,
    **options: float,
) -> Target:
    target = propose_target(
        catalog.metric(metric_id), history, benchmark, requirement, "USD", **options
    )
    assert target is not None
    return target


def test_history_and_benchmark(catalog: Catalog) -> None:
    # DESIGN.md: 18% + 60% x (25% - 18%) = 22.2%, committed as 22%
    target = _propose(catalog, "win_rate", 0.18, _figure(catalog))
    assert CLOSING_SHARE == 0.6
    assert target.value == target.proposed == 0.22
    assert target.basis is TargetBasis.OWN_HISTORY
    assert not target.calibrate_after_quarter
    assert target.reason == (
        "From your 18.0% towards the 25.0% Example Institute, 2025 reports, closing 60% of the distance."
    )


def test_lower_is_better_is_mirrored(catalog: Catalog) -> None:
    # 10 hours + 60% x (4 - 10) = 6.4 hours
    figure = _figure(catalog, unit="hours", typical=4)
    assert _propose(catalog, "lead_response_time", 10, figure).value == 6.4
    assert _propose(catalog, "lead_response_time", 3, figure).value == 3


def test_another_share(catalog: Catalog) -> None:
    # 20% + 50% x (30% - 20%) = 25%; closing all of it: 30%; none: 20%
    figure = _figure(catalog, typical=0.3)
    values = [_propose(catalog, "win_rate", 0.2, figure, share=s).value for s in (0.5, 1.0, 0.0)]
    assert values == [0.25, 0.3, 0.2]


def test_no_history_takes_the_benchmark_and_is_to_be_calibrated(catalog: Catalog) -> None:
    target = _propose(catalog, "win_rate", None, _figure(catalog))
    assert (target.value, target.basis) == (0.25, TargetBasis.BENCHMARK)
    assert target.calibrate_after_quarter
    assert target.reason == "No own history yet; 25.0% is what Example Institute, 2025 reports."


def test_the_requirement_goes_before_the_benchmark(catalog: Catalog) -> None:
    # 200 + 60% x (300 - 200) = 260
    target = _propose(catalog, "mql_count", 200, None, 300)
    assert (target.value, target.basis) == (260, TargetBasis.OWN_HISTORY)
    assert "the revenue plan needs" in target.reason
    alone = _propose(catalog, "mql_count", None, None, 267)
    assert (alone.value, alone.basis) == (267, TargetBasis.MODEL_REQUIREMENT)
    assert alone.calibrate_after_quarter


def test_an_impossible_requirement_is_not_followed(catalog: Catalog) -> None:
    figure = _figure(catalog)
    assert _propose(catalog, "win_rate", 0.18, figure, 1.2).value == 0.22
    assert _propose(catalog, "win_rate", 0.18, None, 1.2).value == 0.18
    assert propose_target(catalog.metric("win_rate"), None, None, 1.2, "USD") is None


def test_a_requirement_at_the_maximum_is_possible(catalog: Catalog) -> None:
    # 90% + 60% x (100% - 90%) = 96%
    assert _propose(catalog, "win_rate", 0.9, None, 1.0).value == 0.96


@pytest.mark.parametrize("history", [0.25, 0.3])
def test_a_better_own_value_is_held(catalog: Catalog, history: float) -> None:
    target = _propose(catalog, "win_rate", history, _figure(catalog))
    assert target.value == history
    assert "at least as good" in target.reason


def test_nothing_to_go_by(catalog: Catalog) -> None:
    metric = catalog.metric("win_rate")
    assert propose_target(metric, None, None, None, "USD") is None
    one_end = _figure(catalog, low=0.2, typical=None)
    assert propose_target(metric, None, one_end, None, "USD") is None
    held = _propose(catalog, "win_rate", 0.18, one_end)
    assert held.value == 0.18
    assert held.reason == "Hold your own 18.0%: nothing comparable is published."


def test_a_figure_defined_differently_is_named_as_such(catalog: Catalog) -> None:
    figure = _figure(catalog, same_definition=False, definition_note="Counts proposals.")
    assert "defined differently" in _propose(catalog, "win_rate", 0.1, figure).reason


def test_the_middle_of_a_range_is_named_as_such(catalog: Catalog) -> None:
    figure = _figure(catalog, low=0.2, typical=None, high=0.3)
    target = _propose(catalog, "win_rate", None, figure)
    assert target.value == 0.25
    assert "the middle of its range" in target.reason


def test_hours_published_days_counted(catalog: Catalog) -> None:
    # 36 hours are 1.5 days; from 3 days: 3 + 60% x (1.5 - 3) = 2.1 days
    figure = _figure(catalog, unit="hours", typical=36)
    assert _propose(catalog, "time_to_value", 3, figure).value == 2.1


@pytest.mark.parametrize(
    ("value", "unit", "rounded"),
    [
        (246.6, Unit.COUNT, 247),
        (247.0000000001, Unit.COUNT, 247),  # binary noise is not one more lead
        (0.222, Unit.RATIO, 0.22),
        (0.0347, Unit.RATIO, 0.035),
        (0.00347, Unit.RATIO, 0.0035),
        (1.0649, Unit.RATIO, 1.06),
        (1_234_567, Unit.MONEY, 1_230_000),
        (6.43, Unit.HOURS, 6.4),
        (3.26, Unit.MULTIPLE, 3.3),
        (0, Unit.RATIO, 0),
        (0, Unit.MONEY, 0),
    ],
)
def test_committed(value: float, unit: Unit, rounded: float) -> None:
    assert committed(value, unit) == rounded


_SHARES = st.integers(1, 1000).map(lambda n: n / 1000)


@given(_SHARES, _SHARES)
@example(0.121, 0.124)  # 12.28%: rounded to 12% it would be worse than today
@example(0.1249, 0.126)  # 12.556%: rounded to 13% it would be more than the benchmark
def test_a_target_lies_between_history_and_reference(
    catalog: Catalog, history: float, reference: float
) -> None:
    value = _propose(catalog, "win_rate", history, _figure(catalog, typical=reference)).value
    assert history <= value <= max(history, reference)


@given(
    st.integers(1, 10**9),
    st.integers(1, 10**9),
    st.sampled_from(["marketing_sourced_pipeline", "cost_per_lead", "mql_count"]),
)
@example(1_234_567, 1_235_000, "marketing_sourced_pipeline")
def test_an_amount_lies_between_history_and_requirement(
    catalog: Catalog, history: int, requirement: int, metric_id: str
) -> None:
    value = _propose(catalog, metric_id, history, None, requirement).value
    if catalog.metric(metric_id).direction is Direction.LOWER_IS_BETTER:
        assert min(history, requirement) <= value <= history
    else:
        assert history <= value <= max(history, requirement)


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        ({"low": 0.15, "typical": None, "high": 0.3}, "15.0% to 30.0%"),
        ({"low": 0.15, "typical": 0.22, "high": 0.3}, "15.0% to 30.0%, typically 22.0%"),
        ({"low": None, "typical": 0.22, "high": None}, "22.0%"),
        ({"low": 0.15, "typical": None, "high": None}, "at least 15.0%"),
        ({"low": None, "typical": None, "high": 0.3}, "at most 30.0%"),
    ],
)
def test_benchmark_text(catalog: Catalog, figures: dict[str, float | None], text: str) -> None:
    assert benchmark_text(_figure(catalog, **figures), Unit.RATIO, "USD") == text


def test_benchmark_text_in_the_metrics_unit(catalog: Catalog) -> None:
    figure = _figure(catalog, unit="hours", typical=36)
    assert benchmark_text(figure, Unit.DAYS, "USD") == "1.5 days"
    money = _figure(catalog, unit="money", currency="JPY", typical=15_000)
    assert benchmark_text(money, Unit.MONEY, "JPY") == "¥15,000"
