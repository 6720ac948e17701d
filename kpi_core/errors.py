"""Exceptions for us, not for users: users get findings."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class KpiError(Exception):
    """Base of this package's exceptions."""


class CatalogError(KpiError):
    """A catalog file is wrong; the message names file, record and field."""


class UnknownIdError(KpiError, KeyError):
    """An id the catalog does not know."""

    def __str__(self) -> str:
        return str(self.args[0])


def unknown_id(kind: str, wrong: str, known: Iterable[str]) -> UnknownIdError:
    """An `UnknownIdError` that names near matches."""
    near = difflib.get_close_matches(wrong, list(known), n=3)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    return UnknownIdError(f"unknown {kind} '{wrong}'{hint}")
