"""The events behind a rate, and the time a unit takes to the next step."""

from __future__ import annotations

from typing import Any

from kpi_core.kpi_tree.edit import find_lane, with_counts, with_rate
from kpi_core.models.base import Unit
from kpi_core.models.tree import Scenario, TreeRate
from kpi_ui.tree import fields
from kpi_ui.tree.fields import Apply, Field, NumberList
from kpi_ui.tree.work import Work


def render(work: Work, rate: TreeRate, position: int) -> None:
    """Counts and lag as fields."""
    counts, name = rate.counts, f"{work.lane.id}.{rate.metric_id}"
    trials, successes = (counts.trials, counts.successes) if counts else (None, None)
    fields.row(
        [
            Field(f"{name}.trials", "Entered", trials, Unit.COUNT,
                  _counting(work, position, "trials"), help="Units that entered this step."),
            Field(f"{name}.successes", "Went on", successes, Unit.COUNT,
                  _counting(work, position, "successes"),
                  help="The counts decide whether a bottleneck is proven."),
            Field(f"{name}.lag", "Days to the next step", rate.lag.mean_days, Unit.DAYS,
                  _lagging(work, position, "mean_days")),
            Field(f"{name}.spread", "Spread, days", rate.lag.spread_days, Unit.DAYS,
                  _lagging(work, position, "spread_days")),
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


def _counting(work: Work, position: int, key: str) -> Apply:
    lane_id = work.lane.id

    def apply(now: Scenario, value: float | None) -> Scenario:
        if value is None:
            return with_rate(now, lane_id, position, counts=None)
        return with_counts(now, lane_id, position, **{key: round(value)})

    return apply


def _lagging(work: Work, position: int, key: str) -> Apply:
    return lambda now, value: _lag(now, work.lane.id, position, **{key: value or 0})


def _lag(now: Scenario, lane_id: str, position: int, **changes: Any) -> Scenario:
    lag = find_lane(now, lane_id).rates[position].lag.model_dump()
    return with_rate(now, lane_id, position, lag={**lag, **changes})
