"""Steps added and taken out: what the rates around them mean afterwards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from kpi_core.kpi_tree.edit import add_step, remove_step, with_chain, with_step
from kpi_core.kpi_tree.lags import weights
from kpi_core.kpi_tree.lanes import solve
from kpi_core.models.tree import Lag, Lane, Scenario

STEPS = ("Sessions", "Leads", "MQLs", "Deals")
RATES = (0.02, 0.2, 0.3)
COUNTS = ((1080, 54_000), (216, 1080), (65, 216))


def scenario(**of_second: Any) -> Scenario:
    """Four steps, counted one after the other; `of_second` are fields of the rate leads to MQLs."""
    rates: list[dict[str, Any]] = [
        {
            "metric_id": f"m{i}",
            "name": f"Rate {i}",
            "source": "Own history.",
            "value": rate,
            "now": rate,
            "counts": {"successes": k, "trials": n},
            "cap": 2 * rate,
            "reference": rate,
            "reference_source": "A study",
        }
        for i, (rate, (k, n)) in enumerate(zip(RATES, COUNTS, strict=True))
    ]
    rates[1] |= of_second
    lane = {
        "id": "all",
        "name": "All",
        "average_deal_size": 5_000_000,
        "steps": [{"id": name.lower(), "name": name, "now": 100.0} for name in STEPS],
        "rates": rates,
    }
    return Scenario.model_validate(
        {"id": "s", "name": "S", "revenue_target": 100_000_000, "lanes": [lane]}
    )


def lane_of(found: Scenario) -> Lane:
    (lane,) = found.lanes
    return lane


# ---- adding ----


def test_the_new_rate_leads_into_the_new_step_and_the_last_rate_stays_last() -> None:
    start = scenario()
    found = lane_of(add_step(start, "all", "Meetings"))
    assert [step.name for step in found.steps] == ["Sessions", "Leads", "MQLs", "Meetings", "Deals"]
    new = found.rates[2]
    assert (new.metric_id, new.name, new.value) == ("rate_1", "Rate to Meetings", 0.5)
    assert (new.now, new.counts, new.reference, new.cap) == (None, None, None, 1)
    before = lane_of(start).rates
    assert (*found.rates[:2], found.rates[3]) == before
    # 20 deals / 0.3 -> 67, / 0.5 -> 134, / 0.2 -> 670, / 0.02 -> 33,500
    volumes = [step.required for step in solve(add_step(start, "all")).total.steps]
    assert volumes == [33_500, 670, 134, 67, 20]


def test_ids_are_free_ones_also_after_taking_out() -> None:
    found = add_step(add_step(scenario(), "all"), "all")
    assert [step.id for step in lane_of(found).steps][3:] == ["step_1", "step_2", "deals"]
    without = remove_step(found, "all", 3)  # step_1; a rate_3 now bridges MQLs and step_2
    assert [rate.metric_id for rate in lane_of(without).rates] == ["m0", "m1", "rate_3", "m2"]
    again = add_step(without, "all")
    assert [step.id for step in lane_of(again).steps][3:] == ["step_2", "step_1", "deals"]
    ids = [rate.metric_id for rate in lane_of(again).rates]
    assert ids == ["m0", "m1", "rate_3", "rate_1", "m2"]


def test_a_long_name_is_cut_in_the_rates_name() -> None:
    found = lane_of(add_step(scenario(), "all", "N" * 120))
    assert found.rates[2].name == "Rate to " + "N" * 112
    with pytest.raises(ValidationError, match="at most 120 characters"):
        add_step(scenario(), "all", "N" * 121)


# ---- taking out ----


def test_the_bridge_is_no_metrics_rate() -> None:
    found = lane_of(remove_step(scenario(), "all", 1)).rates[0]
    assert (found.metric_id, found.name) == ("rate_1", "Rate to MQLs")
    assert found.source == "Product of the two rates it replaces."
    assert (found.reference, found.reference_source) == (None, None)


def test_the_bridge_by_hand() -> None:
    found = lane_of(remove_step(scenario(value=0.35), "all", 1)).rates[0]
    assert found.value == 0.007  # 0.02 x 0.35, which is 0.006999999999999999 in floats
    assert found.now == 0.004  # 0.02 x 0.2
    assert found.cap == 0.016  # 0.04 x 0.4
    assert found.counts is not None
    assert (found.counts.successes, found.counts.trials) == (216, 54_000)


def test_todays_pace_is_the_same_without_the_step() -> None:
    start = scenario()
    assert solve(start).total.revenue_now == pytest.approx(100 * 0.0012 * 5_000_000)
    for position in (1, 2):
        after = solve(remove_step(start, "all", position)).total
        assert after.revenue_now == pytest.approx(100 * 0.0012 * 5_000_000)


@pytest.mark.parametrize(
    "second",
    [
        {"counts": None},
        {"counts": {"successes": 216, "trials": 1081}},  # other units than the 1,080 before
    ],
)
def test_counts_of_other_units_are_dropped(second: dict[str, Any]) -> None:
    assert lane_of(remove_step(scenario(**second), "all", 1)).rates[0].counts is None


def test_what_is_not_known_of_one_is_not_known_of_both() -> None:
    found = lane_of(remove_step(scenario(now=None), "all", 1)).rates[0]
    assert found.now is None


def test_todays_rate_of_zero_is_known() -> None:
    assert lane_of(remove_step(scenario(now=0), "all", 1)).rates[0].now == 0


def test_a_cap_is_never_below_the_plan() -> None:
    assert lane_of(remove_step(scenario(value=0.9), "all", 1)).rates[0].cap == 0.018  # 0.02 x 0.9


def test_the_first_and_the_last_rate_go_with_their_step() -> None:
    start = scenario()
    assert lane_of(remove_step(start, "all", 0)).rates == lane_of(start).rates[1:]
    assert lane_of(remove_step(start, "all", 3)).rates == lane_of(start).rates[:-1]


def test_a_product_below_the_smallest_rate_is_refused() -> None:
    start = scenario(value=1e-6)
    with pytest.raises(ValidationError, match=r"greater than or equal to 0\.000001"):
        remove_step(start, "all", 1)


# ---- delays over the gap ----


def lag_over(one: dict[str, Any], two: dict[str, Any]) -> Lag:
    start = scenario(lag=two)
    rates = [rate.model_dump() for rate in lane_of(start).rates]
    rates[0]["lag"] = one
    lane = Lane.model_validate({**lane_of(start).model_dump(), "rates": rates})
    return lane_of(remove_step(with_chain(start, lane), "all", 1)).rates[0].lag


def test_mean_days_add_up_and_so_do_variances() -> None:
    found = lag_over({"mean_days": 20, "spread_days": 3}, {"mean_days": 100, "spread_days": 4})
    assert found == Lag(mean_days=120, spread_days=5)  # 3, 4, 5
    assert lag_over({}, {"mean_days": 7}) == Lag(mean_days=7)
    assert lag_over({"mean_days": 1800}, {"mean_days": 1800}) == Lag(mean_days=1825)


def test_weights_are_folded() -> None:
    # half at once and half a month later, twice: a quarter, a half, a quarter
    half = {"weights": [0.5, 0.5]}
    assert lag_over(half, half).weights == (0.25, 0.5, 0.25)
    # one side from days: fixed 30.4375 days are one month
    found = lag_over({"mean_days": 30.4375}, {"weights": [0.2, 0.8]})
    assert found.weights == pytest.approx((0, 0.2, 0.8))


def test_folded_weights_stay_within_the_longest_delay() -> None:
    late = {"weights": [0.0] * 50 + [1.0]}
    found = lag_over(late, late)
    assert len(found.weights) == 61
    assert found.weights[60] == 1
    assert np.sum(weights(found)) == 1


# ---- another chain ----


def test_another_chain_takes_the_place_of_the_lane_with_its_id_only() -> None:
    start = scenario()
    other = Lane.model_validate({**lane_of(start).model_dump(), "id": "other", "name": "Other"})
    two = Scenario.model_validate({**start.model_dump(), "lanes": [lane_of(start), other]})
    short = lane_of(remove_step(start, "all", 0))
    found = with_chain(two, short)
    assert found.lanes == (short, other)
    assert with_chain(two, Lane.model_validate({**dict(short), "id": "nowhere"})) == two


def test_a_first_step_keeps_its_range_through_a_new_step() -> None:
    ranged = with_step(scenario(), "all", 0, low=40_000, high=60_000)
    found = lane_of(add_step(ranged, "all")).steps[0]
    assert (found.low, found.high) == (40_000, 60_000)
