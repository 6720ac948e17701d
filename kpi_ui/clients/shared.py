"""What somebody with a link sees: the framework to read, apart from any work of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import streamlit as st

from kpi_core import moments
from kpi_core.actuals.keep import Actuals
from kpi_core.models.framework import MeasurementFramework
from kpi_store.errors import StoreError
from kpi_store.records import Refusal, Shared
from kpi_ui import components, derived, document, inputs, journal, panels, racing
from kpi_ui.clients import look, shared_dashboards, shared_tree
from kpi_ui.clients.parts import PARTS, parts_of
from kpi_ui.kept import work_of
from kpi_ui.storage import store

_REFUSED = {
    Refusal.UNKNOWN: (
        "This link opens nothing",
        "It may be incomplete: copy the whole link, from http to its last letter, or ask for a new one.",
    ),
    Refusal.EXPIRED: (
        "This link has expired",
        "It worked until a day that has passed. Ask whoever sent it for a new one.",
    ),
    Refusal.REVOKED: (
        "This link was revoked",
        "Whoever sent it has ended it. Ask them for a new one.",
    ),
}


@dataclass(frozen=True)
class Reading:
    """What a link opened, as far as it can be shown."""

    token: str
    shared: Shared
    work: journal.Work
    framework: MeasurementFramework

    @property
    def finished(self) -> bool:
        """Whether the wizard was finished once."""
        return self.work[journal.FRAMEWORK] is not None


def render() -> None:
    """The page of a link: what it shows, or why it shows nothing."""
    token = st.query_params.get("t", "")
    try:
        found = store().shares.open(token)
        if isinstance(found, Refusal):
            panels.head(*_REFUSED[found])
            return
        _show(_read(token, found))
    except StoreError as error:
        panels.head("This link cannot be opened just now", "Try again in a few minutes.")
        st.caption(inputs.md(error.message))
    except ValueError:
        panels.head("This framework cannot be shown", "It was saved by another version of the app.")


def _read(token: str, found: Shared) -> Reading:
    work, _views = work_of(found.saved.document)
    return Reading(token, found, work, racing.framework_in(work))


def _show(reading: Reading) -> None:
    entry = reading.shared.saved.entry
    changed = moments.day(entry.updated_at, look.place())
    company = reading.framework.company.name
    panels.head(inputs.md(company), f"Shared to read. Last changed {changed}.")
    if not reading.finished:
        st.info("This framework is not finished: suggestions stand where answers are missing.")
    parts = parts_of(reading.shared.share.what)
    if not parts:
        st.info("This link shows nothing that this version of the app knows.")
        return
    part = look.one_of("shared.part", "Part", {part: PARTS[part] for part in parts})
    if part == "framework":
        components.report(document.blocks(reading.framework), key="shared.document")
    elif part == "tree":
        shared_tree.render(*_planning(reading))
    else:
        shared_dashboards.render(reading.framework, _actuals_of(reading))


def _planning(reading: Reading) -> tuple[MeasurementFramework, shared_tree.Planned]:
    text, scenario = reading.work[journal.FRAMEWORK], reading.work[journal.SCENARIO]
    answers = json.dumps(reading.work[journal.DRAFT])
    base = derived.base(answers, text, date.today())
    shown = base if scenario is None else derived.scenario(scenario)
    return reading.framework, shared_tree.Planned(derived.catalog(text), base, shown)


def _actuals_of(reading: Reading) -> Actuals | None:
    entry = reading.shared.saved.entry
    return _kept_actuals(_Link(reading.token, entry.id, entry.version))


@dataclass(frozen=True)
class _Link:
    """What actuals are kept by; the secret takes no part in it and is never printed."""

    token: str = field(repr=False, compare=False)
    framework_id: str
    version: int


@lru_cache(maxsize=4)
def _kept_actuals(link: _Link) -> Actuals | None:
    """The actuals behind a link that was just found valid, read once for each version."""
    content = store().shares.open_actuals(link.token)
    return None if content is None else Actuals.from_bytes(content)
