"""A framework told as facts that two documents can be compared by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing a framework says, under a key that both documents share."""

    key: str
    area: str
    what: str
    text: str
    exact: str = ""
    """The value in full where `text` is rounded, so that a small change is seen too."""
    metric_id: str | None = None
    part_of: str | None = None
    """Key of the head it belongs to: when only one document has the head, the head is enough."""
    silent: bool = False
    """True when coming and going is no change worth a line, only another text is."""
    compared: bool = True
    """False for heads, whose parts say what changed."""


def said(value: object) -> str:
    """A plain value as text; `none` when there is none."""
    if value is None or value == "" or value == ():
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def words(key: str) -> str:
    """An id or field name in words."""
    return key.replace("_", " ")


def listing(values: Iterable[str]) -> str:
    """Names one after another; `none` when there is none."""
    return ", ".join(values) or NONE
