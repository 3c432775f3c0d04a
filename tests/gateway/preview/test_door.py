"""The way in for the preview worker on Cloudflare: with the key it is the edge, without it anybody."""

import asyncio
import hmac
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest
from pydantic import SecretStr

from gateway.preview.door import Door
from tests.gateway.conftest import ROOT, Author, Gateway
from tests.gateway.preview.conftest import edge, revise
from tests.patience import PATIENCE, until

KEY = "the-key-of-this-test-and-of-no-other"
NODE = Path(sys.executable).with_name("node")
#: What the worker does with a request that dispatch has handed on.
ASK = """
const { ask } = await import(process.argv[1]);
const headers = JSON.parse(process.argv[3]);
const answer = await ask(new Request("https://preview-x.overskill.app/", { headers }), JSON.parse(process.argv[2]));
console.log(answer.status, await answer.text());
"""


@pytest.fixture(scope="module")
def keyed(new_gateway: Callable[..., Gateway], gateway: Gateway) -> Gateway:
    """A gateway far from any edge; the other has declared what there is to subscribe to."""
    assert gateway
    started = new_gateway(FLEET_ORIGIN_KEY=KEY)
    started.until_ready()
    return started


def ask(gateway: Gateway, path: str, headers: dict[str, str]) -> httpx.Response:
    return httpx.get(gateway.url + path, headers=headers, timeout=PATIENCE)


def test_with_the_key_it_is_the_edge(keyed: Gateway, author: Author, public: str) -> None:
    revise(author, public, main="1")
    shown = ask(keyed, "/", {**edge(public), "x-edge-key": KEY})
    assert (shown.status_code, "fleet-revision" in shown.text) == (200, True)
    assert ask(keyed, "/", {"x-edge-key": KEY}).status_code == 421


def test_the_worker_itself_comes_in(
    keyed: Gateway, author: Author, public: str, absent: Callable[[str], NoReturn]
) -> None:
    if not NODE.exists():
        absent("Node")
    revise(author, public, main="1")
    environment = json.dumps({"ORIGIN_URL": keyed.url, "ORIGIN_KEY": KEY})
    worker = ROOT / "edge/preview-worker/origin.js"
    command = [str(NODE), "--input-type=module", "-e", ASK, str(worker), environment, json.dumps(edge(public))]
    said = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
    assert said.startswith("200 ")
    assert "fleet-revision" in said


@pytest.mark.parametrize("shown", ["", KEY[:-1], f"{KEY}x", KEY.upper(), "\u00e9" * 36])
def test_another_key_is_refused_and_said_without_it(keyed: Gateway, public: str, shown: str) -> None:
    headers = httpx.Headers({**edge(public), "x-edge-key": shown}, encoding="latin-1")
    answer = httpx.get(keyed.url, headers=headers, timeout=PATIENCE)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    until(lambda: bool(keyed.said("origin_key_refused")), "that it is said")
    told = json.dumps(keyed.lines, ensure_ascii=False)
    assert KEY[:-1] not in told
    assert not shown or shown not in told


def test_without_a_key_nobody_is_the_edge(keyed: Gateway, gateway: Gateway, public: str) -> None:
    assert ask(keyed, "/", edge(public)).status_code == 404
    assert ask(keyed, "/healthz", {}).status_code == 200
    assert ask(gateway, "/", {**edge(public), "x-edge-key": KEY}).status_code == 404


def test_keys_are_compared_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return False

    async def never(*_: Any) -> None:
        raise AssertionError("nobody comes in")

    async def forget(_message: Any) -> None:
        """Nobody listens."""

    monkeypatch.setattr(hmac, "compare_digest", compare)
    scope = {"type": "http", "headers": [(b"x-edge-key", b"guess")]}
    asyncio.run(Door(never, never, SecretStr(KEY))(scope, never, forget))
    assert compared == [(b"guess", KEY.encode())]
