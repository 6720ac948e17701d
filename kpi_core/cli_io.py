"""What the commands share: reading and writing files, and reporting results with their findings."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from kpi_core.export.open import LARGEST_FILE, open_framework
from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework

CLEAN, FINDINGS, UNREADABLE = 0, 1, 2
LARGEST_WHOLE = 2**53
"""Below it every whole number has a float of its own."""


class Unreadable(Exception):
    """Input that cannot be used, or a file that cannot be written, with the findings that say why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(f"{f.where}: {f.message}" for f in findings))
        self.findings = tuple(findings)


def read_bytes(path: Path) -> bytes:
    """The file's content. Raises `Unreadable` when it cannot be read or is larger than 5 MB."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise unusable_file(path, "it is larger than 5 MB")
        return path.read_bytes()
    except OSError as error:
        raise unusable_file(path, error.strerror or "it cannot be read") from error


def read_framework(path: Path) -> MeasurementFramework:
    """The framework in a file. Raises `Unreadable` when it does not hold one."""
    opened = open_framework(read_bytes(path))
    if opened.framework is None:
        raise Unreadable(opened.findings)
    return opened.framework


def write(path: Path, content: bytes) -> None:
    """Write a file. Raises `Unreadable` when that is not possible."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise unusable_file(path, error.strerror or "it cannot be written") from error


def unusable_file(path: Path, reason: str) -> Unreadable:
    """The exception for a file, with the reason in a few words."""
    finding = Finding(
        code="file_not_readable",
        severity=Severity.ERROR,
        where="".join(
            sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in str(path)[:400]
        ),
        message=f"This file cannot be used: {reason}.",
        fix="Check the path and the file.",
    )
    return Unreadable([finding])


def report(
    findings: Sequence[Finding],
    as_json: bool,
    result: Mapping[str, object],
    text: str | None = None,
) -> int:
    """Print the result and the findings; the exit status says whether an error is among them.

    `text` is the result for people; without it the result's entries are printed one a line.
    """
    status = FINDINGS if any(f.severity is Severity.ERROR for f in findings) else CLEAN
    if as_json:
        listed = [finding.model_dump(mode="json") for finding in findings]
        print(json.dumps(_plain({**result, "findings": listed}), ensure_ascii=False, indent=2))
        return status
    if text is not None:
        print(text)
    for key, value in () if text is not None else result.items():
        if value:
            print(f"{key}: {'; '.join(value) if isinstance(value, list) else value}")
    for finding in findings:
        print(f"{finding.severity.value}: {finding.where}: {finding.message} {finding.fix}")
    return status


def _plain(value: object) -> object:
    """The value as JSON can carry it: whole numbers as such, and `None` for what is beyond all numbers."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < LARGEST_WHOLE else value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
