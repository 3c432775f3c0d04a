"""An app's stream, followed for as long as it takes: every fact once and in order, across any interruption."""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from gateway.cli.console import complain
from gateway.cli.eventsource import Parser
from gateway.cli.running import Fleet, problem, unreachable

Fact = dict[str, Any]

FROM_THE_OLDEST = "0"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
#: The gateway sends a heartbeat every 15 s; three missed, and the connection is dead whatever TCP believes.
_SILENCE = 45


class Away(Exception):
    """The gateway cannot be reached or asks to come back."""


@dataclass
class Stream:
    """Which stream, and how far it was read."""

    fleet: Fleet
    app_id: str
    kinds: tuple[str, ...] = ()
    message_id: str | None = None
    cursor: str | None = None
    #: Awaited once, when the first connection stands: what happens from then on will be seen.
    opened: Callable[[], Awaitable[None]] | None = None
    _met: bool = field(default=False, init=False)
    _pause: float = field(default=_FIRST_PAUSE, init=False)

    async def facts(self) -> AsyncGenerator[Fact, None]:
        """Yield facts; come back by itself, with a growing pause, after whatever ends a connection."""
        async with self.fleet.client("viewer", self.app_id) as client:
            while True:
                try:
                    async for fact in self._connection(client):
                        yield fact
                    reason = "the gateway closed the stream"
                except Away as away:
                    reason = str(away)
                except httpx.TransportError as error:
                    reason = str(error) or type(error).__name__
                    if not self._met:
                        raise unreachable(self.fleet) from None
                complain(f"{reason}; coming back", "dim")
                await asyncio.sleep(self._pause * random.uniform(0.75, 1))  # noqa: S311 - jitter
                self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    async def _connection(self, client: httpx.AsyncClient) -> AsyncGenerator[Fact, None]:
        parser = Parser()
        async with client.stream(
            "GET", f"/v1/apps/{self.app_id}/events", params=self._filters(), headers=self._headers(), timeout=_TIMEOUT
        ) as response:
            await _accepted(response)
            async for chunk in response.aiter_raw():
                await self._stands()
                for event in parser.feed(chunk):
                    self.cursor = event.event_id or self.cursor
                    if (fact := _fact(event.kind, event.data)) is not None:
                        yield fact
                self.cursor = parser.last_id or self.cursor
                self._pause = max(_FIRST_PAUSE, (parser.retry_ms or 0) / 1000)

    async def _stands(self) -> None:
        if self._met:
            return
        self._met = True
        if self.opened:
            await self.opened()

    def _filters(self) -> dict[str, str]:
        wanted = {"kinds": ",".join(self.kinds), "message_id": self.message_id}
        return {name: value for name, value in wanted.items() if value}

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-cache"}
        return headers | ({"Last-Event-ID": self.cursor} if self.cursor else {})


_TIMEOUT = httpx.Timeout(10, read=_SILENCE)


async def _accepted(response: httpx.Response) -> None:
    """Tell what will pass from what will not."""
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS or response.is_server_error:
        raise Away(f"the gateway answered {response.status_code}")
    if response.status_code != HTTPStatus.OK:
        await response.aread()
        raise problem(response)


def _fact(kind: str, data: str) -> Fact | None:
    try:
        fact = json.loads(data)
    except ValueError:
        return None
    return {**fact, "kind": kind} if isinstance(fact, dict) else None
