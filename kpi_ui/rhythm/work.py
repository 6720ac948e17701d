"""What the operating rhythm page works on, and every change it makes to the framework."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from pydantic import ValidationError

from kpi_core.catalog.loader import Catalog
from kpi_core.models.base import Cadence, Document
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import (
    LeadDefinition,
    MarketingSalesAgreement,
    OperatingRhythm,
    Review,
)
from kpi_core.rhythm.agreement import without_signatures
from kpi_core.rhythm.health import HealthReport, health
from kpi_core.rhythm.versions import with_definition
from kpi_ui import scenarios, state

MESSAGE = "rhythm_message"
_SIGN_AGAIN = "The terms changed, so the signatures came off: both sides sign again."
Kind = TypeVar("Kind", bound=Document)


@dataclass(frozen=True)
class Work:
    """One run's view of the page."""

    catalog: Catalog
    framework: MeasurementFramework
    today: date

    @property
    def currency(self) -> str:
        """ISO code of the framework's currency."""
        return self.framework.company.currency

    @cached_property
    def roles(self) -> dict[str, str]:
        """Names of all roles by id, those that only the framework knows among them."""
        known = {role.id: role.name for role in self.catalog.roles.values()}
        own = {term.id: term.name for term in self.framework.terms if term.kind == "role"}
        return {**known, **own}

    @cached_property
    def report(self) -> HealthReport:
        """The framework's health today."""
        return health(self.framework, self.today)


def load() -> Work:
    """The work of this run."""
    return Work(state.catalog(), scenarios.framework(), date.today())


def say(kind: str, text: str) -> None:
    """A message for the next run: `error`, `warning` or `success`."""
    state.set_view(**{MESSAGE: (kind, text)})


def reason(error: ValueError) -> str:
    """Why a value was refused, in one sentence."""
    if not isinstance(error, ValidationError):
        return str(error)
    text = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
    return f"{text[:1].upper()}{text[1:]}.".replace("Input should", "It should")


def replaced(document: Kind, **fields: Any) -> Kind:
    """The document with other fields. Raises `ValidationError` where they cannot be."""
    return type(document).model_validate({**dict(document), **fields})


def agreement() -> MarketingSalesAgreement:
    """The agreement as it was changed last, also while another answer needs attention."""
    return state.interpretation().selection.agreement or scenarios.framework().agreement


def rhythm() -> OperatingRhythm:
    """The rhythm as it was changed last, with every review that is held."""
    kept, shown = state.interpretation().selection.rhythm, scenarios.framework().operating_rhythm
    if kept is None:
        return shown
    known = {review.cadence for review in kept.reviews}
    added = tuple(review for review in shown.reviews if review.cadence not in known)
    return replaced(kept, reviews=(*kept.reviews, *added)) if added else kept


def edit_agreement(
    label: str,
    edit: Callable[[MarketingSalesAgreement], MarketingSalesAgreement],
    *,
    terms: bool = True,
) -> str | None:
    """Change the agreement; returns why not where that cannot be.

    `terms` says that what was signed is no longer the same, so that signatures come off.
    """
    now = agreement()
    try:
        changed = edit(now)
    except ValueError as error:
        return reason(error)
    if changed == now:
        return None
    if terms and now.signatures:
        changed = without_signatures(changed)
        say("warning", _SIGN_AGAIN)
    state.set_answer(("agreement",), changed.model_dump(mode="json"), label)
    return None


def edit_definition(
    definition_id: str,
    label: str,
    edit: Callable[[LeadDefinition], LeadDefinition],
    *,
    terms: bool = True,
) -> str | None:
    """Change one lead definition; returns why not where that cannot be."""

    def changed(now: MarketingSalesAgreement) -> MarketingSalesAgreement:
        found = next((d for d in now.definitions if d.id == definition_id), None)
        return with_definition(now, edit(found)) if found else now

    return edit_agreement(label, changed, terms=terms)


def edit_rhythm(label: str, edit: Callable[[OperatingRhythm], OperatingRhythm]) -> str | None:
    """Change reviews, actions or log; returns why not where that cannot be."""
    now = rhythm()
    try:
        changed = edit(now)
    except ValueError as error:
        return reason(error)
    if changed != now:
        state.set_answer(("rhythm",), changed.model_dump(mode="json"), label)
    return None


def edit_review(cadence: Cadence, label: str, edit: Callable[[Review], Review]) -> str | None:
    """Change one review's content; returns why not where that cannot be."""

    def changed(now: OperatingRhythm) -> OperatingRhythm:
        reviews = tuple(edit(r) if r.cadence is cadence else r for r in now.reviews)
        return replaced(now, reviews=reviews)

    return edit_rhythm(label, changed)


def told(refused: str | None) -> None:
    """Say why a change was refused; what was there before stays."""
    if refused:
        say("error", f"That could not be kept: {refused} The last version is back.")
