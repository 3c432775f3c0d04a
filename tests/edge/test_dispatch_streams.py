"""What flows through the edge flows at once, both ways, and what never changes is fetched once."""

import gzip
import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue
from select import select

import pytest

from tests.edge import websocket
from tests.edge.edge_process import EdgeProcess
from tests.edge.origin import Origin, Request
from tests.patience import PATIENCE

PREVIEW = "preview-demo.localhost"
PART = b"x" * 256 * 1024
PARTS = 64


@contextmanager
def asked(edge: EdgeProcess, method: str, path: str, **headers: str) -> Iterator[http.client.HTTPConnection]:
    """Send the head of a request."""
    connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=PATIENCE)
    connection.putrequest(method, path, skip_host=True)
    for name, value in {"host": PREVIEW, **headers}.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    try:
        yield connection
    finally:
        connection.close()


def wait_until_gone(request: Request) -> None:
    """Return when the other side has hung up."""
    assert select([request.connection], [], [], PATIENCE)[0]
    assert request.connection.recv(1) == b""


def test_events_arrive_in_order_as_they_are_sent(edge: EdgeProcess, origin: Origin) -> None:
    sending: Queue[str | None] = Queue()

    def events(request: Request) -> None:
        request.begin(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"))
        while (event := sending.get(timeout=PATIENCE)) is not None:
            request.chunk(f"data: {event}\n\n".encode())
        request.chunk(b"")

    origin.routes["/events"] = events
    with asked(edge, "GET", "/events") as connection:
        stream = connection.getresponse()  # the head is here before there is any event
        for number in range(20):
            sending.put(str(number))
            assert stream.readline() == f"data: {number}\n".encode()
            assert stream.readline() == b"\n"
        sending.put(None)
        assert stream.read() == b""


def test_a_client_that_hangs_up_is_noticed_at_the_origin_with_the_next_heartbeat(
    edge: EdgeProcess, origin: Origin
) -> None:
    left, gone = threading.Event(), threading.Event()

    def events(request: Request) -> None:
        request.begin(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"))
        assert left.wait(PATIENCE)
        request.chunk(b": heartbeat\n\n")
        wait_until_gone(request)
        gone.set()

    origin.routes["/events"] = events
    with asked(edge, "GET", "/events") as connection:
        connection.getresponse()
    left.set()
    assert gone.wait(PATIENCE)


def test_a_websocket_passes_both_ways_and_its_end_too(edge: EdgeProcess, origin: Origin) -> None:
    heard: Queue[str | None] = Queue()

    def echo(request: Request) -> None:
        key = websocket.accept(request.headers["sec-websocket-key"])
        request.begin(101, ("upgrade", "websocket"), ("connection", "Upgrade"), ("sec-websocket-accept", key))
        request.wfile.write(websocket.frame(f"welcome to {request.headers['x-edge-app']}", masked=False))
        request.wfile.flush()
        while (text := websocket.read(request.rfile)) is not None:
            heard.put(text)
            request.wfile.write(websocket.frame(f"{text}!", masked=False))
            request.wfile.flush()
        heard.put(None)
        request.close_connection = True

    origin.routes["/socket"] = echo
    head = (
        f"GET /socket HTTP/1.1\r\nHost: {PREVIEW}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", edge.port), timeout=PATIENCE) as connection:
        stream = connection.makefile("rb")
        connection.sendall(head.encode())
        assert stream.readline().split()[1] == b"101"
        while stream.readline().strip():
            continue
        assert websocket.read(stream) == "welcome to demo"
        for text in ("one", "two"):
            connection.sendall(websocket.frame(text, masked=True))
            assert websocket.read(stream) == f"{text}!"
        stream.close()
    assert [heard.get(timeout=PATIENCE) for _ in range(3)] == ["one", "two", None]


def test_a_big_upload_streams(edge: EdgeProcess, origin: Origin) -> None:
    arrived: Queue[int] = Queue()

    def take(request: Request) -> None:
        for _ in range(PARTS):
            arrived.put(len(request.rfile.read(len(PART))))
        request.answer(b"all of it")

    origin.routes["/api/upload"] = take
    with asked(edge, "POST", "/api/upload", content_length=str(len(PART) * PARTS)) as connection:
        connection.send(PART * 2)
        assert arrived.get(timeout=PATIENCE) == len(PART)  # while most of it has not even been sent
        connection.send(PART * (PARTS - 2))
        assert connection.getresponse().read() == b"all of it"


def test_a_big_download_streams(edge: EdgeProcess, origin: Origin) -> None:
    going_on = threading.Event()

    def give(request: Request) -> None:
        request.begin(200, ("content-length", str(len(PART) * PARTS)))
        request.wfile.write(PART)
        request.wfile.flush()
        assert going_on.wait(PATIENCE)
        for _ in range(PARTS - 1):
            request.wfile.write(PART)

    origin.routes["/download"] = give
    with asked(edge, "GET", "/download") as connection:
        response = connection.getresponse()
        assert response.read(len(PART)) == PART  # while the origin has not gone on yet
        going_on.set()
        assert len(response.read()) == len(PART) * (PARTS - 1)


def test_a_range_is_the_origins_to_cut(edge: EdgeProcess, origin: Origin) -> None:
    def cut(request: Request) -> None:
        assert request.headers["range"] == "bytes=2-4"
        request.answer(b"234", ("content-range", "bytes 2-4/10"), status=206)

    origin.routes["/__fleet/deps/abc/film.mp4"] = cut
    answer = edge.get(PREVIEW, "/__fleet/deps/abc/film.mp4", range="bytes=2-4")
    assert (answer.status_code, answer.content) == (206, b"234")
    assert answer.headers["content-range"] == "bytes 2-4/10"


def immutable(body: bytes, *headers: tuple[str, str]) -> Callable[[Request], None]:
    rules = ("cache-control", "public, max-age=31536000, immutable")
    return lambda request: request.answer(body, rules, ("content-type", "text/javascript"), *headers)


def test_an_immutable_file_is_fetched_once_for_all_apps(edge: EdgeProcess, origin: Origin) -> None:
    origin.routes["/__fleet/deps/h1/react.js"] = immutable(b"export {}")
    answers = [
        edge.get(host, "/__fleet/deps/h1/react.js?v=1") for host in (PREVIEW, PREVIEW, "preview-other.overskill.app")
    ]
    assert [answer.text for answer in answers] == ["export {}"] * 3
    assert {answer.headers["content-type"] for answer in answers} == {"text/javascript"}
    assert {answer.headers["cache-control"] for answer in answers} == {"public, max-age=31536000, immutable"}
    assert len(origin.seen) == 1


def test_a_file_has_one_place_however_it_is_asked_for(edge: EdgeProcess, origin: Origin) -> None:
    origin.routes["/__fleet/deps/h3/react.js"] = immutable(b"export {}")
    for spelled in ("react.js", "react.js?v=1", "react.js?v=2", "%72eact.js", "rea%63t.js"):
        assert edge.get(PREVIEW, f"/__fleet/deps/h3/{spelled}").text == "export {}"
    assert len(origin.seen) == 1


def test_a_compressed_file_is_kept_readable(edge: EdgeProcess, origin: Origin) -> None:
    origin.routes["/__fleet/client.js"] = immutable(gzip.compress(b"let it be;" * 99), ("content-encoding", "gzip"))
    for _ in range(2):
        assert edge.get(PREVIEW, "/__fleet/client.js", accept_encoding="gzip").text == "let it be;" * 99
    assert edge.get(PREVIEW, "/__fleet/client.js", accept_encoding="identity").content == b"let it be;" * 99
    assert len(origin.seen) == 1


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        ("/__fleet/app.js", "private, max-age=31536000, immutable"),
        ("/__fleet/app.js", "public, max-age=60"),
        ("/__fleet/app.js", "no-store"),
        ("/assets/logo.svg", "public, max-age=31536000, immutable"),
    ],
)
def test_what_is_one_apps_own_or_may_change_is_asked_for_each_time(
    edge: EdgeProcess, origin: Origin, path: str, rules: str
) -> None:
    origin.routes[path] = lambda request: request.answer(b"mine", ("cache-control", rules))
    for _ in range(2):
        assert edge.get(PREVIEW, path).text == "mine"
    assert len(origin.seen) == 2


def test_a_failure_is_never_kept(edge: EdgeProcess, origin: Origin) -> None:
    rules = ("cache-control", "public, immutable")
    origin.routes["/__fleet/deps/h2/x.js"] = lambda request: request.answer(b"no", rules, status=404)
    assert edge.get(PREVIEW, "/__fleet/deps/h2/x.js").status_code == 404
    origin.routes["/__fleet/deps/h2/x.js"] = immutable(b"yes")
    assert edge.get(PREVIEW, "/__fleet/deps/h2/x.js").text == "yes"


def test_what_was_compressed_for_the_browser_arrives_as_it_is(edge: EdgeProcess, origin: Origin) -> None:
    body = gzip.compress(b"hello " * 100)
    origin.routes["/"] = lambda request: request.answer(body, ("content-encoding", "gzip"))
    with asked(edge, "GET", "/", accept_encoding="gzip") as connection:
        assert connection.getresponse().read() == body
