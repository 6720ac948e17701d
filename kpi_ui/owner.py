"""Whose work it is: the cookie that a browser keeps, and the owner behind it or behind a login."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kpi_store.records import Owner

COOKIE = "kpi_owner"
MAX_AGE = 400 * 86_400
"""Seconds; browsers keep no cookie longer than 400 days."""
_VALUE = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # 256 bits in base64url
_NO_PAGES = ("/static/", "/app/static/", "/_stcore/", "/media/", "/component/", "/healthz")


def is_valid(value: object) -> bool:
    """True for a text that this module could have made."""
    return isinstance(value, str) and _VALUE.fullmatch(value) is not None


def owner_of(cookies: Mapping[str, str], user: Mapping[str, object]) -> Owner | None:
    """The signed-in person, else the browser; `None` when there is neither, so nothing can be kept.

    `cookies` is `st.context.cookies`; `user` is `st.user`, which is empty without login configured.
    A login counts only with OpenID Connect's `iss` and `sub`, which never change hands as an e-mail
    address may; somebody signed in without them owns nothing, rather than the browser's work.
    """
    if user.get("is_logged_in"):
        issuer, subject = user.get("iss"), user.get("sub")
        if isinstance(issuer, str) and isinstance(subject, str) and issuer and subject:
            return Owner.of_login(issuer, subject)
        return None
    return browser_of(cookies)


def browser_of(cookies: Mapping[str, str]) -> Owner | None:
    """The owner behind the browser alone, whose work a login may claim; `None` without a cookie."""
    value = cookies.get(COOKIE)
    return Owner.of_cookie(value) if value is not None and is_valid(value) else None


def current() -> Owner | None:
    """The owner of the running session."""
    return owner_of(st.context.cookies, st.user)


def current_browser() -> Owner | None:
    """The browser of the running session, whoever is signed in."""
    return browser_of(st.context.cookies)


class OwnerCookie:
    """Gives every browser a secret of 256 random bits with its first page, and renews it with each.

    Scripts of the page cannot read it, other sites cannot send it along, and it never stands in an
    address. A value that we cannot have made is replaced. `behind_proxy` says that a proxy in front
    sets `X-Forwarded-Proto`, and that nobody else can reach the app.
    """

    def __init__(self, app: ASGIApp, *, behind_proxy: bool = False) -> None:
        self.app = app
        self._behind_proxy = behind_proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _may_be_page(scope):
            await self.app(scope, receive, send)
            return
        known = HTTPConnection(scope).cookies.get(COOKIE)
        value = known if known is not None and is_valid(known) else secrets.token_urlsafe(32)
        cookie = _header(value, secure=self._is_https(scope))

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(scope, message):
                headers = MutableHeaders(scope=message)
                headers.append("Set-Cookie", cookie)
                headers["Cache-Control"] = "private, no-cache"  # no cache may hand it to others
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    def _is_https(self, scope: Scope) -> bool:
        if scope.get("scheme") == "https":
            return True
        said = Headers(scope=scope).get("x-forwarded-proto", "") if self._behind_proxy else ""
        return said.split(",")[0].strip().lower() == "https"


def _header(value: str, *, secure: bool) -> str:
    text = f"{COOKIE}={value}; Max-Age={MAX_AGE}; Path=/; HttpOnly; SameSite=Lax"
    return f"{text}; Secure" if secure else text


def _may_be_page(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return not f"{scope['path']}/".startswith(tuple(f"{p.rstrip('/')}/" for p in _NO_PAGES))


def _is_page(scope: Scope, start: Message) -> bool:
    """True for a page, also when the browser is told that the one it has is still good."""
    if start["status"] == 304:
        return "text/html" in Headers(scope=scope).get("accept", "")
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and kind.startswith("text/html")
