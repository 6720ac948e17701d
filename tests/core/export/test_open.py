"""Foreign bytes: a framework, or what is wrong with them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kpi_core.export import migrate
from kpi_core.export import open as opening
from kpi_core.export.files import to_csv, to_json, to_zip
from kpi_core.export.open import LARGEST_FILE, Opened, open_framework
from kpi_core.framework.check import check_framework
from kpi_core.models.base import Severity
from kpi_core.models.framework import SCHEMA_VERSION, MeasurementFramework

Document = dict[str, Any]


@pytest.fixture(scope="session")
def document(worked_example: MeasurementFramework) -> Document:
    """A valid file as plain values."""
    return worked_example.model_dump(mode="json")


def _refused(content: bytes) -> Opened:
    opened = open_framework(content)
    assert opened.framework is None
    assert opened.findings
    for finding in opened.findings:
        assert finding.severity is Severity.ERROR
        assert finding.where
        assert finding.message
        assert finding.fix
    return opened


def _message(content: bytes) -> str:
    return _refused(content).findings[0].message


def _changed(document: Document, change: Callable[[Document], object]) -> bytes:
    copy = json.loads(json.dumps(document))
    change(copy)
    return json.dumps(copy).encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "It is empty."),
        (b"  \n\t ", "It is empty."),
        (b"\xef\xbb\xbf", "It is empty."),
        (b"\xff\xfe", "It is empty."),
        (b"\xc2\xa0", "It is empty."),
        (b"[]", "It holds a list"),
        (b"[{}]", "It holds a list"),
        (b'"text"', "It holds a single value"),
        (b"5", "It holds a single value"),
        (b"null", "It holds a single value"),
        (b"true", "It holds a single value"),
        (b"{}", "It has no schema_version"),
        (b'{"name": "x"}', "It has no schema_version"),
        (b'{"schema_version": true}', "It has no schema_version"),
        (b'{"schema_version": "1"}', "It has no schema_version"),
        (b'{"schema_version": 0}', "It has no schema_version"),
        (b'{"schema_version": -1}', "It has no schema_version"),
        (b'{"schema_version": 1.0}', "It has no schema_version"),
        (b'{"schema_version": null}', "It has no schema_version"),
        (b'{"schema_version": 1e999}', "It has no schema_version"),
        (b'{"schema_version": 2000}', "It was saved by a newer version"),
        (b'{"schema_version": 1' + b"0" * 4200 + b"}", "It was saved by a newer version"),
        (b'{"schema_version": 1, "x": NaN}', "It holds NaN"),
        (b'{"schema_version": 1, "x": Infinity}', "It holds Infinity"),
        (b'{"schema_version": 1, "x": -Infinity}', "It holds -Infinity"),
        (b'{"x": ' + b"9" * 5000 + b"}", "It holds a number with thousands of digits"),
        (b'{"a": 1, "a": 2}', "The field 'a' stands twice"),
        (b'{"a\\u0000b": 1, "a\\u0000b": 2}', "The field 'a"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "The field '"),
        (b'{"schema_version": 1,', "It ends in the middle"),
        (b'{"schema_version": 1, "name": "Kaz', "It ends in the middle"),
        (b"{", "It ends in the middle"),
        (b"{'schema_version': 1}", "It is not valid JSON"),
        (b'{"schema_version": 1,}', "It is not valid JSON"),
        (b'{"schema_version": 01}', "It is not valid JSON"),
        (b'{"a": 1} {"b": 2}', "It is not valid JSON"),
        (b'{"a": "b\x00"}', "It is not valid JSON"),
        (b"\x00\x00\x00", "It is not valid JSON"),
        (b"hello", "It is not valid JSON"),
        (b"metric_id,name\nwin_rate,Win rate\n", "It is a CSV table"),
        (b"metric_id;name\nwin_rate;Win rate\n", "It is a CSV table"),
        (b"metric_id\tname\nwin_rate\tWin rate\n", "It is a CSV table"),
        (b"PK\x03\x04whatever", "It is a ZIP or Excel file"),
        ('{"name": "Größe"}'.encode("latin-1"), "It is not UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n", "It is not UTF-8 text"),
        (b"\xff\xfe{", "It is not UTF-8 text"),  # half a UTF-16 character
    ],
)
def test_what_is_wrong_with_the_file_as_a_whole(content: bytes, message: str) -> None:
    opened = _refused(content)
    assert len(opened.findings) == 1
    assert opened.findings[0].message.startswith(message)
    assert opened.findings[0].code == "file_not_readable"


@pytest.mark.parametrize("bracket", [b"[", b'{"a":', b'{"schema_version": 1, "x": ['])
def test_deep_nesting(bracket: bytes) -> None:
    assert _message(bracket * 100_000)


def test_deep_nesting_that_is_closed(document: Document) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    assert "nested too deeply" in _message(b'{"schema_version": 1, "x": ' + deep + b"}")
    for depth in (150, 300, 900):
        nested = b"[" * depth + b"]" * depth
        _refused(b'{"schema_version": 1, "x": ' + nested + b"}")


def test_fifty_megabytes() -> None:
    assert _message(bytes(50 * 1024 * 1024)).startswith("It has 50 MB; 5 MB is the limit")


def test_the_limit_itself(document: Document) -> None:
    text = json.dumps(document).encode()
    assert open_framework(text + b" " * (LARGEST_FILE - len(text))).framework is not None
    _refused(text + b" " * (LARGEST_FILE - len(text) + 1))


def test_many_fields_are_refused_in_time() -> None:
    # A field that stands twice must not be looked for by comparing each with each.
    fields = ", ".join(f'"field_{n}": 0' for n in range(40_000))
    begin = time.process_time()
    assert "'last'" in _message(f'{{{fields}, "last": 1, "last": 2}}'.encode())
    assert time.process_time() - begin < 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_with_a_mark_open(worked_example: MeasurementFramework, encoding: str) -> None:
    content = to_json(worked_example).content.decode().encode(encoding)
    assert open_framework(content).framework == worked_example


def test_compact_and_windows_line_ends_open(worked_example: MeasurementFramework) -> None:
    content = to_json(worked_example).content
    assert open_framework(content.replace(b"\n", b"\r\n")).framework == worked_example
    assert open_framework(json.dumps(json.loads(content)).encode()).framework == worked_example


def test_our_own_other_files_are_named(worked_example: MeasurementFramework) -> None:
    assert _message(to_csv(worked_example).content).startswith("It is a CSV table")
    assert _message(to_zip(worked_example).content).startswith("It is a ZIP")


def _spoil(key: str, value: object) -> Callable[[Document], object]:
    return lambda d: d.update({key: value})


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        (_spoil("colour", "red"), "colour", "Unknown field."),
        (_spoil("", 1), "The whole document", "Unknown field."),
        (_spoil(" ", 1), "", "Unknown field."),
        (_spoil("a\x00b", 1), "a", "Unknown field."),
        (_spoil("x" * 5000, 1), "x" * 60, "Unknown field."),
        (lambda d: d.pop("name"), "name", "Field required."),
        (_spoil("name", ""), "name", "String should have at least 1 character"),
        (_spoil("name", "x" * 121), "name", "String should have at most 120 characters"),
        (_spoil("name", "a\x07b"), "name", "contains an invisible control character (U+0007)"),
        (_spoil("name", 5), "name", "Input should be a valid string (it holds '5')."),
        (_spoil("created_on", "yesterday"), "created_on", "Input should be a valid date"),
        (_spoil("kpis", []), "kpis", "Tuple should have at least 1 item"),
        (_spoil("kpis", {}), "kpis", "Input should be a valid array"),
        (_spoil("company", None), "company", "Input should be"),
        (
            lambda d: d["company"].update(average_deal_size=-5),
            "company, average_deal_size",
            "Input should be greater than",
        ),
        (
            lambda d: d["company"].update(marketing_sourced_share=1.5),
            "company, marketing_sourced_share",
            "Input should be less than or equal to 1",
        ),
        (
            lambda d: d["kpis"][2].update(role="tertiary"),
            "kpis, entry 3 (",
            "Input should be 'primary' or 'supporting'",
        ),
        (
            lambda d: d["kpis"][0]["thresholds"].update(valeu=3),
            "kpis, entry 1 (qualified_reach), thresholds, valeu",
            "Unknown field.",
        ),
        (
            lambda d: d["metrics"][0].update(formula={"kind": "eval"}),
            "metrics, entry 1 (",
            "Input tag 'eval'",
        ),
        (
            lambda d: d["metrics"][0].update(formula={"kind": "x" * 9000}),
            "metrics, entry 1 (",
            "Input tag",
        ),
        (
            lambda d: d["metrics"][0].update(formula={"kind": "a\x00b"}),
            "metrics, entry 1 (",
            "Input tag",
        ),
        (
            lambda d: d["metrics"].append(d["metrics"][0]),
            "The whole document",
            "metrics: each metric may be defined only once",
        ),
        (
            lambda d: d["kpis"].append(d["kpis"][0]),
            "The whole document",
            "kpis: each metric may be chosen only once",
        ),
        (
            lambda d: d["north_star"].update(metric_id="nothing_known"),
            "The whole document",
            "metrics: no definition for nothing_known",
        ),
        (
            lambda d: d["operating_rhythm"]["reviews"][0].update(
                metric_ids=[f"{'x' * 50}_{n}" for n in range(200)]
            ),
            "The whole document",
            "metrics: no definition for x",
        ),
        (
            lambda d: d["kpis"][0].update(benchmark_id="nothing.1"),
            "The whole document",
            "benchmarks: no figure for nothing.1",
        ),
        (
            lambda d: d["funnel_plan"]["rates"].pop(),
            "funnel_plan",
            "5 steps need 4 rates, got 3",
        ),
        (
            lambda d: d["kpis"][0].update(thresholds={"on_track_from": 0.8, "at_risk_from": 0.9}),
            "kpis, entry 1 (qualified_reach), thresholds",
            "at_risk_from must not be above on_track_from",
        ),
    ],
)
def test_an_invalid_field_is_named(
    document: Document, change: Callable[[Document], object], where: str, message: str
) -> None:
    opened = _refused(_changed(document, change))
    assert {finding.code for finding in opened.findings} == {"invalid_field"}
    places = [(finding.where, finding.message) for finding in opened.findings]
    assert any(w.startswith(where) and m.startswith(message) for w, m in places), places


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_a_number_beyond_all_bounds_is_named(document: Document, number: str) -> None:
    text = json.dumps({**document, "name": "AMOUNT"}).replace('"AMOUNT"', number)
    assert _refused(text.encode()).findings[0].where == "name"
    text = _changed(document, lambda d: d["company"].update(start_arr=123454321))
    found = _refused(text.replace(b"123454321", number.encode())).findings
    assert found[0].where == "company, start_arr"


def test_a_lone_surrogate_is_refused(document: Document) -> None:
    for key in ("name", "\ud800"):
        _refused(_changed(document, _spoil(key, "half of a pair: \ud83d")))


def test_only_the_first_problems_are_listed(document: Document) -> None:
    def spoil(copy: Document) -> None:
        for n in range(50):
            copy[f"extra_{n}"] = n

    opened = _refused(_changed(document, spoil))
    assert len(opened.findings) == 21
    assert opened.findings[-1].message == "30 more fields are wrong."


def test_an_older_version_is_upgraded(
    document: Document, worked_example: MeasurementFramework, monkeypatch: pytest.MonkeyPatch
) -> None:
    def step(old: Document) -> Document:
        return {**{k: v for k, v in old.items() if k != "title"}, "name": old["title"]}

    old = {**{k: v for k, v in document.items() if k != "name"}, "title": document["name"]}
    newer = SCHEMA_VERSION + 1
    monkeypatch.setattr(opening, "SCHEMA_VERSION", newer)
    monkeypatch.setattr(
        opening, "migrate", lambda d, v: migrate.migrate(d, v, {SCHEMA_VERSION: step}, newer)
    )
    opened = open_framework(json.dumps(old).encode())
    assert opened.framework is not None
    assert opened.framework.name == worked_example.name
    assert [finding.code for finding in opened.findings] == ["upgraded"]
    assert f"from schema {SCHEMA_VERSION} to {newer}" in opened.findings[0].message


def test_a_guardrail_without_definition_opens_and_is_checked(document: Document) -> None:
    def spoil(copy: Document) -> None:
        for metric in copy["metrics"]:
            metric["guardrail"] = "not_in_this_file"

    opened = open_framework(_changed(document, spoil))
    assert opened.framework is None or check_framework(opened.framework)


def test_extreme_plans_open_and_export(document: Document) -> None:
    def spoil(copy: Document) -> None:
        copy["funnel_plan"].update(average_deal_size=5e-324, marketing_revenue=1e15)
        for rate in copy["funnel_plan"]["rates"]:
            rate["value"] = 5e-324

    opened = open_framework(_changed(document, spoil))
    assert opened.framework is None or to_zip(opened.framework).content


GOLDEN = Path(__file__).parents[2] / "golden"


def test_a_saved_file_of_every_version_opens() -> None:
    opened = open_framework((GOLDEN / "framework.json").read_bytes())
    assert opened.framework is not None
    assert opened.framework.name == "Golden framework"


@given(st.binary(max_size=200))
@example(b"\xfe\xff")
@example(b"\xef\xbb\xbf{}")
@example(b'{"schema_version":1}')
def test_any_bytes_are_opened_or_explained(content: bytes) -> None:
    assert _refused(content)


@given(st.text(alphabet='{}[]":,\\ud0189eE+-.truefalsn \n\x00\u00a0', max_size=60))
def test_any_json_like_text_is_explained(text: str) -> None:
    assert _refused(text.encode())


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["", " ", "\x00", "\ud800", "x" * 5000, 10**400, [], {}, [[]], {"": ""}])
)


@settings(max_examples=100)
@given(data=st.data())
def test_a_changed_document_is_opened_or_explained(data: st.DataObject, document: Document) -> None:
    copy = json.loads(json.dumps(document))
    here: Any = copy
    for _ in range(data.draw(st.integers(0, 5))):
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        inner = here[data.draw(st.sampled_from(keys))]
        if not isinstance(inner, dict | list) or not inner:
            break
        here = inner
    key = data.draw(st.sampled_from(list(here) if isinstance(here, dict) else range(len(here))))
    change = data.draw(st.sampled_from(["replace", "remove", "add"]))
    value = data.draw(_SCALARS)
    if change == "remove":
        del here[key]
    elif change == "add" and isinstance(here, dict):
        here[data.draw(st.text(max_size=5))] = value
    else:
        here[key] = value
    opened = open_framework(json.dumps(copy).encode())
    assert all(f.where and f.message and f.fix for f in opened.findings)
    assert opened.framework is None or open_framework(to_json(opened.framework).content) == opened


@settings(max_examples=100)
@given(data=st.data())
def test_a_damaged_file_is_opened_or_explained(
    data: st.DataObject, worked_example: MeasurementFramework
) -> None:
    content = bytearray(to_json(worked_example).content)
    at = data.draw(st.integers(0, len(content) - 1))
    length = data.draw(st.integers(0, 40))
    content[at : at + length] = data.draw(st.binary(max_size=6))
    opened = open_framework(bytes(content))
    assert (opened.framework is None) is any(f.severity is Severity.ERROR for f in opened.findings)
