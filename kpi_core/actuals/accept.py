"""What is written down of an import that was accepted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kpi_core.actuals.canonical import Aggregated
from kpi_core.actuals.keep import Actuals
from kpi_core.actuals.report import ImportReport
from kpi_core.models.actuals import ImportMapping, ImportRecord, Shape

KINDS = {
    Shape.LEADS: "Leads",
    Shape.OPPORTUNITIES: "Opportunities",
    Shape.VALUES_LONG: "Values",
    Shape.VALUES_WIDE: "Values",
    Shape.TOUCHES: "Touches",
}
"""Names of the shapes, the one that tells most about an import first."""
_LONGEST_NOTE = 500
_MOST_NOTES = 20


def import_record(
    report: ImportReport,
    found: Aggregated,
    files: Sequence[tuple[str, ImportMapping]],
    before: Actuals | None,
    today: date,
) -> ImportRecord:
    """The import in figures. `files` are names and mappings, at least one; `before` what is kept already.

    Several files make one import, which is named after the one whose rows tell most.
    """
    taken = {record.id for record in before.imports} if before else set()
    new_id = next(i for n in range(1, len(taken) + 2) if (i := f"import_{n}") not in taken)
    order = list(KINDS)
    first = min((mapping for _, mapping in files), key=lambda m: order.index(m.shape))
    kinds = dict.fromkeys(KINDS[mapping.shape].lower() for _, mapping in files)
    notes = (f"Read as {' and '.join(kinds)}.", *report.understood, *found.notes)
    return ImportRecord(
        id=new_id,
        mapping_id=first.id,
        shape=first.shape,
        files=tuple(name for name, _ in files),
        imported_on=today,
        rows_read=report.rows_read,
        rows_used=report.rows_used,
        rows_set_aside=report.rows_set_aside,
        first_day=report.first_day,
        last_day=report.last_day,
        notes=tuple(note[:_LONGEST_NOTE] for note in notes[:_MOST_NOTES]),
    )
