"""`fleet up | down`: everything this fleet needs, started and ended as one."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from typing import Annotated

import typer
from rich.console import Console

from contracts.settings import Settings
from gateway.cli import root
from gateway.launcher import own_secrets, plan
from gateway.launcher.banner import banner, command
from gateway.launcher.crew import Crew
from gateway.launcher.fleet import Fleet
from gateway.launcher.home import AlreadyRunning, Home
from gateway.launcher.voice import Voice

READY_SECONDS = 120
END_SECONDS = 90


def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="return once everything is ready")] = False,
    observe: Annotated[
        bool, typer.Option("--observe", help="with Prometheus and Grafana, where they are installed")
    ] = False,
) -> None:
    """Start RabbitMQ, Postgres and the fleet, and keep them running until Ctrl-C.

    Your own services are used where FLEET_AMQP_URL and FLEET_DATABASE_URL name them.

    Example: `fleet up --detach`
    """
    settings = Settings(observe=True) if observe else Settings()
    home = Home(settings.home.resolve())
    home.create()
    raise typer.Exit(_detach(home, observe=observe) if detach else _stay(settings, home))


def _stay(settings: Settings, home: Home) -> int:
    """Run everything here, until it is ended."""
    voice = Voice(Console())
    try:
        with home.held():
            own = own_secrets.load(home.path / "secrets.json")
            decided = plan.decide(settings, os.environ, own, lambda what: voice.say("fleet", what, "yellow"))
            crew = Crew(home, decided, own, voice, os.environ)
            fleet = Fleet(home, crew, voice, lambda: voice.print(banner(home.read_env())))
            return asyncio.run(fleet.run())
    except AlreadyRunning:
        _point_to(home)
        return 0


def _detach(home: Home, *, observe: bool) -> int:
    """Run everything in a session of its own, and wait until it is ready."""
    if home.holder() is not None:
        _point_to(home)
        return 0
    log = home.logs / "fleet.log"
    with log.open("wb") as output:
        arguments = [sys.executable, "-P", "-m", "gateway.cli.main", "up", *(["--observe"] if observe else [])]
        launcher = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    deadline = time.monotonic() + READY_SECONDS
    while launcher.poll() is None and time.monotonic() < deadline:
        if home.read_state()["state"] == "ready":
            typer.echo(banner(home.read_env()))
            typer.echo(f"It runs in the background: {command()} down ends it, {log} says what it does.\n")
            return 0
        time.sleep(0.05)
    launcher.terminate()
    typer.echo(log.read_text(), err=True)
    return 1


def _point_to(home: Home) -> None:
    """Say that it runs already, and where."""
    where = home.read_env().get("FLEET_HTTP", "an address it has yet to choose")
    typer.echo(f"The fleet of {home.path} already runs (pid {home.holder()}), at http://{where}.")
    typer.echo("`fleet status` shows it, `fleet down` ends it; another FLEET_HOME is another fleet.")


def down() -> None:
    """End what `fleet up` has started here; its data stays.

    Example: `fleet down`
    """
    home = root.home()
    holder = home.holder()
    if holder is None:
        typer.echo(f"Nothing runs in {home.path}.")
        return
    os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + END_SECONDS
    while home.holder() is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    if home.holder() is None:
        typer.echo("Ended; the data is kept.")
    else:
        os.kill(holder, signal.SIGKILL)  # the kernel then ends its children
        typer.echo("It did not end in time, and was killed; the data is kept.")
