"""A framework as the start of another one: the method stays, the client goes."""

from __future__ import annotations

import copy
from collections.abc import Mapping, ValuesView
from datetime import date
from typing import Any

from kpi_core.benchmarks.own import is_own
from kpi_core.catalog.loader import Catalog
from kpi_core.framework.build import build_framework
from kpi_core.framework.interpret import interpret
from kpi_core.models.framework import MeasurementFramework

_COMPANY_NUMBERS = (
    "average_deal_size",
    "sales_cycle_days",
    "revenue_target",
    "start_arr",
    "net_revenue_retention",
    "marketing_sourced_share",
)
_KPI_NUMBERS = ("baseline", "baseline_period", "counts", "series", "target", "target_note")
_SIGNED = ("signatures", "valid_from", "valid_until")


def template_answers(answers: Mapping[str, Any], *, keep_numbers: bool) -> dict[str, Any]:
    """Wizard answers for another client, made from one's; `answers` may be half valid.

    Always left out: the names of company, framework and people, remarks, actions, the change log,
    signatures and earlier versions of definitions. Without `keep_numbers` also money, volumes, own
    history, targets, funnel rates, what-ifs, own figures, promised amounts and sales capacity;
    the tool's suggestions take their place. Settings of the method stay: thresholds, closing share,
    hours to answer a lead, points of the lead scoring.
    """
    made: dict[str, Any] = copy.deepcopy(dict(answers))
    made.pop("framework_name", None)
    _drop(made.get("company"), "name")
    _drop(made.get("data"), "notes")
    for kpi in _parts(made.get("kpis")):
        _drop(kpi, "owner_person")
    _drop(made.get("rhythm"), "actions", "change_log")
    _without_signatures(made.get("agreement"))
    if not keep_numbers:
        _strip(made)
    return made


def template_framework(
    answers: Mapping[str, Any], catalog: Catalog, today: date
) -> MeasurementFramework | None:
    """The framework that template answers stand for; `None` while one of them needs attention.

    `catalog` must know the metrics of the framework they were made from.
    """
    read = interpret(dict(answers), catalog)
    if not read.is_complete:
        return None
    return build_framework(read.profile, read.selection, catalog, today)


def _strip(made: dict[str, Any]) -> None:
    """Take the client's numbers out."""
    _drop(made.get("company"), *_COMPANY_NUMBERS)
    for kpi in _parts(made.get("kpis")):
        _drop(kpi, *_KPI_NUMBERS)
        if is_own(str(kpi.get("benchmark"))):
            kpi.pop("benchmark")
    _drop(made, "rates", "scenarios", "own_benchmarks")
    agreement = made.get("agreement")
    _drop(agreement, "capacity")
    if isinstance(agreement, dict):
        for promise in _parts(agreement.get("commitments")):
            _drop(promise, "value")


def _without_signatures(agreement: object) -> None:
    _drop(agreement, *_SIGNED)
    if isinstance(agreement, dict):
        for definition in _parts(agreement.get("definitions")):
            _drop(definition, "versions")


def _drop(part: object, *names: str) -> None:
    if isinstance(part, dict):
        for name in names:
            part.pop(name, None)


def _parts(found: object) -> list[dict[str, Any]]:
    """The objects in a list, or among an object's values; none where it is neither."""
    values = found.values() if isinstance(found, dict) else found
    if not isinstance(values, list | ValuesView):
        return []
    return [part for part in values if isinstance(part, dict)]
