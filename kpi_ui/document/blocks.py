"""Pieces every part of the document uses."""

from __future__ import annotations

from typing import Any

Block = dict[str, Any]
"""One block of the report component; its docstring lists the kinds."""


def section(title: str, note: str = "") -> Block:
    """A heading with a muted line."""
    return {
        "kind": "section",
        "id": title.casefold().replace(" ", "-"),
        "title": title,
        "note": note,
    }


def table(label: str, columns: list[tuple[str, str]], rows: list[list[Any]]) -> Block:
    """A table; `columns` are (label, align)."""
    named = [{"label": name, "align": align} for name, align in columns]
    return {"kind": "table", "label": label, "columns": named, "rows": rows}
