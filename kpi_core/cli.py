"""The command line for RevOps: the same core as the pages."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from kpi_core import cli_actuals, cli_benchmarks, cli_targets, cli_tree
from kpi_core.catalog.loader import load_catalog
from kpi_core.cli_io import (
    CLEAN,
    FINDINGS,
    UNREADABLE,
    Unreadable,
    read_bytes,
    read_framework,
    report,
    unusable_file,
    write,
)
from kpi_core.export.files import Export, to_csv, to_json, to_zip
from kpi_core.framework.build import build_framework
from kpi_core.framework.check import check_framework
from kpi_core.framework.interpret import interpret
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.schema import schema_text

__all__ = ["CLEAN", "FINDINGS", "UNREADABLE", "main"]

EXPORTS: dict[str, Callable[[MeasurementFramework], Export]] = {
    "json": to_json,
    "csv": to_csv,
    "zip": to_zip,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0 clean, 1 findings of severity error, 2 unreadable input."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal without Unicode shows escapes
        sys.stdout.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a character
    try:
        status = int(options.run(options))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except Unreadable as error:
        report(error.findings, options.json, {"status": "unreadable"})
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
    cli_tree.add_commands(command)
    cli_targets.add_commands(command)
    cli_benchmarks.add_commands(command, datetime.now(UTC).year)
    cli_actuals.add_commands(command, datetime.now(UTC).date())
    return parser


def _build(options: argparse.Namespace) -> int:
    catalog = load_catalog()
    read = interpret(_read_answers(options.answers), catalog)
    if not read.is_complete:
        return report(read.findings, options.json, {"status": "answers need attention"})
    today = options.date or datetime.now(UTC).date()
    framework = build_framework(read.profile, read.selection, catalog, today)
    write(options.output, to_json(framework).content)
    findings = (*read.findings, *check_framework(framework))
    return report(
        findings, options.json, {"written": str(options.output), "kpis": len(framework.kpis)}
    )


def _check(options: argparse.Namespace) -> int:
    framework = read_framework(options.framework)
    return report(
        check_framework(framework),
        options.json,
        {"framework": framework.name, "kpis": len(framework.kpis)},
    )


def _export(options: argparse.Namespace) -> int:
    export = EXPORTS[options.to](read_framework(options.framework))
    write(options.output, export.content)
    return report((), options.json, {"written": str(options.output), "losses": list(export.losses)})


def _schema(options: argparse.Namespace) -> int:
    sys.stdout.write(schema_text())
    return CLEAN


def _read_answers(path: Path) -> Any:
    content = read_bytes(path)
    try:
        read = _json_or_yaml(content.decode("utf-8-sig"))
        json.dumps(read, default=str, skipkeys=True)  # refuses loops and numbers without end
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        reason = f"it is neither JSON nor YAML ({str(error).splitlines()[0][:200]})"
        raise unusable_file(path, reason) from error
    return read


def _json_or_yaml(text: str) -> Any:
    """JSON first: YAML reads neither tabs, nor escaped emoji, nor `5e4` as JSON means them."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return yaml.safe_load(text)
