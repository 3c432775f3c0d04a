"""The two that are compared: where each shows the app, and how a file reaches it."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx

from gateway.launcher import ports
from tests.bench.bus import Mouth, event, mouth
from tests.bench.ground import Ground, Running

_PATIENCE = 30


@dataclass(frozen=True)
class Side:
    """An app that is shown, and can be written to."""

    url: str
    write: Callable[[str, str], None]


class Fleet:
    """All that a preview takes, from the broker to the edge."""

    def __init__(self, voice: Mouth, client: httpx.Client, port: str, storing: Running, drawing: Running) -> None:
        self.voice, self.drawing = voice, drawing
        self.logs = (storing.log, drawing.log)
        self._client, self._port = client, port

    def app(self, app_id: str) -> Side:
        """Begin an app that anybody may look at, and that has no files yet."""
        self.voice.say(event("app-created", app_id, {"name": app_id}))
        self.open(app_id)

        def write(path: str, text: str) -> None:
            self.voice.say(event("file-written", app_id, {"path": path, "content": text}))

        return Side(self.url(app_id), write)

    def open(self, app_id: str) -> None:
        """Let anybody look, as soon as the app is known."""
        deadline = time.monotonic() + _PATIENCE
        while self._client.put(f"/v1/apps/{app_id}/preview", json={"private": False}).status_code != httpx.codes.OK:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the app {app_id} was never created")
            time.sleep(0.02)

    def url(self, app_id: str) -> str:
        """Return where an app is shown."""
        return f"http://preview-{app_id}.localhost:{self._port}/"

    def write(self, app_id: str, files: Mapping[str, str]) -> None:
        """Write many files in one event."""
        written = [{"path": path, "content": text} for path, text in files.items()]
        self.voice.say(event("file-written", app_id, {"files": written}))


@contextmanager
def fleet(ground: Ground) -> Iterator[Fleet]:
    """Run one of everything that a preview takes."""
    certificates = {name: os.environ[name] for name in ("NODE_EXTRA_CA_CERTS",) if name in os.environ}
    address = f"127.0.0.1:{ports.choose(1)[0]}"
    with ExitStack() as stack:
        gateway = stack.enter_context(ground.gateway())
        stack.enter_context(ground.running("edge.local", FLEET_EDGE_HTTP=address))
        files = stack.enter_context(ground.running("actors.worker", "--group", "files"))
        drawing = stack.enter_context(ground.running("actors.worker", "--group", "preview", **certificates))
        voice = stack.enter_context(mouth(ground.rabbit.url))
        headers = {"authorization": f"Bearer {ground.token('editor')}"}
        client = stack.enter_context(httpx.Client(base_url=f"http://{gateway.http}", headers=headers))
        yield Fleet(voice, client, address.rpartition(":")[2], files, drawing)
