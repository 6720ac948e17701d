"""The real server and a real browser."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    Request,
    sync_playwright,
)

ROOT = Path(__file__).parents[2]
CALM, FOCUSED, TOO_WIDE = (
    Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8")
    for name in ("calm", "focused", "too_wide")
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Nothing outside this machine is looked up; the attempts are still seen and fail the test.
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
START_LIMIT = 120  # seconds
LAPTOP = (1280, 800)
DOUBLE_CLICK = 420  # ms; two presses within 400 ms count as one
# Streamlit's page asks below its own path first; the server answers 404 there, then it finds the root.
PROBE = re.compile(r"^/[^/]+/_stcore/(health|host-config)$")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def executable() -> str:
    """The system's Chromium. Without one the tests are skipped, or fail where one is required."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        reason = f"no browser: none of {', '.join(BROWSERS)} is installed"
        if os.environ.get("KPI_REQUIRE_BROWSER") == "1":
            pytest.fail(f"{reason}, and KPI_REQUIRE_BROWSER=1 asks for one")
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def server(
    executable: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[str]:
    """Address of the running app; its log is printed when a test failed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    log = tmp_path_factory.mktemp("server") / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = [
        "--server.address=127.0.0.1",
        f"--server.port={port}",
        "--browser.serverAddress=127.0.0.1",
    ]
    address = f"http://127.0.0.1:{port}"
    failed_before = request.session.testsfailed
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*command, *options], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            deadline = time.monotonic() + START_LIMIT
            while not _answers(f"{address}/healthz"):
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"The server did not start:\n{log.read_text(encoding='utf-8')}")
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()
    text = log.read_text(encoding="utf-8")
    if request.session.testsfailed > failed_before:
        print(f"\nThe server's log:\n{text}")
    assert "Script error" not in text, f"A page raised an error:\n{text}"
    assert "Traceback" not in text, f"The server raised an error:\n{text}"


def _answers(url: str) -> bool:
    with suppress(OSError), urlopen(url, timeout=5) as response:
        return bool(response.status == 200)
    return False


@pytest.fixture(scope="session")
def chromium(executable: str) -> Iterator[Browser]:
    """One browser for all tests; each test has visitors of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield browser
        browser.close()


class Visitor:
    """A person with a browser of their own, and what must never happen to them."""

    def __init__(self, context: BrowserContext, address: str, *, phone: bool = False) -> None:
        self.address = address
        self.phone = phone
        self.trouble: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.trouble.append(f"page error: {error}"))
        self.page.on("dialog", self._asked)
        context.on("request", self._requested)
        context.on("page", lambda _: self.trouble.append("a second window opened"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        source = message.location.get("url", "")
        if not PROBE.match(urlsplit(source).path):
            self.trouble.append(f"console error: {message.text} ({source})")

    def _asked(self, dialog: Dialog) -> None:
        self.trouble.append(f"a dialog opened: {dialog.message}")
        dialog.dismiss()

    def _requested(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
            self.trouble.append(f"request to another host: {request.url}")

    def open(self, path: str = "/") -> Visitor:
        """Open an address, as a new session."""
        self.page.goto(f"{self.address}{path}")
        return self.calm()

    def calm(self) -> Visitor:
        """Wait until the app has nothing more to do."""
        self.page.wait_for_function(CALM)
        self.page.wait_for_timeout(60)  # a press reaches the server only after the next frame
        self.page.wait_for_function(CALM)
        return self

    def title(self) -> str:
        """The page's heading."""
        return self.page.locator("h1").first.inner_text()

    def wait_title(self, text: str) -> Visitor:
        """Wait for a page or step by its heading."""
        self.page.locator("h1", has_text=text).wait_for()
        return self.calm()

    def press(self, name: str, *, exact: bool = True) -> Visitor:
        """Press a button by its name."""
        self.page.get_by_role("button", name=name, exact=exact).first.click()
        return self.calm()

    def go_on(self, step: str, title: str) -> Visitor:
        """Press Continue to `step`."""
        self.page.wait_for_timeout(DOUBLE_CLICK)
        self.page.get_by_role("button", name=f"Continue to {step}", exact=True).click()
        return self.wait_title(title)

    def go(self, page: str, title: str) -> Visitor:
        """Open a page by its link in the navigation, which is a sidebar on a phone."""
        if not self.phone:
            links = self.page.get_by_test_id("stTopNavLinkContainer")
            links.get_by_text(page, exact=True).click()
            return self.wait_title(title)
        self.page.get_by_test_id("stExpandSidebarButton").click()
        self.page.get_by_test_id("stSidebarNavLink").get_by_text(page, exact=True).click()
        self.wait_title(title)
        sidebar = '[data-testid="stSidebar"][data-collapsed="{}"]'
        if self.page.locator(sidebar.format("false")).count():
            close = self.page.get_by_test_id("stSidebarCollapseButton")
            close.get_by_role("button").click()
        self.page.locator(sidebar.format("true")).wait_for(state="attached")
        return self.calm()

    def sample(self, name: str) -> Visitor:
        """Open a sample company from Home."""
        self.page.get_by_role("button", name=name).first.click()
        return self.wait_title("Export")

    def too_wide(self) -> list[str]:
        """What sticks out of the screen sideways; empty when all is well."""
        found: list[str] = self.page.evaluate(TOO_WIDE)
        return found

    def focused(self) -> str:
        """Text of what has the keyboard's focus."""
        return str(self.page.evaluate(FOCUSED)).strip()

    def step(self, label: str, title: str) -> Visitor:
        """Open a wizard step in the stepper."""
        steps = self.page.get_by_role("navigation", name="Wizard steps")
        steps.get_by_role("button", name=label).click()
        return self.wait_title(title)

    def field(self, label: str) -> Locator:
        """A text field by its label."""
        return self.page.get_by_role("textbox", name=label)

    def type(self, label: str, text: str) -> Visitor:
        """Type an answer and press Enter."""
        field = self.field(label)
        field.fill(text)
        field.press("Enter")
        return self.calm()

    def download(self, label: str) -> bytes:
        """The file behind a download button."""
        with self.page.expect_download() as waiting:
            self.page.get_by_role("button", name=label, exact=True).first.click()
        return Path(waiting.value.path()).read_bytes()

    def upload(self, name: str, content: bytes) -> Visitor:
        """Choose a file on Home."""
        chosen = {"name": name, "mimeType": "application/json", "buffer": content}
        self.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([chosen])
        return self


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(chromium: Browser, server: str) -> Iterator[Visit]:
    """Makes visitors; at the end, fails if anything happened to one that never must."""
    visitors: list[Visitor] = []
    contexts: list[BrowserContext] = []

    def visitor(path: str | None = "/", *, dark: bool = False, phone: bool = False) -> Visitor:
        width, height = (390, 844) if phone else LAPTOP
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            is_mobile=phone,
            has_touch=phone,
            device_scale_factor=2 if phone else 1,
            locale="en-US",
            accept_downloads=True,
        )
        contexts.append(context)
        visitors.append(Visitor(context, server, phone=phone))
        if path is not None:
            visitors[-1].open(path)
        return visitors[-1]

    yield visitor
    for context in contexts:
        context.close()
    trouble = [item for one in visitors for item in one.trouble]
    assert not trouble, trouble
