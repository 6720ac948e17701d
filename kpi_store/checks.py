"""What may be stored: names, notes, documents and ids, checked before the database sees them."""

from __future__ import annotations

import json
import re

from pydantic import TypeAdapter, ValidationError

from kpi_core.models.base import LongText, Name
from kpi_store.errors import InvalidInput, NotFound

DOCUMENT_LIMIT = 10_000_000
"""Characters of a document."""
ACTUALS_LIMIT = 100_000_000
"""Bytes of a framework's actuals."""

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_NOTE: TypeAdapter[str] = TypeAdapter(LongText)
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def name(text: object, what: str) -> str:
    """A name of 1 to 120 characters on one line, stripped. Raises `InvalidInput`."""
    if isinstance(text, str) and not text.strip():
        raise InvalidInput(f"The {what} is empty.", f"Type a {what}.")
    if isinstance(text, str) and re.search(r"[\n\t]", text.strip()):
        raise InvalidInput(f"The {what} has a line break or tab in it.", "Type it on one line.")
    return _clean(_NAME, text, what, "Shorten it to 120 characters without control characters.")


def name_or_nothing(text: object, what: str) -> str:
    """The same, but it may be left empty."""
    return "" if isinstance(text, str) and not text.strip() else name(text, what)


def note(text: object) -> str:
    """A text of up to 4,000 characters, or nothing. Raises `InvalidInput`."""
    if isinstance(text, str) and not text.strip():
        return ""
    return _clean(_NOTE, text, "note", "Shorten it to 4,000 characters without control characters.")


def _clean(kind: TypeAdapter[str], text: object, what: str, fix: str) -> str:
    try:
        return kind.validate_python(text, strict=True)
    except ValidationError as error:
        raise InvalidInput(f"The {what} cannot be kept as it is.", fix) from error


def label(text: str) -> str:
    """A change's name for undo, made fit: one line of 1 to 120 characters. Never a reason not to save."""
    line = "".join(letter if letter.isprintable() else " " for letter in str(text))
    return " ".join(line.split())[:120].strip() or "Change"


def document(text: object) -> str:
    """A JSON object as text, unchanged. Raises `InvalidInput`."""
    fix = "This is a mistake in the app; please report it."
    if not isinstance(text, str) or len(text) > DOCUMENT_LIMIT:
        raise InvalidInput(
            f"What should be saved is no text of up to {DOCUMENT_LIMIT:,} characters.", fix
        )
    try:
        text.encode()
        found = json.loads(text, parse_constant=_not_a_number)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("What should be saved is not JSON.", fix) from error
    if not isinstance(found, dict):
        raise InvalidInput("What should be saved is no JSON object.", fix)
    return text


def _not_a_number(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def actuals(content: object) -> bytes | None:
    """The actuals as they are, or none. Raises `InvalidInput`."""
    if content is None:
        return None
    if not isinstance(content, bytes) or len(content) > ACTUALS_LIMIT:
        raise InvalidInput(
            f"The actuals are larger than {ACTUALS_LIMIT // 1_000_000} MB.",
            "Load fewer rows or a shorter period.",
        )
    return content


def id_of(text: object, what: str = "framework") -> str:
    """The id, when it has an id's form. Raises `NotFound`: forged ids are never looked up."""
    if not isinstance(text, str) or not _ID.fullmatch(text):
        raise missing(what)
    return text


def missing(what: str = "framework", *, deleted: bool = False) -> NotFound:
    """There is no such thing in this owner's work."""
    if deleted:
        return NotFound(
            "This framework was deleted, perhaps in another tab.",
            "Restore it from the list of deleted frameworks, or keep what is on screen as a new one.",
        )
    return NotFound(f"There is no such {what} in your work.", "Choose one from the list.")
