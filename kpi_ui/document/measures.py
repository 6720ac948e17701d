"""The document's first half: what is measured, and what it must reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from kpi_core.benchmarks.match import find
from kpi_core.benchmarks.targets import benchmark_text
from kpi_core.catalog.formula_text import formula_text
from kpi_core.catalog.loader import load_catalog
from kpi_core.formats import money, percent, value_text
from kpi_core.framework.measurability import LABELS, measurability
from kpi_core.models.base import Stage
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Kpi
from kpi_ui import panels
from kpi_ui.document.blocks import Block, section, table

_TONES = {"now": "good", "stand_in": "warn", "not_yet": "muted"}


def hero(framework: MeasurementFramework) -> Block:
    """Company, name and the three figures that matter most."""
    company, star = framework.company, framework.metric(framework.north_star.metric_id)
    kpi = next((k for k in framework.kpis if k.metric_id == star.id), None)
    target = kpi.target.value if kpi and kpi.target else None
    catalog = load_catalog()
    described = (
        framework.term("business_model", company.business_model),
        framework.term("industry", company.industry),
        framework.term("region", company.region),
        f"{catalog.motions[company.motion].name}, {catalog.segments[company.segment].name.lower()}",
    )
    return {
        "kind": "hero",
        "eyebrow": company.name,
        "title": framework.name,
        "text": ". ".join(described) + f". Updated {framework.updated_on.isoformat()}.",
        "facts": [
            {
                "label": "North star",
                "value": star.name,
                "note": f"Target {value_text(target, star.unit, company.currency, compact=True)}",
            },
            {
                "label": "Revenue target",
                "value": money(company.revenue_target, company.currency, compact=True),
                "note": f"{percent(company.marketing_sourced_share)} sourced by marketing",
            },
            {
                "label": "KPIs",
                "value": str(len(framework.kpis)),
                "note": "Four stages, one primary each",
            },
        ],
    }


def north_star(framework: MeasurementFramework) -> Iterator[Block]:
    """The north star, why it leads, and what was refused."""
    star = framework.north_star
    metric = framework.metric(star.metric_id)
    yield section("North star", "The one number on top, and why it leads.")
    yield {"kind": "definition", "items": [{"term": metric.name, "text": metric.definition}]}
    yield {"kind": "list", "items": list(star.reasons), "ordered": False}
    refused = [c for c in star.candidates if c.refused]
    if refused:
        names = load_catalog().metrics
        items = [
            {
                "term": names[c.metric_id].name if c.metric_id in names else c.metric_id,
                "text": c.refused,
            }
            for c in refused
        ]
        yield {"kind": "text", "text": "Considered and refused:"}
        yield {"kind": "definition", "items": items}


def _owner(kpi: Kpi, framework: MeasurementFramework) -> str:
    role = framework.term("role", kpi.owner_role)
    return f"{kpi.owner_person}, {role}" if kpi.owner_person else role


def hierarchy(framework: MeasurementFramework) -> Iterator[Block]:
    """The KPIs of each stage as cards."""
    yield section(
        "Metric hierarchy",
        "One primary KPI a stage says whether it works; the supporting ones say why.",
    )
    stages = load_catalog().stages
    for stage in Stage:
        kpis = sorted(
            (k for k in framework.kpis if k.stage is stage), key=lambda k: k.role != "primary"
        )
        yield {"kind": "text", "text": f"{stages[stage].name}. {stages[stage].question}"}
        yield {"kind": "cards", "columns": 4, "items": [_card(kpi, framework) for kpi in kpis]}


def _card(kpi: Kpi, framework: MeasurementFramework) -> Block:
    metric = framework.metric(kpi.metric_id)
    level = measurability(metric, framework.data_infrastructure.categories).level
    star = (
        "North star, primary"
        if metric.id == framework.north_star.metric_id
        else kpi.role.capitalize()
    )
    target = kpi.target.value if kpi.target else None
    return {
        "eyebrow": star,
        "title": metric.name,
        "badge": LABELS[level],
        "tone": _TONES[level],
        "text": kpi.reason,
        "accent": kpi.role == "primary",
        "rows": [
            {
                "label": "Target",
                "value": value_text(target, metric.unit, framework.company.currency),
            },
            {"label": "Owner", "value": _owner(kpi, framework)},
            {"label": "Read", "value": kpi.cadence.value},
        ],
    }


def targets(framework: MeasurementFramework) -> Iterator[Block]:
    """Last value, published figure and target of each KPI."""
    currency = framework.company.currency
    yield section("Baselines and targets", "Counts and money are for the fiscal year.")
    rows = []
    for kpi in framework.kpis:
        metric = framework.metric(kpi.metric_id)
        figure = find(framework.figures, kpi.benchmark_id)
        baseline = kpi.baseline
        rows.append(
            [
                {"value": metric.name, "note": framework.term("role", kpi.owner_role)},
                {
                    "value": value_text(
                        baseline.value if baseline else None, metric.unit, currency
                    ),
                    "note": (baseline.period or "") if baseline else "no history given",
                },
                {
                    "value": benchmark_text(figure, metric.unit, currency)
                    if figure
                    else "none published",
                    "note": figure.source_publisher if figure else "",
                },
                {
                    "value": value_text(
                        kpi.target.value if kpi.target else None, metric.unit, currency
                    ),
                    "note": kpi.target.reason if kpi.target else "No target yet.",
                },
            ]
        )
    columns = [
        ("KPI", "left"),
        ("Last value", "right"),
        ("Others report", "right"),
        ("Target and reason", "left"),
    ]
    yield table("Baselines and targets", columns, rows)


def plan(framework: MeasurementFramework) -> Iterator[Block]:
    """From revenue to the first visit."""
    yield section(
        "From revenue to the first visit",
        "What must happen in the fiscal year at the rates of the plan.",
    )
    steps, rates = panels.chain_items(framework)
    yield {
        "kind": "chain",
        "steps": [asdict(s) for s in steps],
        "rates": [asdict(r) for r in rates],
    }
    yield table(
        "Rates of the plan",
        [("Rate", "left"), ("Used", "right"), ("Rests on", "left")],
        [[r.name, percent(r.value), r.source] for r in framework.funnel_plan.rates],
    )


def definitions(framework: MeasurementFramework) -> Iterator[Block]:
    """What is counted, the formula and the guardrail of each KPI."""
    yield section("Definitions", "What is counted, how, and what must not get worse meanwhile.")
    rows = []
    for kpi in framework.kpis:
        metric = framework.metric(kpi.metric_id)
        guard = framework.metric(metric.guardrail).name if metric.guardrail else "none"
        rows.append(
            [metric.name, metric.definition, formula_text(metric.formula, framework), guard]
        )
    columns = [("KPI", "left"), ("Definition", "left"), ("Formula", "left"), ("Guardrail", "left")]
    yield table("Definitions", columns, rows)
