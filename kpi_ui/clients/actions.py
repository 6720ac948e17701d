"""What can be done to a framework in the list. All raise `StoreError` where the store refuses."""

from __future__ import annotations

import json
from datetime import date
from functools import partial

from kpi_core.export.files import to_json
from kpi_core.framework.template import template_answers, template_framework
from kpi_core.models.framework import MeasurementFramework
from kpi_store.errors import StoreError
from kpi_store.records import Entry, Saved, Status
from kpi_ui import derived, journal, keeping, session, state
from kpi_ui.clients import look
from kpi_ui.clients.look import Desk
from kpi_ui.kept import document_of, summary_of, work_of
from kpi_ui.storage import store

STATUSES = {Status.DRAFT: "Draft", Status.ACTIVE: "Active", Status.SIGNED_OFF: "Signed off"}
_STEPS = 8


def is_open(desk: Desk, entry_id: str) -> bool:
    """Whether it is the framework on screen."""
    return desk.open is not None and desk.open.id == entry_id


def open_it(entry_id: str) -> None:
    """Work on it; Home says what comes next."""
    keeping.open_workspace(entry_id)
    state.set_view(go_to="home")


def begin() -> None:
    """Start with an empty wizard; what was open stays in the list."""
    keeping.begin_workspace()
    state.set_view(go_to="wizard")


def rename(desk: Desk, entry: Entry, name: str) -> None:
    """Another name in the list and in the document."""
    renamed = store().rename(desk.owner, entry.id, name)
    if is_open(desk, entry.id):
        state.set_answer(("framework_name",), renamed.name, "Rename")
    else:
        _rename_inside(desk, renamed)


def _rename_inside(desk: Desk, entry: Entry) -> None:
    saved = store().load(desk.owner, entry.id)
    try:
        work, views = work_of(saved.document)
        work[journal.DRAFT]["framework_name"] = entry.name
        work[journal.FRAMEWORK] = _named(work[journal.FRAMEWORK], entry.name)
        document = document_of(work, views)
    except ValueError:
        return  # a document that cannot be read keeps the name it has
    store().save(desk.owner, entry.id, document, based_on=saved.version, label="Rename")


def _named(text: str | None, name: str) -> str | None:
    if text is None:
        return None
    framework = derived.framework(text)
    renamed = MeasurementFramework.model_validate({**dict(framework), "name": name})
    return to_json(renamed).content.decode()


def set_client(desk: Desk, entry: Entry, client: str) -> None:
    """Another client in the list; the company in the document keeps its name."""
    store().set_client(desk.owner, entry.id, client)


def set_status(desk: Desk, entry: Entry, status: str) -> None:
    """How far it is."""
    store().set_status(desk.owner, entry.id, Status(status))


def duplicate(desk: Desk, entry: Entry) -> None:
    """A second one, with history and links left behind; the open one stays open."""
    made = store().duplicate(desk.owner, entry.id, f"{entry.name[:110]} (copy)")
    _stay(desk)
    look.put(selected=made.id)
    look.say(f"Copied as {made.entry.name}.")


def _stay(desk: Desk) -> None:
    """Return to what is open after a refresh, not to what was made beside it."""
    if desk.open is not None:
        store().visit(desk.owner, desk.open.id)


def archive(desk: Desk, entry: Entry) -> None:
    """Out of the way, or back again."""
    if entry.archived_at is None:
        store().archive(desk.owner, entry.id)
        back = partial(_unarchive, desk, entry.id)
        look.say(f"{entry.name} is in the archive.", undo=back)
    else:
        _unarchive(desk, entry.id)
        look.say(f"{entry.name} is back in the list.")


def _unarchive(desk: Desk, entry_id: str) -> None:
    store().unarchive(desk.owner, entry_id)


def delete(desk: Desk, entry: Entry) -> None:
    """Off the list, to be restored for 30 days; links to it stop working at once."""
    was_open = is_open(desk, entry.id)
    store().delete(desk.owner, entry.id)
    if was_open:
        keeping.begin_workspace()
    look.put(selected=None)
    look.say(f"{entry.name} was deleted.", undo=partial(_bring_back, desk, entry.id, was_open))


def _bring_back(desk: Desk, entry_id: str, reopen: bool) -> None:
    store().restore(desk.owner, entry_id)
    if reopen:
        keeping.open_workspace(entry_id)


def restore(desk: Desk, entry: Entry) -> None:
    """Back among the others."""
    store().restore(desk.owner, entry.id)
    look.say(f"{entry.name} is back in the list.")


def purge(desk: Desk, entry: Entry) -> None:
    """Gone for good."""
    store().purge(desk.owner, entry.id)
    look.say(f"{entry.name} is gone for good.")


def make_from_template(desk: Desk, entry: Entry, client: str, *, keep_numbers: bool) -> None:
    """A new framework for another client, which opens in the wizard."""
    work = _work_of(store().load(desk.owner, entry.id))
    text: str | None = work[journal.FRAMEWORK]
    answers = template_answers(work[journal.DRAFT], keep_numbers=keep_numbers)
    if client.strip():
        answers.setdefault("company", {})["name"] = client.strip()
    built = None
    if text is not None:
        built = template_framework(answers, derived.catalog(text), date.today())
    new = {
        journal.DRAFT: answers,
        journal.FRAMEWORK: None if built is None else to_json(built).content.decode(),
        journal.SCENARIO: None,
        journal.ACTUALS: None,
    }
    name = f"{client.strip()[:90] or 'New client'} measurement framework"
    made = store().create(
        desk.owner,
        client,
        built.name if built else name,
        document_of(new, {"step": "company", "reached": _STEPS}),
        summary=summary_of(new),
    )
    keeping.show(desk.owner, made)
    session.set_view(go_to="wizard")


def _work_of(saved: Saved) -> journal.Work:
    try:
        return work_of(saved.document)[0]
    except (ValueError, json.JSONDecodeError) as error:
        raise StoreError(
            f"“{saved.entry.name}” cannot be read.", "Restore one of its snapshots."
        ) from error
