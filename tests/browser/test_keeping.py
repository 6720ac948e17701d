"""The work comes back: after a refresh, from another tab, after the server was killed; and by a link."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from kpi_store.records import Owner
from kpi_store.store import open_store
from kpi_ui.owner import COOKIE
from kpi_ui.steps import STEPS

ROOT = Path(__file__).parents[2]
START_LIMIT = 120  # seconds
HOME = "From goals to a marketing framework"
Visit = Any
Visitor = Any


class Server:
    """A server with a data folder of its own, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "server.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.address = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        return {**kept, "KPI_DATA_DIR": str(self.folder / "data")}

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        options = [
            "--server.address=127.0.0.1",
            f"--server.port={self._port}",
            "--browser.serverAddress=127.0.0.1",
        ]
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [*command, *options],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_LIMIT
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, self.log.read_text(encoding="utf-8")
            time.sleep(0.1)

    def _answers(self) -> bool:
        url = f"{self.address}/healthz"
        with suppress(OSError), urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
        return False

    def kill(self) -> None:
        """As a power cut would: no time to tidy up."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="module")
def running(executable: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of these tests."""
    assert executable  # without a browser there is nothing to start for
    found = Server(tmp_path_factory.mktemp("keeping"))
    found.start()
    yield found
    found.kill()
    text = found.log.read_text(encoding="utf-8")
    assert "Script error" not in text, text
    assert "Traceback" not in text, text


@pytest.fixture
def server(running: Server) -> str:
    """In place of the server all other browser tests share."""
    return running.address


def same_browser(visit: Visit, first: Visitor, path: str) -> Visitor:
    """Another tab of the same browser: it has the same cookie."""
    second = visit(None)
    second.page.context.add_cookies(first.page.context.cookies())
    return second.open(path)


def owner_of(visitor: Visitor) -> Owner:
    """Whose work it is, from the cookie the browser holds."""
    (cookie,) = [c for c in visitor.page.context.cookies() if c["name"] == COOKIE]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    return Owner.of_cookie(cookie["value"])


def test_a_refresh_in_the_middle_of_the_wizard_keeps_answers_and_step(visit: Visit) -> None:
    visitor = visit("/wizard")
    visitor.type("Company name", "Acme Metals")
    visitor.step("Data", STEPS[2].title)
    visitor.page.reload()
    visitor.wait_title(STEPS[2].title)
    visitor.step("Company", STEPS[0].title)
    expect(visitor.field("Company name")).to_have_value("Acme Metals", timeout=15_000)
    visitor.press("Undo")
    assert visitor.field("Company name").input_value() != "Acme Metals"


def test_two_tabs_racing_lose_nothing(visit: Visit) -> None:
    one = visit("/wizard")
    one.type("Company name", "Acme")
    two = same_browser(visit, one, "/wizard")
    expect(two.field("Company name")).to_have_value("Acme", timeout=15_000)
    one.type("Company name", "Bolt")
    two.type("Company name", "Cobalt")
    two.page.get_by_role("heading", name="Changed in another tab").wait_for()
    two.page.get_by_text("Cobalt became Bolt").first.wait_for()
    one.page.reload()
    one.wait_title(STEPS[0].title)
    expect(one.field("Company name")).to_have_value("Bolt", timeout=15_000)  # not overwritten
    expect(two.field("Company name")).to_have_value("Cobalt", timeout=15_000)  # nor lost
    two.press("Take the other version")
    expect(two.field("Company name")).to_have_value("Bolt", timeout=15_000)
    two.press("Undo")
    expect(two.field("Company name")).to_have_value("Cobalt", timeout=15_000)


def test_a_killed_server_brings_the_work_back(visit: Visit, running: Server) -> None:
    first = visit()
    first.sample("Japanese")
    content = first.download("JSON")
    cookies = first.page.context.cookies()
    first.page.close()  # its connection would complain
    running.kill()
    running.start()
    again = visit(None)
    again.page.context.add_cookies(cookies)
    again.open("/export").wait_title("Export")
    assert again.download("JSON") == content
    again.go("Clients", "Clients")
    again.page.get_by_role("button", name="Kazemori Seiki measurement framework").wait_for()


@pytest.fixture
def sharing(visit: Visit) -> Visitor:
    """A visitor with a sample framework, where links are made."""
    visitor = visit()
    visitor.page.get_by_role("button", name="Japanese").first.click()
    visitor.wait_title("Export").go("Clients", "Clients")
    visitor.page.get_by_role("radio", name="Share").click()
    return visitor.calm()


def make_link(visitor: Visitor) -> str:
    visitor.press("Make the link")
    link = visitor.page.locator("code").first.inner_text().strip()
    assert re.fullmatch(rf"{visitor.address}/shared\?t=[\w-]{{43}}", link)
    return link.removeprefix(visitor.address)


def test_a_link_opens_read_only_in_another_browser(sharing: Visitor, visit: Visit) -> None:
    path = make_link(sharing)
    reader = visit(path)
    assert reader.title() == "Kazemori Seiki"
    reader.page.locator("article.item h3").first.wait_for()
    assert reader.page.get_by_test_id("stTopNavLinkContainer").count() == 0
    assert reader.page.get_by_role("textbox").count() == 0
    assert reader.page.get_by_test_id("stDownloadButton").count() == 0
    for part, shown in (("KPI tree", "Revenue from marketing"), ("Dashboards", "Sample data")):
        reader.page.get_by_role("radio", name=part).click()
        reader.page.get_by_text(shown).first.wait_for()
        reader.calm()
    reader.open("/clients").wait_title("Clients")
    reader.page.get_by_text("Your frameworks will be listed here").wait_for()


def test_a_revoked_or_unknown_link_is_refused(sharing: Visitor, visit: Visit) -> None:
    path = make_link(sharing)
    sharing.press("I have copied it")
    sharing.page.get_by_role("button", name="Revoke").click()
    sharing.calm()
    assert visit(path).title() == "This link was revoked"
    assert visit("/shared?t=" + "A" * 43).title() == "This link opens nothing"
    assert visit("/shared").title() == "This link opens nothing"


def test_an_expired_link_is_refused(sharing: Visitor, visit: Visit, running: Server) -> None:
    store, owner = open_store(running.environment), owner_of(sharing)
    try:
        (entry,) = store.list_workspaces(owner)
        ends = store.clock() + timedelta(seconds=1)
        _, token = store.shares.create(owner, entry.id, {"parts": ["framework"]}, expires_at=ends)
    finally:
        store.close()
    time.sleep(1.2)
    reader = visit(f"/shared?t={token}")
    assert reader.title() == "This link has expired"
    assert reader.page.locator(".doc").count() == 0
