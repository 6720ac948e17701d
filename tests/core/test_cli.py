"""The command line."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from kpi_core.catalog.loader import Catalog
from kpi_core.cli import CLEAN, FINDINGS, UNREADABLE, main
from kpi_core.export.files import to_csv, to_json, to_zip
from kpi_core.export.open import open_framework
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.schema import schema_text

Capture = pytest.CaptureFixture[str]
Write = Callable[[str, Any], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text, bytes or a value as JSON into a new file."""

    def written(name: str, content: Any) -> Path:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def framework_file(write: Write, worked_example: MeasurementFramework) -> Path:
    return write("framework.json", to_json(worked_example).content)


def _json(capsys: Capture) -> Any:
    captured = capsys.readouterr()
    assert captured.err == ""
    return json.loads(captured.out)


# build


def test_build_from_json(
    write: Write,
    tmp_path: Path,
    capsys: Capture,
    catalog: Catalog,
    worked_example: MeasurementFramework,
) -> None:
    answers = write("answers.json", catalog.samples["manufacturer_jpy"].answers)
    output = tmp_path / "out.json"
    assert main(["build", str(answers), "-o", str(output), "--date", "2026-04-01"]) == CLEAN
    assert open_framework(output.read_bytes()).framework == worked_example
    assert f"written: {output}" in capsys.readouterr().out


def test_build_from_yaml(
    write: Write, tmp_path: Path, catalog: Catalog, worked_example: MeasurementFramework
) -> None:
    text = yaml.safe_dump(catalog.samples["manufacturer_jpy"].answers, allow_unicode=True)
    output = tmp_path / "out.json"
    answers = write("answers.yaml", text)
    assert main(["build", str(answers), "-o", str(output), "--date", "2026-04-01"]) == CLEAN
    assert open_framework(output.read_bytes()).framework == worked_example


@pytest.mark.parametrize(
    "text",
    [
        '{"company": {"name": "Caf\\u00e9 \\ud83d\\ude80"}}',  # as json.dumps writes an emoji
        '{\n\t"company": {\n\t\t"name": "Café 🚀"\n\t}\n}',  # indented with tabs
        '\ufeff{"company": {"name": "Café 🚀"}}',
        '{"company":{"name":"Café 🚀"}}',
        "company:\n  name: Café 🚀\n",
        "company: {name: Café 🚀}",
    ],
)
def test_every_way_to_write_the_same_answers(
    write: Write, tmp_path: Path, capsys: Capture, text: str
) -> None:
    output = tmp_path / "out.json"
    answers = write("answers", text)
    assert main(["build", str(answers), "-o", str(output), "--json"]) == CLEAN
    framework = open_framework(output.read_bytes()).framework
    assert framework is not None
    assert framework.company.name == "Café 🚀"


def test_json_numbers_are_numbers(write: Write, tmp_path: Path, capsys: Capture) -> None:
    output = tmp_path / "out.json"
    answers = write("answers.json", '{"company": {"average_deal_size": 5e4}}')
    assert main(["build", str(answers), "-o", str(output), "--json"]) == CLEAN
    framework = open_framework(output.read_bytes()).framework
    assert framework is not None
    assert framework.company.average_deal_size == 50_000


def test_build_from_nothing_uses_defaults(write: Write, tmp_path: Path, capsys: Capture) -> None:
    output = tmp_path / "out.json"
    answers = write("answers.json", {})
    assert main(["build", str(answers), "-o", str(output), "--json"]) == CLEAN
    result = _json(capsys)
    assert (result["written"], result["kpis"]) == (str(output), 16)
    assert {finding["severity"] for finding in result["findings"]} <= {"warning", "info"}


def test_bad_answers_write_nothing(write: Write, tmp_path: Path, capsys: Capture) -> None:
    answers = write("answers.json", {"company": {"name": "", "average_deal_size": "-5"}})
    output = tmp_path / "out.json"
    assert main(["build", str(answers), "-o", str(output)]) == FINDINGS
    assert not output.exists()
    shown = capsys.readouterr().out
    assert "error: Name: This must not be empty. Type a text." in shown
    assert "error: Average deal size: -$5 is not possible." in shown
    assert main(["build", str(answers), "-o", str(output), "--json"]) == FINDINGS
    result = _json(capsys)
    assert result["status"] == "answers need attention"
    assert [finding["code"] for finding in result["findings"]] == ["invalid_answer"] * 2


def test_a_framework_with_errors_is_written_and_reported(
    write: Write, tmp_path: Path, capsys: Capture
) -> None:
    answers = write("answers.json", {"kpis": {"win_rate": {"owner_role": ""}}})
    output = tmp_path / "out.json"
    assert main(["build", str(answers), "-o", str(output)]) == FINDINGS
    assert output.exists()
    assert "error: Win rate: Nobody is accountable for it." in capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"a: b: c",
        b"\x00\x01",
        b"\xff\xfe\xff",
        "Größe: 5".encode("latin-1"),
        b"[" * 100_000,
        b"x: " + b"9" * 5000,
        b"!!python/object/apply:os.getcwd []",
        b"a: &a [*a]\nb: *c",
    ],
)
def test_unreadable_answers(write: Write, tmp_path: Path, capsys: Capture, content: bytes) -> None:
    answers = write("answers.yaml", content)
    output = tmp_path / "out.json"
    assert main(["build", str(answers), "-o", str(output), "--json"]) == UNREADABLE
    result = _json(capsys)
    assert result["status"] == "unreadable"
    assert result["findings"][0]["where"] == str(answers)
    assert not output.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"- company",
        b"just text",
        b"company: [1, 2]",
        b"company: {average_deal_size: .nan}",
        b"company: {average_deal_size: 0x" + b"F" * 5000 + b"}",
        b"company: {average_deal_size: 2026-04-01}",
        b"company: {average_deal_size: yes}",
        b"company: !!binary aGVsbG8=",
        b'company: {name: "a\\0b"}',
        b'company: {name: "\\ud800"}',
        b"company: &a {name: *a}",
        b"company: &a [*a]",
        b"1: 2",
        b"? [a, b]\n: c",
    ],
)
def test_answers_of_the_wrong_kind(
    write: Write, tmp_path: Path, capsys: Capture, content: bytes
) -> None:
    answers = write("answers.yaml", content)
    output = tmp_path / "out.json"
    assert main(["build", str(answers), "-o", str(output), "--json"]) in (FINDINGS, UNREADABLE)
    assert _json(capsys)["findings"]
    assert not output.exists()


# check


def test_check_a_clean_file(framework_file: Path, capsys: Capture) -> None:
    assert main(["check", str(framework_file)]) == CLEAN
    assert "kpis: 16" in capsys.readouterr().out
    assert main(["check", str(framework_file), "--json"]) == CLEAN
    result = _json(capsys)
    assert result["kpis"] == 16
    assert all(finding["severity"] != "error" for finding in result["findings"])


def test_check_a_file_with_errors(
    write: Write, capsys: Capture, worked_example: MeasurementFramework
) -> None:
    document = worked_example.model_dump(mode="json")
    document["kpis"][0]["owner_role"] = None
    path = write("framework.json", document)
    assert main(["check", str(path), "--json"]) == FINDINGS
    assert _json(capsys)["findings"][0]["code"] == "no_owner"


def test_check_names_what_is_wrong(
    write: Write, capsys: Capture, worked_example: MeasurementFramework
) -> None:
    document = {**worked_example.model_dump(mode="json"), "colour": "red"}
    path = write("framework.json", document)
    assert main(["check", str(path)]) == UNREADABLE
    shown = capsys.readouterr().out
    assert "status: unreadable" in shown
    assert "error: colour: Unknown field." in shown


@pytest.mark.parametrize("command", [["check"], ["export", "--to", "csv", "-o", "unused.csv"]])
@pytest.mark.parametrize("kind", ["missing", "directory", "empty", "text", "large"])
def test_a_framework_that_cannot_be_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    command: list[str],
    kind: str,
) -> None:
    path = tmp_path / kind
    if kind == "directory":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes({"empty": b"", "text": b"hello", "large": bytes(6 * 1024 * 1024)}[kind])
    monkeypatch.chdir(tmp_path)
    assert main([command[0], str(path), *command[1:], "--json"]) == UNREADABLE
    result = _json(capsys)
    assert result["status"] == "unreadable"
    assert result["findings"][0]["message"]
    assert not Path("unused.csv").exists()


def test_answers_that_cannot_be_read(tmp_path: Path, capsys: Capture) -> None:
    output = str(tmp_path / "out.json")
    assert main(["build", str(tmp_path / "missing.json"), "-o", output]) == UNREADABLE
    assert "No such file or directory" in capsys.readouterr().out
    assert main(["build", str(tmp_path), "-o", output]) == UNREADABLE
    assert "directory" in capsys.readouterr().out


def test_a_path_with_odd_characters(tmp_path: Path, capsys: Capture) -> None:
    for name in ("a\x07b.json", "nicht\udcff.json"):
        assert main(["check", str(tmp_path / name), "--json"]) == UNREADABLE
        assert _json(capsys)["status"] == "unreadable"


# export


def test_export(
    framework_file: Path, tmp_path: Path, capsys: Capture, worked_example: MeasurementFramework
) -> None:
    wanted = {"json": to_json, "csv": to_csv, "zip": to_zip}
    for kind, export in wanted.items():
        output = tmp_path / f"out.{kind}"
        arguments = ["export", str(framework_file), "--to", kind, "-o", str(output), "--json"]
        assert main(arguments) == CLEAN
        assert output.read_bytes() == export(worked_example).content
        result = _json(capsys)
        assert result["written"] == str(output)
        assert result["losses"] == list(export(worked_example).losses)


def test_export_says_what_is_lost(framework_file: Path, tmp_path: Path, capsys: Capture) -> None:
    output = tmp_path / "out.csv"
    assert main(["export", str(framework_file), "--to", "csv", "-o", str(output)]) == CLEAN
    assert "losses: Dashboards, reviews" in capsys.readouterr().out
    rows = list(csv.reader(io.StringIO(output.read_text(encoding="utf-8-sig"))))
    assert len(rows) == 17


@pytest.mark.parametrize("command", ["build", "export"])
def test_an_output_that_cannot_be_written(
    framework_file: Path, write: Write, tmp_path: Path, capsys: Capture, command: str
) -> None:
    arguments = {
        "build": ["build", str(write("answers.json", {}))],
        "export": ["export", str(framework_file), "--to", "zip"],
    }[command]
    for output in (tmp_path / "no" / "such" / "folder", tmp_path):
        assert main([*arguments, "-o", str(output), "--json"]) == UNREADABLE
        assert _json(capsys)["findings"][0]["where"] == str(output)


# schema and usage


def test_schema(capsys: Capture) -> None:
    assert main(["schema"]) == CLEAN
    assert capsys.readouterr().out == schema_text()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["bake"],
        ["build"],
        ["build", "a.json"],
        ["check"],
        ["export", "a.json", "--to", "pdf", "-o", "x"],
        ["build", "a.json", "-o", "x", "--date", "yesterday"],
    ],
)
def test_wrong_usage_is_explained(capsys: Capture, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: kpi" in capsys.readouterr().err


def _run(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[bytes]:
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-m", "kpi_core", *arguments],
        capture_output=True,
        cwd=root,
        env={"PATH": "", "PYTHONDONTWRITEBYTECODE": "1", **environment},
        timeout=60,
        check=False,
    )


def test_the_module_runs_as_a_command(framework_file: Path, tmp_path: Path) -> None:
    output = tmp_path / "tables.zip"
    done = _run(["export", str(framework_file), "--to", "zip", "-o", str(output), "--json"])
    assert (done.returncode, done.stderr) == (CLEAN, b"")
    assert json.loads(done.stdout)["written"] == str(output)
    assert zipfile.ZipFile(output).testzip() is None
    missing = _run(["check", str(tmp_path / "missing.json")])
    assert (missing.returncode, missing.stderr) == (UNREADABLE, b"")


def test_a_terminal_without_unicode_is_no_crash(write: Write, tmp_path: Path) -> None:
    answers = write("answers.json", {"framework_name": "株式会社"})
    built = tmp_path / "built.json"
    assert main(["build", str(answers), "-o", str(built)]) == CLEAN
    done = _run(["check", str(built)], PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (CLEAN, b"")
