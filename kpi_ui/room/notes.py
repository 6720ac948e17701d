"""The presenter's private notes, one text a screen; never part of the framework or of a shared link.

They belong to a company, so that they do not show up when another one is opened in its place.
"""

from __future__ import annotations

from kpi_ui import journal, state

_NOTES = "room_notes"


def read(company: str, screen: str) -> str:
    """The note on a screen; empty when there is none."""
    notes = (state.view(_NOTES) or {}).get(company) or {}
    return str(notes.get(screen, ""))


def write(company: str, screen: str, text: str) -> None:
    """Keep the note on a screen."""
    kept = state.view(_NOTES) or {}
    notes = {**(kept.get(company) or {}), screen: text}
    state.set_view(**{_NOTES: {**kept, company: notes}})
    journal.keep()
