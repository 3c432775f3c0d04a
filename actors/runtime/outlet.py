"""How the threads of a worker reach the bus: one loop, one connection, many commits at a time."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import uvloop

from actors.runtime.outbox import OutboxPublisher
from actors.runtime.wire import Away, Wire
from contracts.cloudevents import STRUCTURED
from contracts.progress import Progress
from contracts.topology import EVENTS, PROGRESS, routing_key
from sql import outbox
from sql.database import new_async_pool
from sql.progress import Numbered

_PATIENCE = 10
_COURTESY = 0.01


class Outlet:
    """A thread with an asyncio loop that publishes for all the others."""

    def __init__(self, amqp_url: str, database_url: str, *, name: str, consumed: frozenset[str]) -> None:
        self._loop = uvloop.new_event_loop()
        self._wire = Wire(amqp_url, name=name)
        self._pool = new_async_pool(database_url, size=2, name=f"{name} outlet")
        self._publisher = OutboxPublisher(self._wire, self._pool, consumed)
        self._thread = threading.Thread(target=self._run, name="outlet", daemon=True)

    def start(self) -> None:
        """Begin to connect; this waits for nobody."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()

    def stop(self) -> None:
        """Finish what was handed over, then hang up."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(_PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def is_alive(self) -> bool:
        """Tell whether the thread still runs."""
        return self._thread.is_alive()

    def hand_over(self, app_id: str, rows: Sequence[outbox.Row], steps: Sequence[Numbered]) -> None:
        """Publish what a transaction has committed; no confirmation is waited for."""
        self._first(lambda: self._send(app_id, rows, steps))

    def push(self, exchange: str, key: str, body: str, headers: dict[str, Any]) -> None:
        """Send what the receiver could read for itself."""
        self._first(lambda: self._wire.push(exchange, key, body.encode(), headers=headers))

    def publish(self, exchange: str, key: str, body: bytes, **properties: Any) -> None:
        """Publish and wait until a queue has it; raises Away where it cannot be known."""
        confirmed: Future[bool] = asyncio.run_coroutine_threadsafe(
            self._publish(exchange, key, body, properties), self._loop
        )
        if not confirmed.result(_PATIENCE):
            raise Away(f"no queue behind {exchange or key!r} takes it")

    def _first(self, send: Callable[[], None]) -> None:
        """Let the loop's thread go first: everybody downstream waits for that, and nobody for what this one does next.

        Who waits for another thread hands the interpreter over at once. Who does not keeps it as long as there is
        something to do: 0.4 ms, one worker being all that works.
        """
        gone = threading.Lock()
        gone.acquire()

        def go() -> None:
            try:
                send()
            finally:
                gone.release()

        self._loop.call_soon_threadsafe(go)
        gone.acquire(timeout=_COURTESY)

    def _send(self, app_id: str, rows: Sequence[outbox.Row], steps: Sequence[Numbered]) -> None:
        for step in steps:
            headers = {"seq": step.seq, "kind": step.kind}
            if step.message_id is not None:
                headers["message_id"] = step.message_id
            self._wire.push(PROGRESS, app_id, step.data.encode(), headers=headers)
        for row in rows:
            if row.kind == Progress.kind:
                self._wire.push(
                    EVENTS, routing_key(row.kind, app_id), row.envelope.encode(), headers={}, content_type=STRUCTURED
                )
        self._publisher.start([row for row in rows if row.kind != Progress.kind])

    async def _publish(self, exchange: str, key: str, body: bytes, properties: dict[str, Any]) -> bool:
        return await self._wire.publish(exchange, key, body, mandatory=True, **properties)

    async def _start(self) -> None:
        await self._pool.open(wait=False)
        await self._wire.start()

    async def _stop(self) -> None:
        await self._publisher.drain()
        await self._wire.close()
        await self._pool.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()
