"""The work as the text that is stored, and back; and what the list of frameworks says of it."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any

from kpi_core.actuals.keep import Actuals
from kpi_core.framework.progress import completeness
from kpi_store.records import Summary
from kpi_ui import derived, journal

_PASSING = ("go_to", "presenting")
"""View settings that belong to the moment; so do messages."""
_NAMES = {"draft": journal.DRAFT, "framework": journal.FRAMEWORK, "scenario": journal.SCENARIO}
UNNAMED = "Untitled framework"


def document_of(work: journal.Work, views: dict[str, Any]) -> str:
    """The work as the text that is stored; what is on screen comes along."""
    parts = {name: work[key] for name, key in _NAMES.items()}
    kept = {
        name: value
        for name, value in views.items()
        if name not in _PASSING and not name.endswith("_message") and value is not None
    }
    return json.dumps({**parts, "views": kept}, sort_keys=True, default=str)


def work_of(document: str, actuals: bytes | None = None) -> tuple[journal.Work, dict[str, Any]]:
    """The work and the view settings a stored text holds."""
    found = json.loads(document)
    work = {key: found.get(name) for name, key in _NAMES.items()}
    work[journal.DRAFT] = work[journal.DRAFT] or {}
    work[journal.ACTUALS] = None if actuals is None else Actuals.from_bytes(actuals)
    return work, dict(found.get("views", {}))


def names_of(work: journal.Work) -> tuple[str, str]:
    """Name of the framework and of the client, as the list shows them."""
    text, draft = work[journal.FRAMEWORK], work[journal.DRAFT]
    if text is not None:
        framework = derived.framework(text)
        return framework.name, framework.company.name
    company = draft.get("company", {})
    client = company.get("name") if isinstance(company, dict) else None
    name = draft.get("framework_name")
    return _short(name) or UNNAMED, _short(client)


def _short(text: object) -> str:
    plain = " ".join(text.split()) if isinstance(text, str) else ""
    return "".join(sign for sign in plain if sign.isprintable())[:120]


def summary_of(work: journal.Work) -> Summary:
    """What the list shows of the work."""
    text = work[journal.FRAMEWORK]
    if text is None:
        return Summary()
    framework = derived.framework(text)
    star = framework.metric(framework.north_star.metric_id).name
    return Summary(completeness(framework).share, star, len(framework.kpis))


class Changed(Enum):
    """Who changed the work since both sides last had the same; turned pages are no change."""

    NOBODY = "nobody"
    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


def who_changed(base: str, mine: str, theirs: str) -> Changed:
    """Compares three stored texts; when both sides made the same change, nobody is left to choose."""
    common, here, there = (_without_views(text) for text in (base, mine, theirs))
    if here == there:
        return Changed.NOBODY
    if here == common:
        return Changed.THEIRS
    return Changed.MINE if there == common else Changed.BOTH


def _without_views(document: str) -> dict[str, Any]:
    found = json.loads(document)
    return {name: part for name, part in found.items() if name != "views"}
