"""Two tabs or two people changed the same framework: what differs, and the choices. Nothing is lost."""

from __future__ import annotations

import json
from datetime import date

from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.rhythm import ChangeLine
from kpi_core.rhythm.changes import changes
from kpi_store.records import Conflict, Saved
from kpi_ui import derived, journal, keeping, session
from kpi_ui.kept import document_of, names_of, summary_of, work_of
from kpi_ui.storage import store

OTHER = "the other version"


def framework_in(work: journal.Work) -> MeasurementFramework:
    """The framework of some work: the finished one, else what the answers stand for."""
    text = work[journal.FRAMEWORK]
    if text is not None:
        return derived.framework(text)
    return derived.preview(json.dumps(work[journal.DRAFT]), None, date.today())


def differences() -> tuple[ChangeLine, ...]:
    """What the version saved elsewhere says otherwise than this tab; () without a conflict."""
    found = keeping.keeper()
    if found is None or found.conflict is None:
        return ()
    theirs, _views = work_of(found.conflict.document)
    return changes(framework_in(journal.work()), framework_in(theirs))


def take_theirs() -> None:
    """Show what was saved elsewhere; Undo brings this tab's version back. Raises `StoreError`."""
    found = keeping.keeper()
    if found is None or found.conflict is None:
        return
    theirs = found.conflict
    work, views = journal.work(), session.views()
    mine = store().save(
        found.owner,
        theirs.id,
        document_of(work, views),
        based_on=theirs.version,
        label="This tab's version",
        summary=summary_of(work),
    )
    if isinstance(mine, Saved):
        mine = store().save(
            found.owner,
            theirs.id,
            theirs.document,
            based_on=mine.version,
            label=f"Take {OTHER}",
            summary=theirs.entry.summary,
        )
    if isinstance(mine, Conflict):  # changed yet again meanwhile: ask again, about that
        found.conflict = mine.current
        return
    keeping.show(found.owner, mine)


def keep_mine() -> None:
    """Save this tab's work over what was saved elsewhere; Undo brings that back."""
    found = keeping.keeper()
    if found is None or found.conflict is None:
        return
    found.current, found.conflict = found.conflict, None
    journal.put_history([], [])
    found.save(journal.work(), session.views(), "Keep this tab's version")


def keep_both() -> None:
    """Make this tab's work a framework of its own and go on with it. Raises `StoreError`."""
    found = keeping.keeper()
    if found is None or found.conflict is None:
        return
    work = journal.work()
    (name, client), content = names_of(work), work[journal.ACTUALS]
    made = store().create(
        found.owner,
        client,
        f"{name[:100]} (second version)",
        document_of(work, session.views()),
        summary=summary_of(work),
        actuals=None if content is None else content.to_bytes(),
    )
    keeping.show(found.owner, made)


def save_as_new() -> None:
    """Keep what is on screen as a new framework, where its own was deleted elsewhere."""
    found = keeping.keeper()
    if found is not None:
        found.current, found.problem = None, None
        journal.keep()
