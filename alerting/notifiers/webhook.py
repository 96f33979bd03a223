"""Telling a program of the city's by a signed HTTP request; docs/reference/webhook.md."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json

import httpx2

from alerting.config import WebhookConfig
from alerting.notifiers.outward import RefusedError, client, resolve
from alerting.ports import Attempt, Message, Notifier, Outcome
from domain.clock import Clock

ANSWER_BYTES = 64 * 1024
"""What is read of an answer at most; nothing in it is needed."""
_TAKEN_BEFORE = 409
_GONE = frozenset({404, 410})
_LATER = frozenset({401, 403, 407, 408, 425, 429})
"""Too busy, or our own set-up (the secret), which can be mended while the message waits."""


class WebhookNotifier:
    """Posts each message to the URL of a contact method; never follows a redirect.

    The notification's id travels as `Idempotency-Key`: 409 says that the same one was taken before.
    """

    def __init__(self, config: WebhookConfig, clock: Clock) -> None:
        """Prepare; nothing is connected. The clock dates the signatures."""
        self._config, self._clock = config, clock

    async def send(self, message: Message) -> Attempt:
        """Send one message; see `Notifier.send`."""
        try:
            async with asyncio.timeout(self._config.limit_s):
                return await self._post(message)
        except TimeoutError:
            error = f"no answer within {self._config.limit_s:g} s"
            return Attempt(outcome=Outcome.RETRY, error=error)
        except RefusedError as refused:
            return Attempt(outcome=Outcome.REFUSED, error=str(refused), is_address_bad=True)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as failure:
            return Attempt(outcome=Outcome.RETRY, error=type(failure).__name__)

    async def _post(self, message: Message) -> Attempt:
        target = await resolve(message.address, allowed=self._config.allowed_hosts)
        body = body_of(message)
        headers = {
            "Host": target.authority,
            "Content-Type": "application/json",
            "User-Agent": "mimamori",
            "Accept-Encoding": "identity",
            **self._signature(message, body),
        }
        async with (
            client(self._config.limit_s) as http,
            http.stream(
                "POST",
                target.url,
                content=body,
                headers=headers,
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            attempt = attempt_of(answer.status_code, answer.headers.get("X-Request-Id"))
            read = 0
            async for part in answer.aiter_raw(4096):
                read += len(part)
                if read > ANSWER_BYTES:
                    break
            return attempt

    def _signature(self, message: Message, body: bytes) -> dict[str, str]:
        timestamp = str(int(self._clock.now().timestamp()))
        return {
            "Idempotency-Key": message.id,
            "X-Mimamori-Timestamp": timestamp,
            "X-Mimamori-Signature": f"v1={sign(self._config.secret, timestamp, body)}",
        }


def body_of(message: Message) -> bytes:
    """Return what is posted: the message and nothing else, as JSON in UTF-8."""
    return json.dumps(
        {
            "id": message.id,
            "written_at": message.written_at.isoformat(),
            "language": message.language,
            "subject": message.subject,
            "body": message.body,
        },
        ensure_ascii=False,
    ).encode("utf-8", "replace")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the HMAC-SHA256 of timestamp, a full stop and the body, in hexadecimal."""
    signed = timestamp.encode() + b"." + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def attempt_of(status: int, provider_id: str | None) -> Attempt:
    """Say what an answer's status means."""
    if 200 <= status < 300 or status == _TAKEN_BEFORE:  # noqa: PLR2004 (HTTP's classes)
        named = "".join(sign for sign in provider_id or "" if sign.isprintable())[:200]
        return Attempt(outcome=Outcome.ACCEPTED, provider_id=named or None)
    error = f"HTTP {status}"
    if status in _LATER or status >= 500:  # noqa: PLR2004
        return Attempt(outcome=Outcome.RETRY, error=error)
    return Attempt(outcome=Outcome.REFUSED, error=error, is_address_bad=status in _GONE)


_: type[Notifier] = WebhookNotifier
