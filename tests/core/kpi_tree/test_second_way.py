"""The same plans computed a second way: plain loops over fractions, nothing of the product's.

Three realistic plans, one for each motion, typed as people write them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from kpi_core.kpi_tree.lanes import solve
from kpi_core.kpi_tree.solve import forward
from kpi_core.models.tree import Scenario

Row = dict[str, Any]

SALES_LED: Row = {
    # a machine maker: trade shows and search bring different funnels
    "target": "480000000", "existing": "60000000", "marketing": "0.35", "margin": "0.42",
    "lanes": [
        {"share": "0.55", "deal": "6200000", "cost": "11500", "first": "71000",
         "rates": ["0.018", "0.23", "0.31", "0.27"]},
        {"share": "0.3", "deal": "9400000", "cost": "38000", "first": "2600",
         "rates": ["0.41", "0.35", "0.22", "0.19"]},
        {"share": "0.15", "deal": "4800000", "cost": "7200", "first": "33000",
         "rates": ["0.012", "0.17", "0.28", "0.3"]},
    ],
}  # fmt: skip
PRODUCT_LED: Row = {
    # self-service: retention of 97% takes 96,000 away, so more must be won
    "target": "2000000", "existing": "-96000", "marketing": "0.55", "margin": "0.8",
    "lanes": [
        {"share": "1", "deal": "2400", "cost": "6.5", "first": "250000",
         "rates": ["0.042", "0.34", "0.42", "0.27"]},
    ],
}  # fmt: skip
HYBRID: Row = {
    # larger companies talk to sales, small teams sign up: different steps, one revenue
    "target": "5000000", "existing": "360000", "marketing": "0.4", "margin": "0.75",
    "lanes": [
        {"share": "0.8", "deal": "28000", "cost": "95", "first": "260000",
         "rates": ["0.024", "0.24", "0.28", "0.52", "0.24"]},
        {"share": "0.2", "deal": "3500", "cost": "12", "first": "90000",
         "rates": ["0.045", "0.37", "0.4", "0.25"]},
    ],
}  # fmt: skip
PLANS = {"sales_led": SALES_LED, "product_led": PRODUCT_LED, "hybrid": HYBRID}


def scenario(plan: Row, rounding: str) -> Scenario:
    lanes = []
    for i, row in enumerate(plan["lanes"]):
        rates = [float(rate) for rate in row["rates"]]
        steps = [{"id": f"lane{i}_s{j}", "name": f"Step {j}"} for j in range(len(rates) + 1)]
        steps[0]["now"] = row["first"]
        lanes.append(
            {
                "id": f"lane{i}",
                "name": f"Lane {i}",
                "share": float(row["share"]),
                "steps": steps,
                "rates": [
                    {
                        "metric_id": f"r{j}",
                        "name": "R",
                        "source": "typed",
                        "value": rate,
                        "now": rate,
                    }
                    for j, rate in enumerate(rates)
                ],
                "average_deal_size": float(row["deal"]),
                "cost_per_lead": float(row["cost"]),
            }
        )
    return Scenario.model_validate(
        {
            "id": "s",
            "name": "S",
            "revenue_target": float(plan["target"]),
            "existing_customer_revenue": float(plan["existing"]),
            "marketing_share": float(plan["marketing"]),
            "gross_margin": float(plan["margin"]),
            "rounding": rounding,
            "lanes": lanes,
        }
    )


def revenue_of(plan: Row) -> Fraction:
    return (Fraction(plan["target"]) - Fraction(plan["existing"])) * Fraction(plan["marketing"])


def worked_back(revenue: Fraction, row: Row, whole: bool) -> list[Fraction]:
    """Volumes from the first step to the deal, one division after the other."""
    volume = revenue / Fraction(row["deal"])
    volumes = []
    for rate in [*reversed(row["rates"]), None]:
        if whole and volume.denominator != 1:
            volume = Fraction(volume.numerator // volume.denominator + 1)
        volumes.insert(0, volume)
        if rate is not None:
            volume = volume / Fraction(rate)
    return volumes


@pytest.mark.parametrize("rounding", ["whole", "exact"])
@pytest.mark.parametrize("name", PLANS)
def test_backward_lane_by_lane_and_in_total(name: str, rounding: str) -> None:
    plan = PLANS[name]
    result = solve(scenario(plan, rounding))
    spend = planned = required = Fraction(0)
    deals = Fraction(0)
    for row, lane in zip(plan["lanes"], result.lanes, strict=True):
        part = revenue_of(plan) * Fraction(row["share"])
        volumes = worked_back(part, row, rounding == "whole")
        assert [step.required for step in lane.steps] == [float(volume) for volume in volumes]
        assert lane.revenue_required == float(part)
        cost = volumes[1] * Fraction(row["cost"])
        won = volumes[-1] * Fraction(row["deal"])
        assert lane.spend == pytest.approx(float(cost), rel=1e-14)
        assert lane.revenue_planned == pytest.approx(float(won), rel=1e-14)
        assert lane.cac == pytest.approx(float(cost / volumes[-1]), rel=1e-14)
        months = cost / volumes[-1] / (Fraction(row["deal"]) / 12 * Fraction(plan["margin"]))
        assert lane.payback_months == pytest.approx(float(months), rel=1e-14)
        spend, planned, required = spend + cost, planned + won, required + part
        deals += volumes[-1]
    total = result.total
    assert total.revenue_required == float(required) == float(revenue_of(plan))
    assert total.revenue_planned == pytest.approx(float(planned), rel=1e-14)
    assert total.spend == pytest.approx(float(spend), rel=1e-14)
    assert total.cac == pytest.approx(float(spend / deals), rel=1e-14)
    roi = (planned * Fraction(plan["margin"]) - spend) / spend
    assert total.roi == pytest.approx(float(roi), rel=1e-13)


@pytest.mark.parametrize("name", PLANS)
def test_forward_lane_by_lane_and_in_total(name: str) -> None:
    plan = PLANS[name]
    result = solve(scenario(plan, "whole"))
    total = Fraction(0)
    for row, lane in zip(plan["lanes"], result.lanes, strict=True):
        revenue = Fraction(row["first"])
        for rate in row["rates"]:
            revenue = revenue * Fraction(rate)
        revenue = revenue * Fraction(row["deal"])
        rates = [float(rate) for rate in row["rates"]]
        assert forward(float(row["first"]), float(row["deal"]), rates) == float(revenue)
        assert lane.revenue_now == pytest.approx(float(revenue), rel=1e-14)
        total += revenue
    assert result.total.revenue_now == pytest.approx(float(total), rel=1e-14)
    assert result.total.gap == pytest.approx(float(revenue_of(plan) - total), rel=1e-12)


@pytest.mark.parametrize("name", PLANS)
def test_the_whole_plan_run_forward_reaches_the_target_and_no_smaller_one_does(name: str) -> None:
    """Forward with the volume asked for at each row; one unit less at any row falls short of it."""
    plan = PLANS[name]
    for row, lane in zip(plan["lanes"], solve(scenario(plan, "whole")).lanes, strict=True):
        volumes = [Fraction(step.required) for step in lane.steps]
        for above, below, rate in zip(volumes, volumes[1:], row["rates"], strict=False):
            assert above * Fraction(rate) >= below > (above - 1) * Fraction(rate)
        part = revenue_of(plan) * Fraction(row["share"])
        assert volumes[-1] * Fraction(row["deal"]) >= part
        assert (volumes[-1] - 1) * Fraction(row["deal"]) < part


def test_three_numbers_with_a_pencil() -> None:
    # (480M - 60M) x 35% = 147M; 55% = 80.85M / 6.2M = 13.04 -> 14 deals / 0.27 -> 52 / 0.31 -> 168
    # / 0.23 -> 731 / 0.018 -> 40,612
    first = solve(scenario(SALES_LED, "whole")).lanes[0]
    assert [step.required for step in first.steps] == [40_612, 731, 168, 52, 14]
    # (2M + 96,000) x 55% = 1,152,800 / 2,400 = 480.33 -> 481 / 0.27 -> 1,782 / 0.42 -> 4,243
    # / 0.34 -> 12,480 / 0.042 -> 297,143
    (only,) = solve(scenario(PRODUCT_LED, "whole")).lanes
    assert [step.required for step in only.steps] == [297_143, 12_480, 4_243, 1_782, 481]
    # (5M - 360,000) x 40% = 1,856,000; 20% = 371,200 / 3,500 = 106.06 -> 107 / 0.25 = 428 / 0.4 = 1,070
    # / 0.37 -> 2,892 / 0.045 -> 64,267
    second = solve(scenario(HYBRID, "whole")).lanes[1]
    assert [step.required for step in second.steps] == [64_267, 2_892, 1_070, 428, 107]
