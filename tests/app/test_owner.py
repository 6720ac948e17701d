"""The owner cookie: when it is set, what it says, and whose work it stands for."""

from __future__ import annotations

import asyncio
from http.cookies import SimpleCookie
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route
from starlette.types import Message
from streamlit.testing.v1 import AppTest

from kpi_store.records import Owner
from kpi_ui.owner import COOKIE, OwnerCookie, browser_of, is_valid, owner_of

GOOD = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA"


async def _page(request: Request) -> Response:
    if "if-none-match" in request.headers:
        return Response(status_code=304)
    return HTMLResponse("<p>Page</p>", headers={"Cache-Control": "no-cache"})


async def _missing(_request: Request) -> Response:
    return HTMLResponse("none", status_code=404)


def app(**options: bool) -> Starlette:
    """A small app with the paths that matter."""
    routes = [
        Route("/", _page, methods=["GET", "POST"]),
        Route("/wizard", _page),
        Route("/missing", _missing),
        Route("/go", lambda _: RedirectResponse("/")),
        Route("/data", lambda _: JSONResponse({})),
        Route("/healthz", lambda _: JSONResponse({"status": "ok"})),
        Route("/_stcore/health", lambda _: HTMLResponse("ok")),
        Route("/static/a.js", lambda _: PlainTextResponse("a")),
        Route("/static/page.html", _page),
        Route("/app/static/page.html", _page),
        Route("/component/a/index.html", _page),
        Route("/staticpage", _page),
    ]
    return Starlette(routes=routes, middleware=[Middleware(OwnerCookie, **options)])


def ask(
    path: str, *, method: str = "GET", scheme: str = "http", options: dict[str, bool] | None = None,
    **headers: str | list[str],
) -> SimpleNamespace:  # fmt: skip
    """Send one request; a header's underscores become hyphens."""
    raw = [
        (name.replace("_", "-").encode(), text.encode("latin-1"))
        for name, texts in headers.items()
        for text in ([texts] if isinstance(texts, str) else texts)
    ]
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "scheme": scheme, "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": raw,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(**(options or {}))(scope, receive, send))
    pairs = [(name.decode().lower(), text.decode()) for name, text in sent[0]["headers"]]
    cookies = [text for name, text in pairs if name == "set-cookie"]
    return SimpleNamespace(status=sent[0]["status"], headers=dict(pairs), cookies=cookies)


def value_of(reply: SimpleNamespace) -> str:
    (text,) = reply.cookies
    return SimpleCookie(text)[COOKIE].value


def test_the_first_page_brings_a_cookie() -> None:
    reply = ask("/")
    (text,) = reply.cookies
    assert is_valid(value_of(reply))
    assert text.split("; ")[1:] == ["Max-Age=34560000", "Path=/", "HttpOnly", "SameSite=Lax"]
    assert reply.headers["cache-control"] == "private, no-cache"


def test_every_browser_gets_another_one() -> None:
    assert len({value_of(ask("/")) for _ in range(50)}) == 50


@pytest.mark.parametrize("path", ["/", "/wizard", "/staticpage"])
def test_a_known_browser_keeps_its_cookie_for_longer(path: str) -> None:
    reply = ask(path, cookie=f"a=1; {COOKIE}={GOOD}; b=2")
    assert value_of(reply) == GOOD
    assert "Max-Age=34560000" in reply.cookies[0]


@pytest.mark.parametrize(
    "forged",
    ["", "a", GOOD[:-1], GOOD + "A", GOOD[:-1] + "B", GOOD[:-1] + "=", GOOD[:-1] + "é", '"' + GOOD + '"x',
     "<script>", "a" * 9_000, "..%2f..%2f", GOOD[:20] + "\x7f" + GOOD[21:]],
    ids=range(12),
)  # fmt: skip
def test_a_malformed_cookie_is_replaced(forged: str) -> None:
    new = value_of(ask("/", cookie=f"{COOKIE}={forged}"))
    assert is_valid(new)
    assert new != forged
    assert browser_of({COOKIE: forged}) is None


def test_of_two_cookies_the_one_that_streamlit_reads_counts() -> None:
    other = GOOD[::-1][:42] + "A"
    reply = ask("/", cookie=f"{COOKIE}={GOOD}; {COOKIE}={other}")
    read = Request(
        {"type": "http", "headers": [(b"cookie", f"{COOKIE}={GOOD}; {COOKIE}={other}".encode())]}
    )
    assert value_of(reply) == read.cookies[COOKIE] == other


@pytest.mark.parametrize(
    "path",
    ["/static/a.js", "/static/page.html", "/app/static/page.html", "/component/a/index.html",
     "/healthz", "/_stcore/health", "/data", "/missing", "/go", "/none"],
)  # fmt: skip
def test_other_answers_bring_none(path: str) -> None:
    assert ask(path).cookies == []
    assert ask(path, cookie=f"{COOKIE}={GOOD}").cookies == []


def test_only_getting_a_page_brings_one() -> None:
    assert ask("/", method="POST").cookies == []
    assert ask("/", method="HEAD").cookies == []


def test_a_page_the_browser_still_has_brings_one_too() -> None:
    """Somebody who deleted the cookies but not the cache."""
    page, script = ask("/", if_none_match="x", accept="text/html,*/*"), ask("/", if_none_match="x")
    assert (page.status, script.status) == (304, 304)
    assert is_valid(value_of(page))
    assert script.cookies == []


@pytest.mark.parametrize(
    ("scheme", "forwarded", "behind_proxy", "secure"),
    [
        ("https", None, False, True),
        ("http", None, False, False),
        ("http", "https", False, False),
        ("http", "https", True, True),
        ("http", "HTTPS, http", True, True),
        ("http", "http, https", True, False),
        ("http", None, True, False),
        ("https", "http", True, True),
    ],
)
def test_behind_https_it_is_sent_by_https_only(scheme, forwarded, behind_proxy, secure) -> None:
    headers = {} if forwarded is None else {"x_forwarded_proto": forwarded}
    reply = ask("/", scheme=scheme, options={"behind_proxy": behind_proxy}, **headers)
    assert reply.cookies[0].endswith("; Secure") == secure


def test_sockets_pass_untouched() -> None:
    seen = []

    async def inner(scope, _receive, _send) -> None:
        seen.append(scope["type"])

    asyncio.run(OwnerCookie(inner)({"type": "websocket", "path": "/"}, None, None))  # type: ignore[arg-type]
    assert seen == ["websocket"]


def test_the_owner_is_the_person_signed_in_else_the_browser() -> None:
    cookies = {COOKIE: GOOD}
    login = {"is_logged_in": True, "iss": "https://login.example", "sub": "1"}
    assert (
        owner_of(cookies, {}) == owner_of(cookies, {"is_logged_in": False}) == Owner.of_cookie(GOOD)
    )
    assert owner_of(cookies, login) == Owner.of_login("https://login.example", "1")
    assert owner_of({}, login) == owner_of(cookies, login)
    assert owner_of({}, {}) is None
    assert browser_of(cookies) == Owner.of_cookie(GOOD)


@pytest.mark.parametrize(
    "user", [{}, {"sub": "1"}, {"iss": "i"}, {"iss": "", "sub": ""}, {"iss": 1, "sub": 2}, {"email": "a@b"}]
)  # fmt: skip
def test_a_login_without_identity_owns_nothing(user: dict[str, object]) -> None:
    assert owner_of({COOKIE: GOOD}, {"is_logged_in": True, **user}) is None


def test_a_session_without_a_cookie_has_no_owner() -> None:
    def page() -> None:
        import streamlit as st

        from kpi_ui import owner

        st.session_state["found"] = (owner.current(), owner.current_browser())

    shown = AppTest.from_function(page, default_timeout=15).run()
    assert not shown.exception
    assert shown.session_state["found"] == (None, None)
