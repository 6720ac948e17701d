"""Opening a framework file: good, bad, hostile, and with what the catalog does not know."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from kpi_core.catalog.loader import load_catalog
from kpi_core.export.files import to_csv, to_json, to_zip
from kpi_core.export.open import LARGEST_FILE, open_framework
from kpi_core.framework.build import build_framework
from kpi_core.framework.interpret import interpret
from kpi_core.models.framework import SCHEMA_VERSION, MeasurementFramework
from kpi_ui.steps import STEP_IDS

SAMPLES = sorted(load_catalog().samples)
HOSTILE = (
    "<script>alert(1)</script> ![x](https://example.org/x.png) [a](javascript:alert(1)) "
    "**b** `c` :red[d] $e$ =cmd() 🚀 שלום"
)
SIGNS = ("<script", "![", "](", "**b", "`c", ":red[", "$e$")
Document = dict[str, Any]


def sample_framework(sample: str) -> MeasurementFramework:
    """A sample company's framework."""
    catalog = load_catalog()
    read = interpret(copy.deepcopy(catalog.samples[sample].answers), catalog)
    return build_framework(read.profile, read.selection, catalog, date(2026, 4, 1))


def document(sample: str = "sales_led_enterprise_saas_usd") -> Document:
    """A framework file's content, to be changed."""
    found: Document = json.loads(to_json(sample_framework(sample)).content)
    return found


def to_bytes(content: object) -> bytes:
    """JSON as a file holds it."""
    return json.dumps(content, ensure_ascii=False).encode()


def tour(app: Any) -> Iterator[Any]:
    """Every page and step in turn."""
    for page in ("home", "export"):
        yield app.open(page)
    for step in STEP_IDS:
        yield app.step(step)


# ---- good files ----


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_file_opens_and_is_the_same_again(app: Any, sample: str) -> None:
    content = to_json(sample_framework(sample)).content
    app.upload(content)
    assert [title.value for title in app.at.title] == ["Export"]
    assert not app.at.warning
    assert app.work()["kpi.framework"].encode() == content
    for shown in tour(app):
        assert not shown.at.error
    assert not app.trouble()
    assert app.work()["kpi.framework"].encode() == content, "looking changes nothing"


def test_a_file_replaces_the_work_and_undo_brings_it_back(app: Any) -> None:
    app.open("wizard").answer("company.name", "Before Ltd").open("home")
    before = app.work()["kpi.draft"]
    app.upload(to_bytes(document()))
    assert app.framework()["company"]["name"] == "Oskentree Analytics"
    app.open("home").press("home.undo")
    assert app.work()["kpi.draft"] == before
    assert app.work()["kpi.framework"] is None


def test_an_opened_file_can_be_edited(app: Any) -> None:
    app.upload(to_bytes(document("manufacturer_jpy")))
    app.step("company").answer("company.revenue_target", "¥200M")
    assert app.framework()["company"]["revenue_target"] == 200e6
    app.step("targets").edit("targets.kpis", "win_rate", "target", "33,3")
    (kpi,) = [k for k in app.framework()["kpis"] if k["metric_id"] == "win_rate"]
    assert kpi["target"]["value"] == pytest.approx(0.333)


# ---- bad files ----


def without_conversion(content: Document) -> Document:
    """Without the conversion stage's KPIs, which dashboards still name."""
    content["metrics"] = [m for m in content["metrics"] if m["id"] != "win_rate"]
    return content


def changed(path: tuple[str | int, ...], value: object) -> Callable[[], bytes]:
    """The sample's file with one value changed."""

    def make() -> bytes:
        content = document()
        here: Any = content
        for key in path[:-1]:
            here = here[key]
        here[path[-1]] = value
        return to_bytes(content)

    return make


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "a list": (lambda: to_bytes([document()]), "It holds a list; a framework file is one JSON"),
    "a text": (lambda: b'"framework"', "It holds a single value"),
    "empty": (lambda: b"", "It is empty."),
    "blank": (lambda: b" \n\t", "It is empty."),
    "too large": (lambda: b" " * (LARGEST_FILE + 1), "5 MB is the limit"),
    "50 MB": (lambda: b'{"a": "' + b"x" * 50 * 1024 * 1024 + b'"}', "It has 50 MB; 5 MB is"),
    "truncated": (lambda: to_bytes(document())[:20_000], "It ends in the middle"),
    "nested": (lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "It is nested too deeply"),
    "nested lists": (
        lambda: b'{"schema_version": 1, "kpis": ' + b"[" * 90_000 + b"]" * 90_000 + b"}",
        "It is nested too deeply",
    ),
    "newer": (changed(("schema_version",), SCHEMA_VERSION + 1), "saved by a newer version"),
    "no version": (lambda: b"{}", "It has no schema_version"),
    "version as text": (changed(("schema_version",), "1"), "It has no schema_version"),
    "unknown field": (changed(("company", "shoe_size"), 43), "company, shoe_size:** Unknown field"),
    "CSV": (
        lambda: to_csv(sample_framework("manufacturer_jpy")).content,
        "It is a CSV table, not a framework file.",
    ),
    "ZIP": (
        lambda: to_zip(sample_framework("manufacturer_jpy")).content,
        "It is a ZIP or Excel file.",
    ),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)), "It is not UTF-8 text"),
    "NaN": (
        lambda: to_bytes(document()).replace(
            b'"revenue_target": 10000000.0', b'"revenue_target": NaN', 1
        ),
        "It holds NaN, which is not a number.",
    ),
    "doubled": (lambda: b'{"schema_version": 1, "schema_version": 1}', "stands twice"),
    "not JSON": (lambda: b"{'schema_version': 1}", "It is not valid JSON"),
    "rate over 100%": (
        changed(("funnel_plan", "rates", 0, "value"), 1.2),
        "funnel_plan, rates, entry 1",
    ),
    "negative money": (
        changed(("company", "revenue_target"), -1),
        "company, revenue_target",
    ),
    "long name": (changed(("company", "name"), "N" * 300), "company, name"),
    "undefined metric": (
        lambda: to_bytes(without_conversion(document())),
        "no definition for win_rate",
    ),
    "hostile field": (changed(("company", HOSTILE), 1), "<script>alert(1)</script> ![x]"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_says_what_and_leaves_the_work_alone(app: Any, kind: str) -> None:
    make, said = BAD[kind]
    app.sample("manufacturer_jpy").step("company").answer("company.name", "Kept Ltd").open("home")
    before = app.work()
    app.upload(make(), f"{HOSTILE}.json")
    assert [error.value for error in app.at.error] == [app.at.error[0].value]
    assert "was not opened. Your current work is untouched." in app.words()
    assert said in app.words()
    assert app.work() == before
    assert_escaped(app)
    assert [title.value for title in app.at.title] != ["Export"]
    app.open("export")
    assert "Kept Ltd" in app.words()
    assert not app.at.error
    app.open("home").upload(to_bytes(document()))
    assert app.framework()["company"]["name"] == "Oskentree Analytics", "the next file opens"


def test_many_problems_are_listed_up_to_a_limit(app: Any) -> None:
    content = document()
    for metric in content["metrics"]:
        metric["unit"] = "apples"
    app.upload(to_bytes(content))
    lines = [text.value for text in app.at.markdown if text.value.startswith("- **")]
    assert 5 <= len(lines) <= 21
    assert any("more fields are wrong" in line for line in lines)


# ---- hostile words ----


def hostile_document() -> Document:
    """A valid file in which every free text holds hostile words."""
    content = document()
    for key in sorted({key for key, _ in fields(content)}):
        attempt = copy.deepcopy(content)
        for found, holder in fields(attempt):
            if found == key:
                holder[key] = HOSTILE[: 110 if key.endswith("name") else 480]
        if open_framework(to_bytes(attempt)).framework is not None:
            content = attempt
    return content


def fields(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each text field of a document with the object that holds it."""
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str):
                yield key, value
            yield from fields(item)
    elif isinstance(value, list):
        for item in value:
            yield from fields(item)


def assert_escaped(app: Any) -> None:
    """No text for Markdown holds a hostile sign that is not escaped."""
    for text in app.prose():
        bare = text.replace("\\\\", "").replace(":red[:material/", "")
        for sign in SIGNS:
            place = bare.find(sign)
            assert place < 0 or bare[place - 1] == "\\", text


def test_hostile_words_in_a_file_are_shown_as_they_are(app: Any) -> None:
    content = hostile_document()
    assert content["name"] == content["company"]["name"] == HOSTILE[:110].strip()
    app.upload(to_bytes(content))
    assert app.framework()["name"] == content["name"]
    for shown in tour(app):
        assert_escaped(shown)
    app.step("metrics")
    for metric in app.kpi_ids():
        assert_escaped(app.send("metrics.board", "select", metric))
    app.step("targets")
    for metric in [row["id"] for row in app.data("targets.kpis")["rows"]]:
        assert_escaped(app.send("targets.kpis", "select", metric))
    assert HOSTILE[:110].strip() in app.open("home").words()


def test_only_web_addresses_become_links() -> None:
    content = document()
    content["benchmarks"][0]["source_url"] = "javascript:alert(1)"
    assert open_framework(to_bytes(content)).framework is None


# ---- what the catalog does not know ----


def with_own_metric() -> Document:
    """A file with a KPI that only it defines."""
    content = document()
    (kpi,) = [k for k in content["kpis"] if k["metric_id"] == "lead_response_time"]
    (metric,) = [m for m in content["metrics"] if m["id"] == "lead_response_time"]
    content["metrics"].append({**metric, "id": "partner_referrals", "name": "Partner referrals"})
    content["kpis"].append(
        {**kpi, "metric_id": "partner_referrals", "stage": "expansion", "owner_person": "Ada"}
    )
    content["dashboards"]["operational"]["metric_ids"].append("partner_referrals")
    return content


def test_a_metric_of_its_own_opens_and_stays(app: Any) -> None:
    app.upload(to_bytes(with_own_metric()))
    assert "Partner referrals" in app.words()
    for shown in tour(app):
        assert not shown.at.error
    assert not app.trouble()
    app.step("company").answer("company.name", "Renamed Ltd")
    app.step("owners").edit("owners.grid", "win_rate", "owner_person", "Grace")
    app.step("targets").edit("targets.kpis", "partner_referrals", "target", "12")
    framework = app.framework()
    assert framework["company"]["name"] == "Renamed Ltd"
    (kpi,) = [k for k in framework["kpis"] if k["metric_id"] == "partner_referrals"]
    assert (kpi["stage"], kpi["owner_person"], kpi["target"]["value"]) == ("expansion", "Ada", 12)
    assert "Partner referrals" in [m["name"] for m in framework["metrics"]]


def test_a_metric_of_its_own_is_not_lost_after_it_was_taken_out(app: Any) -> None:
    app.upload(to_bytes(with_own_metric())).step("metrics")
    app.send("metrics.board", "select", "partner_referrals").press("metrics.remove")
    assert "partner_referrals" not in [k["metric_id"] for k in app.framework()["kpis"]]
    app.press("wizard.undo")
    (kpi,) = [k for k in app.framework()["kpis"] if k["metric_id"] == "partner_referrals"]
    assert kpi["owner_person"] == "Ada"


@pytest.mark.parametrize(
    "path",
    [
        ("metrics", 0, "guardrail"),
        ("metrics", 0, "leads"),
        ("kpis", 0, "owner_role"),
        ("kpis", 0, "steward_role"),
        ("company", "industry"),
        ("company", "region"),
        ("company", "business_model"),
        ("company", "maturity"),
        ("dashboards", "channels", 0, "channel"),
        ("data_infrastructure", "tools", 0, "category"),
        ("operating_rhythm", "reviews", 0, "attendees", 0),
        ("funnel_plan", "template"),
    ],
    ids=lambda path: ".".join(map(str, path)),
)
def test_ids_the_catalog_does_not_know_break_nothing(app: Any, path: tuple[str | int, ...]) -> None:
    """Either the file is refused in words, or every page shows it and an edit keeps the rest."""
    content = json.loads(changed(path, "of_their_own")())
    app.upload(to_bytes(content))
    if app.at.error:
        assert "of_their_own" in app.words()
        assert "kpi.framework" not in app.work()
        return
    opened = app.work()["kpi.framework"]
    for _ in tour(app):
        assert app.work()["kpi.framework"] == opened
    app.step("company").answer("company.name", "Renamed Ltd")
    app.step("review")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("company", "average_deal_size"), 1e15),
        (("company", "revenue_target"), 1e15),
        (("funnel_plan", "rates", 0, "value"), 1e-12),
        (("kpis", 0, "target"), None),
        (("terms",), []),
        (("measures",), []),
        (("operating_rhythm", "reviews"), []),
        (("dashboards", "channels"), []),
        (("data_infrastructure", "tools"), []),
        (("north_star", "candidates"), []),
    ],
    ids=str,
)
def test_odd_but_valid_files_break_nothing(
    app: Any, path: tuple[str | int, ...], value: object
) -> None:
    app.upload(changed(path, value)())
    if app.at.error:
        assert "was not opened" in app.words()
        return
    for _ in tour(app):
        pass


def test_a_zip_of_the_export_reads_back_as_tables() -> None:
    content = to_zip(sample_framework("manufacturer_jpy")).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(archive.namelist()) == 12
