"""An app's preview as a worker writes it, and an origin that serves it on its socket."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import httpx
import pika
import pytest

from contracts.settings import Settings
from contracts.topology import PREVIEWS
from gateway.preview.passes import Passes, signing_key
from sql import previews, units
from sql.database import transaction
from sql.previews import Step
from sql.units import UnitRow
from tests.gateway.conftest import SECRET, Author, Gateway, token
from tests.patience import PATIENCE

PAGE = {
    "entry": "src/main.js",
    "parts": ["<!doctype html><html><head>", "</head><body>", "</body></html>"],
    "env": {"DEV": True},
    "deps": {"react": {"url": "/__fleet/deps/set/react.js", "cjs": True}},
    "chunks": ["/__fleet/deps/set/chunk.js"],
}


def edge(app_id: str, **more: str) -> dict[str, str]:
    """Return what the edge says of a request."""
    said = {"x-edge-app": app_id, "x-edge-environment": "preview", "x-forwarded-proto": "http"}
    return {**said, **{name.replace("_", "-"): value for name, value in more.items()}}


def asking(near: str) -> httpx.Client:
    """Return a client on a socket."""
    return httpx.Client(transport=httpx.HTTPTransport(uds=near), base_url="http://origin", timeout=PATIENCE)


def carried(passes: Passes, app_id: str) -> str:
    """Return the cookie of somebody who has opened the app with a ticket."""
    return passes.cookies(app_id, safe=False)[0].partition(";")[0]


def revise(
    author: Author, app_id: str, kind: str = "update", *, push: bool = True, since: str = "", **modules: str
) -> str:
    """Write a revision of some modules down as a worker does, push it, or lose the push; return its name."""
    keys = {f"src/{name}.js": sha256(f"{name}\n{code}".encode()).digest() for name, code in modules.items()}
    told = {"modules": [[one, {}, key.hex()] for one, key in keys.items()], "css": [], "removed": []}
    body = json.dumps(told if kind == "update" else {"message": "broken"} if kind == "failed" else {})
    with transaction(author.pool, app_id) as tx:
        epoch = tx.execute("select fleet.current_epoch()").fetchone()
        units.add(
            tx, [UnitRow(key, "{}", code, None) for key, code in zip(keys.values(), modules.values(), strict=True)]
        )
        step = Step(
            kind=kind,
            body=body,
            version=1,
            status="failed" if kind == "failed" else "ready",
            page=json.dumps(PAGE),
            failure=body if kind == "failed" else None,
            modules={one: (key, "{}") for one, key in keys.items()},
        )
        last = tx.execute("select revision from fleet.previews where app_id = %s", (app_id,)).fetchone()
        number = (last[0] if last else 0) + 1
        previews.record(tx, app_id, step, number, story_id=f"story of {app_id}", message_id="m")
    assert epoch is not None
    rev = f"{epoch[0]}.{number}"
    if push:
        code = [{"id": one, "deps": {}, "code": text} for one, text in zip(keys, modules.values(), strict=True)]
        data = {"rev": rev, "modules": code, "css": [], "removed": []} if kind == "update" else {"rev": rev}
        properties = pika.BasicProperties(headers={"seq": number, "kind": kind, "since": since})
        author.channel.basic_publish(PREVIEWS, app_id, json.dumps(data).encode(), properties)
    return rev


def store(author: Author, app_id: str, **files: bytes) -> None:
    """Write an app and its files; `__` stands for the dot and `_in_` for the slash of a path."""
    with transaction(author.pool, app_id) as tx:
        tx.execute("insert into fleet.apps (app_id) values (%s) on conflict do nothing", (app_id,))
        for name, content in files.items():
            digest = sha256(content).digest()
            path = name.replace("_in_", "/").replace("__", ".")
            tx.execute(
                "insert into fleet.blobs (sha256, content) values (%s, %s) on conflict do nothing", (digest, content)
            )
            tx.execute(
                "insert into fleet.files (app_id, path, sha256, bytes, version) values (%s, %s, %s, %s, 1)",
                (app_id, path, digest, len(content)),
            )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that lies too deep for the name of a unix socket."""
    home = tmp_path_factory.mktemp("origin") / ("a-long-way-down-" * 8)
    home.mkdir()
    return home


@pytest.fixture(scope="module")
def gateway(new_gateway: Callable[..., Gateway], home: Path, amqp_url: str) -> Gateway:
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        connection.channel().exchange_declare(PREVIEWS, "topic", durable=True)
    started = new_gateway(FLEET_HOME=str(home), FLEET_DEPENDENCIES_DIR=str(home / "packages"))
    started.until_ready()
    return started


@contextmanager
def socket_in(home: Path) -> Iterator[str]:
    """Lend a home's socket by a name that is short enough."""
    descriptor = os.open(home / "run", os.O_RDONLY)
    yield f"/proc/self/fd/{descriptor}/origin.sock"
    os.close(descriptor)


@pytest.fixture(scope="module")
def near(home: Path) -> Iterator[str]:
    """The socket of the module's gateway."""
    with socket_in(home) as name:
        yield name


@pytest.fixture(scope="module")
def origin(gateway: Gateway, near: str) -> Iterator[httpx.Client]:
    """Ask the origin as the edge does."""
    assert gateway
    with asking(near) as client:
        yield client


@pytest.fixture
def passes() -> Passes:
    """What the gateway signs with, too."""
    return Passes(signing_key(Settings.model_validate({"jwt_secret": SECRET})))


@pytest.fixture
def public(author: Author, gateway: Gateway, app_id: str) -> str:
    """An app that everybody may see."""
    store(author, app_id)
    with gateway.client(token(app_id, role="editor")) as client:
        assert client.put(f"/v1/apps/{app_id}/preview", json={"private": False}).status_code == 200
    return app_id
