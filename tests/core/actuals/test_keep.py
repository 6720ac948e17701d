"""What is kept: newest import wins, undo, and a file that opens again or says why not."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.actuals import keep
from kpi_core.actuals.canonical import COHORTS, CREDITS, FACTS, Aggregated, empty, to_frame
from kpi_core.actuals.keep import Actuals, add, current, remove
from kpi_core.models.actuals import ImportRecord

TABLES = {"facts": FACTS, "cohorts": COHORTS, "credits": CREDITS}
Row = dict[str, Any]


def record(import_id: str) -> ImportRecord:
    return ImportRecord.model_validate(
        {
            "id": import_id,
            "mapping_id": "crm",
            "shape": "leads",
            "files": ("leads.csv",),
            "imported_on": date(2026, 4, 1),
            "rows_read": 3,
            "rows_used": 2,
            "rows_set_aside": 1,
            "notes": ("Said in words: 受注.",),
        }
    )


def frame(rows: list[Row], schema: pa.Schema) -> pd.DataFrame:
    return to_frame(pa.Table.from_pylist(rows, schema=schema), schema)


def fact(day: str, value: float, measure: str = "won_deals", **more: Any) -> Row:
    return {"kind": "flow", "id": measure, "day": pd.Timestamp(day), "grain": "day", "channel": "seo",
            "segment": "", "value": value, "n": 1, **more}  # fmt: skip


def cohort(month: str, n: int, base: str = "leads") -> Row:
    return {"month": pd.Timestamp(month), "base": base, "step": "deals", "lag": 1, "channel": "",
            "segment": "", "n": n, "value": 0.0}  # fmt: skip


def credited(day: str, value: float, model: str = "linear", what: str = "deals") -> Row:
    return {"model": model, "what": what, "day": pd.Timestamp(day), "channel": "seo",
            "campaign": "", "segment": "", "value": value}  # fmt: skip


def new(
    facts: list[Row] | None = None,
    cohorts: list[Row] | None = None,
    credits: list[Row] | None = None,
) -> Aggregated:
    return Aggregated(
        frame(facts or [], FACTS), frame(cohorts or [], COHORTS), frame(credits or [], CREDITS)
    )


def kept(*imports: Aggregated) -> Actuals:
    """The imports added one after the other, named a, b, c ..."""
    actuals = None
    for name, aggregated in zip("abcdefghij", imports, strict=False):
        actuals = add(actuals, aggregated, record(name))
    assert actuals is not None
    return actuals


def values(actuals: Actuals) -> dict[str, float]:
    facts = current(actuals).facts
    days = [f"{day:%Y-%m-%d}" for day in facts["day"]]
    return dict(zip(days, facts["value"], strict=True))


# ---- newest import wins ----


def test_one_import_counts_as_it_is() -> None:
    one = new(
        [fact("2026-01-05", 1), fact("2026-01-05", 2, channel="paid")], [cohort("2026-01-01", 3)]
    )
    now = current(kept(one))
    for name in TABLES:
        wanted = getattr(one, name)
        pd.testing.assert_frame_equal(getattr(now, name)[list(wanted)], wanted)
    assert set(now.facts["source"]) == {"a"}


def test_the_newest_wins_a_month_whole() -> None:
    """January is given by both: the older one's other days and channels do not count either."""
    old = new([fact("2026-01-05", 1), fact("2026-01-06", 2, channel="paid"), fact("2026-02-05", 4)])
    fresh = new([fact("2026-01-07", 8), fact("2026-03-01", 16)])
    assert values(kept(old, fresh)) == {"2026-01-07": 8, "2026-02-05": 4, "2026-03-01": 16}


def test_measures_do_not_replace_each_other() -> None:
    old, fresh = new([fact("2026-01-05", 1)]), new([fact("2026-01-07", 8, "won_revenue")])
    assert values(kept(old, fresh)) == {"2026-01-05": 1, "2026-01-07": 8}


@pytest.mark.parametrize(("grain", "months"), [("month", 1), ("quarter", 3), ("year", 12)])
def test_a_newer_month_replaces_what_covers_it(grain: str, months: int) -> None:
    long = new([fact("2026-01-01", 100, grain=grain)])
    for month in range(1, 13):
        day = f"2026-{month:02}-15"
        expected = {day: 1.0} if month <= months else {"2026-01-01": 100.0, day: 1.0}
        assert values(kept(long, new([fact(day, 1)]))) == expected


def test_a_newer_quarter_replaces_all_its_months() -> None:
    days = new([fact(f"2026-{month:02}-15", month) for month in range(1, 6)])
    fresh = new([fact("2026-02-01", 100, grain="quarter")])
    assert values(kept(days, fresh)) == {"2026-01-15": 1, "2026-02-01": 100, "2026-05-15": 5}


def test_a_quarter_over_the_turn_of_the_year() -> None:
    old = new([fact("2025-12-01", 100, grain="quarter"), fact("2026-03-01", 7, grain="quarter")])
    assert values(kept(old, new([fact("2026-02-20", 1)]))) == {"2026-03-01": 7, "2026-02-20": 1}


def test_a_week_belongs_to_the_month_it_starts_in() -> None:
    weeks = new([fact("2026-01-26", 1, grain="week"), fact("2026-02-02", 2, grain="week")])
    assert values(kept(weeks, new([fact("2026-02-01", 9)]))) == {"2026-01-26": 1, "2026-02-01": 9}


def test_changes_of_a_level_come_from_one_import() -> None:
    old = new([fact("2026-01-05", 1, kind="change"), fact("2026-05-05", -1, kind="change")])
    fresh = new([fact("2026-03-05", 1, kind="change")])
    assert values(kept(old, fresh)) == {"2026-03-05": 1}


def test_cohorts_by_base_and_month_of_entry() -> None:
    old = new(
        cohorts=[cohort("2026-01-01", 1), cohort("2026-02-01", 2), cohort("2026-01-01", 3, "mqls")]
    )
    fresh = new(cohorts=[cohort("2026-01-01", 10)])
    assert sorted(current(kept(old, fresh)).cohorts["n"]) == [2, 3, 10]


def test_credits_by_model_what_and_month() -> None:
    old = new(
        credits=[
            credited("2026-01-05", 1),
            credited("2026-01-05", 2, what="revenue"),
            credited("2026-01-05", 3, "last_touch"),
            credited("2026-02-05", 4),
        ]
    )
    fresh = new(credits=[credited("2026-01-31", 10)])
    assert sorted(current(kept(old, fresh)).credits["value"]) == [2, 3, 4, 10]


def test_an_import_without_rows_changes_nothing() -> None:
    old = new([fact("2026-01-05", 1)], [cohort("2026-01-01", 1)], [credited("2026-01-05", 1)])
    assert values(kept(old, new())) == {"2026-01-05": 1}
    assert values(kept(new(), old)) == {"2026-01-05": 1}
    now = current(kept(new(), new()))
    for name, schema in TABLES.items():
        pd.testing.assert_frame_equal(getattr(now, name)[schema.names], empty(schema))


def test_an_id_is_used_once() -> None:
    actuals = kept(new())
    with pytest.raises(ValueError, match="a"):
        add(actuals, new(), record("a"))
    with pytest.raises(KeyError):
        remove(actuals, "b")


def test_removing_the_only_import_leaves_nothing() -> None:
    assert remove(kept(new([fact("2026-01-05", 1)])), "a") is None


# ---- properties ----

DAYS = st.integers(0, 500).map(lambda n: pd.Timestamp("2025-01-01") + pd.Timedelta(days=n))
FACT = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["flow", "observation", "level"]),
        "id": st.sampled_from(["won_deals", "leads_created"]),
        "day": DAYS,
        "grain": st.sampled_from(["day", "week", "month", "quarter", "year"]),
        "channel": st.sampled_from(["", "seo", "paid", "受注"]),
        "segment": st.sampled_from(["", "smb"]),
        "value": st.floats(-1e15, 1e15),
        "n": st.integers(0, 10**9),
    }
)
IMPORT = st.builds(
    new,
    st.lists(FACT, max_size=8),
    st.lists(
        st.builds(cohort, DAYS.map(lambda d: f"{d:%Y-%m}-01"), st.integers(0, 99)), max_size=4
    ),
    st.lists(st.builds(credited, DAYS.map(str), st.floats(0, 1e9)), max_size=4),
)
IMPORTS = st.lists(IMPORT, min_size=1, max_size=4)


def same(one: Any, other: Any) -> None:
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def covered(row: Any) -> set[int]:
    first = row.day.year * 12 + row.day.month
    return set(range(first, first + {"quarter": 3, "year": 12}.get(row.grain, 1)))


@settings(max_examples=40)
@given(IMPORTS)
def test_a_fact_counts_unless_a_newer_import_has_its_id_in_one_of_its_months(
    imports: list[Aggregated],
) -> None:
    actuals = kept(*imports)
    expected = []
    for age, aggregated in enumerate(imports):
        for row in aggregated.facts.itertuples(index=False):
            newer = [other for later in imports[age + 1 :] for other in later.facts.itertuples()]
            if not any(other.id == row.id and covered(other) & covered(row) for other in newer):
                expected.append(tuple(row))
    found = current(actuals).facts[FACTS.names]
    assert [tuple(row) for row in found.itertuples(index=False)] == expected


@settings(max_examples=40)
@given(IMPORTS, IMPORT)
def test_taking_back_the_last_import_undoes_it(imports: list[Aggregated], last: Aggregated) -> None:
    actuals = kept(*imports)
    back = remove(add(actuals, last, record("last")), "last")
    assert back is not None
    assert back.imports == actuals.imports
    same(back, actuals)
    same(current(back), current(actuals))


@given(IMPORTS)
def test_it_opens_as_it_was_saved(imports: list[Aggregated]) -> None:
    actuals = kept(*imports)
    content = actuals.to_bytes()
    opened = Actuals.from_bytes(content)
    same(opened, actuals)
    assert opened.imports == actuals.imports
    assert opened.to_bytes() == content


# ---- files that are not actuals ----

GOOD = kept(new([fact("2026-01-05", 1)], [cohort("2026-01-01", 1)], [credited("2026-01-05", 1)]))


def parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(GOOD.to_bytes())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(named: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in named.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_facts(change: Callable[[pa.Table], pa.Table]) -> bytes:
    table = pq.read_table(io.BytesIO(parts()["facts.parquet"]))
    sink = io.BytesIO()
    pq.write_table(change(table), sink)
    return zipped({**parts(), "facts.parquet": sink.getvalue()})


def replaced(column: str, value: Any) -> bytes:
    def change(table: pa.Table) -> pa.Table:
        kind = table.schema.field(column).type
        place = table.column_names.index(column)
        return table.set_column(place, pa.field(column, kind), pa.array([value], kind))

    return with_facts(change)


def manifest(**changes: Any) -> bytes:
    text = json.loads(parts()["actuals.json"])
    return zipped({**parts(), "actuals.json": json.dumps({**text, **changes}).encode()})


def records(*ids: str) -> list[Any]:
    return [record(name).model_dump(mode="json") for name in ids]


BAD = {
    "nothing": (b"", "ZIP"),
    "noise": (b"\x00\xff" * 500, "ZIP"),
    "cut": (GOOD.to_bytes()[:-400], "ZIP"),
    "empty zip": (zipped({}), "lacks its part actuals.json"),
    "no credits": (zipped({k: v for k, v in parts().items() if "credits" not in k}), "credits"),
    "compressed": (zipped(parts(), zipfile.ZIP_DEFLATED), "not as this tool writes it"),
    "no json": (zipped({**parts(), "actuals.json": b"{"}), "JSON"),
    "not utf-8": (zipped({**parts(), "actuals.json": b"\xff\xfe{"}), "JSON"),
    "deep json": (zipped({**parts(), "actuals.json": b"[" * 100_000}), "JSON"),
    "a list": (zipped({**parts(), "actuals.json": b"[]"}), "not a file of actuals"),
    "another format": (manifest(format="kpi_framework"), "not a file of actuals"),
    "newer": (manifest(version=2), "version 2"),
    "version in words": (manifest(version="x" * 10_000), "version xxx"),
    "no imports": (manifest(imports=[]), "empty or names"),
    "imports in words": (manifest(imports="a"), "damaged"),
    "twice": (manifest(imports=records("a", "a")), "twice"),
    "unknown import": (manifest(imports=records("b")), "unknown source: a"),
    "bad record": (manifest(imports=[{**records("a")[0], "rows_read": -1}]), "0.rows_read"),
    "no parquet": (zipped({**parts(), "facts.parquet": b"PAR1 no PAR1"}), "facts is damaged"),
    "cut parquet": (
        zipped({**parts(), "facts.parquet": parts()["facts.parquet"][:-60]}),
        "facts is damaged",
    ),
    "column missing": (with_facts(lambda t: t.drop_columns(["n"])), "other columns"),
    "text column missing": (with_facts(lambda t: t.drop_columns(["segment"])), "facts is damaged"),
    "column too many": (with_facts(lambda t: t.append_column("x", t["n"])), "other columns"),
    "column of another type": (
        with_facts(lambda t: t.set_column(6, "value", t["n"])),
        "other columns",
    ),
    "not a number": (replaced("value", float("nan")), "not numbers"),
    "infinite": (replaced("value", float("inf")), "not numbers"),
    "blank day": (replaced("day", None), "without day"),
    "blank channel": (replaced("channel", None), "without channel"),
    "unknown kind": (replaced("kind", "guess"), "unknown kind: guess"),
    "unknown grain": (replaced("grain", "decade"), "unknown grain: decade"),
    "long channel": (replaced("channel", "x" * 1_000_000), "overlong channel"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_words(name: str) -> None:
    content, words = BAD[name]
    with pytest.raises(ValueError, match=words):
        Actuals.from_bytes(content)


def test_too_many_rows_are_refused_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "MOST_ROWS", 1_000)
    table = pq.read_table(io.BytesIO(parts()["facts.parquet"]))
    content = with_facts(lambda t: pa.concat_tables([table] * 1_001))
    assert len(content) < 20_000
    with pytest.raises(ValueError, match="too large: 1,001 rows"):
        Actuals.from_bytes(content)


def test_a_file_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "LARGEST_KEPT", 100)
    with pytest.raises(ValueError, match="larger than"):
        Actuals.from_bytes(GOOD.to_bytes())


@given(st.sampled_from(sorted(parts())), st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_damaged_bytes_open_unharmed_or_are_refused(part: str, place: int, noise: bytes) -> None:
    """Inside the parts, where the checksum of the ZIP does not see it."""
    content = bytearray(parts()[part])
    start = place % len(content)
    content[start : start + len(noise)] = noise
    with contextlib.suppress(ValueError):
        opened = Actuals.from_bytes(zipped({**parts(), part: bytes(content)}))
        assert list(opened.facts.columns) == [*FACTS.names, "source"]
