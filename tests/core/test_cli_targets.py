"""`kpi targets`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kpi_core.benchmarks.overview import overview
from kpi_core.catalog.loader import Catalog
from kpi_core.cli import CLEAN, FINDINGS, UNREADABLE, main
from kpi_core.cli_targets import STATES
from kpi_core.export.files import to_json
from kpi_core.models.framework import MeasurementFramework

Build = Callable[[Any], MeasurementFramework]
Capture = pytest.CaptureFixture[str]


def _file(tmp_path: Path, framework: MeasurementFramework) -> str:
    path = tmp_path / "framework.json"
    path.write_bytes(to_json(framework).content)
    return str(path)


def _json(capsys: Capture) -> Any:
    captured = capsys.readouterr()
    assert captured.err == ""
    return json.loads(captured.out)


def test_json(tmp_path: Path, build: Build, catalog: Catalog, capsys: Capture) -> None:
    answers = dict(catalog.samples["manufacturer_jpy"].answers)
    note = {"counts": "180 of 1,000", "target": 22, "target_note": "Agreed."}
    answers["kpis"] = {**answers["kpis"], "win_rate": note}
    answers["closing_share"] = 50
    assert main(["targets", _file(tmp_path, build(answers)), "--json"]) == CLEAN
    found = _json(capsys)
    assert (found["currency"], found["closing_share"]) == ("JPY", 0.5)
    kpi = next(kpi for kpi in found["kpis"] if kpi["metric_id"] == "win_rate")
    assert (kpi["baseline"], kpi["target"], kpi["note"]) == (0.18, 0.22, "Agreed.")
    assert kpi["basis"] == "user"
    # Wilson 95% of 180 in 1,000: 15.7% to 20.5%
    assert kpi["interval"] == pytest.approx({"low": 0.1574, "high": 0.2050}, abs=1e-4)
    assert kpi["quarters"] == pytest.approx([0.19, 0.2, 0.21, 0.22])
    mqls = next(kpi for kpi in found["kpis"] if kpi["metric_id"] == "mql_count")
    assert mqls["state"] == "short_of_plan"
    # own 216; at a win rate of 18% 20 deals take 112 opportunities and 374 MQLs: half way is 295
    assert (mqls["requirement"], mqls["target"], mqls["share"]) == (374, 295, 0.5)
    assert {finding["severity"] for finding in found["findings"]} <= {"info", "warning"}


def test_every_kpi_is_listed_as_in_the_overview(
    tmp_path: Path, framework: MeasurementFramework, catalog: Catalog, capsys: Capture
) -> None:
    main(["targets", _file(tmp_path, framework), "--json"])
    rows = overview(framework, catalog)
    listed = [(kpi["metric_id"], kpi["state"]) for kpi in _json(capsys)["kpis"]]
    assert listed == [(row.metric_id, row.state) for row in rows]
    assert {row.state for row in rows} <= set(STATES)


def test_lines_for_people(
    tmp_path: Path, worked_example: MeasurementFramework, capsys: Capture
) -> None:
    assert main(["targets", _file(tmp_path, worked_example)]) == CLEAN
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == worked_example.name
    row = next(line for line in lines if line.startswith("Marketing qualified leads "))
    shown = "Marketing qualified leads 216 267 247 62 124 185 short of plan"
    assert " ".join(row.split()) == shown
    assert any(line.startswith("Marketing qualified leads: From your 216") for line in lines)
    assert any(line.startswith("warning: ") for line in lines)


def test_an_infeasible_plan_is_an_error(
    tmp_path: Path, build: Build, catalog: Catalog, capsys: Capture
) -> None:
    sample = catalog.samples["manufacturer_jpy"].answers
    kpis = {"website_sessions": {"baseline": "54"}}  # with 100M yen to bring
    answers = {**sample, "kpis": kpis}
    assert main(["targets", _file(tmp_path, build(answers)), "--json"]) == FINDINGS
    found = _json(capsys)
    assert "target_infeasible" in {finding["code"] for finding in found["findings"]}
    assert any("infeasible" in kpi["flags"] for kpi in found["kpis"])


def test_an_unreadable_file(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "framework.json"
    path.write_text("{}")
    assert main(["targets", str(path), "--json"]) == UNREADABLE
    assert _json(capsys)["status"] == "unreadable"
