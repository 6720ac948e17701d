"""Today's rate typed by hand, beside counts that may say otherwise."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from kpi_core.kpi_tree.edit import with_counts, with_rate, with_today
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


def test_one_of_the_counts_changes_and_todays_rate_with_it() -> None:
    rate = with_counts(scenario(), "all", 0, trials=260).lanes[0].rates[0]
    assert (rate.now, rate.counts) == (0.25, Counts(successes=65, trials=260))
    rate = with_counts(scenario(), "all", 0, successes=54).lanes[0].rates[0]
    assert (rate.now, rate.counts) == (0.25, Counts(successes=54, trials=216))


@pytest.mark.parametrize(
    ("now", "typed", "counts"),
    [
        (0.3, {"trials": 200}, (60, 200)),  # 200 x 0.3
        (0.3, {"successes": 60}, (60, 200)),  # 60 / 0.3
        (None, {"trials": 200}, (0, 200)),
        (None, {"successes": 7}, (7, 7)),
        (0.3, {"successes": 0}, (0, 1)),
        (None, {"successes": 0}, (0, 1)),
    ],
)
def test_the_other_count_follows_from_todays_rate(
    now: float | None, typed: dict[str, int], counts: tuple[int, int]
) -> None:
    plan = with_rate(scenario(), "all", 0, counts=None, now=now)
    found = with_counts(plan, "all", 0, **typed).lanes[0].rates[0].counts
    assert found == Counts(successes=counts[0], trials=counts[1])


@pytest.mark.parametrize("typed", [{"successes": 217}, {"trials": 64}, {"trials": 0}])
def test_counts_that_cannot_be_are_refused(typed: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        with_counts(scenario(), "all", 0, **typed)
