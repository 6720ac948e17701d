"""Whatever a file holds, every row is used or set aside, and the canonical tables keep their promises."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.actuals.prepare import Prepared, prepare
from kpi_core.actuals.propose import propose
from kpi_core.actuals.table_file import read_table
from kpi_core.catalog.loader import Catalog
from kpi_core.models.actuals import ImportMapping, Shape
from kpi_core.models.framework import MeasurementFramework

TODAY = date(2026, 4, 1)

dates = st.one_of(
    st.dates(date(2025, 1, 1), date(2026, 6, 1)).map(str),
    st.sampled_from(["", "x", "13/04/2025", "04/13/2025", "2025-02-30", "45000", "n/a"]),
)
words = st.sampled_from(
    ["", "Won", "Lost", "Open", "MQL", "Customer", "Webinar", "Foo", "=1+1", "<b>", "受注", "yes"]
)
amounts = st.sampled_from(["", "10", "-5", "$5", "€7", "1,5", "tbd", "1e400", "nan", "12%"])
keys = st.sampled_from(["", "a", "b", "c", "d", "e"])
COLUMNS = {
    "key": keys, "lead_key": keys, "created": dates, "closed": dates, "won": dates, "lost": dates,
    "changed": dates, "responded": dates, "at_mqls": dates, "at_deals": dates, "at": dates,
    "stage": words, "channel": words, "segment": words, "source": words, "campaign": words,
    "amount": amounts, "currency": words, "period": dates,
    "metric": st.sampled_from(["New leads", "Win rate", "?"]),
    "value": amounts,
}  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> tuple[str, ImportMapping]:
    """A file of any shape, with some of its fields mapped, and a mapping as a user could leave it."""
    shape = draw(st.sampled_from(Shape))
    names = draw(st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=8, unique=True))
    count = draw(st.integers(0, 8))
    rows = [[draw(COLUMNS[name]) for name in names] for _ in range(count)]
    text = "\n".join("\t".join(row) for row in [names, *rows])
    mapping = ImportMapping(
        id="m",
        name="Any",
        shape=shape,
        columns={name: draw(st.sampled_from([name, name, name, "gone"])) for name in names},
        metric_columns={"New leads": "new_leads", "Win rate": "win_rate", "value": "new_leads"},
        stages={"Won": "won", "Lost": "lost", "MQL": "mqls", "Customer": "deals", "受注": "zzz"},
        channels={"Webinar": "events"},
        sources={"Foo": "marketing"},
        row_is=draw(st.sampled_from(["leads", "mqls", "sign_ups", "nonsense"])),
        day_first=draw(st.sampled_from([None, True, False])),
    )
    return text, mapping


def check_books(result: Prepared) -> None:
    """The report adds up."""
    report = result.report
    assert report.rows_read == report.rows_used + report.rows_set_aside
    assert report.rows_set_aside == len(report.set_aside) == len(list(report.set_aside))
    assert all(row.reason and row.row >= 1 for row in report.set_aside)
    places = [(row.file, row.row) for row in report.set_aside]
    assert len(set(places)) == len(places)


def check_tables(result: Prepared) -> None:
    """What the measures rely on."""
    canonical, tomorrow = result.canonical, datetime(2026, 4, 2)
    if canonical.leads is not None:
        leads = canonical.leads.to_pylist()
        assert len({lead["key"] for lead in leads}) == len(leads)
        for lead in leads:
            assert lead["entered"] is not None
            moments = [v for v in lead.values() if isinstance(v, datetime)]
            assert all(moment < tomorrow for moment in moments)
            assert lead["amount"] is None or lead["amount"] >= 0
            assert lead["sourced_by"] in ("marketing", "sales", "")
    if canonical.opportunities is not None:
        for deal in canonical.opportunities.to_pylist():
            assert (deal["outcome"] == "open") == (deal["closed"] is None)
            if deal["created"] and deal["closed"]:
                assert deal["created"] <= deal["closed"]
    if canonical.values is not None:
        values = canonical.values.to_pylist()
        cells = [tuple(v[k] for k in v if k not in ("value", "n")) for v in values]
        assert len(set(cells)) == len(cells)
        assert all(value["day"] < tomorrow for value in values)


@given(st.lists(files(), min_size=1, max_size=3))
def test_every_row_is_accounted_for(
    worked_example: MeasurementFramework,
    catalog: Catalog,
    given_files: list[tuple[str, ImportMapping]],
) -> None:
    pairs = [
        (read_table(text.encode(), f"{number}.tsv"), mapping)
        for number, (text, mapping) in enumerate(given_files)
    ]
    result = prepare(pairs, worked_example, catalog, TODAY)
    check_books(result)
    check_tables(result)
    assert result.report.rows_read == sum(read.rows_read for read, _ in pairs)


@given(files())
def test_with_the_proposed_mapping_too(
    worked_example: MeasurementFramework, catalog: Catalog, given_file: tuple[str, ImportMapping]
) -> None:
    read = read_table(given_file[0].encode(), "any.tsv")
    mapping = propose(read, worked_example, catalog)
    result = prepare([(read, mapping)], worked_example, catalog, TODAY)
    check_books(result)
    check_tables(result)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 400) | st.none()), max_size=30))
def test_leads_and_wins_as_counted_by_hand(
    worked_example: MeasurementFramework, catalog: Catalog, people: list[tuple[int, int | None]]
) -> None:
    """Leads in one file, wins in another: as many of each as a plain loop finds."""
    start = date(2025, 1, 1)
    leads = [f"k{n}\t{start + timedelta(days=day)}" for n, (day, _) in enumerate(people)]
    wins = [
        (n, start + timedelta(days=day + later))
        for n, (day, later) in enumerate(people)
        if later is not None
    ]
    past = [(n, day) for n, day in wins if day <= TODAY]
    lead_file = "\n".join(["Lead ID\tCreated Date", *leads])
    deal_file = "\n".join(["Lead ID\tWon Date", *(f"k{n}\t{day}" for n, day in wins)])
    pairs = [
        (
            read_table(lead_file.encode(), "leads.tsv"),
            ImportMapping(
                id="l", name="L", shape=Shape.LEADS,
                columns={"key": "Lead ID", "created": "Created Date"},
            ),
        ),
        (
            read_table(deal_file.encode(), "deals.tsv"),
            ImportMapping(
                id="d", name="D", shape=Shape.OPPORTUNITIES,
                columns={"lead_key": "Lead ID", "won": "Won Date"},
            ),
        ),
    ]  # fmt: skip
    result = prepare(pairs, worked_example, catalog, TODAY)
    check_books(result)
    if not people:
        return
    assert result.canonical.leads is not None
    found = {
        lead["key"]: lead["at_deals"].date()
        for lead in result.canonical.leads.to_pylist()
        if lead.get("at_deals")
    }
    assert found == {f"k{n}": day for n, day in past}
    assert result.report.rows_set_aside == len(wins) - len(past)


@pytest.mark.parametrize("shape", Shape)
def test_no_mapping_at_all_sets_everything_aside(
    shape: Shape, worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    read = read_table(b"a,b\n1,2\n3,4\n", "x.csv")
    mapping = ImportMapping(id="m", name="M", shape=shape)
    result = prepare([(read, mapping)], worked_example, catalog, TODAY)
    check_books(result)
    assert result.report.rows_used == 0
