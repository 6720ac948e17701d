"""The document's second half: how the framework is used, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from kpi_core.benchmarks.match import find
from kpi_core.benchmarks.targets import benchmark_text
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import DashboardLayer, LeadDefinition, MarketingSalesAgreement
from kpi_core.rhythm.decisions import all_rules
from kpi_core.rhythm.scoring_words import sentence
from kpi_ui.document.blocks import Block, section, table


def dashboards(framework: MeasurementFramework) -> Iterator[Block]:
    """The three layers and the channel tabs."""
    boards = framework.dashboards
    yield section("Dashboards", "Three layers, each answering one question.")

    def names(metric_ids: tuple[str, ...]) -> str:
        return (
            ", ".join(framework.metric(metric_id).name for metric_id in metric_ids) or "nothing yet"
        )

    def card(title: str, layer: DashboardLayer, text: str) -> Block:
        audience = ", ".join(framework.term("role", role) for role in layer.audience)
        rows = [
            {"label": "For", "value": audience},
            {"label": "Refreshed", "value": layer.refresh.value},
        ]
        return {"eyebrow": title, "title": layer.question, "text": text, "rows": rows}

    tabs = ", ".join(framework.term("channel", tab.channel) for tab in boards.channels)
    yield {
        "kind": "cards",
        "columns": 3,
        "items": [
            card("Executive", boards.executive, names(boards.executive.metric_ids)),
            card("Operational", boards.operational, names(boards.operational.metric_ids)),
            card("Channel", boards.channel, f"One tab each: {tabs or 'no channel yet'}"),
        ],
    }
    if boards.channels:
        yield {
            "kind": "definition",
            "items": [
                {"term": framework.term("channel", tab.channel), "text": names(tab.metric_ids)}
                for tab in boards.channels
            ],
        }


def reviews(framework: MeasurementFramework) -> Iterator[Block]:
    """The standing reviews."""
    yield section("Operating rhythm", "Who meets over the numbers, and what they decide.")
    for review in framework.operating_rhythm.reviews:
        who = ", ".join(framework.term("role", role) for role in review.attendees) or "nobody yet"
        yield {
            "kind": "text",
            "text": f"{review.name}: {review.cadence.value}, {review.duration_minutes} minutes. {review.purpose}",
        }
        yield {
            "kind": "definition",
            "items": [
                {"term": "Attendees", "text": who},
                {"term": "Agenda", "text": " ".join(review.agenda)},
                {
                    "term": "Decision rules",
                    "text": " ".join(all_rules(review, framework)) or "none",
                },
            ],
        }


def agreement(framework: MeasurementFramework) -> Iterator[Block]:
    """Definitions and promises of marketing and sales."""
    agreement = framework.agreement
    yield section(
        "Marketing and sales agreement", "What counts as what, and what each side promises."
    )
    yield {
        "kind": "definition",
        "items": [
            {"term": d.name, "text": " ".join((d.statement, *d.criteria, *_scored(d)))}
            for d in agreement.definitions
        ],
    }
    yield table(
        "Commitments",
        [("Side", "left"), ("Commitment", "left")],
        [[promise.party.capitalize(), promise.statement] for promise in agreement.commitments],
    )
    yield {
        "kind": "definition",
        "items": [
            {
                "term": "Response",
                "text": _response(agreement),
            },
            {"term": "Recycling", "text": agreement.recycling_rule},
            {"term": "Feedback", "text": agreement.feedback},
            {"term": "Escalation", "text": agreement.escalation},
        ],
    }

    yield table(
        "Signatures",
        [("Side", "left"), ("Name", "left"), ("Role", "left"), ("Signed on", "left")],
        [_signature(party, framework) for party in ("marketing", "sales")],
    )


def _scored(definition: LeadDefinition) -> tuple[str, ...]:
    """The scoring rules in a sentence, where there are any."""
    return (sentence(definition.rules, definition.name),) if definition.rules else ()


def _signature(party: str, framework: MeasurementFramework) -> list[str]:
    given = framework.agreement.signatures
    found = next((signature for signature in given if signature.party == party), None)
    if found is None:
        return [party.capitalize(), "not signed yet", "", ""]
    role = framework.term("role", found.role)
    return [party.capitalize(), found.name, role, found.signed_on.isoformat()]


def _response(agreement: MarketingSalesAgreement) -> str:
    return (
        f"Within {agreement.response_hours:g} working hours, "
        f"{agreement.contact_attempts} attempts, outcome recorded within "
        f"{agreement.disposition_days} days."
    )


def sources(framework: MeasurementFramework) -> Iterator[Block]:
    """The published figures used."""
    yield section(
        "Sources", "Each published figure as its source states it; sources are never averaged."
    )
    rows = []
    for kpi in framework.kpis:
        figure = find(framework.figures, kpi.benchmark_id)
        if figure:
            metric = framework.metric(kpi.metric_id)
            shown = benchmark_text(figure, metric.unit, framework.company.currency)
            year = str(figure.source_year or "not stated")
            rows.append(
                [
                    metric.name,
                    shown,
                    {"value": figure.source_publisher, "note": figure.source_title},
                    year,
                    figure.confidence.value,
                ]
            )
    if not rows:
        yield {"kind": "text", "text": "No published figure is used."}
        return
    yield table(
        "Sources",
        [
            ("KPI", "left"),
            ("Figure", "right"),
            ("Source", "left"),
            ("Year", "left"),
            ("Confidence", "left"),
        ],
        rows,
    )
