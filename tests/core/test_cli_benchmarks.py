"""`kpi benchmarks`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kpi_core.cli import CLEAN, UNREADABLE, main

Capture = pytest.CaptureFixture[str]


def _run(capsys: Capture, *arguments: str) -> tuple[int, Any]:
    status = main(["benchmarks", *arguments, "--json", "--year", "2026"])
    captured = capsys.readouterr()
    assert captured.err == ""
    return status, json.loads(captured.out)


def test_figures_of_a_cohort(capsys: Capture) -> None:
    cohort = ("--segment", "smb", "--motion", "sales_led", "--industry", "fintech")
    status, found = _run(capsys, "sql_to_opportunity_rate", *cohort, "--region", "japan")
    assert status == CLEAN
    assert [figure["id"] for figure in found["figures"]] == [
        f"sql_to_opportunity.{n}" for n in (8, 5, 1, 7, 6, 3)
    ]
    first = found["figures"][0]
    assert (first["low"], first["typical"], first["high"], first["text"]) == (
        None,
        0.4,
        None,
        "40.0%",
    )
    assert first["matched"].startswith("Matched on segment. Industry read as SaaS for Fintech.")
    assert (first["publisher"], first["year"]) == ("First Page Sage", 2025)
    assert first["url"].startswith("https://firstpagesage.com/")
    assert found["span"] == [0.1, 0.6]  # MarketJoy from 10%, the guide to 60%
    assert (found["unit"], found["currency"], found["other_figures"]) == ("ratio", None, 2)
    assert found["cohort"]["region"] == "japan"
    assert found["conflicts"][0]["why"].startswith("SQL can mean sales-accepted")
    assert [finding["code"] for finding in found["findings"]] == ["other_cuts"]
    assert "industry Cybersecurity (1)" in found["findings"][0]["message"]


def test_bands_of_the_segment_only_in_dollars(capsys: Capture) -> None:
    arguments = ("gross_revenue_retention", "--segment", "enterprise", "--industry", "saas")
    _, dollars = _run(capsys, *arguments)
    _, euros = _run(capsys, *arguments, "--currency", "eur")
    assert [figure["id"] for figure in dollars["figures"]][:2] == ["grr.24", "grr.25"]
    assert not {"grr.24", "grr.25"} & {figure["id"] for figure in euros["figures"]}


def test_money_in_its_currency_only(capsys: Capture) -> None:
    cohort = ("cost_per_lead", "--industry", "manufacturing", "--channel", "paid")
    _, yen = _run(capsys, *cohort, "--region", "japan", "--currency", "JPY")
    assert [(f["id"], f["low"], f["high"]) for f in yen["figures"]] == [
        ("cost_per_lead.7", 8000, 15000)
    ]
    assert yen["currency"] == "JPY"
    assert {f["code"] for f in yen["findings"]} == {"weak_evidence"}
    _, euros = _run(capsys, *cohort, "--currency", "EUR")
    assert euros["figures"] == []
    assert euros["span"] is None
    (finding,) = euros["findings"]
    assert finding["code"] == "no_published_figure"
    assert finding["message"] == "No figure is published for this metric in EUR."


def test_no_published_figure(capsys: Capture) -> None:
    status, found = _run(capsys, "mql_count")
    assert status == CLEAN
    assert (found["figures"], found["conflicts"]) == ([], [])
    (finding,) = found["findings"]
    assert finding["code"] == "no_published_figure"
    assert finding["fix"].startswith("Set its target from own history")


def test_least_confidence(capsys: Capture) -> None:
    arguments = ("gross_revenue_retention", "--industry", "saas")
    _, found = _run(capsys, *arguments, "--confidence", "high")
    assert [figure["id"] for figure in found["figures"]] == ["grr.6"]
    codes = [mark["code"] for mark in found["figures"][0]["marks"]]
    assert codes == ["guideline", "one_end_only"]
    assert found["findings"][0]["code"] == "weak_evidence"


def test_figures_grow_old_with_the_year(capsys: Capture) -> None:
    def codes(year: str) -> list[str]:
        main(["benchmarks", "average_deal_size", "--industry", "saas", "--json", "--year", year])
        found = json.loads(capsys.readouterr().out)
        figure = next(f for f in found["figures"] if f["id"] == "average_contract_value.2")
        return [mark["code"] for mark in figure["marks"]]

    assert codes("2026") == []
    assert codes("2027") == ["old"]  # from 2021


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("win_rat",), "unknown_metric", "did you mean win_rate?"),
        (("win_rate", "--industry", "fintek"), "unknown_industry", "did you mean fintech?"),
        (("win_rate", "--region", "jp"), "unknown_region", "Unknown region 'jp'"),
        (("win_rate", "--channel", "tv"), "unknown_channel", "Unknown channel 'tv'"),
        (("win_rate", "--currency", "dollar"), "unknown_currency", "Unknown currency 'DOLLAR'"),
        (("win_rate", "--industry", ""), "unknown_industry", "Unknown industry ''"),
    ],
)
def test_unknown_ids(capsys: Capture, arguments: tuple[str, ...], code: str, words: str) -> None:
    status, found = _run(capsys, *arguments)
    assert status == UNREADABLE
    (finding,) = found["findings"]
    assert finding["code"] == code
    assert words in finding["message"]
    assert len(finding["fix"]) < 600


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--segment", "huge"), "invalid choice: 'huge' (choose from 'smb', 'mid_market'"),
        (("--motion", "loud"), "invalid choice: 'loud' (choose from 'sales_led'"),
        (("--confidence", "some"), "invalid choice: 'some' (choose from 'high'"),
        (("--year", "soon"), "'soon' is not a whole number from 1,990 to 2,100"),
    ],
)
def test_wrong_options(capsys: Capture, arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["benchmarks", "win_rate", *arguments])
    assert stopped.value.code == UNREADABLE
    assert words in capsys.readouterr().err


def test_text_for_people(capsys: Capture) -> None:
    arguments = ["--industry", "manufacturing", "--channel", "events", "--region", "japan"]
    assert main(["benchmarks", "webinar_attendance_rate", *arguments, "--year", "2026"]) == CLEAN
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Webinar attendance rate: 2 published figures fit"
    assert lines[1] == "The sources span 30.0% to 70.0%; this is no average."
    assert lines[3].startswith("60.0% to 70.0%  OTSUNAGI quoting ネクプロ (Nexpro), 2025 (range")
    assert "  ! The source states no year." in lines
    assert any(line.startswith("Sources disagree: Japan 60 to 70% (Nexpro)") for line in lines)
    assert lines[-1].startswith("info: Webinar attendance rate: 1 more describe others: ")
    assert "region Europe (1)" in lines[-1]
