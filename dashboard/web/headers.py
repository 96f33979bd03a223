"""The headers that every answer carries, errors and streams included."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Nothing is loaded from elsewhere, and nothing that is written into a page can run."""
IMMUTABLE = "public, max-age=31536000, immutable"
"""For built files only, whose names change with their content."""

_ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "x-robots-tag": "noindex, nofollow",
}


class Headers:
    """The outermost layer: whatever answers, the headers are there."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        """Wrap `app`; browsers that came by https are told to stay there for a year."""
        self._app = app
        self._fixed = dict(_ALWAYS)
        if is_https:
            self._fixed["strict-transport-security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, adding the headers when the answer starts."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._fixed.items():
                    headers[name] = value
                if headers.get("cache-control") != IMMUTABLE:
                    headers["cache-control"] = "no-store"
                    headers["vary"] = "Cookie, Accept-Language"
            await send(message)

        await self._app(scope, receive, with_headers)
