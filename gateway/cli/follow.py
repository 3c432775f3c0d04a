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
    #: Awaited once, when it is certain that whatever happens from then on will be seen.
    opened: Callable[[], Awaitable[None]] | None = None
    _met: bool = field(default=False, init=False)
    _lost: bool = field(default=False, init=False)
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
                except httpx.TransportError:
                    reason = "the gateway is away"
                    if not self._met:
                        raise unreachable(self.fleet) from None
                if not self._lost:
                    self._lost = True
                    complain(f"{reason}; coming back", "dim")
                await asyncio.sleep(self._pause * random.uniform(0.75, 1))  # noqa: S311 - jitter
                self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    async def _connection(self, client: httpx.AsyncClient) -> AsyncGenerator[Fact, None]:
        parser = Parser()
        async with client.stream(
            "GET", f"/v1/apps/{self.app_id}/events", params=self._filters(), headers=self._headers(), timeout=_TIMEOUT
        ) as response:
            await _accepted(response)
            self._met = True
            async for chunk in response.aiter_raw():
                self._lost = False
                for event in parser.feed(chunk):
                    self.cursor = event.event_id or self.cursor
                    await self._stands()
                    if (fact := _fact(event.kind, event.data)) is not None:
                        yield fact
                self.cursor = parser.last_id or self.cursor
                self._pause = max(_FIRST_PAUSE, (parser.retry_ms or 0) / 1000)

    async def _stands(self) -> None:
        """Say once that there is a place in history to go on from, whatever becomes of the connection."""
        if self.opened and self.cursor:
            opened, self.opened = self.opened, None
            await opened()

    def _filters(self) -> dict[str, str]:
        """Without a cursor ask for the state, too: it comes with the id from which the stream goes on."""
        wanted = {"kinds": ",".join(self.kinds), "message_id": self.message_id, "state": "" if self.cursor else "1"}
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
    if kind == "state":
        return None
    try:
        fact = json.loads(data)
    except ValueError:
        return None
    return {**fact, "kind": kind} if isinstance(fact, dict) else None
