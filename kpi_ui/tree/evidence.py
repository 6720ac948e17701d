"""The events behind a rate, and the time a unit takes to the next step."""

from __future__ import annotations

from typing import Any

from kpi_core.kpi_tree.edit import find_lane, with_rate
from kpi_core.models.base import Unit
from kpi_core.models.tree import Counts, Scenario, TreeRate
from kpi_ui.tree import fields
from kpi_ui.tree.fields import Apply, Field, NumberList
from kpi_ui.tree.work import Work


def render(work: Work, rate: TreeRate, position: int) -> None:
    """Counts and lag as fields."""
    counts, name = rate.counts, f"{work.lane.id}.{rate.metric_id}"
    trials, successes = (counts.trials, counts.successes) if counts else (None, None)
    fields.row(
        [
            Field(f"{name}.trials", "Of so many", trials, Unit.COUNT,
                  _counting(work, rate, position, "trials"), help="Units that entered this step."),
            Field(f"{name}.successes", "so many went on", successes, Unit.COUNT,
                  _counting(work, rate, position, "successes"),
                  help="The counts decide whether a bottleneck is proven."),
            Field(f"{name}.lag", "Days to the next step", rate.lag.mean_days, Unit.DAYS,
                  _lagging(work, rate, position, "mean_days")),
            Field(f"{name}.spread", "Spread, days", rate.lag.spread_days, Unit.DAYS,
                  _lagging(work, rate, position, "spread_days")),
        ],
        work.currency,
    )  # fmt: skip
    fields.number_list(
        NumberList(
            f"{name}.weights",
            "Or the share that arrives 0, 1, 2 ... months later, in percent",
            tuple(round(weight * 100, 6) for weight in rate.lag.weights),
            lambda now, values: _lag(
                now, work.lane.id, position, weights=[v / 100 for v in values]
            ),
            placeholder="20 40 30 10",
            unit=Unit.RATIO,
        )
    )


def _counting(work: Work, rate: TreeRate, position: int, key: str) -> Apply:
    lane_id, counts = work.lane.id, rate.counts

    def apply(now: Scenario, value: float | None) -> Scenario:
        if value is None:
            return with_rate(now, lane_id, position, counts=None)
        known = find_lane(now, lane_id).rates[position].counts or counts
        before = known.model_dump() if known else _first_counts(rate, key, round(value))
        events = Counts.model_validate({**before, key: round(value)})
        share = events.successes / events.trials
        return with_rate(now, lane_id, position, counts=events.model_dump(), now=share)

    return apply


def _first_counts(rate: TreeRate, key: str, value: int) -> dict[str, int]:
    """What the other number is likely to be, at today's rate, while only one was typed."""
    if key == "trials":
        return {"successes": round(max(value, 0) * (rate.now or 0))}
    return {"trials": max(round(value / rate.now) if rate.now else value, value, 1)}


def _lagging(work: Work, rate: TreeRate, position: int, key: str) -> Apply:
    return lambda now, value: _lag(now, work.lane.id, position, **{key: value or 0})


def _lag(now: Scenario, lane_id: str, position: int, **changes: Any) -> Scenario:
    lag = find_lane(now, lane_id).rates[position].lag.model_dump()
    return with_rate(now, lane_id, position, lag={**lag, **changes})
