"""Operating rhythm: what counts, who answers for it, when it is reviewed, and what changed."""

from __future__ import annotations

from kpi_ui.rhythm import agreement, definitions, head, health, owners, record, reviews, setup
from kpi_ui.rhythm.work import load

_SECTIONS = {
    "definitions": definitions.render,
    "agreement": agreement.render,
    "owners": owners.render,
    "reviews": reviews.render,
    "health": health.render,
    "setup": setup.render,
    "changes": record.render,
}


def main() -> None:
    """Draw the head and the open section; the others are not worked out."""
    work = load()
    record.ensure(work)
    section = head.render()
    head.messages()
    _SECTIONS[section](work)


main()
