"""Today's rate typed by hand, beside counts that may say otherwise."""

from __future__ import annotations

import pytest

from kpi_core.kpi_tree.edit import with_today
from kpi_core.models.tree import Counts, Scenario


def scenario() -> Scenario:
    return Scenario.model_validate(
        {
            "id": "base",
            "name": "Base",
            "revenue_target": 1000,
            "lanes": [
                {
                    "id": "all",
                    "name": "All",
                    "average_deal_size": 10,
                    "steps": [{"id": "leads", "name": "Leads"}, {"id": "deals", "name": "Deals"}],
                    "rates": [
                        {
                            "metric_id": "win_rate",
                            "name": "Win rate",
                            "value": 0.25,
                            "now": 0.3,
                            "counts": {"successes": 65, "trials": 216},
                            "source": "Own history.",
                        }
                    ],
                }
            ],
        }
    )


def test_counts_that_agree_are_kept() -> None:
    # 0.301 x 216 = 65.016, which is 65 events
    rate = with_today(scenario(), "all", 0, 0.301).lanes[0].rates[0]
    assert (rate.now, rate.counts) == (0.301, Counts(successes=65, trials=216))


@pytest.mark.parametrize("now", [0.4, None])
def test_counts_that_say_otherwise_are_dropped(now: float | None) -> None:
    # 0.4 x 216 = 86.4, not 65
    rate = with_today(scenario(), "all", 0, now).lanes[0].rates[0]
    assert (rate.now, rate.counts) == (now, None)
