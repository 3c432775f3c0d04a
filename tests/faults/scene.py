"""Every process of the fleet, twice where that is allowed, and everything that can happen to them."""

import threading
from collections.abc import Callable
from random import Random

from gateway.launcher import ports
from tests.faults.ground import Gateway, Ground
from tests.faults.process import Process
from tests.patience import until

Fault = Callable[[], None]


class Scene:
    """The fleet on its services. Services are started and stopped by the thread that made them."""

    def __init__(self, ground: Ground, random: Random) -> None:
        self._ground, self._random = ground, random
        self.addresses = [f"127.0.0.1:{port}" for port in ports.choose(2)]
        self._workers = [ground.worker(), ground.worker()]
        self._relays = [ground.relay()]
        self.gateways = [ground.gateway(address=address) for address in self.addresses]
        self._pause = threading.Event()

    def faults(self) -> list[tuple[str, Fault, int]]:
        """Return what can happen, and how often it does."""
        return [
            ("a worker is killed", lambda: self._replace(self._workers, self._ground.worker, kill=True), 4),
            ("a worker is ended", lambda: self._replace(self._workers, self._ground.worker, kill=False), 2),
            ("a worker stands still", lambda: self._freeze(self._random.choice(self._workers)), 2),
            ("the relay is killed", lambda: self._replace(self._relays, self._ground.relay, kill=True), 2),
            ("a gateway is killed", lambda: self._replace_gateway(kill=True), 3),
            ("a gateway is ended", lambda: self._replace_gateway(kill=False), 2),
            ("a gateway stands still", lambda: self._freeze(self._random.choice(self.gateways).process), 2),
            ("the broker is stopped", lambda: self._away(self._ground.rabbit.stop, self._ground.rabbit.start), 3),
            ("the broker is killed", lambda: self._away(self._ground.rabbit.kill, self._ground.rabbit.start), 3),
            ("the broker has no memory left", self._alarm, 1),
            ("the broker hangs up on everybody", self._hang_up, 1),
            ("the database is stopped", lambda: self._away(self._ground.postgres.stop, self._ground.postgres.start), 3),
            ("the database is killed", lambda: self._away(self._ground.postgres.kill, self._ground.postgres.start), 3),
            ("the database hangs up on everybody", self._cut, 2),
        ]

    def is_ready(self) -> None:
        """Wait until every gateway says that nothing is missing."""
        until(lambda: all(gateway.ready().get("ready") is True for gateway in self.gateways), "all ready")

    def _rest(self) -> None:
        self._pause.wait(self._random.uniform(0, 3))

    def _replace(self, crew: list[Process], start: Callable[[], Process], *, kill: bool) -> None:
        gone = crew.pop(self._random.randrange(len(crew)))
        (gone.kill if kill else gone.end)()
        self._rest()
        crew.append(start())

    def _replace_gateway(self, *, kill: bool) -> None:
        place = self._random.randrange(len(self.gateways))
        gone: Gateway = self.gateways[place]
        (gone.process.kill if kill else gone.process.end)()
        self._rest()
        self.gateways[place] = self._ground.gateway(address=gone.address)

    def _freeze(self, process: Process) -> None:
        process.freeze()
        self._rest()
        process.thaw()

    def _away(self, stop: Callable[[], None], start: Callable[[], None]) -> None:
        stop()
        self._rest()
        start()

    def _alarm(self) -> None:
        self._ground.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1")
        self._rest()
        self._ground.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1GB")

    def _hang_up(self) -> None:
        self._ground.rabbitmqctl("close_all_connections", "chaos")

    def _cut(self) -> None:
        self._ground.ask("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()")
