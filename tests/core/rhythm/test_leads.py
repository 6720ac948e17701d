"""Leads from a table: other names of columns, numbers as typed, and cells that cannot be read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kpi_core.models.lead_rules import Action
from kpi_core.rhythm.leads import COLUMNS, MOST_LEADS, Activity, read_leads


def codes(rows: list[dict[str, str]]) -> list[str]:
    return [finding.code for finding in read_leads(rows).findings]


def test_a_row_as_people_type_it() -> None:
    row = {
        "Name": "Ada",
        "E-mail": "ada@firm.com",
        "Employees": "1,200",
        "Job Title": "Head of IT",
        "Pages viewed": "7",
        "pages_viewed_within_days": "30",
        "Demo": "yes",
        "webinar": "no",
        "Flags": "existing customer; partner",
        "days since activity": "4",
        "industry": "",
    }
    read = read_leads([row])
    assert read.findings == ()
    (lead,) = read.leads
    assert (lead.name, lead.email, lead.company_size, lead.job_title) == (
        "Ada", "ada@firm.com", 1200, "Head of IT",
    )  # fmt: skip
    assert lead.activity == {
        Action.PAGES_VIEWED: (Activity(7, 30),),
        Action.DEMO_REQUEST: (Activity(1),),
        Action.WEBINAR: (Activity(0),),
    }
    assert lead.flags == ("existing customer", "partner")
    assert (lead.days_since_activity, lead.industry) == (4, None)


def test_a_cell_that_is_no_number_is_left_out_and_said() -> None:
    for text in ("many", "-3", "2.5", "12%", "9" * 70, "5 kg"):
        read = read_leads([{"name": "A", "company_size": text}])
        assert [f.code for f in read.findings] == ["lead_cell_not_read"]
        assert read.findings[0].where == "Test leads, row 1, company_size"
        assert read.leads[0].company_size is None


def test_unknown_columns_are_named_once() -> None:
    read = read_leads([{"name": "A", "shoe size": "44"}, {"name": "B", "shoe size": "41"}])
    assert [(f.code, f.severity.value) for f in read.findings] == [("unknown_columns", "warning")]
    assert "'shoe size'" in read.findings[0].message
    assert read_leads([{"x": "1"}]).findings[0].severity.value == "error"


def test_empty_tables_and_rows() -> None:
    assert codes([]) == ["no_leads"]
    read = read_leads([{"name": "A"}, {"name": "  "}, {"email": "b@c.de"}, {"region": "Japan"}])
    assert [lead.name for lead in read.leads] == ["A", "b@c.de", "Lead 4"]


def test_a_long_table_is_cut_and_says_so() -> None:
    rows = [{"name": f"L{n}"} for n in range(MOST_LEADS + 1)]
    read = read_leads(rows)
    assert len(read.leads) == MOST_LEADS
    assert [f.code for f in read.findings] == ["too_many_leads"]


@given(
    st.lists(
        st.dictionaries(st.sampled_from(COLUMNS) | st.text(max_size=12), st.text(max_size=20)),
        max_size=4,
    )
)
def test_any_table_is_read(rows: list[dict[str, str]]) -> None:
    read = read_leads(rows)
    assert len(read.leads) <= len(rows)
