"""One thing to run, as the supervisor sees it: a service of ours, or a process of the fleet."""

import asyncio
from typing import Protocol

from gateway.launcher.service import PrivateService


class StartFailed(RuntimeError):
    """It ended, or did not get ready; the text says how."""


class Unit(Protocol):
    """What can be started, awaited and ended."""

    name: str
    kind: str
    patience: float

    @property
    def pid(self) -> int | None:
        """Which process it is now."""

    async def start(self) -> None:
        """Start it, and return when it is ready."""

    async def wait(self) -> int:
        """Return its exit status, once it has ended."""

    async def stop(self) -> None:
        """Ask it to end, and wait until it has."""

    def kill(self) -> None:
        """End it now."""


class ServiceUnit:
    """A private server. It blocks, so it lives in threads, which last as long as the loop."""

    patience = 30.0

    def __init__(self, service: PrivateService) -> None:
        self.name = self.kind = service.name
        self.service = service

    @property
    def pid(self) -> int | None:
        """Which process it is now."""
        return self.service.process.pid if self.service.process else None

    async def start(self) -> None:
        """Start it, and return when it is ready."""
        await asyncio.to_thread(self.service.start)

    async def wait(self) -> int:
        """Return its exit status, once it has ended."""
        process = self.service.process
        return await asyncio.to_thread(process.wait) if process else 0

    async def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        await asyncio.to_thread(self.service.stop, self.patience)

    def kill(self) -> None:
        """End it now."""
        self.service.kill()
