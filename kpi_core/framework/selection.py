"""The user's selection: what was chosen and edited, in valid form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kpi_core.framework.suggest import ChosenMetric
from kpi_core.models.actuals import ImportMapping
from kpi_core.models.base import Cadence, Layer
from kpi_core.models.benchmark import Benchmark
from kpi_core.models.company import DataInfrastructure
from kpi_core.models.framework import CLOSING_SHARE
from kpi_core.models.kpi import Baseline, Thresholds
from kpi_core.models.operation import MarketingSalesAgreement, OperatingRhythm
from kpi_core.models.tree import Scenario


@dataclass(frozen=True)
class DefinitionEdit:
    """An edited name or definition; `None` keeps the catalog's."""

    name: str | None = None
    definition: str | None = None


@dataclass(frozen=True)
class KpiEdit:
    """What the user said about one metric; `None` takes the suggestion, `""` means none on purpose."""

    baseline: Baseline | None = None
    target: float | None = None
    target_note: str | None = None
    closing_share: float | None = None
    benchmark: str | None = None
    owner_role: str | None = None
    owner_person: str | None = None
    steward_role: str | None = None
    cadence: Cadence | None = None
    layers: tuple[Layer, ...] | None = None


@dataclass(frozen=True)
class ReviewEdit:
    """Changes to a standing review; `None` takes the catalog's."""

    held: bool = True
    duration_minutes: int | None = None
    attendees: tuple[str, ...] | None = None


@dataclass(frozen=True)
class KpiSelection:
    """Everything the user chose beyond the company profile."""

    framework_name: str
    north_star: str
    data: DataInfrastructure
    chosen: tuple[ChosenMetric, ...]
    channels: tuple[str, ...]
    definitions: Mapping[str, DefinitionEdit] = field(default_factory=dict)
    rates: Mapping[str, float] = field(default_factory=dict)
    edits: Mapping[str, KpiEdit] = field(default_factory=dict)
    reviews: Mapping[Cadence, ReviewEdit] = field(default_factory=dict)
    scenarios: tuple[Scenario, ...] = ()
    closing_share: float = CLOSING_SHARE
    own_benchmarks: tuple[Benchmark, ...] = ()
    import_mappings: tuple[ImportMapping, ...] = ()
    agreement: MarketingSalesAgreement | None = None
    rhythm: OperatingRhythm | None = None
    thresholds: Thresholds | None = None

    def edit(self, metric_id: str) -> KpiEdit:
        """The user's edits of a metric; empty ones when there are none."""
        return self.edits.get(metric_id, KpiEdit())

    def own_value(self, metric_id: str) -> float | None:
        """Own history of a metric: its baseline, else its funnel rate; `None` when not given."""
        baseline = self.edit(metric_id).baseline
        return baseline.value if baseline else self.rates.get(metric_id)
