"""The commands that read exports: values by metric, period and channel, and the status of each KPI."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from kpi_core.models.actuals import Grain

_GRAINS = [grain.value for grain in Grain]


def add_commands(command: Callable[..., Any], today: date) -> None:
    """Add the commands with `command(name, run, text)`; `today` is the day of the import."""
    about = "Read exports of CRM and analytics tools: values by metric, period and channel."
    sub = command("actuals", _actuals, about)
    sub.add_argument("files", type=Path, nargs="+", metavar="FILE", help="CSV, TSV or XLSX")
    sub.add_argument("--framework", type=Path, required=True, help="framework file")
    _mapping_option(sub)
    sub.add_argument("--propose", action="store_true", help="print the mappings only, as JSON")
    sub.add_argument("--grain", choices=_GRAINS, default="month", help="default month")
    sub.add_argument("-o", "--output", type=Path, help="file to keep the actuals in")
    sub.set_defaults(today=today)
    status = command("status", _status, "Say for every KPI whether its target is being met.")
    status.add_argument("framework", type=Path)
    help_text = "a file of kept actuals, or exports to read"
    status.add_argument("--actuals", type=Path, nargs="+", required=True, help=help_text)
    _mapping_option(status)
    day_help = "day to judge on, default the last of the data"
    status.add_argument("--as-of", type=date.fromisoformat, help=day_help)
    status.add_argument("--grain", choices=_GRAINS, default="quarter", help="default quarter")
    status.set_defaults(today=today)


def _mapping_option(sub: Any) -> None:
    text = (
        "mapping file, once for each kind of export; default those of the framework, else proposed"
    )
    sub.add_argument("--mapping", type=Path, action="append", default=[], help=text)


# They load pandas and pyarrow, which the other commands must not wait for.


def _actuals(options: argparse.Namespace) -> int:
    from kpi_core import cli_actuals_run

    return cli_actuals_run.actuals(options)


def _status(options: argparse.Namespace) -> int:
    from kpi_core import cli_actuals_run

    return cli_actuals_run.status(options)
