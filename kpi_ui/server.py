"""The web server around the Streamlit script: routes, response headers, compression, script errors.

Everything here is plain ASGI, used by `app.py`; pages never import it.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
import logging
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kpi_core.catalog.loader import load_catalog
from kpi_ui import assets, kept_theme, storage
from kpi_ui.owner import OwnerCookie

STATIC = Path(__file__).parent / "static"
DAY = 86_400  # seconds
FEWER_COLLECTIONS = (2_000, 20, 30)
"""Thresholds of the garbage collector: each full collection holds up everybody for tens of ms."""
_SCREENS = (
    "kpi_ui.welcome",
    "kpi_ui.steps",
    "kpi_ui.tree.sections",
    "kpi_ui.bench.target",
    "kpi_ui.document",
)
"""Modules that bring with them what the everyday pages need."""

logger = logging.getLogger(__name__)


def routes() -> list[BaseRoute]:
    """Paths that the app answers itself, before Streamlit sees them."""
    return [
        Route("/healthz", _health),
        Route("/favicon.png", _favicon),
        Route(f"/{assets.PLACE}/{{file}}", _component),
        Route(f"/{{base:path}}/{assets.PLACE}/{{file}}", _component),  # server.baseUrlPath
    ]


def middleware() -> list[Middleware]:
    """What every request passes through on its way to Streamlit, outermost first."""
    return [Middleware(SecurityHeaders), Middleware(OwnerCookie), Middleware(CompressStatic)]


def handle_script_error(error: Exception) -> bool:
    """Log an error of a page, and show its reference instead of the error.

    Returns True: Streamlit shows nothing of its own, whatever its settings.
    """
    reference = secrets.token_hex(4)
    logger.error("Script error %s", reference, exc_info=error)
    st.error(
        f"Something went wrong here, and we have noted it as {reference}. "
        "Reload the page to go on from the last saved state.",
        icon=":material/error:",
    )
    return True


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


async def _favicon(_request: Request) -> Response:
    """The icon while the page loads, before the script has named its own."""
    return FileResponse(STATIC / "icon.png", headers={"Cache-Control": f"public, max-age={DAY}"})


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Start with what most pages import, and keep the garbage collector away from it.

    Otherwise a full collection walks through it every few seconds, which holds up everybody for
    0.1 s: half of the slow steps at 50 people. What is made later is collected as usual.
    """
    kept_theme.install()
    for module in _SCREENS:
        import_module(module)
    load_catalog()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*FEWER_COLLECTIONS)
    daily = asyncio.create_task(_daily())
    yield
    daily.cancel()


async def _daily() -> None:
    """Looks after the saved work every day the server runs; opening the store does it first."""
    while True:
        await asyncio.sleep(DAY)
        await asyncio.to_thread(storage.care)


async def _component(request: Request) -> Response:
    """A component's script; kept by browsers for good, because its name changes with its content."""
    found = assets.served(request.path_params["file"])
    if found is None:
        return Response("No such component", status_code=404)
    script, asked_for = found
    kept = f"public, max-age={365 * DAY}, immutable" if asked_for else "no-store"
    return Response(script, media_type="text/javascript", headers={"Cache-Control": kept})


class SecurityHeaders:
    """Adds to every response the headers that limit what a page may load, run and ask for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._script_hashes = _inline_script_hashes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        policy = content_security_policy(Headers(scope=scope).get("host", ""), self._script_hashes)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = policy
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers["Permissions-Policy"] = (
                    "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
                )
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                if scope["path"].startswith("/app/static/"):
                    headers.setdefault("Cache-Control", f"public, max-age={7 * DAY}")
            await send(message)

        await self.app(scope, receive, send_with_headers)


def content_security_policy(host: str, script_hashes: tuple[str, ...]) -> str:
    """The Content-Security-Policy: nothing is loaded from, or sent to, another host.

    `host` is the request's Host header; sockets are allowed to it alone, by name, because not every
    browser counts them as 'self'. Streamlit needs inline styles, and blob: for the scripts of
    components (it wraps their source in one).
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self' blob:", *script_hashes)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' data: blob:",
            "worker-src 'self' blob:",
            f"connect-src 'self'{sockets}",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def _inline_script_hashes() -> tuple[str, ...]:
    """CSP sources for the inline scripts of the installed Streamlit's index page."""
    index = Path(st.__file__).parent / "static" / "index.html"
    scripts = _INLINE_SCRIPT.findall(index.read_text(encoding="utf-8"))
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return tuple(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


class CompressStatic:
    """Gzips Streamlit's own scripts and styles, and our components', each once, and keeps the result.

    Streamlit sends its 10 MB uncompressed, since compressing them anew for each visitor costs
    more than it brings. The files have a hash in their name and never change at run time.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._gzip = GZipMiddleware(app, minimum_size=1_000, compresslevel=6)
        self._kept: dict[str, list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_plain_static_request(scope):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path in self._kept:
            for message in self._kept[path]:
                await send(dict(message))
            return
        messages: list[Message] = []

        async def send_and_note(message: Message) -> None:
            messages.append(dict(message))  # a copy: outer middleware adds headers to the original
            await send(message)

        await self._gzip(scope, receive, send_and_note)
        if _may_be_kept(messages):
            self._kept[path] = messages


def _is_plain_static_request(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    headers = Headers(scope=scope)
    return (
        scope["path"].startswith(("/static/", f"/{assets.PLACE}/"))
        and "gzip" in headers.get("accept-encoding", "")
        and not {"range", "if-none-match", "if-modified-since"}.intersection(headers)
    )


def _may_be_kept(messages: list[Message]) -> bool:
    """True for a complete gzipped response that its own headers call immutable."""
    if not messages:
        return False
    start, last = messages[0], messages[-1]
    headers = Headers(raw=start["headers"])
    return (
        start["status"] == 200
        and headers.get("content-encoding") == "gzip"
        and "immutable" in headers.get("cache-control", "")
        and "set-cookie" not in headers
        and last["type"] == "http.response.body"
        and not last.get("more_body", False)
    )
