"""The clients page: the list, snapshots, comparing, links, and what a link shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pyarrow as pa
import pytest

from kpi_core.actuals.canonical import COHORTS, CREDITS, FACTS, Aggregated, empty, to_frame
from kpi_core.actuals.keep import add
from kpi_core.models.actuals import ImportRecord
from kpi_store.errors import NotFound, StoreUnavailable
from kpi_store.records import Owner, Status
from kpi_store.store import Store
from kpi_ui import keeping, storage

ME, OTHER = Owner.of_cookie("me"), Owner.of_cookie("somebody else")
HOSTILE = "<b>Acme</b> ![x](https://example.org/x.png) $1"
App = Any


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store of its own for each test; every visitor is me."""
    monkeypatch.setenv("KPI_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(keeping, "current_owner", lambda: ME)
    storage.forget()
    yield storage.store()
    storage.store().close()
    storage.forget()


@pytest.fixture
def clients(app: App) -> App:
    """A visitor on the page with one framework, of the sales-led sample."""
    return app.sample("sales_led_enterprise_saas_usd").open("clients")


def section(app: App, name: str) -> App:
    app.at.button_group(key="clients.section").set_value(name)
    return app.run()


def rows(app: App, key: str = "clients.list") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = app.data(key)["rows"]
    return found


def act(app: App, key: str, row: str, action: str) -> App:
    return app.send(key, "act", {"row": row, "action": action})


# ---- the list ----


def test_without_frameworks_the_page_says_how_to_get_one(app: App, kept: Store) -> None:
    app.open("clients")
    assert "Your frameworks will be listed here" in app.words()
    assert kept.list_workspaces(ME) == ()
    app.send("clients.start", "press", None)
    assert app.shows("wizard.stepper")


def test_the_list_says_where_each_stands(clients: App, kept: Store) -> None:
    (row,) = rows(clients)
    (entry,) = kept.list_workspaces(ME)
    assert row["title"] == entry.name == "Oskentree Analytics measurement framework"
    assert row["eyebrow"] == "Oskentree Analytics"
    assert (row["badge"], row["mark"]) == ("Draft", "Open now")
    assert row["share"] == entry.summary.completeness
    assert 0 < row["share"] <= 1
    assert row["note"] == "Changed just now"
    assert row["actions"] == []


def test_names_follow_the_framework_until_somebody_gives_another(app: App, kept: Store) -> None:
    app.open("wizard").answer("company.name", "Acme")
    (entry,) = kept.list_workspaces(ME)
    assert entry.client == "Acme"
    app.open("clients")
    app.at.text_input(key=f"field.clients.client.{entry.id}").set_value("Bolt")
    app.run()
    app.open("wizard").answer("company.name", "Cobalt")
    assert [e.client for e in kept.list_workspaces(ME)] == ["Bolt"]


def test_renaming_changes_the_list_and_the_document(clients: App, kept: Store) -> None:
    (entry,) = kept.list_workspaces(ME)
    clients.at.text_input(key=f"field.clients.name.{entry.id}").set_value("Plan 2027")
    clients.run()
    assert rows(clients)[0]["title"] == "Plan 2027"
    assert clients.framework()["name"] == "Plan 2027"
    clients.press("clients.new").open("clients")
    clients.send("clients.list", "select", entry.id)
    clients.at.text_input(key=f"field.clients.name.{entry.id}").set_value("Plan 2028")
    clients.run()
    assert [e.name for e in kept.list_workspaces(ME)] == ["Plan 2028"]
    act(clients, "clients.list", entry.id, "open")
    assert clients.framework()["name"] == "Plan 2028"


def test_an_empty_or_hostile_name_is_refused_or_shown_as_it_is(clients: App, kept: Store) -> None:
    (entry,) = kept.list_workspaces(ME)
    clients.at.text_input(key=f"field.clients.name.{entry.id}").set_value("   ")
    clients.run()
    assert "The name is empty. Type a name." in clients.words()
    assert kept.load(ME, entry.id).entry.name == entry.name
    clients.at.text_input(key=f"field.clients.name.{entry.id}").set_value(HOSTILE)
    clients.run()
    assert HOSTILE in clients.words()
    assert not any("![x]" in text for text in clients.prose())


def test_a_status_is_set_and_searched_for(clients: App, kept: Store) -> None:
    (entry,) = kept.list_workspaces(ME)
    clients.choose(f"field.clients.status.{entry.id}", "signed_off")
    assert kept.load(ME, entry.id).entry.status is Status.SIGNED_OFF
    assert rows(clients)[0]["tone"] == "good"
    clients.at.text_input(key="clients.search").set_value("signed OSKEN")
    clients.run()
    assert len(rows(clients)) == 1
    clients.at.text_input(key="clients.search").set_value("nobody")
    clients.run()
    assert "Nothing in the list matches nobody." in next(info.value for info in clients.at.info)


def test_a_new_framework_leaves_the_open_one_in_the_list(clients: App, kept: Store) -> None:
    clients.press("clients.new")
    assert clients.shows("wizard.stepper")
    clients.answer("company.name", "Second")
    assert [e.client for e in kept.list_workspaces(ME)] == ["Second", "Oskentree Analytics"]
    clients.open("clients")
    first = next(row for row in rows(clients) if row["eyebrow"] == "Oskentree Analytics")
    act(clients, "clients.list", first["id"], "open")
    assert clients.framework()["company"]["name"] == "Oskentree Analytics"
    assert "Next best step:" in clients.words()  # Home says where it stands


def test_a_copy_is_made_beside_the_open_one(clients: App, kept: Store) -> None:
    (first,) = kept.list_workspaces(ME)
    clients.press("clients.duplicate")
    assert "Copied as Oskentree Analytics measurement framework (copy)." in clients.words()
    marks = {row["title"]: row["mark"] for row in rows(clients)}
    assert marks == {first.name: "Open now", f"{first.name} (copy)": ""}
    latest = kept.latest(ME)
    assert latest is not None
    assert latest.id == first.id  # a refresh comes back to what is open


def test_the_archive_is_behind_a_switch(clients: App, kept: Store) -> None:
    (entry,) = kept.list_workspaces(ME)
    clients.press("clients.archive")
    assert kept.list_workspaces(ME) == ()
    clients.at.toggle(key="clients.archived").set_value(True)
    clients.run()
    assert [row["id"] for row in rows(clients)] == [entry.id]
    clients.press("clients.archive")
    assert [e.id for e in kept.list_workspaces(ME)] == [entry.id]


def test_deleting_can_be_undone_and_the_work_is_on_screen_again(clients: App, kept: Store) -> None:
    work = clients.work()
    clients.press("clients.delete")
    assert kept.list_workspaces(ME) == ()
    assert clients.work()["kpi.framework"] is None
    clients.press("clients.undo")
    assert len(kept.list_workspaces(ME)) == 1
    assert clients.work() == work


def test_what_was_deleted_is_restored_or_goes_for_good(clients: App, kept: Store) -> None:
    (entry,) = kept.list_workspaces(ME)
    clients.press("clients.delete")
    act(clients, "clients.deleted", entry.id, "restore")
    assert [e.id for e in kept.list_workspaces(ME)] == [entry.id]
    clients.press("clients.delete")
    act(clients, "clients.deleted", entry.id, "purge")
    assert [e.id for e in kept.list_deleted(ME)] == [entry.id]  # asked first
    clients.press("clients.no")
    assert [e.id for e in kept.list_deleted(ME)] == [entry.id]
    act(clients, "clients.deleted", entry.id, "purge")
    clients.press("clients.yes")
    assert kept.list_deleted(ME) == ()


@pytest.mark.parametrize("numbers", [True, False])
def test_a_template_for_another_client(clients: App, kept: Store, numbers: bool) -> None:
    before = clients.framework()
    clients.at.text_input(key="clients.template.client").set_value("Acme")
    clients.at.radio(key="clients.template.numbers").set_value(numbers)
    clients.press("clients.template.make")
    assert clients.shows("wizard.stepper")
    after = clients.framework()
    assert after["company"]["name"] == "Acme"
    assert [k["metric_id"] for k in after["kpis"]] == [k["metric_id"] for k in before["kpis"]]
    assert not any(kpi["owner_person"] for kpi in after["kpis"])
    kept_revenue = after["company"]["revenue_target"] == before["company"]["revenue_target"]
    assert kept_revenue is numbers
    assert any(kpi["baseline"] for kpi in after["kpis"]) is numbers
    assert {e.client for e in kept.list_workspaces(ME)} == {"Oskentree Analytics", "Acme"}


def test_nobody_sees_the_list_of_another(clients: App, kept: Store) -> None:
    theirs = kept.create(OTHER, "Secret", "Secret plan", "{}")
    clients.run()
    assert "Secret" not in clients.words()
    act(clients, "clients.list", theirs.id, "open")  # forged: no such row
    assert clients.framework()["company"]["name"] == "Oskentree Analytics"
    with pytest.raises(NotFound):
        kept.load(ME, theirs.id)


# ---- snapshots ----


def snapshot(app: App, name: str, note: str = "") -> App:
    section(app, "snapshots")
    app.at.text_input[0].set_value(name)
    app.at.text_area[0].set_value(note)
    app.at.button(key="FormSubmitter:clients.snapshot-Take snapshot").click()
    return app.run()


def test_a_snapshot_is_restored_and_that_can_be_undone(clients: App, kept: Store) -> None:
    snapshot(clients, "Signed off 1 Dec", "By Maya")
    (row,) = rows(clients, "clients.snapshots")
    assert (row["title"], row["text"]) == ("Signed off 1 Dec", "By Maya")
    clients.open("wizard").answer("company.name", "Changed")
    clients.open("clients")
    act(clients, "clients.snapshots", row["id"], "restore")
    assert clients.framework()["company"]["name"] == "Oskentree Analytics"
    clients.press("clients.work")
    assert clients.framework()["company"]["name"] == "Changed"


def test_a_snapshot_needs_a_name_and_is_deleted_after_a_question(clients: App, kept: Store) -> None:
    (entry,) = kept.list_workspaces(ME)
    snapshot(clients, "  ")
    assert "The name is empty. Type a name." in clients.words()
    snapshot(clients, "First")
    (row,) = rows(clients, "clients.snapshots")
    act(clients, "clients.snapshots", row["id"], "delete")
    assert len(kept.snapshots.list(ME, entry.id)) == 1
    clients.press("clients.yes")
    assert kept.snapshots.list(ME, entry.id) == ()


# ---- comparing ----


def test_two_states_are_compared_in_words_and_as_a_file(clients: App) -> None:
    snapshot(clients, "Before")
    clients.open("wizard").answer("company.revenue_target", "12,000,000").open("clients")
    act(clients, "clients.snapshots", rows(clients, "clients.snapshots")[0]["id"], "compare")
    blocks = clients.data("clients.compare.report")["blocks"]
    glance = next(b for b in blocks if b.get("label") == "At a glance")
    assert ["Revenue target", "$10,000,000", "$12,000,000"] in glance["rows"]
    company = next(b for b in blocks if b.get("label") == "Company")
    assert ["Revenue target", "$10,000,000", "$12,000,000"] in company["rows"]
    areas = [b["title"] for b in blocks if b["kind"] == "section"]
    assert "Company" in areas
    assert "Owners" not in areas  # nothing differs there
    (button,) = [b for b in clients.at.get("download_button") if b.key == "clients.compare.csv"]
    assert button.label == "Download differences"


def test_comparing_needs_two_states(clients: App) -> None:
    section(clients, "compare")
    assert "Two states will stand side by side here" in clients.words()


def test_equal_states_show_that_nothing_differs(clients: App) -> None:
    snapshot(clients, "Same")
    section(clients, "compare")
    assert "Nothing differs" in clients.words()
    blocks = clients.data("clients.compare.report")["blocks"]
    assert [b["title"] for b in blocks if b["kind"] == "section"] == ["At a glance"]


# ---- links ----


def make_link(app: App, parts: list[str] | None = None, days: int = 30) -> str:
    section(app, "share")
    if parts is not None:
        for box in app.at.checkbox:
            box.set_value(box.label in parts)
    app.at.selectbox[0].set_value(days)
    app.at.button(key="FormSubmitter:clients.share-Make the link").click()
    app.run()
    (link,) = [code.value for code in app.at.code]
    return str(parse_qs(urlsplit(link).query)["t"][0])


def reader(app: App, token: str, monkeypatch: pytest.MonkeyPatch, owner: Owner | None) -> App:
    """Somebody else, who opens a link."""
    monkeypatch.setattr(keeping, "current_owner", lambda: owner)
    visitor = type(app)()
    visitor.at.query_params["t"] = token
    visitor.at.switch_page("../pages/shared.py")
    return visitor.run()


@pytest.mark.parametrize("owner", [None, OTHER])
def test_a_link_shows_the_framework_to_read_and_nothing_else(
    clients: App, kept: Store, monkeypatch: pytest.MonkeyPatch, owner: Owner | None
) -> None:
    (entry,) = kept.list_workspaces(ME)
    before = kept.load(ME, entry.id)
    visitor = reader(clients, make_link(clients), monkeypatch, owner)
    assert "Oskentree Analytics measurement framework" in visitor.words()
    assert visitor.data("shared.document")["blocks"]
    assert [button.key for button in visitor.at.button] == []
    assert visitor.at.get("download_button") == []
    visitor.at.button_group(key="shared.part").set_value("tree")
    visitor.run()
    assert visitor.data("shared.tree")["nodes"][0]["label"] == "Revenue from marketing"
    visitor.send("shared.tree", "select", "win_rate")
    assert "Win rate" in visitor.at.caption[-1].value
    visitor.at.button_group(key="shared.part").set_value("dashboards")
    visitor.run()
    assert "Sample data, not yours" in visitor.words()
    assert visitor.shows("dash.exec.tiles")
    for layer, key in (("operational", "dash.exec.tiles"), ("channel", "dash.channel.tiles")):
        visitor.at.button_group(key="shared.layer").set_value(layer)
        visitor.run()
        assert visitor.shows(key) is (layer == "channel")
    assert kept.load(ME, entry.id) == before
    assert kept.list_workspaces(OTHER) == ()


def test_a_reader_keeps_work_of_their_own(
    clients: App, kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_link(clients)
    monkeypatch.setattr(keeping, "current_owner", lambda: OTHER)
    visitor = type(clients)().run().sample("manufacturer_jpy")
    mine = visitor.work()
    visitor.at.query_params["t"] = token
    visitor.open("shared")
    assert "Oskentree Analytics measurement framework" in visitor.words()
    del visitor.at.query_params["t"]
    visitor.open("export")
    assert visitor.work() == mine
    (entry,) = kept.list_workspaces(OTHER)
    assert entry.client == "Kazemori Seiki"


def test_a_link_shows_only_the_parts_that_were_chosen(
    clients: App, kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = reader(clients, make_link(clients, ["KPI tree"]), monkeypatch, None)
    assert visitor.shows("shared.tree")
    assert not visitor.shows("shared.document")
    assert visitor.at.button_group(key="shared.part").options == ["KPI tree"]


def test_an_unknown_a_revoked_and_an_expired_link_each_say_so(
    clients: App, kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_link(clients, days=7)
    assert "This link opens nothing" in reader(clients, "x" * 43, monkeypatch, None).words()
    assert "This link opens nothing" in reader(clients, "", monkeypatch, None).words()
    now = kept.clock()
    monkeypatch.setattr(kept, "clock", lambda: now + timedelta(days=7, seconds=1))
    late = reader(clients, token, monkeypatch, None)
    assert "This link has expired" in late.words()
    assert not late.shows("shared.document")
    monkeypatch.setattr(kept, "clock", lambda: now + timedelta(days=1))
    monkeypatch.setattr(keeping, "current_owner", lambda: ME)
    (row,) = rows(clients, "clients.shares")
    assert (row["badge"], row["note"].split()[0]) == ("Works", "Ends")
    act(clients, "clients.shares", row["id"], "revoke")
    assert rows(clients, "clients.shares")[0]["badge"] == "Revoked"
    assert "This link was revoked" in reader(clients, token, monkeypatch, None).words()


def test_a_link_is_shown_once(clients: App) -> None:
    make_link(clients)
    clients.press("clients.copied")
    assert [code.value for code in clients.at.code] == []
    section(clients, "list")
    section(clients, "share")
    assert [code.value for code in clients.at.code] == []


def test_a_link_that_shows_nothing_or_has_no_last_day_is_not_made(
    clients: App, kept: Store
) -> None:
    (entry,) = kept.list_workspaces(ME)
    section(clients, "share")
    for box in clients.at.checkbox:
        box.set_value(False)
    clients.at.button(key="FormSubmitter:clients.share-Make the link").click()
    clients.run()
    assert "Choose at least one part" in clients.words()
    clients.at.checkbox[0].set_value(True)
    clients.at.selectbox[0].set_value(-1)
    clients.at.button(key="FormSubmitter:clients.share-Make the link").click()
    clients.run()
    assert "Choose the last day" in clients.words()
    assert kept.shares.list(ME, entry.id) == ()


# ---- two tabs ----


def race(app: App) -> App:
    """Two tabs that both changed the same framework; returns the second."""
    first, second = (type(app)().run().open("wizard") for _ in range(2))
    first.answer("company.name", "Bolt <b>")
    second.answer("company.name", "Cobalt")
    return second


def test_a_race_shows_what_differs_and_asks(clients: App, kept: Store) -> None:
    second = race(clients)
    assert "Changed in another tab or by somebody else" in second.words()
    assert "Company: Name: Cobalt became Bolt <b>" in second.words()
    second.open("export")  # on every page, until the choice is made
    assert "Changed in another tab or by somebody else" in second.words()
    second.press("notice.theirs")
    assert second.framework()["company"]["name"] == "Bolt <b>"
    assert "Changed in another tab" not in second.words()


def test_keeping_both_lists_both(clients: App, kept: Store) -> None:
    second = race(clients)
    second.press("notice.both").open("clients")
    assert [row["eyebrow"] for row in rows(second)] == ["Cobalt", "Bolt <b>"]
    assert rows(second)[0]["mark"] == "Open now"


def test_work_deleted_in_another_tab_can_be_kept_as_new(clients: App, kept: Store) -> None:
    (entry,) = kept.list_workspaces(ME)
    kept.delete(ME, entry.id)
    clients.open("wizard").answer("company.name", "Still here")
    assert "This framework was deleted, perhaps in another tab." in clients.words()
    clients.press("notice.new")
    assert [e.client for e in kept.list_workspaces(ME)] == ["Still here"]


# ---- privacy and faults ----


def test_everything_goes_only_after_the_word(clients: App, kept: Store) -> None:
    kept.create(OTHER, "", "Theirs", "{}")
    section(clients, "privacy")
    assert "an SQLite file" in clients.words()
    assert clients.at.button(key="clients.forget").disabled
    clients.at.text_input[0].set_value("delete")
    clients.run()
    clients.press("clients.forget")
    assert kept.list_workspaces(ME) == ()
    assert clients.work()["kpi.framework"] is None
    assert kept.stats().workspaces == 1  # somebody else's stays
    assert "Your frameworks will be listed here" in clients.words()


def test_without_a_cookie_the_page_says_what_that_means(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "current_owner", lambda: None)
    visitor = type(app)().run().sample("manufacturer_jpy").open("clients")
    assert "Nothing is kept for this browser" in visitor.words()
    labels = [button.label for button in visitor.at.get("download_button")]
    assert labels == ["JSON", "CSV", "ZIP of tables"]


def test_a_database_that_does_not_answer_leaves_the_work_usable(
    clients: App, kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object, **_named: object) -> None:
        raise StoreUnavailable("The database cannot be reached.", "Try again.")

    for name in ("list_workspaces", "save", "load"):
        monkeypatch.setattr(kept, name, fails)
    clients.run()
    assert "What still works" in clients.words()
    assert "The database cannot be reached. Try again." in clients.words()
    clients.open("wizard").answer("company.name", "Kept here")
    assert "Not saved." in clients.words()
    assert clients.framework()["company"]["name"] == "Kept here"


def test_a_link_shows_own_actuals_where_there_are_some(
    clients: App, kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (entry,) = kept.list_workspaces(ME)
    row = {"kind": "flow", "id": "won_deals", "day": pd.Timestamp("2026-03-02"), "grain": "day",
           "channel": "seo", "segment": "", "value": 5.0, "n": 5}  # fmt: skip
    facts = to_frame(pa.Table.from_pylist([row], schema=FACTS), FACTS)
    record = ImportRecord.model_validate(
        {"id": "a", "mapping_id": "crm", "shape": "leads", "files": ("leads.csv",),
         "imported_on": date(2026, 4, 1), "rows_read": 1, "rows_used": 1, "rows_set_aside": 0}
    )  # fmt: skip
    own = add(None, Aggregated(facts, empty(COHORTS), empty(CREDITS)), record)
    version = kept.load(ME, entry.id).version
    kept.save_actuals(ME, entry.id, own.to_bytes(), based_on=version)
    token = make_link(clients, ["Dashboards"])
    visitor = reader(clients, token, monkeypatch, None)
    assert visitor.shows("dash.exec.tiles")
    assert "Sample data" not in visitor.words()
    kept.save_actuals(ME, entry.id, None, based_on=version + 1)
    assert "Sample data, not yours" in visitor.run().words()  # always the newest version
