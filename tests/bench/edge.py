"""The edge on this machine: what it adds to an answer, a script's first answer, and many apps in few processes."""

import http.client
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from edge.local import binary
from edge.local.shelf import Shelf
from gateway.launcher import ports
from tests.bench.figures import Findings, spread
from tests.bench.ground import Ground
from tests.edge.edge_process import EdgeProcess
from tests.edge.releases import Release
from tests.patience import until

REQUESTS, COLD, APPS, FLIPS = 2_000, 100, 1_000, 200
HELLO = b'export default { fetch: () => new Response("hello") }'
PAGE = {"/index.html": b"<h1>hello</h1>"}
BARE = """using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ ( name = "hello", worker = ( compatibilityDate = "2026-11-01",
    modules = [ ( name = "hello.js", esModule = embed "hello.js" ) ] ) ) ],
  sockets = [ ( name = "http", http = (), service = "hello" ) ] );
"""
Ask = Callable[[str], bytes]


def edge(ground: Ground, findings: Findings) -> None:
    """Everything about the edge, beside a bare workerd that says hello."""
    home = ground.folder / "edge-home"
    home.mkdir()
    with _bare(ground.folder) as port:
        bare = _spread(ground.few(REQUESTS), _asker(port, "/"), ["x"])
    process = EdgeProcess(home)
    try:
        process.start()
        shelf = Shelf(home)
        Release(PAGE, app="static").show(shelf)
        Release(PAGE, {"index.js": HELLO}, app="server").show(shelf)
        for what, app, path in (("a page of a release", "static", "/"), ("a script's answer", "server", "/x")):
            values = _spread(ground.few(REQUESTS), _asker(process.port, path), [f"{app}.localhost"])
            name = f"{what}, beside a bare workerd's hello"
            findings.add(name, "ms", values, peer=f"p50 {bare['p50']:g}", ratio=round(bare["p50"] / values["p50"], 2))
        _cold(ground, findings, process, shelf)
        _many(ground, findings, process, shelf)
        _flips(ground, findings, process, shelf)
    finally:
        process.discard()


def _cold(ground: Ground, findings: Findings, process: EdgeProcess, shelf: Shelf) -> None:
    hosts = [_server(shelf, f"cold-{n}") for n in range(ground.few(COLD))]
    ask = _asker(process.port, "/x")
    findings.add(
        "a script's first answer, its isolate made for it", "ms", spread([_timed(ask, host) for host in hosts])
    )


def _many(ground: Ground, findings: Findings, process: EdgeProcess, shelf: Shelf) -> None:
    hosts = [_server(shelf, f"many-{n}") for n in range(ground.few(APPS))]
    ask = _asker(process.port, "/x")
    for host in hosts:
        ask(host)
    values = _spread(ground.few(REQUESTS), ask, hosts)
    runners = [each for each in psutil.Process(process.process.pid).children() if "runner.capnp" in str(each.cmdline())]
    size = sum(each.memory_info().rss for each in runners) / 2**20
    note = f"{size:.0f} MiB in {len(runners)} processes"
    findings.add(f"any of {len(hosts)} apps' scripts", "ms", values, note=note)


def _flips(ground: Ground, findings: Findings, process: EdgeProcess, shelf: Shelf) -> None:
    """Point, and ask until the new one answers: it should be the first."""
    samples, asked, ask = [], 0, _asker(process.port, "/")
    for n in range(ground.few(FLIPS)):
        release = Release({"/index.html": f"{n}".encode()}, app="flips")
        release.publish(shelf)
        began = time.perf_counter()
        release.show(shelf)
        while ask("flips.localhost") != f"{n}".encode():
            asked += 1
        samples.append((time.perf_counter() - began) * 1e3)
    findings.add("a pointer written → the new release answers", "ms", spread(samples), note=f"{asked} asked too early")


def _server(shelf: Shelf, app: str) -> str:
    Release(PAGE, {"index.js": HELLO}, app=app).show(shelf)
    return f"{app}.localhost"


def _spread(count: int, ask: Ask, hosts: list[str]) -> dict[str, float]:
    ask(hosts[0])
    return spread([_timed(ask, random.choice(hosts)) for _ in range(count)])


def _timed(ask: Ask, host: str) -> float:
    began = time.perf_counter()
    ask(host)
    return (time.perf_counter() - began) * 1e3


def _asker(port: int, path: str) -> Ask:
    """Return what asks hosts over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(host: str) -> bytes:
        connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("host", host)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (host, answer.status, body)
        return body

    return ask


@contextmanager
def _bare(folder: Path) -> Iterator[int]:
    """Run a workerd that knows one word."""
    program, (port,) = binary.find(), ports.choose(1)
    assert program is not None
    (folder / "bare.capnp").write_text(BARE)
    (folder / "hello.js").write_bytes(HELLO)
    command = [str(program), "serve", "bare.capnp", "--socket-addr", f"http=127.0.0.1:{port}"]
    with subprocess.Popen(command, cwd=folder) as process:
        try:
            until(lambda: not ports.free(port), "the bare workerd listens")
            yield port
        finally:
            process.kill()
