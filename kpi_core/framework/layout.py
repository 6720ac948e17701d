"""Which KPI is read where and when: the three dashboard layers and the standing reviews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kpi_core.catalog.loader import Catalog
from kpi_core.catalog.records import ReviewRecord
from kpi_core.framework.selection import KpiSelection, ReviewEdit
from kpi_core.framework.suggest import ChosenMetric
from kpi_core.models.base import Cadence, Layer, Motion, Stage
from kpi_core.models.kpi import Kpi
from kpi_core.models.metric import MetricDefinition
from kpi_core.models.operation import (
    ChannelDashboard,
    DashboardLayer,
    DashboardSpecification,
    OperatingRhythm,
    Review,
)

EXECUTIVE_MINIMUM, EXECUTIVE_MAXIMUM = 5, 7
CHANNEL_TILES = 8
_EXECUTIVE_SUPPORTING = {Stage.CONVERSION: 1, Stage.EXPANSION: 1}


def default_layers(
    chosen: ChosenMetric, metric: MetricDefinition, selection: KpiSelection
) -> tuple[Layer, ...]:
    """Executive: the primaries and the first supporting KPI of conversion and expansion.

    Operational: every KPI read at least monthly. Channel: every KPI an active channel's tab shows.
    """
    supporting = [
        other.metric_id
        for other in selection.chosen
        if other.stage is chosen.stage and other.role == "supporting"
    ]
    shown = supporting[: _EXECUTIVE_SUPPORTING.get(chosen.stage, 0)]
    executive = chosen.role == "primary" or chosen.metric_id in shown
    operational = metric.cadence is not Cadence.QUARTERLY or not executive
    channel = bool(set(metric.channels) & set(selection.channels))
    flags = {Layer.EXECUTIVE: executive, Layer.OPERATIONAL: operational, Layer.CHANNEL: channel}
    return tuple(layer for layer, on in flags.items() if on)


def build_dashboards(
    kpis: Iterable[Kpi], channels: Iterable[str], motion: Motion, catalog: Catalog
) -> DashboardSpecification:
    """The three layers; each channel tab shows its KPIs first, then the catalog's channel metrics."""
    kpis = tuple(kpis)

    def on(layer: Layer) -> tuple[str, ...]:
        return tuple(kpi.metric_id for kpi in kpis if layer in kpi.layers)

    tabs = tuple(
        ChannelDashboard(
            channel=channel,
            metric_ids=_channel_metrics(channel, on(Layer.CHANNEL), motion, catalog),
        )
        for channel in channels
    )
    on_tabs = dict.fromkeys(metric_id for tab in tabs for metric_id in tab.metric_ids)
    return DashboardSpecification(
        executive=_layer(Layer.EXECUTIVE, on(Layer.EXECUTIVE), catalog),
        operational=_layer(Layer.OPERATIONAL, on(Layer.OPERATIONAL), catalog),
        channel=_layer(Layer.CHANNEL, tuple(on_tabs), catalog),
        channels=tabs,
    )


def _layer(layer: Layer, metric_ids: tuple[str, ...], catalog: Catalog) -> DashboardLayer:
    record = catalog.layers[layer]
    return DashboardLayer(
        question=record.question,
        audience=record.audience,
        refresh=record.refresh,
        metric_ids=metric_ids,
    )


def _channel_metrics(
    channel: str, chosen: tuple[str, ...], motion: Motion, catalog: Catalog
) -> tuple[str, ...]:
    fitting = [
        metric.id
        for metric in catalog.metrics.values()
        if channel in metric.channels and motion in metric.motions
    ]
    fitting.sort(key=lambda metric_id: metric_id not in chosen)
    return tuple(fitting[:CHANNEL_TILES])


def build_rhythm(
    kpis: Iterable[Kpi],
    edits: Mapping[Cadence, ReviewEdit],
    catalog: Catalog,
    previous: OperatingRhythm | None = None,
) -> OperatingRhythm:
    """The reviews held. Weekly reads daily and weekly KPIs, monthly those and the primaries,
    quarterly all. The content of `previous` reviews is kept, with actions and change log.
    """
    kpis = tuple(kpis)
    weekly = [k.metric_id for k in kpis if k.cadence in (Cadence.DAILY, Cadence.WEEKLY)]
    monthly = [k.metric_id for k in kpis if k.cadence is Cadence.MONTHLY or k.role == "primary"]
    read = {
        Cadence.WEEKLY: weekly,
        Cadence.MONTHLY: monthly,
        Cadence.QUARTERLY: [kpi.metric_id for kpi in kpis],
    }
    before = {review.cadence: review for review in (previous.reviews if previous else ())}
    reviews = []
    for default in catalog.reviews:
        record = before.get(default.cadence, default)
        edit = edits.get(record.cadence, ReviewEdit())
        if not edit.held:
            continue
        reviews.append(_review(record, edit, read[record.cadence]))
    kept = previous or OperatingRhythm(reviews=())
    return OperatingRhythm.model_validate({**dict(kept), "reviews": reviews})


def _review(record: Review | ReviewRecord, edit: ReviewEdit, metric_ids: Iterable[str]) -> Review:
    usual = dict(record) if isinstance(record, Review) else record.model_dump()
    changed: dict[str, object] = {"metric_ids": tuple(metric_ids)}
    if edit.attendees is not None:
        changed["attendees"] = edit.attendees
    if edit.duration_minutes:
        changed["duration_minutes"] = edit.duration_minutes
    return Review.model_validate({**usual, **changed})
