"""The dashboards page: sample and own data, periods, filters, thresholds, presenting, hostile text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from kpi_core.actuals.accept import import_record
from kpi_core.actuals.keep import Actuals, add
from kpi_core.actuals.measures import aggregate
from kpi_core.actuals.prepare import prepare
from kpi_core.actuals.propose import propose
from kpi_core.actuals.table_file import read_table
from kpi_core.catalog.loader import load_catalog
from kpi_core.export.files import to_json
from kpi_core.models.framework import MeasurementFramework

App = Any
JPY, HYBRID, EUR = "manufacturer_jpy", "hybrid_mid_market_gbp", "product_led_smb_saas_eur"
LAYERS = ("executive", "operational", "channel")
SAMPLE_LINE = "Sample data, not yours."
HOSTILE = "<script>alert(1)</script> ![x](https://example.org/x.png) **b** :red[d] $e$ =cmd() 🚀"
SIGNS = ("<script", "![", "](", "**b", ":red[", "$e$")
FIRST, LAST = date(2025, 10, 1), date(2026, 3, 31)
CHANNELS = ("Organic search", "Paid search", "Events")


def leads_csv() -> bytes:
    """Two leads a day for half a year; every second an MQL after a day, every tenth won after ten."""
    lines = [
        "Lead ID,Created Date,Lead Source,Segment,Campaign,MQL Date,Opportunity Date,Closed Won Date,Amount"
    ]
    days = (LAST - FIRST).days + 1
    for n in range(2 * days):
        day = FIRST + timedelta(days=n // 2)
        mql, opened, won = (day + timedelta(days=k) for k in (1, 4, 10))
        reached = [
            mql if n % 2 == 0 else "",
            opened if n % 4 == 0 else "",
            won if n % 20 == 0 else "",
        ]
        texts = [text if text and text <= LAST else "" for text in reached]
        amount = 5_000_000 if texts[2] else ""
        segment = "smb" if n % 3 else "enterprise"
        cells = (f"L{n}", day, CHANNELS[n % 3], segment, HOSTILE.replace(",", ""), *texts, amount)
        lines.append(",".join(map(str, cells)))
    return "\n".join(lines).encode()


def own_actuals(framework: MeasurementFramework, content: bytes | None = None) -> Actuals:
    """The file through the whole chain, as a user's upload takes it."""
    catalog = load_catalog()
    table = read_table(content or leads_csv(), "leads.csv")
    mapping = propose(table, framework, catalog)
    prepared = prepare([(table, mapping)], framework, catalog, date(2026, 4, 10))
    assert prepared.report.rows_used > 300, prepared.report.warnings
    found = aggregate(prepared.canonical, framework)
    files = [(table.name, mapping)]
    record = import_record(prepared.report, found, files, None, date(2026, 4, 10))
    return add(None, found, record)


def opened(app: App, sample: str = JPY) -> App:
    return app.sample(sample).open("dashboards")


@pytest.fixture
def dash(app: App) -> App:
    """The JPY sample on the dashboards, without own data."""
    return opened(app)


@pytest.fixture
def own(app: App) -> App:
    """The JPY sample with own data."""
    app.sample(JPY)
    framework = MeasurementFramework.model_validate(app.framework())
    app.at.session_state["kpi.actuals"] = own_actuals(framework)
    return app.open("dashboards")


def segments(app: App, key: str) -> Any:
    (found,) = [group for group in app.at.get("button_group") if group.key == key]
    return found


def press_segment(app: App, key: str, value: str) -> App:
    segments(app, key).set_value(value)
    return app.run()


def layer(app: App, name: str) -> App:
    return press_segment(app, "field.dash.layer", name)


def tiles(app: App, place: str = "exec") -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in app.data(f"dash.{place}.tiles")["items"]}


def title(app: App) -> str:
    return str(app.at.title[0].value)


def caption(app: App) -> str:
    """The line under the title."""
    return str(app.at.caption[0].value)


def warned(app: App) -> bool:
    return any(SAMPLE_LINE in warning.value for warning in app.at.warning)


def has(app: App, key: str) -> bool:
    return any(button.key == key for button in app.at.button)


def opened_with(app: App, framework: dict[str, Any]) -> App:
    """A framework file, opened on Home."""
    text = to_json(MeasurementFramework.model_validate(framework)).content
    app.open("home").upload(text)
    return app.open("dashboards")


# ---- sample and own data ----


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_says_that_it_is_a_sample(dash: App, name: str) -> None:
    layer(dash, name)
    assert title(dash) == f"{name.capitalize()} dashboard"
    assert warned(dash)
    dash.press("dash.present")
    assert warned(dash), "while presenting, too"


@pytest.mark.parametrize("name", LAYERS)
def test_own_data_does_not(own: App, name: str) -> None:
    layer(own, name)
    assert not warned(own)
    assert "as of 31 Mar 2026" in caption(own)


def test_sample_and_back_in_one_click(own: App) -> None:
    mine = tiles(own)
    own.press("dash.sample")
    assert warned(own)
    assert tiles(own) != mine
    own.press("dash.own")
    assert not warned(own)
    assert tiles(own) == mine


def test_without_own_data_the_way_leads_to_the_upload(dash: App) -> None:
    assert not has(dash, "dash.own")
    dash.press("dash.upload")
    assert title(dash) == "Actuals"


@pytest.mark.parametrize("sample", sorted(load_catalog().samples))
def test_every_sample_company_has_figures_on_every_layer(app: App, sample: str) -> None:
    opened(app, sample)
    for name, place in zip(LAYERS, ("exec", "oper", "channel"), strict=True):
        layer(app, name)
        shown = tiles(app, place)
        assert shown
        assert all(item["value_text"] for item in shown.values()), name
        assert all(item["status_text"] for item in shown.values())
    layer(app, "executive")
    assert 5 <= len(tiles(app)) <= 7
    assert next(i["badge"] for i in tiles(app).values()) == "North star"


def test_tiles_explain_themselves(dash: App) -> None:
    for item in tiles(dash).values():
        labels = dict(item["details"])
        assert labels["Formula"]
        assert labels["Source"] == "Sample data, not yours"
        assert re.fullmatch(r"\d{1,2} [A-Z][a-z]{2} \d{4}", labels["Last update"])


def test_own_figures_by_hand(own: App) -> None:
    """January to March: 90 days with two leads each, 90 of them MQLs less the one of 31 March."""
    layer(own, "operational")
    steps = {s["name"]: s for s in own.data("dash.oper.funnel")["steps"]}
    assert steps["Leads"]["value_text"] == "180"
    assert steps["MQLs"]["value_text"] == "90"
    assert steps["Sessions"]["value_text"] == ""
    assert steps["Sessions"]["status"] == "no_data"
    rows = [row["cells"][0]["text"] for row in own.data("dash.oper.channels")["rows"]]
    assert sorted(rows) == ["Events and webinars", "Organic search", "Paid media"]
    sources = [dict(i["details"])["Source"] for i in tiles(own, "oper").values()]
    assert "Sample data, not yours" not in sources


# ---- period, filters, model, day ----


@pytest.mark.parametrize(
    ("grain", "label"),
    [
        ("month", "Mar 2026"),
        ("week", "Week of 30 Mar 2026"),
        ("year", "FY2025/26"),
        ("quarter", "Q4 FY2025/26"),
    ],
)
def test_length_of_the_period(own: App, grain: str, label: str) -> None:
    own.choose("field.dash_grain", grain)
    assert label in caption(own)


def test_an_earlier_period(own: App) -> None:
    layer(own, "operational").choose("field.dash_period", "2025-10-01")
    assert "Q3 FY2025/26" in caption(own)
    # 92 days with two leads each
    assert own.data("dash.oper.funnel")["steps"][1]["value_text"] == "184"
    own.choose("field.dash_grain", "month")
    assert "Mar 2026" in caption(own), "another length starts with the latest period"


def test_a_channel_alone(own: App) -> None:
    layer(own, "operational").choose("field.dash_channel", "paid")
    assert "Only Paid media" in "\n".join(c.value for c in own.at.caption)
    leads = own.data("dash.oper.funnel")["steps"][1]
    assert leads["value_text"] == "60"
    assert leads["status_text"] == "No target"
    assert not own.shows("dash.oper.channels"), "no table of one channel"
    layer(own, "channel")
    assert not any("Only" in c.value for c in own.at.caption), "each tab is a channel of its own"


def test_a_segment_alone(own: App) -> None:
    layer(own, "operational").choose("field.dash_segment", "enterprise")
    assert own.data("dash.oper.funnel")["steps"][1]["value_text"] == "60"
    own.choose("field.dash_channel", "seo")
    assert "Only Organic search, enterprise" in "\n".join(c.value for c in own.at.caption)
    own.choose("field.dash_channel", "").choose("field.dash_segment", "")
    assert own.data("dash.oper.funnel")["steps"][1]["value_text"] == "180"


def test_the_attribution_model_is_named_and_used(dash: App) -> None:
    def shown() -> list[str]:
        return [row["value_text"] for row in dash.data("dash.exec.sources")["rows"]]

    before = shown()
    assert "Attributed: position-based, 40/20/40" in [c.value for c in dash.at.caption]
    dash.choose("field.dash_model", "last_touch")
    assert "Attributed: last touch" in [c.value for c in dash.at.caption]
    assert shown() != before


def test_as_of_an_earlier_day(own: App) -> None:
    own.at.date_input(key="field.dash.as_of").set_value(date(2026, 2, 14))
    own.run()
    assert "Q4 FY2025/26, as of 14 Feb 2026" in caption(own)
    layer(own, "operational")
    assert own.data("dash.oper.funnel")["steps"][1]["value_text"] == "90"  # 45 days


def test_a_day_the_data_no_longer_holds(own: App) -> None:
    own.at.date_input(key="field.dash.as_of").set_value(date(2026, 3, 20))
    own.run()
    framework = MeasurementFramework.model_validate(own.framework())
    shorter = b"\n".join(leads_csv().split(b"\n")[:320])  # up to 7 March, wins later
    own.at.session_state["kpi.actuals"] = own_actuals(framework, shorter)
    own.run()
    assert "as of" in caption(own)
    assert "20 Mar 2026" not in caption(own)


def test_the_samples_day_is_today(dash: App) -> None:
    assert not dash.at.date_input
    day = date.today()
    assert f"as of {day.day} {day:%b} {day.year}" in caption(dash)


# ---- what it is held against ----


def test_the_waterfall_against_plan_and_periods(own: App) -> None:
    names = {}
    for against, start in (("plan", "Plan"), ("previous", "Before"), ("year", "Year ago")):
        press_segment(own, "field.dash.against", against)
        if own.shows("dash.why"):
            bars = own.data("dash.why")["bars"]
            names[against] = bars[0]["name"], bars[-1]["name"]
            assert names[against] == (start, "Actual")
    assert set(names) >= {"plan", "previous"}
    own.choose("field.dash_channel", "seo")
    press_segment(own, "field.dash.against", "plan")
    assert not own.shows("dash.why")
    assert any("The plan is not split by channel" in c.value for c in own.at.caption)


def test_thresholds_change_the_status_and_are_taken_back(own: App) -> None:
    layer(own, "operational")

    def word() -> str:
        (found,) = [i for i in tiles(own, "oper").values() if i["id"] == "mql_count"]
        return str(found["status"])

    # 90 of 247 / 4 = 62: far above; from 150% it is 146%
    assert word() == "on_track"
    own.at.number_input(key="field.dash.on_track_from").set_value(150)
    own.run()
    assert word() == "at_risk"
    assert own.framework()["kpis"][0]["thresholds"]["on_track_from"] == 1.5
    own.press("dash.undo")
    assert word() == "on_track"
    assert own.framework()["kpis"][0]["thresholds"]["on_track_from"] == 0.95
    assert own.at.number_input(key="field.dash.on_track_from").value == 95


def test_contradicting_thresholds_change_nothing(own: App) -> None:
    own.at.number_input(key="field.dash.at_risk_from").set_value(99)
    own.run()
    assert any("At risk cannot begin above on track" in w.value for w in own.at.warning)
    assert own.at.number_input(key="field.dash.at_risk_from").value == 85
    assert own.framework()["kpis"][0]["thresholds"]["at_risk_from"] == 0.85
    own.run()
    assert not own.at.warning


def test_strange_thresholds_of_a_file_can_be_shown(app: App) -> None:
    raw = app.sample(JPY).framework()
    for kpi in raw["kpis"]:
        kpi["thresholds"] = {
            "on_track_from": 0.001,
            "at_risk_from": 0.001,
            "too_early_share": 0.999,
        }
    opened_with(app, raw)
    assert app.at.number_input(key="field.dash.on_track_from").value == 1
    assert app.at.number_input(key="field.dash.too_early_share").value == 99


# ---- layers, tabs, presenting ----


def test_channel_tabs(dash: App) -> None:
    layer(dash, "channel")
    assert segments(dash, "field.dash.tab").options == [
        "Organic search", "Email", "Events and webinars", "Content",
    ]  # fmt: skip
    first = tiles(dash, "channel")
    press_segment(dash, "field.dash.tab", "email")
    assert tiles(dash, "channel") != first
    assert dash.data("dash.channel.tiles")["label"] == "Email KPIs"
    columns = dash.data("dash.channel.weeks")["columns"]
    assert columns[0]["label"] == "Week of"
    press_segment(dash, "field.dash.tab_grain", "day")
    assert dash.data("dash.channel.weeks")["columns"][0]["label"] == "Day"
    rows = dash.data("dash.channel.weeks")["rows"]
    assert len(rows) == 12
    assert all(len(row["cells"]) == len(columns) for row in rows)


def test_cohorts_of_another_pair(dash: App) -> None:
    layer(dash, "operational")
    before = dash.data("dash.oper.cohorts")
    box = dash.at.selectbox(key="field.dash.cohort")
    assert len(box.options) > 1
    box.set_value(box.options[1] if isinstance(box.options[1], tuple) else ("leads", "mqls"))
    dash.run()
    assert dash.data("dash.oper.cohorts") != before


@pytest.mark.parametrize("name", LAYERS)
def test_presenting_and_back(dash: App, name: str) -> None:
    layer(dash, name)
    place = {"executive": "exec", "operational": "oper", "channel": "channel"}[name]
    assert dash.data(f"dash.{place}.tiles")["large"] is False
    dash.press("dash.present")
    assert title(dash) == f"{name.capitalize()} dashboard"
    assert dash.data(f"dash.{place}.tiles")["large"] is True
    assert not has(dash, "dash.present")
    assert not has(dash, "dash.upload")
    assert [box.key for box in dash.at.selectbox] == []
    dash.press("dash.exit")
    assert has(dash, "dash.present")
    assert dash.data(f"dash.{place}.tiles")["large"] is False


def test_layers_can_be_changed_while_presenting(dash: App) -> None:
    layer(dash.press("dash.present"), "channel")
    assert title(dash) == "Channel dashboard"
    assert has(dash, "dash.exit")


# ---- bad input is normal input ----


def test_hostile_names_stay_text(app: App) -> None:
    raw = app.sample(JPY).framework()
    for metric in raw["metrics"]:
        metric["name"] = f"{HOSTILE} {metric['id']}"[:120]
        metric["definition"] = HOSTILE
    for kpi in raw["kpis"]:
        kpi["owner_person"] = HOSTILE
    for step in raw["funnel_plan"]["steps"]:
        step["name"] = f"{HOSTILE} {step['id']}"[:120]
    for term in raw["terms"]:
        term["name"] = HOSTILE if term["kind"] in ("channel", "role") else term["name"]
    for name in LAYERS:
        raw["dashboards"][name]["question"] = HOSTILE
    opened_with(app, raw)
    for name in LAYERS:
        layer(app, name)
        shown = [text for text in app.prose() if "alert" in text]
        assert shown, name
        for text in shown:
            active = re.sub(r"\\.", "", text)  # what a backslash stands before is shown as it is
            assert not [sign for sign in SIGNS if sign in active], text
        assert HOSTILE[:60] in json.dumps(list(app.components().values()), ensure_ascii=False)


def test_hostile_campaigns_stay_text(app: App) -> None:
    app.sample(JPY)
    framework = MeasurementFramework.model_validate(app.framework())
    content = b"Lead ID,Touch Date,Channel,Campaign\n"
    for n in range(0, 364, 4):
        day = FIRST + timedelta(days=n // 2)
        content += f"L{n},{day},Paid search,{HOSTILE}\n".encode()
    catalog = load_catalog()
    tables = [read_table(leads_csv(), "leads.csv"), read_table(content, "touches.csv")]
    pairs = [(table, propose(table, framework, catalog)) for table in tables]
    assert pairs[1][1].shape.value == "touches"
    prepared = prepare(pairs, framework, catalog, date(2026, 4, 10))
    found = aggregate(prepared.canonical, framework)
    files = [(table.name, mapping) for table, mapping in pairs]
    record = import_record(prepared.report, found, files, None, date(2026, 4, 10))
    app.at.session_state["kpi.actuals"] = add(None, found, record)
    app.open("dashboards")
    layer(app, "operational")
    rows = app.data("dash.oper.campaigns")["rows"]
    assert [row["name"] for row in rows] == [HOSTILE]
    assert not [text for text in app.prose() if "alert" in text]


def test_a_framework_without_channels(app: App) -> None:
    raw = app.sample(JPY).framework()
    raw["dashboards"]["channels"] = []
    opened_with(app, raw)
    assert tiles(app)
    layer(app, "channel")
    assert any("no active channels" in info.value for info in app.at.info)
    assert warned(app)


def test_the_draft_is_previewed_before_it_is_finished(app: App) -> None:
    app.open("dashboards")
    assert title(app) == "Executive dashboard"
    assert warned(app)
    assert all(item["value_text"] for item in tiles(app).values())
    for name in LAYERS[1:]:
        layer(app, name)
    assert "kpi.framework" not in app.work() or app.work()["kpi.framework"] is None


def test_the_page_opens_alone(alone: Callable[..., App], app: App) -> None:
    single = alone("dashboards", app.sample(HYBRID))
    assert title(single) == "Executive dashboard"
    assert warned(single)


def test_settings_that_mean_nothing_are_passed_over(own: App) -> None:
    own.at.session_state["kpi.view"] = {
        **own.at.session_state["kpi.view"],
        "dash_layer": "<script>",
        "dash_grain": "century",
        "dash_period": "yesterday",
        "dash_channel": "nowhere",
        "dash_segment": "nobody",
        "dash_model": "magic",
        "dash_as_of": "soon",
        "dash_tab": "fax",
        "dash_against": "nothing",
        "dash_cohort": ["a", "b"],
    }
    own.run()
    assert title(own) == "Executive dashboard"
    assert "Q4 FY2025/26, as of 31 Mar 2026" in caption(own)
    for name in LAYERS:
        layer(own, name)
