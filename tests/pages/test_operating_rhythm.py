"""The operating rhythm page: definitions, agreement, owners, reviews, health, set-up, changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import icalendar
import pytest

from kpi_core.catalog.loader import load_catalog
from kpi_core.export.files import calendar_end, to_calendar
from kpi_core.models.framework import MeasurementFramework
from kpi_core.rhythm.health import health
from kpi_core.rhythm.instrumentation import instrumentation_plan
from kpi_ui.rhythm.cells import entries, joined
from kpi_ui.rhythm.fixes import merged

Page = Any
ENTERPRISE = "sales_led_enterprise_saas_usd"
SECTIONS = ("definitions", "agreement", "owners", "reviews", "health", "setup", "changes")
HOSTILE = "<script>alert(1)</script> ![x](https://example.org/x.png) **b** :red[d] $e$ =cmd()"
SIGNS = ("<script", "![", "](", "**b", ":red[d", "$e$")


@pytest.fixture
def rhythm(app: Page) -> Page:
    """The enterprise sample on the page's first section."""
    return app.sample(ENTERPRISE).open("operating_rhythm")


def section(page: Page, name: str) -> Page:
    page.at.button_group(key="field.rhythm.section").set_value(name)
    return page.run()


def definition(page: Page, wanted: str = "mql") -> dict[str, Any]:
    """A lead definition as the framework holds it."""
    found = page.framework()["agreement"]["definitions"]
    return next(dict(d) for d in found if d["id"] == wanted)


def sentence(page: Page) -> str:
    """The plain sentence, as read."""
    return next(str(line) for line in page.words().splitlines() if "counts as" in line)


def errors(page: Page) -> list[str]:
    return [element.value.replace("\\", "") for element in page.at.error]


def document(page: Page) -> MeasurementFramework:
    """The framework, read again from its JSON."""
    return MeasurementFramework.model_validate(page.framework())


def offers(page: Page, key: str) -> bool:
    """Whether a file can be downloaded; its content is seen by the browser test."""
    found = [b for b in page.at.get("download_button") if b.key == key]
    return [b.proto.disabled for b in found] == [False]


def events(page: Page) -> dict[str, Any]:
    """The calendar's events by the review's name."""
    assert offers(page, "rhythm.ics")
    file = to_calendar(document(page), date.today(), calendar_end(date.today()))
    found = icalendar.Calendar.from_ical(file.content).walk("VEVENT")
    return {str(event["summary"]).split(" (")[0]: event for event in found}


# ---- the page as a whole ----


def test_every_section_opens_for_every_sample_and_without_a_framework(app: Page) -> None:
    app.open("operating_rhythm")
    assert [title.value for title in app.at.title] == ["Operating rhythm"]
    for sample in (None, *sorted(load_catalog().samples)):
        if sample:
            app.sample(sample).open("operating_rhythm")
        for name in SECTIONS:
            section(app, name)
            assert not errors(app)


def test_alone_it_shows_the_drafts_defaults(alone: Callable[..., Page]) -> None:
    page = alone("operating_rhythm")
    assert page.shows("rhythm.mql.fit")
    assert "Marketing-qualified lead" in sentence(page)


def test_only_the_open_section_is_drawn(rhythm: Page) -> None:
    assert rhythm.shows("rhythm.mql.fit")
    assert not rhythm.shows("rhythm.volumes")
    section(rhythm, "agreement")
    assert rhythm.shows("rhythm.volumes")
    assert not rhythm.shows("rhythm.mql.fit")


def test_a_wrong_answer_elsewhere_is_said_and_edits_add_up(rhythm: Page) -> None:
    rhythm.step("company").answer("company.revenue_target", "a lot")
    rhythm.open("operating_rhythm")
    assert "Nothing here changes until this is corrected" in rhythm.words()
    rhythm.edit("rhythm.mql.fit", "size", "points", "21")
    rhythm.edit("rhythm.mql.did", "demo", "points", "51")
    rhythm.step("company").answer("company.revenue_target", "40m")
    points = {c["id"]: c["points"] for c in definition(rhythm)["rules"]["criteria"]}
    assert (points["size"], points["demo"]) == (21, 51)


def test_hostile_text_in_every_field_is_shown_as_it_is(rhythm: Page) -> None:
    page = rhythm
    page.answer("rhythm.mql.statement", HOSTILE).answer("rhythm.mql.criteria", HOSTILE)
    page.edit("rhythm.mql.fit", "seniority", "any_of", HOSTILE)
    page.edit("rhythm.mql.out", "excluded", "values", HOSTILE)
    page.edit("rhythm.bench.mql", "name", "0", HOSTILE)
    page.edit("rhythm.bench.mql", "company_size", "0", HOSTILE)
    agree(page, HOSTILE)
    section(page, "agreement")
    for name in ("handoff", "feedback", "escalation", "recycling_rule", "promises.sales"):
        page.answer(f"rhythm.{name}", HOSTILE)
    page.edit("rhythm.recycling", "mql_not_ready", "reason", HOSTILE[:110])
    sign(page, "sales", HOSTILE[:110])
    section(page, "owners")
    first = page.data("rhythm.owners")["rows"][0]["id"]
    page.answer(f"rhythm.{first}.person", HOSTILE[:110])
    section(page, "reviews")
    page.answer("rhythm.weekly.agenda", HOSTILE).answer("rhythm.weekly.rules", HOSTILE)
    page.edit("rhythm.rules.weekly", "name_the_cause", "then", HOSTILE)
    act(page, HOSTILE)
    for name in SECTIONS:
        section(page, name)
        for text in page.prose():
            bare = text.replace("\\\\", "")
            for sign_ in SIGNS:
                at = bare.find(sign_)
                assert at < 0 or bare[at - 1] == "\\", text
    section(page, "changes")
    page.at.text_area(key="rhythm.record.why").set_value(HOSTILE)
    page.press("FormSubmitter:rhythm.record-Record changes")
    assert page.framework()["operating_rhythm"]["change_log"][0]["why"] == HOSTILE
    assert definition(page)["statement"] == HOSTILE


# ---- definitions ----


def test_the_sentence_follows_points_and_threshold(rhythm: Page) -> None:
    assert "from 50 points on" in sentence(rhythm)
    rhythm.edit("rhythm.mql.did", "demo", "points", "45")
    rhythm.answer("rhythm.mql.threshold", 60)
    assert "from 60 points on" in sentence(rhythm)
    assert "45 points for one demo request within 90 days" in sentence(rhythm)
    rhythm.press("rhythm.undo")
    assert "from 50 points on" in sentence(rhythm)


def test_a_cell_that_cannot_be_kept_says_why_and_keeps_the_text(rhythm: Page) -> None:
    for typed, why in (
        ("many", "'many' is not a number"),
        ("2.5", "Type a whole number."),
        ("", "Type a whole number."),
        ("5000", "It should be less than or equal to 1000."),
    ):
        rhythm.edit("rhythm.mql.did", "demo", "points", typed)
        cell = rhythm.cell("rhythm.mql.did", "demo", "points")
        assert (cell["value"], why in cell["error"]) == (typed, True)
    rhythm.edit("rhythm.mql.did", "demo", "points", "40")
    cell = rhythm.cell("rhythm.mql.did", "demo", "points")
    assert (cell["value"], cell["error"]) == ("40", "")


def test_criteria_are_added_changed_and_removed(rhythm: Page) -> None:
    rhythm.choose("rhythm.mql.add.fit", "industry")
    rhythm.edit("rhythm.mql.fit", "industry", "any_of", "Software; Manufacturing")
    rhythm.choose("rhythm.mql.add.did", "conversation")
    rhythm.choose("rhythm.mql.add.out", "country")
    rhythm.edit("rhythm.mql.out", "country", "values", "Atlantis")
    rhythm.edit("rhythm.mql.fit", "junior", "remove", True)
    rules = definition(rhythm)["rules"]
    ids = [c["id"] for c in rules["criteria"]]
    assert "junior" not in ids
    assert ids[-2:] == ["industry", "conversation"]
    assert rules["criteria"][-2]["any_of"] == ["Software", "Manufacturing"]
    assert rules["disqualifiers"][-1] == {
        "id": "country",
        "kind": "country",
        "values": ["Atlantis"],
    }


def test_quick_edits_before_the_answer_all_count(rhythm: Page) -> None:
    edits = [
        ("edit", {"row": "demo", "column": "points", "value": "41"}),
        ("edit", {"row": "webinar", "column": "remove", "value": True}),
        ("edit", {"row": "pages", "column": "points", "value": "11"}),
    ]
    rhythm.send_at_once("rhythm.mql.did", edits)
    points = {c["id"]: c["points"] for c in definition(rhythm)["rules"]["criteria"]}
    assert (points["demo"], points["pages"], "webinar" in points) == (41, 11, False)


def test_a_threshold_nobody_reaches_is_said_and_lowered(rhythm: Page) -> None:
    rhythm.answer("rhythm.mql.threshold", 500)
    (found,) = rhythm.data("rhythm.rules.mql")["items"]
    # 20 size + 20 title + 10 + 10 + 10 + 15 + 50, without the minus of the junior titles
    assert found["fix_label"] == "Lower it to 135"
    rhythm.send("rhythm.rules.mql", "fix", found["id"])
    assert definition(rhythm)["rules"]["threshold"] == 135
    assert not rhythm.shows("rhythm.rules.mql")


def test_definitions_are_removed_added_and_built_from_words(rhythm: Page) -> None:
    for wanted in ("sql", "opportunity", "mql"):
        rhythm.press(f"rhythm.remove.{wanted}")
    assert "Your lead definitions will be here" in rhythm.words()
    rhythm.send("rhythm.add.first", "press", True)
    assert [d["id"] for d in rhythm.framework()["agreement"]["definitions"]] == ["mql"]
    rhythm.press("rhythm.add.pql")
    assert rhythm.shows("rhythm.pql.did")


def test_a_definition_in_words_only_gets_rules(app: Page) -> None:
    app.sample(ENTERPRISE)
    file = app.framework()
    file["agreement"]["definitions"][0]["rules"] = None
    app.open("home").upload(json.dumps(file).encode()).open("operating_rhythm")
    assert "only in words" in app.words()
    assert not app.shows("rhythm.bench.mql")
    app.send("rhythm.build.mql", "press", True)
    assert definition(app)["rules"]["threshold"] == 50


def agree(page: Page, why: str) -> Page:
    page.at.text_input(key="rhythm.version.mql.why").set_value(why)
    return page.press("FormSubmitter:rhythm.version.mql-Agree on this version")


def test_versions_are_agreed_on_and_compared(rhythm: Page) -> None:
    agree(rhythm, "")
    assert errors(rhythm) == ["Write down why this version was agreed."]
    agree(rhythm, "Kick-off")
    rhythm.edit("rhythm.mql.did", "demo", "points", "40")
    assert "Changed since, not agreed yet" in rhythm.words()
    (table,) = rhythm.data("rhythm.difference.mql")["blocks"]
    assert table["rows"] == [
        [
            "Criterion",
            "50 points for one demo request within 90 days",
            "40 points for one demo request within 90 days",
        ]
    ]
    agree(rhythm, "Too many demos")
    (_, version) = definition(rhythm)["versions"]
    assert (version["number"], version["agreed_on"]) == (2, date.today().isoformat())
    assert (version["author_role"], version["reason"]) == ("marketing_operations", "Too many demos")


# ---- the test bench ----


def results(page: Page) -> list[tuple[str, str]]:
    """Result and points of each lead, as drawn."""
    (row,) = [r for r in page.data("rhythm.bench.mql")["rows"] if r["id"] == "result"]
    cells = [cell for key, cell in row["cells"].items() if key != "what"]
    return [(cell["value"], cell["note"]) for cell in cells]


def paste(page: Page, text: str) -> Page:
    page.at.text_area(key="rhythm.bench.text").set_value(text)
    return page.press("FormSubmitter:rhythm.bench.paste-Test these")


def test_three_leads_are_scored_with_their_reasons(rhythm: Page) -> None:
    # sizes from 1,000 bring 20, titles with `head` 20, a demo 50, interns lose 20
    paste(
        rhythm,
        "name,Title,Employees,demo requests,email\n"
        "Ana,Head of IT,2000,1,ana@acme.com\n"
        "Ben,Intern,2000,1,ben@acme.com\n"
        "Cy,Director,20,,cy@gmail.com\n",
    )
    assert results(rhythm) == [
        ("Qualifies", "90 of 50 points"),
        ("Qualifies", "50 of 50 points"),
        ("Does not qualify", "20 of 50 points, kept out: free email address"),
    ]
    assert "2 of 3 leads qualify" in rhythm.words()
    rhythm.edit("rhythm.bench.mql", "demo_request", "1", "0")
    assert results(rhythm)[1] == ("Does not qualify", "0 of 50 points")
    (why,) = rhythm.data("rhythm.why.mql")["blocks"]
    demo = next(row for row in why["rows"] if row[0]["value"].startswith("one demo"))
    assert [cell["value"] for cell in demo[1:]] == ["50", "0", "0"]
    assert [cell["note"].split(",")[0] for cell in demo[1:]] == ["yes", "no", "not known"]


def test_leads_are_added_removed_cleared_and_not_saved(rhythm: Page) -> None:
    assert len(results(rhythm)) == 3
    rhythm.press("rhythm.bench.add").edit("rhythm.bench.mql", "name", "3", "Zoë Secret")
    rhythm.edit("rhythm.bench.mql", "remove", "0", True)
    assert len(results(rhythm)) == 3
    assert "Zoë Secret" in rhythm.words()
    assert "Zoë Secret" not in json.dumps(rhythm.at.session_state["kpi.view"])
    assert "Zoë Secret" not in json.dumps(rhythm.work(), ensure_ascii=False)
    rhythm.press("rhythm.bench.clear")
    assert "No lead yet" in rhythm.words()
    rhythm.press("rhythm.bench.examples")
    assert len(results(rhythm)) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Nothing was pasted"),
        ("just a name\nAna\n", "columns are not understood"),
        ("name,company_size\nAna,lots\n", "'lots' is left out"),
        ("\0\0\0", "No lead was read"),
    ],
)
def test_what_cannot_be_read_from_a_paste_is_said(rhythm: Page, text: str, said: str) -> None:
    paste(rhythm, text)
    assert said in rhythm.words()


def test_many_leads_stand_in_a_table(rhythm: Page) -> None:
    lines = "\n".join(f"Lead {n},{n % 2}" for n in range(1100))
    paste(rhythm, f"name,demo_request\n{lines}\n")
    assert "1,000 leads on the bench. The first 1,000 of 1,100 rows are tested." in rhythm.words()
    assert "500 of 1,000 leads qualify" in rhythm.words()
    assert len(rhythm.at.dataframe[0].value) == 1000


# ---- the agreement ----


def sign(page: Page, party: str, name: str) -> Page:
    page.at.text_input(key=f"rhythm.sign.{party}.name").set_value(name)
    return page.press(f"FormSubmitter:rhythm.sign.{party}-Sign for {party}")


def signers(page: Page) -> list[str]:
    return [s["name"] for s in page.framework()["agreement"]["signatures"]]


def test_both_sides_sign_and_a_changed_term_takes_signatures_off(rhythm: Page) -> None:
    section(rhythm, "agreement")
    sign(rhythm, "marketing", "  ")
    assert errors(rhythm) == ["Type who signs for marketing."]
    sign(rhythm, "marketing", "Carol King")
    assert "so it binds one side" in rhythm.words()
    sign(rhythm, "sales", "Grant Hill")
    assert signers(rhythm) == ["Carol King", "Grant Hill"]
    assert "Both sides have signed" in rhythm.words()
    rhythm.answer("rhythm.attempts", 7)
    assert signers(rhythm) == []
    assert "both sides sign again" in rhythm.words()
    rhythm.press("rhythm.undo")
    assert signers(rhythm) == ["Carol King", "Grant Hill"]
    rhythm.press("rhythm.withdraw.sales")
    assert signers(rhythm) == ["Carol King"]


def test_agreeing_on_a_version_and_capacity_leave_signatures(rhythm: Page) -> None:
    section(rhythm, "agreement")
    sign(rhythm, "marketing", "Carol King")
    rhythm.send("rhythm.capacity.add", "press", True).answer("rhythm.reps", 12)
    agree(section(rhythm, "definitions"), "Kick-off")
    assert signers(rhythm) == ["Carol King"]


def test_more_than_sales_can_do_is_an_error_and_nobody_signs(rhythm: Page) -> None:
    section(rhythm, "agreement")
    rhythm.send("rhythm.capacity.add", "press", True)
    # busiest month 45 MQLs x 6 attempts = 270 contacts; 3 reps x 25 x 20 days = 1,500
    assert rhythm.data("rhythm.capacity")["items"][0]["value"] == "18.0%"
    rhythm.answer("rhythm.reps", 1).answer("rhythm.contacts", 10.0)
    assert rhythm.data("rhythm.capacity")["items"][0]["value"] == "135.0%"  # 270 of 200
    assert any("135.0%" in text for text in rhythm.findings("rhythm.agreement.findings"))
    buttons = [b for b in rhythm.at.button if b.label.startswith("Sign for")]
    assert len(buttons) == 2
    assert all(b.disabled for b in buttons)
    rhythm.press("rhythm.capacity.remove")
    assert rhythm.framework()["agreement"]["capacity"] is None


def test_recycling_in_circles_is_an_error(rhythm: Page) -> None:
    section(rhythm, "agreement")
    rhythm.edit("rhythm.recycling", "mql_not_ready", "to_stage", "sql")
    rhythm.edit("rhythm.recycling", "sql_not_ready", "to_stage", "mql")
    found = rhythm.findings("rhythm.agreement.findings")
    assert any("mql to sql to mql" in text for text in found)
    rhythm.press("rhythm.recycling.add").edit("rhythm.recycling", "rule_1", "after_days", "soon")
    assert "is not a number" in rhythm.cell("rhythm.recycling", "rule_1", "after_days")["error"]
    rhythm.edit("rhythm.recycling", "rule_1", "max_times", "")
    rhythm.edit("rhythm.recycling", "mql_not_ready", "remove", True)
    rules = rhythm.framework()["agreement"]["recycling"]
    assert [(r["id"], r["max_times"]) for r in rules] == [("sql_not_ready", 2), ("rule_1", None)]


def test_promises_keep_their_metric_while_words_change(rhythm: Page) -> None:
    section(rhythm, "agreement")
    (table,) = rhythm.data("rhythm.promises")["blocks"]
    numbers = {row[1]: row[2] for row in table["rows"]}
    assert numbers["Win opportunities at the rate the plan rests on."] == "25.0%"
    before = [p for p in rhythm.framework()["agreement"]["commitments"] if p["party"] == "sales"]
    lines = [p["statement"] for p in before]
    rhythm.answer("rhythm.promises.sales", "\n".join([*lines[:-1], "Win more."]))
    after = [p for p in rhythm.framework()["agreement"]["commitments"] if p["party"] == "sales"]
    assert (after[-1]["statement"], after[-1]["metric_id"]) == ("Win more.", "win_rate")
    rhythm.answer("rhythm.promises.sales", "Win more.\nBe kind.")
    after = [p for p in rhythm.framework()["agreement"]["commitments"] if p["party"] == "sales"]
    assert [p["metric_id"] for p in after] == ["win_rate", None]


def test_volumes_are_those_of_the_plan(rhythm: Page) -> None:
    section(rhythm, "agreement")
    (table,) = rhythm.data("rhythm.volumes")["blocks"]
    mqls = next(row for row in table["rows"] if row[0]["value"] == "MQLs")
    assert mqls[2] == "534"
    assert sum(int(month) for month in mqls[3:]) == 534
    assert [c["label"] for c in table["columns"]][3] == "Jan"


def test_an_emptied_text_is_refused_and_comes_back(rhythm: Page) -> None:
    section(rhythm, "agreement")
    before = rhythm.framework()["agreement"]["feedback"]
    rhythm.answer("rhythm.feedback", " ")
    assert "could not be kept" in rhythm.words()
    assert rhythm.field("rhythm.feedback").value == before


def test_a_term_that_ends_before_it_starts_is_said(rhythm: Page) -> None:
    section(rhythm, "agreement")
    for name, day in (("valid_from", date(2030, 2, 1)), ("valid_until", date(2030, 1, 1))):
        rhythm.at.date_input(key=f"field.rhythm.{name}").set_value(day)
        rhythm.run()
    assert any("before it starts" in text for text in rhythm.findings("rhythm.agreement.findings"))


# ---- owners ----


def test_owners_are_chosen_where_the_wizard_keeps_them(rhythm: Page) -> None:
    section(rhythm, "owners").send("rhythm.owners", "select", "win_rate")
    rhythm.answer("rhythm.win_rate.owner", "cmo").answer("rhythm.win_rate.person", "Ada")
    rhythm.answer("rhythm.win_rate.consulted", ["ceo"])
    kpi = next(k for k in rhythm.framework()["kpis"] if k["metric_id"] == "win_rate")
    assert (kpi["owner_role"], kpi["owner_person"]) == ("cmo", "Ada")
    assert rhythm.cell("rhythm.owners", "win_rate", "cmo")["value"] == "A"
    assert rhythm.cell("rhythm.owners", "win_rate", "ceo")["value"] == "C"
    assert not any("I" in c.get("value", "") for c in letters(rhythm))
    rhythm.at.toggle(key="field.rhythm.told").set_value(True)
    assert any(c.get("value") == "I" for c in letters(rhythm.run()))
    rhythm.step("owners")
    assert rhythm.cell("owners.grid", "win_rate", "owner_role")["value"] == "cmo"


def letters(page: Page) -> list[dict[str, Any]]:
    rows = page.data("rhythm.owners")["rows"]
    return [cell for row in rows for key, cell in row["cells"].items() if key != "name"]


def test_a_kpi_without_owner_is_found_and_mended_by_one_click(rhythm: Page) -> None:
    section(rhythm, "owners").send("rhythm.owners", "select", "win_rate")
    rhythm.answer("rhythm.win_rate.owner", "")
    items = rhythm.data("rhythm.findings.owners")["items"]
    found = next(i for i in items if i["title"] == "Win rate." and i["severity"] == "error")
    assert found["fix_label"] == "Give it to its usual owner"
    rhythm.send("rhythm.findings.owners", "fix", found["id"])
    kpi = next(k for k in rhythm.framework()["kpis"] if k["metric_id"] == "win_rate")
    assert kpi["owner_role"] == "sales_leader"
    assert "Win rate: done" in rhythm.words()


# ---- reviews ----


def act(page: Page, what: str, due: date | None = None) -> Page:
    number = len(page.framework()["operating_rhythm"]["actions"])
    key = f"rhythm.action.{number}"
    page.at.text_input(key=f"{key}.what").set_value(what)
    if due:
        page.at.date_input(key=f"{key}.due.weekly").set_value(due)
    return page.press(f"FormSubmitter:{key}-Add action")


def review(page: Page, cadence: str = "weekly") -> dict[str, Any]:
    found = page.framework()["operating_rhythm"]["reviews"]
    return next(dict(r) for r in found if r["cadence"] == cadence)


def test_a_review_is_planned_and_the_calendar_holds_it(rhythm: Page) -> None:
    section(rhythm, "reviews")
    rhythm.choose("field.rhythm.zone", "Asia/Tokyo")
    rhythm.choose("field.rhythm.weekly.weekday", "thursday")
    rhythm.at.time_input(key="field.rhythm.weekly.at").set_value(time(9, 15))
    rhythm.run().answer("reviews.weekly.duration_minutes", 45)
    assert "Every Thursday at 09:15 (Asia/Tokyo), 45 minutes." in rhythm.words()
    assert len(events(rhythm)) == 3
    weekly = events(rhythm)["Weekly operational review"]
    start = weekly.decoded("dtstart")
    assert (start.weekday(), start.time(), str(start.tzinfo)) == (3, time(9, 15), "Asia/Tokyo")
    assert weekly.decoded("duration") == timedelta(minutes=45)
    assert "Agenda" in str(weekly["description"])


def test_a_review_not_held_leaves_the_calendar_and_keeps_its_content(rhythm: Page) -> None:
    section(rhythm, "reviews").answer("rhythm.weekly.agenda", "Our own point")
    rhythm.answer("reviews.weekly.held", False)
    assert "Not held" in rhythm.words()
    act(rhythm, "Anything else")  # another change of the rhythm while it is not held
    assert set(events(rhythm)) == {"Monthly strategic review", "Quarterly framework review"}
    rhythm.answer("reviews.weekly.held", True)
    assert review(rhythm)["agenda"] == ["Our own point"]


def test_decision_rules_are_edited(rhythm: Page) -> None:
    section(rhythm, "reviews")
    rhythm.press("rhythm.rule.add.weekly")
    rhythm.edit("rhythm.rules.weekly", "rule_1", "metric", "lead_to_mql_rate")
    rhythm.edit("rhythm.rules.weekly", "rule_1", "trigger", "below")
    assert "names no limit" in "".join(rhythm.findings("rhythm.findings.reviews"))
    rhythm.edit("rhythm.rules.weekly", "rule_1", "value", "15")
    rhythm.edit("rhythm.rules.weekly", "rule_1", "reviews_in_a_row", "3")
    rule = review(rhythm)["rules"][-1]
    assert (rule["metric_ids"], rule["value"], rule["reviews_in_a_row"]) == (
        ["lead_to_mql_rate"],
        0.15,
        3,
    )
    assert "If Lead-to-MQL rate is below 15.0% in three reviews in a row" in rhythm.words()
    rhythm.edit("rhythm.rules.weekly", "rule_1", "remove", True)
    assert [r["id"] for r in review(rhythm)["rules"]] == ["name_the_cause"]


def test_actions_are_added_done_overdue_and_removed(rhythm: Page) -> None:
    section(rhythm, "reviews")
    act(rhythm, " ")
    assert errors(rhythm) == ["Write down what is to be done."]
    act(rhythm, "Shorten the form", date.today() + timedelta(days=7))
    rhythm.edit("rhythm.actions", "action_1", "due", "next week")
    assert "2027-01-31" in rhythm.cell("rhythm.actions", "action_1", "due")["error"]
    rhythm.edit("rhythm.actions", "action_1", "due", (date.today() - timedelta(days=3)).isoformat())
    assert rhythm.cell("rhythm.actions", "action_1", "status")["value"] == "Overdue"
    assert any("3 days overdue" in text for text in rhythm.findings("rhythm.findings.reviews"))
    rhythm.edit("rhythm.actions", "action_1", "done", True)
    (action,) = rhythm.framework()["operating_rhythm"]["actions"]
    assert action["done_on"] == date.today().isoformat()
    rhythm.edit("rhythm.actions", "action_1", "remove", True)
    assert rhythm.framework()["operating_rhythm"]["actions"] == []


def test_a_review_without_attendees_invites_the_owners(rhythm: Page) -> None:
    section(rhythm, "reviews").answer("reviews.weekly.attendees", [])
    (found,) = rhythm.data("rhythm.findings.reviews")["items"]
    rhythm.send("rhythm.findings.reviews", "fix", found["id"])
    assert "sdr_lead" in review(rhythm)["attendees"]


# ---- health ----


def test_the_score_stands_with_its_parts(rhythm: Page) -> None:
    section(rhythm, "health")
    # 16/16, 16/16, 12/16, 14/16, 12/16, 3/4 and 6/8: mean of the seven shares
    assert rhythm.data("rhythm.health.score")["items"][0]["value"] == "83 of 100"
    meter = rhythm.data("rhythm.health.rhythm")
    assert (meter["value"], meter["total"]) == (6, 8)


def test_a_guided_finding_leads_to_its_place(rhythm: Page) -> None:
    section(rhythm, "health")
    items = rhythm.data("rhythm.findings.health")["items"]
    capacity = next(i for i in items if i["fix_label"] == "Go to agreement")
    rhythm.send("rhythm.findings.health", "fix", capacity["id"])
    assert rhythm.shows("rhythm.volumes")
    section(rhythm, "health")
    target = next(i for i in items if i["fix_label"] == "Go to targets")
    rhythm.send("rhythm.findings.health", "fix", target["id"])
    assert rhythm.current_step() == "targets"


def test_one_click_fixes_hold_after_the_framework_is_built_again(app: Page) -> None:
    """Every fix a damaged framework is offered removes its finding."""
    app.sample(ENTERPRISE)
    file = app.framework()
    for kpi in file["kpis"][:2]:
        kpi["owner_role"] = None
        kpi["steward_role"] = None
    file["operating_rhythm"]["reviews"][1]["attendees"] = []
    file["dashboards"]["executive"]["metric_ids"] = [k["metric_id"] for k in file["kpis"]]
    for kpi in file["kpis"]:
        kpi["layers"] = ["executive", "operational"]
    app.open("home").upload(json.dumps(file).encode()).open("operating_rhythm")
    section(app, "health")
    done = 0
    while clicks := [
        i
        for i in app.data("rhythm.findings.health")["items"]
        if not i["fix_label"].startswith("Go to")
    ]:
        assert done < 10
        app.send("rhythm.findings.health", "fix", clicks[0]["id"])
        assert not errors(app), (clicks[0], errors(app))
        done += 1
    assert done >= 6
    framework = document(app)
    assert not [e for e in health(framework, date.today()).findings if e.one_click]
    assert len(framework.dashboards.executive.metric_ids) == 7


# ---- set-up and changes ----


def test_the_setup_plan_is_filtered_and_downloaded(rhythm: Page) -> None:
    section(rhythm, "setup")
    (table,) = rhythm.data("rhythm.setup.table")["blocks"]
    assert len(table["rows"]) == 27
    assert offers(rhythm, "rhythm.setup.csv")
    rhythm.choose("field.rhythm.tool", "crm")
    (table,) = rhythm.data("rhythm.setup.table")["blocks"]
    plan = instrumentation_plan(document(rhythm), load_catalog())
    assert len(table["rows"]) == sum(one.record.tool == "crm" for one in plan.instruments) > 0


def test_changes_are_listed_recorded_with_a_reason_and_undone(rhythm: Page) -> None:
    section(rhythm, "changes")
    assert "Nothing has changed" in rhythm.words()
    section(rhythm, "owners").send("rhythm.owners", "select", "win_rate")
    rhythm.answer("rhythm.win_rate.person", "Ada")
    section(rhythm, "changes")
    (table,) = rhythm.data("rhythm.changes")["blocks"]
    assert [(row[0]["note"], row[2]) for row in table["rows"]] == [("Owners", "Ada")]
    rhythm.press("FormSubmitter:rhythm.record-Record changes")
    assert errors(rhythm) == ["Write down why it was changed."]
    rhythm.at.text_area(key="rhythm.record.why").set_value("Grant left")
    rhythm.press("FormSubmitter:rhythm.record-Record changes")
    (entry,) = rhythm.framework()["operating_rhythm"]["change_log"]
    assert (entry["why"], entry["role"], len(entry["lines"])) == ("Grant left", "cmo", 1)
    assert "Nothing has changed" in rhythm.words()
    rhythm.press("rhythm.undo")
    assert rhythm.shows("rhythm.changes")
    assert rhythm.framework()["operating_rhythm"]["change_log"] == []


def test_another_framework_starts_its_own_record(rhythm: Page) -> None:
    section(rhythm, "changes")
    rhythm.sample("manufacturer_jpy").open("operating_rhythm")
    assert "Nothing has changed" in section(rhythm, "changes").words()


# ---- helpers of the page ----


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a, b,a", ("a", "b")),
        ("Acme, Inc.; Beta", ("Acme, Inc.", "Beta")),
        ("東京、大阪", ("東京", "大阪")),
        (" , ;", ()),
        ("a\nb", ("a", "b")),
        ("東京、本社; 大阪", ("東京、本社", "大阪")),
    ],
)
def test_lists_are_read_as_typed(text: str, found: tuple[str, ...]) -> None:
    assert entries(text) == found
    assert entries(joined(found)) == found


def test_a_list_of_one_name_with_a_comma_reads_back() -> None:
    assert entries(joined(("Acme, Inc.",))) == ("Acme, Inc.",)


def test_only_what_a_fix_changed_goes_into_the_draft() -> None:
    before = {"kpis": {"a": {"owner": "x", "due": 1}, "b": {"owner": "y"}}, "rhythm": {"k": [1]}}
    after = {"kpis": {"a": {"owner": "z", "due": 1}, "b": {}}, "rhythm": {"k": [2]}}
    draft: dict[str, Any] = {"kpis": {"b": {"owner": "y"}}, "company": {"name": "typed"}}
    merged(before, after)(draft)
    assert draft == {
        "kpis": {"a": {"owner": "z"}, "b": {}},
        "rhythm": {"k": [2]},
        "company": {"name": "typed"},
    }


def test_a_whole_export_is_counted_and_follows_the_rules(rhythm: Page) -> None:
    asked = {"name": "A", "email": "a@firm.example", "demo_request": "1"}
    quiet = {"name": "B", "email": "b@firm.example", "pages_viewed": "9"}
    rhythm.at.session_state["kpi.rhythm.export"] = ([asked, quiet, quiet, quiet], 4)
    rhythm.run()
    assert "1 of 4 leads would qualify" in rhythm.words()
    rhythm.at.number_input(key="field.rhythm.mql.threshold").set_value(10)
    rhythm.run()
    assert "4 of 4 leads would qualify" in rhythm.words()
