"""Foreign bytes -> framework, or a list of what is wrong and where. Nothing else is touched."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from kpi_core.export.migrate import MigrationError, migrate
from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import SCHEMA_VERSION, MeasurementFramework

LARGEST_FILE = 5 * 1024 * 1024
"""Bytes. A framework of 25 KPIs has about 150 kB."""
SHOWN_PROBLEMS = 20


@dataclass(frozen=True)
class Opened:
    """Either a framework, with findings to know about, or findings of severity error alone."""

    framework: MeasurementFramework | None
    findings: tuple[Finding, ...] = ()


class _Rejected(Exception):
    """What is wrong with the file as a whole: message and fix."""


def open_framework(content: bytes) -> Opened:
    """Read a framework file. Older schema versions are upgraded, newer ones refused. Never raises."""
    try:
        document = _read_json(content)
        version = _version(document)
        upgraded = migrate(document, version)
    except (_Rejected, MigrationError) as error:
        message, fix = error.args
        return Opened(None, (_problem("file_not_readable", "The file", message, fix),))
    try:
        framework = MeasurementFramework.model_validate_json(json.dumps(upgraded))
    except ValidationError as error:
        return Opened(None, _explain(error, upgraded))
    except RecursionError:
        return Opened(None, (_problem("file_not_readable", "The file", *_TOO_DEEP),))
    return Opened(framework, _notes(version))


_TOO_DEEP = (
    "It is nested too deeply for a framework file.",
    "Open a file that this tool saved.",
)


def _read_json(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST_FILE:
        size, limit = len(content) / 1024 / 1024, LARGEST_FILE // 1024 // 1024
        raise _Rejected(
            f"It has {size:,.0f} MB; {limit} MB is the limit, and a framework needs far less.",
            "Open a JSON file that this tool saved.",
        )
    if not content.strip():
        raise _Rejected("It is empty.", "Choose the file again, or download it anew.")
    if content.startswith(b"PK"):
        raise _Rejected(
            "It is a ZIP or Excel file.", "Open the JSON file; the ZIP is for reading only."
        )
    try:
        text = content.decode(
            "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        )
    except UnicodeDecodeError as error:
        raise _Rejected(
            f"It is not UTF-8 text (byte {error.start + 1:,} cannot be read).",
            "Open the JSON file as it was downloaded, not re-saved by another program.",
        ) from None
    if not text.strip():
        raise _Rejected("It is empty.", "Choose the file again, or download it anew.")
    try:
        document = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
    except json.JSONDecodeError as error:
        raise _Rejected(*_json_problem(text, error)) from None
    except RecursionError:
        raise _Rejected(*_TOO_DEEP) from None
    except ValueError:
        raise _Rejected(
            "It holds a number with thousands of digits.", "Correct the number."
        ) from None
    if not isinstance(document, dict):
        kind = "list" if isinstance(document, list) else "single value"
        raise _Rejected(
            f"It holds a {kind}; a framework file is one JSON object.",
            "Open a JSON file that this tool saved.",
        )
    return document


def _no_constant(name: str) -> Any:
    raise _Rejected(f"It holds {name}, which is not a number.", "Replace it with a number or null.")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keyed = dict(pairs)
    if len(keyed) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise _Rejected(
            f"The field '{twice[:60]}' stands twice in one object.", "Keep one of them."
        )
    return keyed


def _json_problem(text: str, error: json.JSONDecodeError) -> tuple[str, str]:
    start = text.lstrip()[:1]
    first_line = text.lstrip().splitlines()[0]
    if start not in "{[" and ("," in first_line or ";" in first_line or "\t" in first_line):
        return (
            "It is a CSV table, not a framework file.",
            "Open the JSON file; CSV is for spreadsheets and does not open again.",
        )
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
        return (
            f"It ends in the middle (line {error.lineno:,}): the file is cut off.",
            "Download or copy the whole file again.",
        )
    return (
        f"It is not valid JSON: {error.msg} at line {error.lineno:,}, column {error.colno:,}.",
        "Open the file as it was downloaded, or correct that place.",
    )


def _version(document: dict[str, Any]) -> int:
    version = document.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _Rejected(
            "It has no schema_version, so it is not a framework file.",
            "Open a JSON file that this tool saved.",
        )
    if version > SCHEMA_VERSION:
        raise _Rejected(
            f"It was saved by a newer version of this tool (schema {version}; "
            f"this one reads up to {SCHEMA_VERSION}).",
            "Update the tool, then open the file again.",
        )
    return version


def _notes(version: int) -> tuple[Finding, ...]:
    if version == SCHEMA_VERSION:
        return ()
    return (
        Finding(
            code="upgraded",
            severity=Severity.INFO,
            where="The file",
            message=f"It was upgraded from schema {version} to {SCHEMA_VERSION}.",
            fix="Download it again to keep the new form.",
        ),
    )


def _problem(code: str, where: str, message: str, fix: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, where=where, message=message, fix=fix)


def _explain(error: ValidationError, document: dict[str, Any]) -> tuple[Finding, ...]:
    problems = error.errors(include_url=False, include_context=False)
    found = [
        _problem(
            "invalid_field",
            _where(problem["loc"], document),
            _what(problem),
            "Correct this field, or open an unedited copy.",
        )
        for problem in problems[:SHOWN_PROBLEMS]
    ]
    if len(problems) > SHOWN_PROBLEMS:
        rest = f"{len(problems) - SHOWN_PROBLEMS} more fields are wrong."
        found.append(_problem("more_problems", "The file", rest, "Correct the first ones first."))
    return tuple(found)


def _where(location: tuple[int | str, ...], document: dict[str, Any]) -> str:
    """`kpis, entry 3 (win_rate), target`: the path with the id of each list entry."""
    parts: list[str] = []
    here: Any = document
    for key in location:
        if isinstance(here, list) and isinstance(key, int) and key < len(here):
            here = here[key]
            label = (
                next(
                    (here.get(k) for k in ("metric_id", "id", "cadence", "channel") if k in here),
                    "",
                )
                if isinstance(here, dict)
                else ""
            )
            parts.append(f"entry {key + 1}" + (f" ({str(label)[:60]})" if label else ""))
        elif isinstance(here, dict) and key in here:
            here = here[key]
            parts.append(str(key)[:60])
        else:
            parts.append(str(key)[:60])
    return ", ".join(parts)[:480] or "The whole document"


def _what(problem: Any) -> str:
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        message = "Unknown field"
    given = problem.get("input")
    if isinstance(given, str | int | float | bool) and problem["type"] != "extra_forbidden":
        return f"{message} (it holds {str(given)[:80]!r})."
    return f"{message}."
