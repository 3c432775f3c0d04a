"""Who is in the fleet: the private services, and our own processes with their variables."""

import sys
from collections.abc import Mapping

from gateway.dashboards.files import Observed
from gateway.launcher import observers
from gateway.launcher.home import Home
from gateway.launcher.own_secrets import OwnSecrets
from gateway.launcher.plan import Plan
from gateway.launcher.postgres import PrivatePostgres
from gateway.launcher.process_unit import ProcessUnit
from gateway.launcher.programs import Program
from gateway.launcher.rabbitmq import PrivateRabbit
from gateway.launcher.voice import Voice


class Crew:
    """Makes every unit of one fleet."""

    def __init__(self, home: Home, plan: Plan, own: OwnSecrets, voice: Voice, environment: Mapping[str, str]) -> None:
        self._home = home
        self._plan = plan
        self._voice = voice
        self._environment = environment
        self.rabbit = (
            None
            if plan.amqp_url
            else PrivateRabbit(
                home.path / "rabbitmq",
                password=own.amqp_password,
                log=home.logs / "rabbitmq.log",
                observed=plan.observers is not None,
            )
        )
        self.postgres = (
            None
            if plan.database_url
            else PrivatePostgres(home.path / "postgres", password=own.database_password, log=home.logs / "postgres.log")
        )

    def chosen(self) -> dict[str, str]:
        """Return the variables that tell any process where everything is, as far as it is known by now."""
        amqp_url = self.rabbit.url if self.rabbit and self.rabbit.ports else self._plan.amqp_url
        database_url = self.postgres.url if self.postgres and self.postgres.ports else self._plan.database_url
        known = {"FLEET_AMQP_URL": amqp_url, "FLEET_DATABASE_URL": database_url}
        return {**self._plan.variables, **{name: url for name, url in known.items() if url}}

    def program(self, module: str, *arguments: str) -> Program:
        """Return one of our processes; -P keeps the folder it runs in out of its imports."""
        ours = {
            "FLEET_LOG_FORMAT": "json",
            "PROMETHEUS_MULTIPROC_DIR": str(self._home.metrics),
            "PYTHONUNBUFFERED": "1",
        }
        return Program(
            arguments=[sys.executable, "-P", "-m", module, *arguments],
            environment={**self._environment, **self.chosen(), **ours},
            directory=self._home.path,
        )

    def relay(self) -> ProcessUnit:
        """Return what publishes what a crash has left unpublished."""
        return self._process("relay", "relay", self.program("actors.relay"))

    def worker(self, group: str) -> ProcessUnit:
        """Return the worker of one group of actors."""
        return self._process(f"worker-{group}", "worker", self.program("actors.worker", "--group", group))

    def gateway(self) -> ProcessUnit:
        """Return what faces people and programs."""
        return self._process("gateway", "gateway", self.program("gateway"), probe=(self._plan.http, "/readyz"))

    def edge(self) -> list[ProcessUnit]:
        """Return what shows the apps, where workerd runs."""
        return [self._process("edge", "edge", self.program("edge.local"))] if self._plan.edge_http else []

    def observers(self) -> list[ProcessUnit]:
        """Return who looks at all of it, where that was asked for and is installed; the services run by now."""
        found, folder = self._plan.observers, self._home.path / "observed"
        units = []
        if found and found.prometheus:
            program, address = found.prometheus
            jobs = {"fleet": [self._plan.http]}
            if self.rabbit and self.rabbit.metrics:
                jobs["rabbitmq"] = [self.rabbit.metrics]
            observed = Observed(jobs, prometheus=f"http://{address}", gateway=f"http://{self._plan.http}")
            program_ = observers.prometheus(folder, observed, program, address)
            units.append(self._process("prometheus", "prometheus", program_, probe=(address, "/-/ready")))
        if found and found.grafana:
            home, address = found.grafana
            program_ = observers.grafana(folder, home, address, self._environment)
            units.append(self._process("grafana", "grafana", program_, probe=(address, "/api/health")))
        return units

    def demo(self) -> list[Program]:
        """Return what writes the demo app, where there is to be one."""
        return [self.program("gateway.cli.main", "demo")] if self._plan.demo else []

    def _process(self, name: str, kind: str, program: Program, probe: tuple[str, str] | None = None) -> ProcessUnit:
        return ProcessUnit(name, kind, program, self._home.logs / f"{name}.log", self._voice, probe=probe)

    def addresses(self, kind: str) -> dict[str, str]:
        """Return where a kind of process can be reached, without any password."""
        if kind == "gateway":
            return {"url": f"http://{self._plan.http}", "metrics": f"http://{self._plan.http}/metrics"}
        if self._plan.observers and (observer := vars(self._plan.observers).get(kind)):
            return {"url": f"http://{observer[1]}"}
        if kind == "edge" and self._plan.edge_http:
            return {"url": f"http://{self._plan.edge_http}"}
        if kind == "rabbitmq" and self.rabbit and self.rabbit.ports:
            return {"url": self.rabbit.address}
        if kind == "postgres" and self.postgres and self.postgres.ports:
            return {"url": self.postgres.address}
        return {}
