"""Files and versions over HTTP, on a whole fleet: gateway, RabbitMQ, actors and Postgres."""

import asyncio
import http.client
import io
import json
import socket
import tarfile
import threading
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import httpx
import pika
import pytest
import uvicorn

from actors.create_app import create_app
from actors.runtime.telemetry import new_metrics
from actors.store_file import store_file
from contracts.settings import Settings
from contracts.topology import dead_queue
from gateway import house
from gateway.api.files import answered
from gateway.app import build
from gateway.ask import Answer
from gateway.tokens import mint
from sql.database import role_url
from tests.actors.conftest import running
from tests.patience import PATIENCE

SECRET = "s" * 32
MAX_FILE_BYTES = 300_000
ACTORS = (store_file, create_app)


@contextmanager
def serving(settings: Settings, *, amqp_url: str, database_url: str) -> Iterator[str]:
    """Run a gateway on a thread, and yield where it listens."""
    ready, ended = threading.Event(), threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    async def serve() -> None:
        url = role_url(database_url, "fleet_gateway")
        parts = house.build(settings, new_metrics(), amqp_url=amqp_url, database_url=url)
        server = uvicorn.Server(uvicorn.Config(build(parts), log_config=None, lifespan="off"))
        await house.start(parts)
        await parts.wire.ready(PATIENCE)
        task = asyncio.create_task(server.serve([listener]))
        ready.set()
        await asyncio.to_thread(ended.wait)
        server.should_exit = True
        await task
        await house.stop(parts)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(PATIENCE)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ended.set()
        thread.join(PATIENCE)
        listener.close()


@pytest.fixture(scope="module")
def base_url(amqp_url: str, database_url: str) -> Iterator[str]:
    given = {"amqp_url": amqp_url, "database_url": database_url, "jwt_secret": SECRET, "worker_threads": 2}
    settings = Settings.model_validate({**given, "max_file_bytes": MAX_FILE_BYTES})
    with running(ACTORS, settings), serving(settings, amqp_url=amqp_url, database_url=database_url) as url:
        yield url
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        channel = connection.channel()
        for actor in ACTORS:
            channel.queue_delete(actor.queue)
            channel.queue_delete(dead_queue(actor.name))


class App:
    """One app as an HTTP client sees it."""

    def __init__(self, base_url: str, role: str = "editor") -> None:
        self.app_id = f"app-{uuid.uuid4().hex[:12]}"
        token = mint(SECRET, role=role, apps=(self.app_id,), ttl=600)
        self.headers = {"authorization": f"Bearer {token}"}
        self.client = httpx.Client(base_url=f"{base_url}/v1/apps/{self.app_id}", headers=self.headers, timeout=PATIENCE)

    def as_viewer(self) -> dict[str, str]:
        """Return the headers of somebody who may only look."""
        return {"authorization": f"Bearer {mint(SECRET, role='viewer', apps=(self.app_id,), ttl=600)}"}

    def put(self, path: str, content: bytes | str) -> httpx.Response:
        """Write a file."""
        return self.client.put(f"/files/{path}", content=content)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Look at something of the app."""
        return self.client.get(path, **options)

    def listing(self, path: str = "/files") -> dict[str, int]:
        """Return files and their sizes."""
        return {file["path"]: file["bytes"] for file in self.get(path).json()["files"]}


@pytest.fixture
def app(base_url: str) -> Iterator[App]:
    found = App(base_url)
    with found.client:
        yield found


@pytest.fixture
def history(app: App) -> App:
    """Three versions: one file; another beside it; the first one edited and the other renamed."""
    app.put("a.txt", "one\n")
    app.put("src/b.bin", b"\0\1")
    app.put("a.txt", "two\n")
    return app


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    return found


def test_a_file_is_written_and_read_back(app: App) -> None:
    answer = app.put("src/ü b.tsx", "export default 1\n")
    assert answer.status_code == 201
    fact = answer.json()
    assert (fact["kind"], fact["path"], fact["version"], fact["lines"]) == ("file-stored", "src/ü b.tsx", 1, 1)
    assert app.put("src/ü b.tsx", "export default 2\n").status_code == 200
    found = app.get("/files/src/ü b.tsx")
    assert found.text == "export default 2\n"
    assert found.headers["etag"] == f'"{sha256(found.content).hexdigest()}"'
    assert app.get("/files/src/ü b.tsx?version=1").text == "export default 1\n"


def test_bytes_stay_what_they_are(app: App) -> None:
    content = bytes(range(256)) * 100
    app.put("a.png", content)
    found = app.get("/files/a.png")
    assert (found.content, found.headers["content-type"]) == (content, "application/octet-stream")
    assert found.headers["content-disposition"] == "attachment; filename*=UTF-8''a.png"


def test_a_page_is_shown_as_text_and_never_run(app: App) -> None:
    app.put("index.html", "<script>alert(1)</script>")
    found = app.get("/files/index.html")
    assert found.headers["content-type"] == "text/plain; charset=utf-8"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in found.headers["content-security-policy"]


def test_what_the_client_has_is_not_sent_again(history: App) -> None:
    for path in ("/files/a.txt", "/files"):
        etag = history.get(path).headers["etag"]
        again = history.get(path, headers={"if-none-match": f'"other", W/{etag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        assert history.get(path, headers={"if-none-match": '"other"'}).status_code == 200


def test_files_are_listed_now_by_prefix_and_at_a_version(history: App) -> None:
    found = history.get("/files").json()
    assert (found["version"], history.get("/files").headers["etag"]) == (3, '"v3"')
    first = found["files"][0]
    assert (first["path"], first["sha256"], first["version"]) == ("a.txt", sha256(b"two\n").hexdigest(), 3)
    assert history.listing() == {"a.txt": 4, "src/b.bin": 2}
    assert history.listing("/files?prefix=src/") == {"src/b.bin": 2}
    assert history.listing("/files?version=1") == history.listing("/versions/1") == {"a.txt": 4}
    assert history.get("/files?prefix=nothing").json() == {"version": 3, "files": []}


def test_a_file_is_deleted_once(history: App) -> None:
    assert history.client.delete("/files/a.txt").json()["operation"] == "delete"
    assert history.listing() == {"src/b.bin": 2}
    problem(history.client.delete("/files/a.txt"), 404)
    problem(history.get("/files/a.txt"), 404)
    assert history.get("/files/a.txt?version=3").text == "two\n"
    assert history.listing("/versions/4") == {"src/b.bin": 2}


def test_what_is_not_there_is_named(history: App, base_url: str) -> None:
    unknown = App(base_url)
    with unknown.client:
        for path in ("/files", "/files/a", "/versions", "/versions/1", "/versions/1/diff", "/archive.zip"):
            assert "there is no app" in problem(unknown.get(path), 404)["detail"]
        problem(unknown.client.delete("/files/a"), 404)
        problem(unknown.client.post("/versions/1/restore"), 404)
    assert "no file 'nope'" in problem(history.get("/files/nope"), 404)["detail"]
    for path in ("/files/a.txt?version=9", "/files?version=9", "/versions/9", "/versions/9/diff", "/versions/0"):
        assert "no version" in problem(history.get(path), 404)["detail"]
    problem(history.get("/versions/2/diff?against=9"), 404)
    problem(history.client.patch("/versions/9", json={"name": "x"}), 404)
    problem(history.client.post("/versions/9/restore"), 404)


@pytest.mark.parametrize(
    "path", ["..%2f..%2fetc%2fpasswd", "%2e%2e/x", "a/../b", "a%00b", "a%ffb", ".git/config", "%2fetc", ""]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_path_that_leads_elsewhere_is_refused(app: App, method: str, path: str) -> None:
    url = app.client.base_url
    connection = http.client.HTTPConnection(url.host, url.port or 80, timeout=PATIENCE)
    connection.request(method, f"/v1/apps/{app.app_id}/files/{path}", b"x" if method == "PUT" else None, app.headers)
    with connection.getresponse() as answer:
        assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json")
    connection.close()


def test_what_breaks_a_rule_is_named_by_field_and_reason(history: App) -> None:
    found = problem(history.put("a.txt/b", "x"), 422)
    assert found["errors"] == [{"field": "path", "reason": "cannot be a file in a.txt, which is a file itself"}]


def test_a_body_that_is_too_long_is_refused_however_it_comes(app: App) -> None:
    problem(app.put("a", b"x" * (MAX_FILE_BYTES + 1)), 413)
    assert app.put("a", b"\xff" * MAX_FILE_BYTES).status_code == 201

    def unannounced() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 65_536

    problem(app.client.put("/files/b", content=unannounced()), 413)
    assert app.listing() == {"a": MAX_FILE_BYTES}


def test_who_may_only_look_changes_nothing(history: App) -> None:
    viewer = history.as_viewer()
    assert history.get("/files", headers=viewer).status_code == 200
    problem(history.client.put("/files/a.txt", content="x", headers=viewer), 403)
    problem(history.client.delete("/files/a.txt", headers=viewer), 403)
    problem(history.client.post("/versions/1/restore", headers=viewer), 403)
    problem(history.client.patch("/versions/1", json={"name": "x"}, headers=viewer), 403)
    problem(httpx.get(f"{history.client.base_url}files", timeout=PATIENCE), 401)
    assert history.get("/files").json()["version"] == 3


def test_another_apps_files_are_out_of_reach(history: App, base_url: str) -> None:
    other = App(base_url)
    with other.client:
        for path in ("files", "files/a.txt", "versions", "archive.zip"):
            problem(httpx.get(f"{history.client.base_url}{path}", headers=other.headers, timeout=PATIENCE), 403)


def test_versions_are_listed_in_pages_and_named(history: App) -> None:
    assert history.client.patch("/versions/2", json={"name": "Beta ü"}).json()["name"] == "Beta ü"
    page = history.get("/versions?limit=2").json()
    assert [(version["version"], version["name"]) for version in page["versions"]] == [(3, None), (2, "Beta ü")]
    rest = history.get(f"/versions?limit=2&before={page['next']}").json()
    assert ([version["version"] for version in rest["versions"]], rest["next"]) == ([1], None)
    assert history.client.patch("/versions/2", json={"name": None}).json()["name"] is None
    for wrong in ({"name": ""}, {"name": "a\0b"}, {"name": "x" * 256}, {}):
        assert problem(history.client.patch("/versions/2", json=wrong), 422)["errors"][0]["field"] == "name"


def test_a_difference_names_paths_and_shows_lines(history: App) -> None:
    found = history.get("/versions/3/diff").json()
    assert (found["version"], found["against"]) == (3, 2)
    assert found["changes"] == [
        {
            "path": "a.txt",
            "change": "modified",
            "from_path": None,
            "bytes_before": 4,
            "bytes_after": 4,
            "diff": "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+two\n",
        }
    ]
    whole = history.get("/versions/3/diff?against=0").json()["changes"]
    assert [(change["path"], change["change"], change["diff"] is None) for change in whole] == [
        ("a.txt", "added", False),
        ("src/b.bin", "added", True),
    ]
    assert [change["change"] for change in history.get("/versions/1/diff?against=2").json()["changes"]] == ["deleted"]


def test_a_restore_brings_a_version_back(history: App) -> None:
    fact = history.client.post("/versions/1/restore").json()
    assert (fact["operation"], fact["version"], fact["paths"]) == ("restore", 4, ["a.txt", "src/b.bin"])
    assert history.listing() == {"a.txt": 4}
    assert history.get("/files/a.txt").text == "one\n"


def test_all_files_come_as_one_archive(history: App) -> None:
    answer = history.get("/archive.zip")
    assert answer.headers["content-disposition"] == f'attachment; filename="{history.app_id}-v3.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert {name: found.read(name) for name in found.namelist()} == {"a.txt": b"two\n", "src/b.bin": b"\0\1"}
    answer = history.get("/archive.tar.gz?version=1")
    assert answer.headers["content-type"] == "application/gzip"
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as packed:
        assert packed.getnames() == ["a.txt"]
    assert history.get("/archive.tar.gz?version=1").content == answer.content


@pytest.mark.parametrize("query", ["prefix=%00", "version=-1", "version=99999999999", "version=x"])
def test_a_senseless_question_is_refused(history: App, query: str) -> None:
    problem(history.get(f"/files?{query}"), 422)


def test_an_answer_that_is_not_there_yet_says_where_it_will_be() -> None:
    answer = answered(Answer("e1", "/v1/stories/e1?app_id=demo", None), 201)
    assert (answer.status_code, answer.headers["location"]) == (202, "/v1/stories/e1?app_id=demo")
    assert json.loads(bytes(answer.body)) == {"event_id": "e1", "story_url": "/v1/stories/e1?app_id=demo"}


def test_the_document_tells_of_every_route_with_an_example(base_url: str) -> None:
    document = httpx.get(f"{base_url}/openapi.json", timeout=PATIENCE).json()
    paths = {path: methods for path, methods in document["paths"].items() if "/files" in path or "/versions" in path}
    assert len(paths) == 6
    assert "application/octet-stream" in paths["/v1/apps/{app_id}/files/{path}"]["put"]["requestBody"]["content"]
    assert "202" in paths["/v1/apps/{app_id}/versions/{n}/restore"]["post"]["responses"]
    for model in ("FilesView", "VersionView", "ChangeView"):
        assert "example" in document["components"]["schemas"][model]


def test_an_app_id_that_cannot_be_is_not_there(base_url: str) -> None:
    token = mint(SECRET, role="operator", apps=("*",), ttl=60)
    with httpx.Client(base_url=base_url, headers={"authorization": f"Bearer {token}"}, timeout=PATIENCE) as client:
        problem(client.get("/v1/apps/a%00b/files"), 404)
        problem(client.get("/v1/apps/No/archive.zip"), 404)
        problem(client.put("/v1/apps/No/files/a", content="x"), 404)
        problem(client.delete("/v1/apps/No/files/a"), 404)
