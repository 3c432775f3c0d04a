"""`fleet migrate | worker | relay | gateway | edge | bench`: one process, in the foreground."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from gateway.cli import root

_CHECKOUT = Path(__file__).parents[2]


def migrate() -> None:
    """Bring the database forward and make the queues.

    Example: `FLEET_DATABASE_URL=postgresql://… FLEET_AMQP_URL=amqp://… fleet migrate`
    """
    for arguments in (["sql", "migrate"], ["actors", "declare"]):
        if subprocess.run(_command(*arguments), env=root.environment(), check=False).returncode:
            raise typer.Exit(1)


def worker(group: Annotated[str, typer.Option(help="whose actors to run; `python -m actors` lists them")]) -> None:
    """Run one more worker.

    Example: `fleet worker --group files`
    """
    _become("actors.worker", "--group", group)


def relay() -> None:
    """Run one more relay.

    Example: `fleet relay`
    """
    _become("actors.relay")


def gateway() -> None:
    """Run one more gateway, at FLEET_HTTP.

    Example: `FLEET_HTTP=127.0.0.1:8701 fleet gateway`
    """
    _become("gateway")


def edge() -> None:
    """Run the local edge, at FLEET_EDGE_HTTP.

    Example: `FLEET_EDGE_HTTP=127.0.0.1:8789 fleet edge`
    """
    _become("edge.local")


def bench(
    names: Annotated[list[str] | None, typer.Argument(help="what to measure; without, all of it")] = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="a tenth of everything: does it run at all?")] = False,
) -> None:
    """Measure this checkout, on services of its own, and print what came out; `make bench` is the same.

    Example: `fleet bench preview --quick`
    """
    if not (_CHECKOUT / "tests/bench").is_dir():
        sys.stderr.write("fleet: the benchmarks are in a checkout, and are not installed with the fleet\n")
        raise typer.Exit(1)
    os.chdir(_CHECKOUT)
    asked = [*(names or []), *(["--quick"] if quick else [])]
    os.execv(sys.executable, [sys.executable, "-m", "tests.bench", *asked])  # noqa: S606 - no shell is wanted


def _become(module: str, *arguments: str) -> NoReturn:
    """Replace this process, so that its signals and its status are the process's own."""
    os.execve(sys.executable, _command(module, *arguments), root.environment())  # noqa: S606 - no shell is wanted


def _command(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", module, *arguments]
