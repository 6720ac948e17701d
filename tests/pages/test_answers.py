"""What people type: numbers in any notation, and answers that cannot be used."""

from __future__ import annotations

from typing import Any

import pytest

HOSTILE_NAMES = (
    "<script>document.title='owned'</script>",
    "![x](https://example.org/x.png)",
    "[press](javascript:alert(1)) **bold** _slanted_ `code`",
    "=cmd|' /C calc'!A0",
    ":red[alarm] $x^2$ # heading",
    "Größe 🚀👩‍👩‍👧 & Søn",
    "שלום עולם \u202egnp.exe",
)


def finish(app: Any) -> Any:
    """Go to the last step and press Finish."""
    return app.step("review").press_continue()


def refused(app: Any) -> bool:
    """Whether Finish led nowhere and said so."""
    return (
        app.current_step() == "review"
        and [error.value for error in app.at.error]
        == [
            "Not finished yet: some answers cannot be used. "
            "The list below says which and how to fix them."
        ]
        and "kpi.framework" not in app.work()
    )


# ---- numbers ----


@pytest.mark.parametrize(
    ("currency", "typed", "echo"),
    [
        ("USD", "1,234.5", "$1,234.50"),
        ("USD", "1.234,5", "$1,234.50"),
        ("EUR", "1.234,5", "€1,234.50"),
        ("EUR", "23,4", "€23.40"),
        ("EUR", "5 000 000", "€5,000,000"),
        ("EUR", "5\u202f000\u00a0000 €", "€5,000,000"),
        ("GBP", "5m", "£5,000,000"),
        ("JPY", "¥100M", "¥100,000,000"),
        ("JPY", "1億", "¥100,000,000"),
        ("USD", "1'250'000", "$1,250,000"),
    ],
)
def test_money_is_understood_and_echoed(wizard: Any, currency: str, typed: str, echo: str) -> None:
    wizard.answer("company.currency", currency).answer("company.revenue_target", typed)
    assert wizard.remark("company.revenue_target").replace("\u00a0", " ") == f"Read as {echo}"
    assert wizard.field("company.revenue_target").value == typed
    assert wizard.data("wizard.footer")["note"] == "Kept as you type"


def test_the_chain_follows_the_revenue_target(wizard: Any) -> None:
    wizard.answer("company.currency", "JPY").answer("company.average_deal_size", "5,000,000")
    wizard.answer("company.marketing_sourced_share", "100").answer(
        "company.revenue_target", "¥100M"
    )
    values = [step["value"] for step in wizard.data("company.chain")["steps"]]
    assert values[:2] == ["¥100M", "20"]
    wizard.answer("company.revenue_target", "¥200M")
    values = [step["value"] for step in wizard.data("company.chain")["steps"]]
    assert values[:2] == ["¥200M", "40"]


@pytest.mark.parametrize("field", ["company.revenue_target", "company.average_deal_size"])
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "This must not be empty. Type a number."),
        ("0", "$0 is not possible. Type"),
        ("-5", "-$5 is not possible. Type"),
        ("five", "'five' is not a number"),
        ("5 apples", "'apples' does not fit here: an amount in USD is needed."),
        ("€5m", "'€' does not fit here: an amount in USD is needed."),
        ("20%", "This is a percentage, but an amount is needed."),
        ("1e999", "Type"),
        ("9" * 61, "is too long for a number"),
        ("2,000,000b", "is larger than 1,000,000,000,000,000: check the zeros"),
        ("<script>alert(1)</script>", "leave only the number"),
    ],
)
def test_bad_money_is_refused_in_words(wizard: Any, field: str, typed: str, said: str) -> None:
    before = wizard.data("company.chain")
    wizard.answer(field, typed)
    assert wizard.field(field).value == typed, "what was typed stays"
    assert said in wizard.remark(field)
    assert wizard.data("wizard.footer")["note"] == "Some answers need attention"
    assert wizard.data("company.chain") == before, "the plan keeps the starting point"
    assert refused(finish(wizard))
    assert any(said in finding for finding in wizard.findings("review.findings"))
    assert "company" in wizard.trouble()


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("marketing_sourced_share", "101", "101.0% is not possible. Type 100.0% or less."),
        ("marketing_sourced_share", "0", "0.0% is not possible. Type"),
        ("marketing_sourced_share", "-1%", "-1.0% is not possible. Type"),
        ("net_revenue_retention", "501", "501.0% is not possible. Type 500.0% or less."),
        ("net_revenue_retention", "-3", "-3.0% is not possible. Type 0.0% or more."),
        ("start_arr", "-1", "-$1 is not possible. Type $0 or more."),
        ("sales_cycle_days", "0", "0 days is not possible. Type 1 day or more."),
        ("sales_cycle_days", "1826", "1,826 days is not possible. Type 1,825 days or less."),
        ("sales_cycle_days", "", "This must not be empty."),
    ],
)
def test_other_bad_numbers_of_the_company(wizard: Any, field: str, typed: str, said: str) -> None:
    wizard.answer(f"company.{field}", typed)
    assert said in wizard.remark(f"company.{field}")
    assert refused(finish(wizard))


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("revenue_target", "1000000b"),  # the largest amount that can be typed
        ("average_deal_size", "1000000b"),
        ("start_arr", "1000000b"),
        ("average_deal_size", "0.000001"),
        ("revenue_target", "0.000001"),
        ("marketing_sourced_share", "0.0000001"),
    ],
)
def test_extreme_but_possible_numbers_break_nothing(wizard: Any, field: str, typed: str) -> None:
    wizard.answer("company.net_revenue_retention", "500")
    wizard.answer(f"company.{field}", typed)
    for step in ("targets", "review", "company"):
        wizard.step(step)
    assert wizard.field(f"company.{field}").value == typed
    wizard.press("wizard.undo")


def test_extremes_together_break_nothing(wizard: Any) -> None:
    wizard.answer("company.average_deal_size", "0.000001")
    wizard.answer("company.marketing_sourced_share", "100")
    wizard.answer("company.revenue_target", "1000000b").step("targets")
    wizard.edit("targets.rates", "win_rate", "own", "0.0000001").step("review").step("company")


def test_a_sales_cycle_is_kept_in_whole_days(wizard: Any) -> None:
    wizard.answer("company.sales_cycle_days", "30.4")
    assert wizard.remark("company.sales_cycle_days") == "Read as 30 days"
    finish(wizard)
    assert wizard.framework()["company"]["sales_cycle_days"] == 30


def test_optional_numbers_may_be_emptied(wizard: Any) -> None:
    wizard.answer("company.start_arr", "2m").answer("company.start_arr", "")
    finish(wizard)
    assert wizard.framework()["company"]["start_arr"] is None


# ---- names ----


@pytest.mark.parametrize("typed", ["", "   "])
def test_an_empty_name_is_refused(wizard: Any, typed: str) -> None:
    wizard.answer("company.name", typed)
    assert wizard.remark("company.name") == ":red[:material/error: " + (
        "This must not be empty. Type a text.]"
    )
    assert refused(finish(wizard))
    assert any("Name. This must not be empty." in f for f in wizard.findings("review.findings"))
    wizard.step("company").answer("company.name", "Mended Ltd")
    finish(wizard)
    assert wizard.framework()["company"]["name"] == "Mended Ltd"


def test_a_name_of_300_characters_is_refused_and_kept(wizard: Any) -> None:
    wizard.answer("company.name", "N" * 300)
    assert "This has 300 characters; 120 is the limit. Shorten it." in wizard.remark("company.name")
    assert wizard.field("company.name").value == "N" * 300
    assert refused(finish(wizard))
    wizard.step("company").answer("company.name", "N" * 120)
    finish(wizard)
    assert wizard.framework()["company"]["name"] == "N" * 120


def test_a_control_character_is_named(wizard: Any) -> None:
    wizard.answer("company.name", "Tab\x00Bed")
    assert "U+0000" in wizard.remark("company.name")
    assert refused(finish(wizard))


@pytest.mark.parametrize("typed", ["", "F" * 300])
def test_a_bad_framework_name_is_refused(wizard: Any, typed: str) -> None:
    wizard.step("review").answer("framework_name", typed)
    assert wizard.field("framework_name").value == typed
    wizard.press_continue()
    assert refused(wizard)
    wizard.answer("framework_name", "Plan 2027").press_continue()
    assert wizard.framework()["name"] == "Plan 2027"


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_are_shown_as_typed(wizard: Any, name: str) -> None:
    wizard.answer("company.name", name)
    assert wizard.field("company.name").value == name
    finish(wizard)
    assert wizard.framework()["company"]["name"] == name
    blocks = wizard.data("export.document")["blocks"]
    assert blocks[0]["eyebrow"] == name
    wizard.open("home")
    shown = f"{name} measurement framework"
    assert shown in wizard.words()
    assert_escaped(wizard, name)


def test_hostile_words_everywhere_are_escaped(wizard: Any) -> None:
    for hostile in (HOSTILE_NAMES[0] + HOSTILE_NAMES[1], HOSTILE_NAMES[2] + HOSTILE_NAMES[4]):
        wizard.step("company").answer("company.name", hostile)
        wizard.answer("company.revenue_target", hostile)
        assert_escaped(wizard, hostile)
        wizard.answer("company.revenue_target", "5m")
        wizard.step("data").edit("data.tools", "crm", "products", hostile)
        wizard.answer("data.notes", hostile)
        assert_escaped(wizard, hostile)
        wizard.step("metrics").send("metrics.board", "select", "win_rate")
        wizard.answer("definitions.win_rate.name", hostile)
        wizard.answer("definitions.win_rate.definition", hostile)
        assert hostile in [head.value for head in wizard.at.header] or hostile in wizard.words()
        assert_escaped(wizard, hostile)
        wizard.step("targets").edit("targets.kpis", "win_rate", "baseline", hostile)
        wizard.answer("kpis.win_rate.baseline_period", hostile)
        assert_escaped(wizard, hostile)
        wizard.edit("targets.kpis", "win_rate", "baseline", "20")
        wizard.step("owners").edit("owners.grid", "win_rate", "owner_person", hostile)
        assert_escaped(wizard, hostile)
        wizard.step("dashboards")
        assert_escaped(wizard, hostile)
        wizard.step("review").answer("framework_name", hostile)
        assert_escaped(wizard, hostile)
        assert hostile in wizard.words()
        wizard.press_continue().open("home")
        assert_escaped(wizard, hostile)
        wizard.open("wizard")


def assert_escaped(app: Any, hostile: str) -> None:
    """No text for Markdown holds the hostile text as it is, where it has signs of Markdown."""
    if not set(hostile) & set("<>[]()*_`!$#=|:"):
        return
    for text in app.prose():
        assert hostile not in text
        for start in ("<script", "![", "](", "**bold", "`code", ":red[alarm", "$x^"):
            if start in hostile:
                assert start not in text.replace("\\" + start[0], ""), text
