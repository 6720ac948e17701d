"""Credit that touches get for pipeline and deals, by the attribution model looked at."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from kpi_core.actuals.calendar import Period
from kpi_core.dashboards.view import View

UNATTRIBUTED = "unattributed"
"""Channel of conversions that no touch came before."""


def credited(
    view: View, what: str, period: Period, by: Literal["channel", "campaign"] = "channel"
) -> dict[str, float]:
    """Value of `what` (`pipeline`, `opportunities`, `revenue`, `deals`) by channel or campaign.

    Empty when no touches were given. The values add up to all of `what` in the period.
    """
    frame = view.credits
    if frame is None or frame.empty:
        return {}
    last = min(period.end, view.as_of)
    chosen = (
        (frame["model"] == view.model.value)
        & (frame["what"] == what)
        & (frame["day"] >= pd.Timestamp(period.start))
        & (frame["day"] < pd.Timestamp(last) + pd.Timedelta(days=1))
    )
    if view.filters.channel is not None:
        chosen &= frame["channel"] == view.filters.channel
    if view.filters.segment is not None:
        chosen &= frame["segment"] == view.filters.segment
    sums = frame[chosen].groupby(by, sort=True)["value"].sum()
    return {str(name): float(value) for name, value in sums.items() if value}
