"""The client room's numbers: the goal in parts, the gap, the weakest rate, quarters."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.kpi_tree.lanes import solve
from kpi_core.kpi_tree.story import (
    Outcome,
    anchored,
    at_todays_rates,
    changes,
    gap,
    goal,
    outcome,
    quarters,
    scarcest,
    told_lanes,
    weakest,
    with_todays_volumes,
)
from kpi_core.kpi_tree.story_words import slide_money
from kpi_core.models.tree import Scenario

STEPS = ("sessions", "leads", "mqls", "opportunities", "deals")
RATES = (0.02, 0.2, 0.3, 0.25)


def lane(first: float | None = 54_000, lane_id: str = "all", **changed: Any) -> dict[str, Any]:
    """The worked example's funnel: 54,000 x 2% x 20% x 30% x 25% = 16.2 deals of 5M."""
    steps = [{"id": x, "name": x.title(), "now": None} for x in STEPS]
    steps[0]["now"] = first
    rates = [
        {"metric_id": f"r{i}", "name": f"Rate {i}", "value": x, "now": x, "source": "test"}
        for i, x in enumerate(RATES)
    ]
    one = {"id": lane_id, "name": lane_id, "steps": steps, "rates": rates}
    return {**one, "average_deal_size": 5_000_000, **changed}


def scenario(*lanes: dict[str, Any], **changed: Any) -> Scenario:
    base = {"id": "base", "name": "Base", "revenue_target": 100_000_000}
    raw = {**base, "lanes": list(lanes) or [lane()], **changed}
    return Scenario.model_validate_json(json.dumps(raw))


# ---- goal ----


def test_the_goal_in_parts() -> None:
    # 10M - 1.6M existing = 8.4M new business, 40% of it is 3.36M, and 5.04M is left
    found = goal(
        scenario(
            revenue_target=10_000_000, existing_customer_revenue=1_600_000, marketing_share=0.4
        )
    )
    parts = [(part.kind, part.value) for part in found.parts]
    assert parts == [
        ("marketing", 3_360_000),
        ("others", 5_040_000),
        ("existing", 1_600_000),
    ]
    assert [part.share for part in found.parts] == pytest.approx([0.336, 0.504, 0.16])


def test_shrinking_customers_raise_the_new_business() -> None:
    # 2M + 96K lost = 2,096,000 new business, 55% of it is 1,152,800
    found = goal(
        scenario(revenue_target=2_000_000, existing_customer_revenue=-96_000, marketing_share=0.55)
    )
    assert (found.new_business, found.marketing) == (2_096_000, 1_152_800)
    assert [part.kind for part in found.parts] == ["marketing", "others"]


def test_customers_that_bring_it_all_leave_nothing_to_marketing() -> None:
    found = goal(scenario(revenue_target=100, existing_customer_revenue=150))
    assert (found.marketing, found.others) == (0, 0)
    assert [(part.kind, part.share) for part in found.parts] == [("existing", 1)]


@given(
    target=st.floats(1, 1e12),
    existing=st.floats(-1e12, 1e12),
    share=st.floats(0.000001, 1),
)
def test_the_parts_fill_the_bar(target: float, existing: float, share: float) -> None:
    found = goal(
        scenario(revenue_target=target, existing_customer_revenue=existing, marketing_share=share)
    )
    assert sum(part.share for part in found.parts) == pytest.approx(1)
    assert found.new_business == pytest.approx(max(target - existing, 0), rel=1e-9, abs=1e-6)


# ---- gap ----


def test_the_gap_of_the_worked_example() -> None:
    found = gap(solve(scenario()))  # 16.2 deals x 5M = 81M of 100M
    assert (found.required, found.now) == (100_000_000, pytest.approx(81_000_000))
    assert (found.missing, found.covered) == (pytest.approx(19_000_000), pytest.approx(0.81))


def test_an_unknown_volume_leaves_the_gap_unknown() -> None:
    found = gap(solve(scenario(lane(None))))
    assert (found.now, found.missing, found.covered) == (None, None, None)


def test_nothing_required_is_covered() -> None:
    found = gap(solve(scenario(revenue_target=100, existing_customer_revenue=200)))
    assert (found.required, found.covered) == (0, 1)


def test_lanes_with_the_same_steps_are_told_as_one() -> None:
    two = solve(scenario(lane(share=0.5), lane(lane_id="b", share=0.5)))
    assert [one.id for one in told_lanes(two)] == ["total"]


def test_lanes_with_steps_of_their_own_are_told_apart_largest_first() -> None:
    def other(lane_id: str, share: float) -> dict[str, Any]:
        made = lane(lane_id=lane_id, share=share)
        made["steps"][0]["id"] = f"{lane_id}_first"
        return made

    lanes = [lane(share=0.1), other("b", 0.5), other("c", 0.0), other("d", 0.2), other("e", 0.2)]
    assert [one.id for one in told_lanes(solve(scenario(*lanes)))] == ["b", "d", "e"]


def test_the_step_that_is_short() -> None:
    lanes = told_lanes(solve(scenario()))
    step = scarcest(lanes)
    assert step is not None
    assert (step.id, step.short) == ("sessions", 66_750 - 54_000)
    assert scarcest(told_lanes(solve(scenario(lane(None))))) is None


# ---- the weakest rate ----


def with_references(**references: float) -> dict[str, Any]:
    made = lane()
    for rate in made["rates"]:
        rate["reference"] = references.get(rate["metric_id"])
    return made


def test_the_weakest_rate_is_the_one_with_most_money() -> None:
    # 81M x (0.3 / 0.25 - 1) = 16.2M against 81M x (0.22 / 0.2 - 1) = 8.1M
    one = scenario(with_references(r1=0.22, r3=0.3))
    found = weakest(one, solve(one))
    assert found.first is not None
    assert (found.kind, found.first.leak.metric_id) == ("leak", "r3")
    assert found.first.leak.gain == pytest.approx(16_200_000)
    assert found.others[0].leak.gain == pytest.approx(8_100_000)


def test_rates_at_their_references_are_no_bottleneck() -> None:
    one = scenario(with_references(r0=0.006, r3=0.2))
    found = weakest(one, solve(one))
    assert (found.kind, found.first, len(found.others)) == ("none", None, 4)


def test_without_references_nothing_can_be_said() -> None:
    one = scenario()
    assert weakest(one, solve(one)).kind == "unknown"


def test_the_lane_of_the_weakest_rate_is_told() -> None:
    other = {**with_references(r2=0.6), "id": "b", "share": 0.5}
    one = scenario(lane(share=0.5), other)
    found = weakest(one, solve(one))
    assert found.first is not None
    assert found.first.lane.id == "b"


# ---- base against what-if ----


def test_what_the_volume_brings() -> None:
    found = outcome(scenario())
    assert (found.revenue, found.deals) == (pytest.approx(81_000_000), pytest.approx(16.2))
    assert (found.missing, found.first_needed) == (pytest.approx(19_000_000), 66_750)


def test_an_unknown_volume_is_what_the_base_needs() -> None:
    base = scenario(lane(None))
    assert anchored(base, base).lanes[0].steps[0].now == 66_750
    assert outcome(anchored(base, base)).revenue == pytest.approx(66_750 * 0.0003 * 5_000_000)
    better = lane(None)
    better["rates"][3]["value"] = 0.5
    assert outcome(anchored(scenario(better), base)).deals == pytest.approx(66_750 * 0.0006)


def test_a_known_volume_stays() -> None:
    base = scenario()
    assert anchored(base, base) is base


def test_a_moved_volume_is_never_todays() -> None:
    base, moved = scenario(), scenario(lane(90_000))
    for is_what_if in (True, False):
        found = with_todays_volumes(moved, base, is_what_if=is_what_if)
        assert found.lanes[0].steps[0].now == 54_000


def test_a_volume_the_base_does_not_know_is_todays_only_outside_a_what_if() -> None:
    base, typed = scenario(lane(None)), scenario(lane(90_000))
    found = [with_todays_volumes(typed, base, is_what_if=x) for x in (False, True)]
    assert [one.lanes[0].steps[0].now for one in found] == [90_000, None]


def test_as_things_go_now() -> None:
    planned = lane()
    planned["rates"][3]["value"], planned["rates"][2]["now"] = 0.5, None
    found = at_todays_rates(scenario(planned))
    assert [rate.value for rate in found.lanes[0].rates] == [0.02, 0.2, 0.3, 0.25]


def test_changes_say_which_way_is_better() -> None:
    before, after = Outcome(80, 16, 100, 1000), Outcome(90, 16, 100, 800)
    found = {x.id: (x.delta, x.better) for x in changes(before, after, 0.5, 0.25)}
    assert found == {
        "revenue": (10, True),
        "deals": (0, None),
        "chance": (-0.25, False),
        "first_needed": (-200, True),
    }


def test_several_lanes_have_no_first_volume_to_compare() -> None:
    two = outcome(scenario(lane(share=0.5), lane(lane_id="b", share=0.5)))
    assert two.first_needed is None
    assert two.revenue == pytest.approx(162_000_000)
    assert [x.id for x in changes(two, two, 0.5, 0.5)] == ["revenue", "deals", "chance"]


# ---- quarters ----


def test_even_quarters_of_a_year_that_starts_in_april() -> None:
    found = quarters(scenario(), 4)
    assert [x.revenue for x in found] == pytest.approx([25_000_000] * 4)
    assert [x.deals for x in found] == [5, 5, 5, 5]
    assert [(x.first_month, x.last_month) for x in found] == [(4, 6), (7, 9), (10, 12), (1, 3)]


def test_a_season_moves_the_quarters_and_deals_still_add_up() -> None:
    # weights 1, 1, 2, 4 of 8: 12.5M, 12.5M, 25M, 50M; 2.5, 5, 10 and 20 deals so far, to the even
    weights = [1] * 6 + [2] * 3 + [4] * 3
    found = quarters(scenario(time={"seasonality": weights}), 1)
    assert [x.revenue for x in found] == pytest.approx([12.5e6, 12.5e6, 25e6, 50e6])
    assert [x.deals for x in found] == [2, 3, 5, 10]


def test_exact_deals_are_not_rounded() -> None:
    found = quarters(scenario(rounding="exact", revenue_target=90_000_000), 1)
    assert [x.deals for x in found] == pytest.approx([4.5] * 4)


def test_no_target_gives_empty_quarters() -> None:
    found = quarters(scenario(revenue_target=100, existing_customer_revenue=200), 1)
    assert [(x.revenue, x.deals) for x in found] == [(0, 0)] * 4


# ---- money on a slide ----


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (3_360_000, "USD", "$3.36M"),
        (622_848, "USD", "$623K"),
        (14_200_000, "USD", "$14.2M"),
        (2_400_000, "USD", "$2.4M"),
        (100_000_000, "JPY", "¥100M"),
        (999_600, "EUR", "€1M"),
        (999.4, "EUR", "€999"),
        (-14_632, "GBP", "-£14.6K"),
        (0, "USD", "$0"),
        (1_000, "USD", "$1K"),
    ],
)
def test_money_has_three_digits(value: float, currency: str, text: str) -> None:
    assert slide_money(value, currency) == text
