"""The command line for RevOps: the same core as the pages."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from kpi_core.catalog.loader import load_catalog
from kpi_core.export.files import Export, to_csv, to_json, to_zip
from kpi_core.export.open import LARGEST_FILE, open_framework
from kpi_core.framework.build import build_framework
from kpi_core.framework.check import check_framework
from kpi_core.framework.interpret import interpret
from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.schema import schema_text

CLEAN, FINDINGS, UNREADABLE = 0, 1, 2
EXPORTS: dict[str, Callable[[MeasurementFramework], Export]] = {
    "json": to_json,
    "csv": to_csv,
    "zip": to_zip,
}


class _Unreadable(Exception):
    """A file that cannot be read or written, with the findings that say why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(f"{f.where}: {f.message}" for f in findings))
        self.findings = tuple(findings)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0 clean, 1 findings of severity error, 2 unreadable input."""
    options = _parser().parse_args(arguments)
    try:
        status = int(options.run(options))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except _Unreadable as error:
        _report(error.findings, options.json, {"status": "unreadable"})
        return UNREADABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kpi",
        description="Build, check and export marketing measurement frameworks.",
        epilog="Exit status: 0 clean, 1 findings of severity error, 2 unreadable input.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> Any:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--json", action="store_true", help="print results as JSON")
        sub.set_defaults(run=run)
        return sub

    build = command("build", _build, "Build a framework from an answers file (JSON or YAML).")
    build.add_argument("answers", type=Path)
    build.add_argument("-o", "--output", type=Path, required=True, help="framework file to write")
    build.add_argument("--date", type=date.fromisoformat, help="date to stamp, default today (UTC)")
    check = command("check", _check, "Check a framework file and list its findings.")
    check.add_argument("framework", type=Path)
    export = command("export", _export, "Export a framework file.")
    export.add_argument("framework", type=Path)
    export.add_argument("--to", choices=sorted(EXPORTS), required=True)
    export.add_argument("-o", "--output", type=Path, required=True, help="file to write")
    command("schema", _schema, "Print the JSON Schema of the framework file.")
    return parser


def _build(options: argparse.Namespace) -> int:
    catalog = load_catalog()
    read = interpret(_read_answers(options.answers), catalog)
    if not read.is_complete:
        return _report(read.findings, options.json, {"status": "answers need attention"})
    today = options.date or datetime.now(UTC).date()
    framework = build_framework(read.profile, read.selection, catalog, today)
    _write(options.output, to_json(framework).content)
    findings = (*read.findings, *check_framework(framework))
    return _report(
        findings, options.json, {"written": str(options.output), "kpis": len(framework.kpis)}
    )


def _check(options: argparse.Namespace) -> int:
    framework = _read_framework(options.framework)
    return _report(
        check_framework(framework),
        options.json,
        {"framework": framework.name, "kpis": len(framework.kpis)},
    )


def _export(options: argparse.Namespace) -> int:
    export = EXPORTS[options.to](_read_framework(options.framework))
    _write(options.output, export.content)
    return _report(
        (), options.json, {"written": str(options.output), "losses": list(export.losses)}
    )


def _schema(options: argparse.Namespace) -> int:
    sys.stdout.write(schema_text())
    return CLEAN


def _read_bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _Unreadable([_file_finding(path, "it is larger than 5 MB")])
        return path.read_bytes()
    except OSError as error:
        raise _Unreadable([_file_finding(path, error.strerror or "it cannot be read")]) from error


def _read_answers(path: Path) -> Any:
    content = _read_bytes(path)
    try:
        return yaml.safe_load(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        reason = f"it is neither JSON nor YAML ({str(error).splitlines()[0][:200]})"
        raise _Unreadable([_file_finding(path, reason)]) from error


def _read_framework(path: Path) -> MeasurementFramework:
    opened = open_framework(_read_bytes(path))
    if opened.framework is None:
        raise _Unreadable(opened.findings)
    return opened.framework


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _Unreadable(
            [_file_finding(path, error.strerror or "it cannot be written")]
        ) from error


def _file_finding(path: Path, reason: str) -> Finding:
    return Finding(
        code="file_not_readable",
        severity=Severity.ERROR,
        where=str(path)[:400],
        message=f"This file cannot be used: {reason}.",
        fix="Check the path and the file.",
    )


def _report(findings: Sequence[Finding], as_json: bool, result: dict[str, object]) -> int:
    """Print the result and the findings; the exit status says whether an error is among them."""
    status = FINDINGS if any(f.severity is Severity.ERROR for f in findings) else CLEAN
    if as_json:
        listed = [finding.model_dump(mode="json") for finding in findings]
        print(json.dumps({**result, "findings": listed}, ensure_ascii=False, indent=2))
        return status
    for key, value in result.items():
        if value:
            print(f"{key}: {'; '.join(value) if isinstance(value, list) else value}")
    for finding in findings:
        print(f"{finding.severity.value}: {finding.where}: {finding.message} {finding.fix}")
    return status
