"""The server around the pages: routes, headers, compression, and what an error shows."""

import base64
import gzip
import hashlib
import json
import re
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from streamlit.testing.v1 import AppTest

from kpi_ui import assets, server

ROOT = Path(__file__).parents[2]
COMMANDS = {
    "streamlit": ["streamlit", "run", "app.py", "--server.address=127.0.0.1", "--server.port"],
    "uvicorn": ["uvicorn", "app:app", "--host=127.0.0.1", "--port"],
}
START_LIMIT = 30  # seconds


class Reply(NamedTuple):
    status: int
    headers: Message
    body: bytes


def get(url: str, **headers: str) -> Reply:
    """Ask for `url`; a header's underscores become hyphens."""
    request = Request(url, headers={name.replace("_", "-"): text for name, text in headers.items()})
    try:
        with urlopen(request, timeout=10) as response:
            return Reply(response.status, response.headers, response.read())
    except HTTPError as error:
        with error:
            return Reply(error.code, error.headers, error.read())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if get(url).status == 200:
                return
        except URLError:
            time.sleep(0.05)
    pytest.fail(f"The server did not start:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="module", params=COMMANDS)
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the running app, once per command that the README names."""
    port = free_port()
    log = tmp_path_factory.mktemp("server") / "server.log"
    command = [sys.executable, "-m", *COMMANDS[request.param], str(port)]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        wait_for(f"http://127.0.0.1:{port}/healthz", process, log)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def policy(reply: Reply) -> dict[str, list[str]]:
    parts = (part.split() for part in reply.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in parts}


def test_health_says_ok(address: str) -> None:
    reply = get(f"{address}/healthz")
    assert (reply.status, json.loads(reply.body)) == (200, {"status": "ok"})
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/", "/wizard", "/healthz", "/_stcore/health", "/app/static/none"]
)
def test_every_answer_carries_the_security_headers(address: str, path: str) -> None:
    headers = get(address + path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "default-src 'self'" in headers["Content-Security-Policy"]


def test_policy_allows_this_host_only(address: str) -> None:
    host = address.removeprefix("http://")
    allowed = policy(get(f"{address}/"))
    assert allowed["default-src"] == ["'self'"]
    assert allowed["connect-src"] == ["'self'", f"ws://{host}", f"wss://{host}"]
    assert allowed["img-src"] == ["'self'", "data:", "blob:"]
    assert allowed["object-src"] == ["'none'"]
    assert allowed["frame-ancestors"] == allowed["base-uri"] == ["'self'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "data:"}.intersection(
        allowed["script-src"]
    )


def test_policy_knows_the_inline_scripts_of_the_page(address: str) -> None:
    page = get(f"{address}/")
    scripts = re.findall(r"<script>(.*?)</script>", page.body.decode(), re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    assert hashes
    assert {f"'sha256-{text}'" for text in hashes} <= set(policy(page)["script-src"])


@pytest.mark.parametrize("host", ["", "a b", "a; script-src *", "a, b", "https://a"])
def test_odd_host_does_not_reach_the_policy(host: str) -> None:
    assert "connect-src 'self';" in server.content_security_policy(host, ())


@pytest.mark.parametrize("host", ["kpi.example.com", "localhost:8501", "[::1]:8501", "10.0.0.7:80"])
def test_host_is_named_for_sockets(host: str) -> None:
    allowed = server.content_security_policy(host, ())
    assert f"connect-src 'self' ws://{host} wss://{host};" in allowed


def test_scripts_are_sent_compressed_and_unchanged(address: str) -> None:
    page = get(f"{address}/").body.decode()
    script = re.search(r'src="\./(static/js/index\.[^"]+)"', page)
    assert script is not None
    url = f"{address}/{script[1]}"
    plain = get(url)
    first, again = (get(url, Accept_Encoding="gzip") for _ in range(2))
    assert "Content-Encoding" not in plain.headers
    assert first.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(first.body) == plain.body
    assert len(first.body) < len(plain.body) / 2
    assert (again.body, dict(again.headers) | {"date": ""}) == (
        first.body,
        dict(first.headers) | {"date": ""},
    )
    unchanged = get(url, Accept_Encoding="gzip", If_None_Match=first.headers["ETag"])
    assert (unchanged.status, unchanged.body) == (304, b"")
    part = get(url, Accept_Encoding="gzip", Range="bytes=0-9")
    assert (part.status, part.body) == (206, plain.body[:10])


def test_scripts_of_components_are_sent_compressed_and_kept_for_good(address: str) -> None:
    file = assets.file_name("tree")
    sent = get(f"{address}/{assets.PLACE}/{file}", accept_encoding="gzip")
    assert (sent.status, sent.headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in sent.headers["Cache-Control"]
    assert sent.headers["Content-Type"].startswith("text/javascript")
    assert gzip.decompress(sent.body).decode() == assets.bundle("tree")
    plain = get(f"{address}/{assets.PLACE}/{file}")
    assert plain.body.decode() == assets.bundle("tree")


def test_a_page_from_before_an_update_gets_the_present_script(address: str) -> None:
    sent = get(f"{address}/{assets.PLACE}/tree.000000000000.js")
    assert (sent.status, sent.headers["Cache-Control"]) == (200, "no-store")
    assert sent.body.decode() == assets.bundle("tree")


@pytest.mark.parametrize(
    "file",
    ["none.000000000000.js", "base.000000000000.js", "tree.js", "tree.css", "%2e%2e%2fserver.py"],
)
def test_nothing_else_is_served_as_a_component(address: str, file: str) -> None:
    sent = get(f"{address}/{assets.PLACE}/{file}")
    assert sent.status in (400, 404)


def test_unknown_pages_are_not_kept(address: str) -> None:
    reply = get(f"{address}/static/js/none.js", Accept_Encoding="gzip")
    assert "immutable" not in reply.headers.get("Cache-Control", "")


def test_fonts_of_the_theme_are_served(address: str) -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    faces = [face["url"] for face in settings["theme"]["fontFaces"]]
    assert faces
    for face in faces:
        reply = get(f"{address}/{face}")
        assert (reply.status, reply.body[:4]) == (200, b"wOF2")
        assert reply.headers["Content-Type"] == "font/woff2"
        assert "max-age" in reply.headers["Cache-Control"]


def test_icon_is_ours_from_the_first_moment(address: str) -> None:
    reply = get(f"{address}/favicon.png")
    assert reply.body == (ROOT / "kpi_ui" / "static" / "icon.png").read_bytes()


def test_error_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    def page() -> None:
        import streamlit as st

        from kpi_ui.server import handle_script_error

        st.session_state["handled"] = handle_script_error(ValueError("customer 4711"))

    shown = AppTest.from_function(page, default_timeout=15).run()
    (record,) = [record for record in caplog.records if record.name == "kpi_ui.server"]
    (reference,) = record.args or ()
    assert record.exc_info is not None
    assert "customer 4711" in str(record.exc_info[1])
    assert shown.session_state["handled"] is True
    assert str(reference) in shown.error[0].value
    assert "4711" not in shown.error[0].value
    assert not shown.exception
