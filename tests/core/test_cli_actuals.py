"""`kpi actuals` and `kpi status`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kpi_core.actuals.keep import Actuals
from kpi_core.cli import CLEAN, FINDINGS, UNREADABLE, main
from kpi_core.export.files import to_json
from kpi_core.models.framework import MeasurementFramework

Capture = pytest.CaptureFixture[str]
Write = Callable[[str, str], str]
LEADS = """Lead ID,Created Date,Lead Source,MQL Date
L1,2024-01-05,Organic Search,2024-01-10
L2,2024-01-20,Organic Search,
L3,2024-02-02,Email,2024-02-10
L3,2024-02-03,Email,
L4,someday,Email,
"""
VALUES = "Period,Metric,Channel,Value\n2024-01,Marketing qualified leads,,120\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file in a folder of the test's own; returns its path."""

    def written(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return written


@pytest.fixture
def framework_file(tmp_path: Path, worked_example: MeasurementFramework) -> str:
    path = tmp_path / "framework.json"
    path.write_bytes(to_json(worked_example).content)
    return str(path)


def run(capsys: Capture, *arguments: str) -> tuple[int, Any]:
    status = main([*arguments, "--json"])
    captured = capsys.readouterr()
    assert captured.err == ""
    return status, json.loads(captured.out)


def test_values_by_metric_period_and_channel(
    capsys: Capture, write: Write, framework_file: str
) -> None:
    leads = write("leads.csv", LEADS)
    status, found = run(capsys, "actuals", leads, "--framework", framework_file)
    assert status == CLEAN
    assert (found["rows_read"], found["rows_used"], found["rows_set_aside"]) == (5, 3, 2)
    assert [row["row"] for row in found["set_aside"]] == [5, 6]
    assert (found["as_of"], found["currency"], found["grain"]) == ("2024-02-10", "JPY", "month")
    metrics = {metric["metric_id"]: metric for metric in found["metrics"]}
    mqls = metrics["mql_count"]["periods"]
    assert [(p["period"], p["start"], p["end"], p["value"]) for p in mqls] == [
        ("Jan 2024", "2024-01-01", "2024-01-31", 1),
        ("Feb 2024", "2024-02-01", "2024-02-29", 1),
    ]
    assert {c["channel"]: c["value"] for c in mqls[1]["channels"]} == {"email": 1, "seo": 0}
    rate = metrics["lead_to_mql_rate"]["periods"][0]
    assert rate["value"] == 0.5  # one MQL of January's two leads
    assert found["files"][0]["mapping"]["columns"]["created"] == "Created Date"
    codes = {finding["code"] for finding in found["findings"]}
    assert {"mapping_proposed", "date_unreadable", "key_repeated"} <= codes


def test_quarters_of_the_fiscal_year(capsys: Capture, write: Write, framework_file: str) -> None:
    leads = write("leads.csv", LEADS)
    _, found = run(capsys, "actuals", leads, "--framework", framework_file, "--grain", "quarter")
    metrics = {metric["metric_id"]: metric for metric in found["metrics"]}
    (quarter,) = metrics["mql_count"]["periods"]
    assert (quarter["period"], quarter["value"]) == ("Q4 FY2023/24", 2)


def test_a_proposed_mapping_is_taken_back(
    capsys: Capture, write: Write, framework_file: str
) -> None:
    leads = write("leads.csv", LEADS)
    common = ("actuals", leads, "--framework", framework_file)
    assert main([*common, "--propose"]) == CLEAN
    proposed = json.loads(capsys.readouterr().out)
    (mapping,) = proposed["mappings"]
    assert mapping["shape"] == "leads"
    mapping["channels"]["Email"] = "events"
    for content in (proposed, [mapping], mapping):
        saved = write("mapping.json", json.dumps(content))
        status, found = run(capsys, *common, "--mapping", saved)
        assert status == CLEAN
        assert found["files"][0]["mapping"] == mapping
        assert "mapping_proposed" not in {finding["code"] for finding in found["findings"]}
        metrics = {metric["metric_id"]: metric for metric in found["metrics"]}
        channels = {c["channel"] for c in metrics["mql_count"]["periods"][0]["channels"]}
        assert channels == {"events", "seo"}


def test_a_mapping_that_fits_no_file_is_said(
    capsys: Capture, write: Write, framework_file: str
) -> None:
    mapping = {"id": "other", "name": "Other", "shape": "leads", "columns": {"created": "Nope"}}
    saved = write("mapping.json", json.dumps(mapping))
    leads = write("leads.csv", LEADS)
    status, found = run(capsys, "actuals", leads, "--framework", framework_file, "--mapping", saved)
    assert status == CLEAN
    codes = [finding["code"] for finding in found["findings"]]
    assert codes[:2] == ["mapping_proposed", "mapping_not_used"]


def test_kept_actuals_give_the_same_status(
    capsys: Capture, write: Write, framework_file: str, tmp_path: Path
) -> None:
    values = write("values.csv", VALUES)
    kept = str(tmp_path / "actuals.kpi")
    status, found = run(capsys, "actuals", values, "--framework", framework_file, "-o", kept)
    assert (status, found["written"]) == (CLEAN, kept)
    actuals = Actuals.from_bytes(Path(kept).read_bytes())
    assert actuals.imports[0].files == ("values.csv",)
    judged = ("--as-of", "2024-01-31", "--grain", "month")
    of_kept = run(capsys, "status", framework_file, "--actuals", kept, *judged)[1]
    of_export = run(capsys, "status", framework_file, "--actuals", values, *judged)[1]
    assert of_kept["kpis"] == of_export["kpis"]
    assert (of_kept["period"], of_kept["as_of"]) == ("Jan 2024", "2024-01-31")


def test_status_of_each_kpi(
    capsys: Capture, write: Write, framework_file: str, worked_example: MeasurementFramework
) -> None:
    values = write("values.csv", VALUES)
    arguments = ("--actuals", values, "--as-of", "2024-01-31", "--grain", "month")
    status, found = run(capsys, "status", framework_file, *arguments)
    assert status == CLEAN
    assert [kpi["metric_id"] for kpi in found["kpis"]] == [
        kpi.metric_id for kpi in worked_example.kpis
    ]
    by_id = {kpi["metric_id"]: kpi for kpi in found["kpis"]}
    target = next(k.target for k in worked_example.kpis if k.metric_id == "mql_count")
    assert target is not None
    mqls = by_id["mql_count"]
    assert mqls["target"] == pytest.approx(target.value / 12)
    assert mqls["actual"] == 120
    assert mqls["ratio"] == pytest.approx(120 / (target.value / 12))
    assert mqls["status"] == "on_track"
    assert "120" in mqls["reason"]
    assert by_id["win_rate"]["status"] == "no_data"
    assert by_id["win_rate"]["actual"] is None


def test_lines_for_people(capsys: Capture, write: Write, framework_file: str) -> None:
    leads = write("leads.csv", LEADS)
    assert main(["actuals", leads, "--framework", framework_file]) == CLEAN
    out = capsys.readouterr().out
    assert "5 rows read, 3 used, 2 set aside" in out
    assert "Marketing qualified leads: Jan 2024 1, Feb 2024 1" in out
    assert main(["status", framework_file, "--actuals", leads]) == CLEAN
    assert "as of 2024-02-10" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("leads.csv", "", "empty_file"),
        ("leads.csv", "Lead ID,Created\n", "no_rows"),
        ("missing.csv", None, "file_not_readable"),
    ],
)
def test_files_that_cannot_be_read(
    capsys: Capture, write: Write, framework_file: str, name: str, content: str | None, code: str
) -> None:
    path = write(name, content) if content is not None else f"{framework_file}.missing.csv"
    for arguments in (
        ("actuals", path, "--framework", framework_file),
        ("status", framework_file, "--actuals", path),
    ):
        status, found = run(capsys, *arguments)
        assert status == UNREADABLE
        assert [finding["code"] for finding in found["findings"]] == [code]


def test_a_metric_that_does_not_exist_is_an_error(
    capsys: Capture, write: Write, framework_file: str
) -> None:
    values = write("values.csv", VALUES)
    mapping = {
        "id": "ours",
        "name": "Ours",
        "shape": "values_long",
        "columns": {"period": "Period", "metric": "Metric", "value": "Value"},
        "metric_columns": {"Marketing qualified leads": "no_such_metric"},
    }
    saved = write("mapping.json", json.dumps(mapping))
    arguments = ("actuals", values, "--framework", framework_file, "--mapping", saved)
    status, found = run(capsys, *arguments)
    assert status == FINDINGS
    assert "metric_unknown" in {finding["code"] for finding in found["findings"]}
    assert found["rows_used"] == 0
    assert found["as_of"] is None


@pytest.mark.parametrize(
    "content", ["no json", '{"id": "m"}', "[1]", '{"mappings": 3}', "\ufeff[", "[" * 100_000]
)
def test_mappings_that_are_none(
    capsys: Capture, write: Write, framework_file: str, content: str
) -> None:
    saved = write("mapping.json", content)
    leads = write("leads.csv", LEADS)
    arguments = ("actuals", leads, "--framework", framework_file, "--mapping", saved)
    status, found = run(capsys, *arguments)
    assert (status, found["status"]) == (UNREADABLE, "unreadable")
    assert found["findings"][0]["where"].endswith("mapping.json")


def test_damaged_actuals_are_refused(
    capsys: Capture, write: Write, framework_file: str, tmp_path: Path
) -> None:
    kept = tmp_path / "actuals.kpi"
    values = write("values.csv", VALUES)
    assert main(["actuals", values, "--framework", framework_file, "-o", str(kept)]) == CLEAN
    capsys.readouterr()
    kept.write_bytes(kept.read_bytes()[:400])
    status, found = run(capsys, "status", framework_file, "--actuals", str(kept))
    assert status == UNREADABLE
    assert found["findings"][0]["code"] == "file_not_readable"


def test_nothing_that_counts_has_no_status(
    capsys: Capture, write: Write, framework_file: str
) -> None:
    leads = write("leads.csv", "Lead ID,Created Date\nL1,someday\n")
    status, found = run(capsys, "status", framework_file, "--actuals", leads)
    assert status == UNREADABLE
    assert "nothing in it can be counted" in found["findings"][-1]["message"]
