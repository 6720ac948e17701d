"""Targets: flags, lower is better, overriding, steps by quarter."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.benchmarks.match import DIMENSIONS
from kpi_core.benchmarks.targets import override_target, propose_target, quarter_steps
from kpi_core.catalog.loader import Catalog
from kpi_core.models.base import Aggregation, Direction, Unit
from kpi_core.models.benchmark import Benchmark
from kpi_core.models.kpi import Target, TargetBasis, TargetFlag

LOWER_IS_BETTER = {
    # metric, history, low, typical, high: 60% of the way from history to typical
    "cost_per_lead": (200.0, 80.0, 100.0, 150.0, 140.0),
    "cac_payback": (24.0, 10.0, 14.0, 20.0, 18.0),
    "sales_cycle_length": (90.0, 30.0, 40.0, 60.0, 60.0),
    "email_unsubscribe_rate": (0.005, 0.001, 0.0025, 0.004, 0.0035),
    "lead_response_time": (10.0, 1.0, 5.0, 8.0, 7.0),
}


def _figure(catalog: Catalog, unit: str = "ratio", **changes: Any) -> Benchmark:
    plain = {
        **dict(catalog.benchmarks[0]),
        **dict.fromkeys(DIMENSIONS, "any"),
        "unit": unit,
        "currency": "USD" if unit == "money" else None,
        "low": 0.2,
        "typical": 0.25,
        "high": 0.3,
        "same_definition": True,
        "definition_note": None,
        "source_publisher": "Example Institute",
        "source_year": 2025,
    }
    return Benchmark.model_validate({**plain, **changes})


def _propose(catalog: Catalog, metric_id: str, *points: Any, **options: Any) -> Target:
    target = propose_target(catalog.metric(metric_id), *points, "USD", **options)
    assert target is not None
    return target


def test_the_example_of_the_issue(catalog: Catalog) -> None:
    # 18% + 60% x (25% - 18%) = 22.2%, committed as 22%
    target = _propose(catalog, "win_rate", 0.18, _figure(catalog), None)
    assert (target.value, target.basis, target.share) == (0.22, TargetBasis.OWN_HISTORY, 0.6)
    assert target.flags == ()


@pytest.mark.parametrize("metric_id", LOWER_IS_BETTER)
def test_lower_is_better_is_mirrored(catalog: Catalog, metric_id: str) -> None:
    history, low, middle, high, expected = LOWER_IS_BETTER[metric_id]
    metric = catalog.metric(metric_id)
    assert metric.direction is Direction.LOWER_IS_BETTER
    figure = _figure(catalog, metric.unit.value, low=low, typical=middle, high=high)
    target = _propose(catalog, metric_id, history, figure, None)
    assert target.value == pytest.approx(expected)
    assert target.flags == ()
    # better than typical already: held, and no stretch however good it is
    held = _propose(catalog, metric_id, low / 2, figure, None)
    assert (held.value, held.share, held.flags) == (low / 2, None, ())
    # required below the lower end of what is published
    stretched = _propose(catalog, metric_id, history, figure, low / 2, share=1.0)
    assert stretched.value == pytest.approx(low / 2)
    assert stretched.flags == (TargetFlag.STRETCH,)
    # steps run down to the target
    steps = quarter_steps(history, expected, metric)
    assert all(later < earlier for earlier, later in pairwise((history, *steps)))


@pytest.mark.parametrize(("requirement", "stretch"), [(0.29, False), (0.3, False), (0.31, True)])
def test_stretch_is_above_the_upper_end(
    catalog: Catalog, requirement: float, stretch: bool
) -> None:
    target = _propose(catalog, "win_rate", 0.18, _figure(catalog), requirement, share=1.0)
    assert (TargetFlag.STRETCH in target.flags) is stretch


def test_another_definition_says_nothing_about_stretch(catalog: Catalog) -> None:
    figure = _figure(catalog, same_definition=False, definition_note="Counts proposals.")
    assert _propose(catalog, "win_rate", 0.18, figure, 0.5, share=1.0).flags == ()
    rests = _propose(catalog, "win_rate", 0.18, figure, None)
    assert rests.flags == (TargetFlag.DEFINITION_DIFFERS,)


def test_a_figure_with_one_end_has_no_upper_end(catalog: Catalog) -> None:
    figure = _figure(catalog, low=None, high=None)
    assert _propose(catalog, "win_rate", 0.18, figure, 0.9, share=1.0).flags == ()


def test_hours_published_days_counted(catalog: Catalog) -> None:
    # The lower end, 24 hours, is one day: half a day is a stretch, two days are none
    figure = _figure(catalog, "hours", low=24, typical=48, high=72)
    assert _propose(catalog, "time_to_value", None, figure, 0.5).flags == (
        TargetFlag.STRETCH,
        TargetFlag.CALIBRATE,
    )
    assert _propose(catalog, "time_to_value", 4.0, figure, 2.0, share=1.0).flags == ()


@pytest.mark.parametrize("history", [0.18, None])
def test_an_unreachable_requirement(catalog: Catalog, history: float | None) -> None:
    target = _propose(catalog, "win_rate", history, _figure(catalog), 1.2)
    assert target.value == (0.22 if history else 0.25)
    assert TargetFlag.INFEASIBLE in target.flags
    assert target.reason.endswith("The revenue plan would need 120.0%, which is not possible.")


def test_an_unreachable_requirement_of_a_cost(catalog: Catalog) -> None:
    # A cost below nothing is as impossible as a rate above 100%
    figure = _figure(catalog, "money", low=80, typical=100, high=150)
    target = _propose(catalog, "cost_per_lead", 200.0, figure, -5.0)
    assert (target.value, target.flags) == (140, (TargetFlag.INFEASIBLE,))


def test_no_history_is_to_be_calibrated(catalog: Catalog) -> None:
    target = _propose(catalog, "win_rate", None, _figure(catalog), None)
    assert (target.value, target.basis, target.share) == (0.25, TargetBasis.BENCHMARK, None)
    assert target.flags == (TargetFlag.CALIBRATE,)
    assert target.calibrate_after_quarter


def test_overriding_keeps_the_proposal(catalog: Catalog) -> None:
    metric, figure = catalog.metric("win_rate"), _figure(catalog)
    proposal = _propose(catalog, "win_rate", 0.18, figure, 1.2)
    own = override_target(0.35, proposal, metric, 0.18, figure, "USD")
    assert (own.value, own.proposed, own.basis) == (0.35, 0.22, TargetBasis.USER)
    assert own.reason == "Set by you instead of the proposed 22.0%."
    assert own.flags == (TargetFlag.STRETCH, TargetFlag.INFEASIBLE)
    alone = override_target(0.2, None, metric, None, None, "USD")
    assert (alone.proposed, alone.flags) == (None, ())


@given(
    st.sampled_from(["win_rate", "email_unsubscribe_rate"]),
    st.integers(1, 99),
    st.integers(1, 99),
    st.integers(0, 10),
)
def test_a_larger_share_comes_nearer_to_the_reference(
    catalog: Catalog, metric_id: str, history: int, reference: int, tenths: int
) -> None:
    figure = _figure(catalog, low=None, typical=reference / 100, high=None)
    less, more = (
        _propose(catalog, metric_id, history / 100, figure, None, share=share).value
        for share in (tenths / 10, min(tenths / 10 + 0.1, 1.0))
    )
    assert abs(more - reference / 100) <= abs(less - reference / 100) + 1e-12


# steps by quarter


def test_even_steps_of_a_rate(catalog: Catalog) -> None:
    steps = quarter_steps(0.18, 0.22, catalog.metric("win_rate"))
    assert steps == pytest.approx((0.19, 0.2, 0.21, 0.22))
    assert quarter_steps(None, 0.22, catalog.metric("win_rate")) == (0.22,) * 4


def test_sums_over_time_cumulate(catalog: Catalog) -> None:
    metric = catalog.metric("mql_count")
    assert metric.over_time is Aggregation.SUM
    assert quarter_steps(216, 400, metric) == (100, 200, 300, 400)
    assert quarter_steps(None, 400, metric) == (100, 200, 300, 400)


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_steps_end_at_the_target(catalog: Catalog, start: float, target: float) -> None:
    for metric in catalog.metrics.values():
        steps = quarter_steps(start, target, metric)
        assert steps[-1] == target
        first = 0.0 if metric.over_time is Aggregation.SUM else start
        sizes = [later - earlier for earlier, later in pairwise((first, *steps))]
        assert sizes == pytest.approx([(target - first) / 4] * 4, rel=1e-6, abs=1e-6)


def test_units_of_the_mirrored_metrics_are_covered(catalog: Catalog) -> None:
    units = {catalog.metric(metric_id).unit for metric_id in LOWER_IS_BETTER}
    assert units == {Unit.MONEY, Unit.MONTHS, Unit.DAYS, Unit.RATIO, Unit.HOURS}
