"""What a developer does with the command line, against the real fleet."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pika
import pytest

from contracts.topology import EVENTS, routing_key
from gateway.api import asyncapi
from tests.launcher.running import Fleet
from tests.patience import PATIENCE

INTERRUPTED = 130


@contextmanager
def started(fleet: Fleet, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a command that goes on by itself; one that says nothing for too long is ended, and the test fails."""
    with subprocess.Popen(
        fleet.command(*arguments), env=fleet.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as command:
        giving_up = threading.Timer(PATIENCE, command.kill)
        giving_up.start()
        try:
            yield command
        finally:
            giving_up.cancel()
            command.kill()


def next_fact(command: subprocess.Popen[str]) -> dict[str, Any]:
    """Return the next fact that is not about the preview, which goes its own pace."""
    assert command.stdout is not None
    for line in command.stdout:
        fact: dict[str, Any] = json.loads(line)
        if not fact["kind"].startswith("preview-"):
            return fact
    raise AssertionError("it says nothing more")


def interrupted(command: subprocess.Popen[str]) -> tuple[int, str]:
    """Press Ctrl-C."""
    command.send_signal(signal.SIGINT)
    _out, errors = command.communicate(timeout=PATIENCE)
    return command.returncode, errors


def write(fleet: Fleet, app_id: str, path: str, content: str) -> str:
    data = json.dumps({"path": path, "content": content})
    return fleet.run("publish", "file-written", "--app", app_id, "--data", data).stdout.strip()


def test_publish_follows_a_story_to_its_good_end(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "App.tsx").write_text("export default () => null\n")
    ran = fleet.run(
        "publish", "file-written", "--app", "told", "--file", f"App.tsx={tmp_path}/App.tsx", "--follow", "--json"
    )
    assert ran.returncode == 0, ran.stderr
    accepted, stored = map(json.loads, ran.stdout.splitlines())
    assert (stored["kind"], stored["path"], stored["story_id"]) == ("file-stored", "App.tsx", accepted["id"])


def test_publish_follows_a_story_to_its_bad_end(fleet: Fleet) -> None:
    data = '{"path": "b", "operation": "rename", "from_path": "nowhere"}'
    ran = fleet.run("publish", "file-written", "--app", "told", "--data", data, "--follow")
    assert (ran.returncode, "file-rejected" in ran.stdout) == (1, True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app" / "src").mkdir(parents=True)
    (tmp_path / "app" / "src" / "App.tsx").write_text("0")
    (tmp_path / "app" / "index.html").write_text("<p>")
    return tmp_path / "app"


def test_every_saved_file_is_stored(fleet: Fleet, folder: Path) -> None:
    with started(fleet, "watch", str(folder), "--app", "watched", "--json") as watching:
        assert next_fact(watching)["paths"] == ["index.html", "src/App.tsx"]
        for number in range(10):
            (folder / "src" / "App.tsx").write_text(f"{number} saved")
            fact = next_fact(watching)
            assert (fact["kind"], fact["path"], fact["version"]) == ("file-stored", "src/App.tsx", number + 2)
            assert fact["milliseconds"] > 0
        status, said = interrupted(watching)
    assert (status, "Traceback" in said) == (INTERRUPTED, False)


def test_what_is_saved_while_the_gateway_is_dead_is_stored_when_it_is_back(fleet: Fleet, folder: Path) -> None:
    with started(fleet, "watch", str(folder), "--app", "surviving", "--json") as watching:
        next_fact(watching)
        os.kill(fleet.process("gateway")["pid"], signal.SIGKILL)
        (folder / "src" / "App.tsx").write_text("saved meanwhile")
        fact = next_fact(watching)
        assert (fact["path"], fact["version"]) == ("src/App.tsx", 2)


def test_tail_shows_every_step_once_and_in_order_though_the_gateway_dies(fleet: Fleet) -> None:
    write(fleet, "tailed", "a.txt", "0")
    with started(fleet, "tail", "--app", "tailed", "--since", "0", "--json") as tailing:
        assert tailing.stdout is not None
        facts = [json.loads(tailing.stdout.readline())]
        os.kill(fleet.process("gateway")["pid"], signal.SIGKILL)
        for number in range(1, 4):
            assert write(fleet, "tailed", "a.txt", str(number))
        while [fact["kind"] for fact in facts].count("file-stored") < 4:
            facts.append(json.loads(tailing.stdout.readline()))
        assert [fact["seq"] for fact in facts] == list(range(1, len(facts) + 1))
        status, said = interrupted(tailing)
    assert (status, "Traceback" in said) == (INTERRUPTED, False)
    assert "coming back" in said


def test_a_reader_that_has_seen_enough_is_no_error(fleet: Fleet) -> None:
    write(fleet, "piped", "a.txt", "0")
    with started(fleet, "tail", "--app", "piped", "--since", "0") as tailing:
        assert tailing.stdout is not None
        assert "file-stored" in tailing.stdout.readline()
        tailing.stdout.close()
        write(fleet, "piped", "a.txt", "1")
        assert tailing.wait(timeout=PATIENCE) == 0
        assert tailing.stderr is not None
        assert tailing.stderr.read() == ""


def test_a_poisonous_message_is_listed_with_its_reason_and_dropped(fleet: Fleet) -> None:
    with pika.BlockingConnection(pika.URLParameters(fleet.home.read_env()["FLEET_AMQP_URL"])) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish(EVENTS, routing_key("file-written", "poison"), b"{", mandatory=True)
    stored = fleet.run(
        "publish", "file-written", "--app", "after", "--data", '{"path": "a", "content": ""}', "--follow"
    )
    assert stored.returncode == 0  # the poison before it has stalled nothing
    letters = json.loads(fleet.run("dead-letters", "list", "--json").stdout)
    (letter,) = [letter for letter in letters if letter["routing_key"] == "file-written.poison"]
    assert "content-type" in letter["reason"]
    assert fleet.run("dead-letters", "drop", letter["event_id"], "--yes").returncode == 0
    assert letter not in json.loads(fleet.run("dead-letters", "list", "--json").stdout)


def test_a_story_is_told_as_a_tree(fleet: Fleet) -> None:
    event_id = write(fleet, "story", "a.txt", "0")
    with started(fleet, "tail", "--app", "story", "--since", "0", "--json") as tailing:
        assert tailing.stdout is not None
        seen: set[str] = set()
        while not {"file-stored", "preview-failed"} <= seen:
            seen.add(json.loads(tailing.stdout.readline())["kind"])
    told = fleet.run("story", event_id)
    head, *branches = told.stdout.splitlines()
    assert head.endswith(f"  {event_id} in story"), told.stderr
    stored, failed = (next(line for line in branches if kind in line) for kind in ("file-stored", "preview-failed"))
    assert failed.index("preview-failed") == stored.index("file-stored") + 3  # it follows from that
    assert json.loads(fleet.run("story", event_id, "--json").stdout)["app_id"] == "story"


def test_apps_are_listed(fleet: Fleet) -> None:
    write(fleet, "listed", "a.txt", "")
    fleet.run("publish", "file-written", "--app", "listed", "--data", '{"path": "b", "content": ""}', "--follow")
    assert "listed" in {row["app_id"] for row in json.loads(fleet.run("apps", "--json").stdout)}


def test_a_bump_of_the_epoch_makes_every_stream_begin_anew(fleet: Fleet) -> None:
    write(fleet, "restored", "a.txt", "0")
    with started(fleet, "tail", "--app", "restored", "--since", "0", "--json") as tailing:
        assert next_fact(tailing)["seq"] == 1
        assert tailing.stdout is not None
        assert json.loads(tailing.stdout.readline())["kind"] == "preview-failed"  # it is no app that could be shown
        epoch = fleet.run("epoch", "bump").stdout.strip()
        reset = next_fact(tailing)
        assert (reset["kind"], reset["head"]) == ("reset", f"{epoch}.2")
        write(fleet, "restored", "a.txt", "1")
        assert next_fact(tailing)["seq"] == 3


def test_the_gateway_serves_the_asyncapi_document(fleet: Fleet) -> None:
    url = f"http://{fleet.home.read_env()['FLEET_HTTP']}/asyncapi.json"
    assert httpx.get(url, timeout=PATIENCE).json() == json.loads(json.dumps(asyncapi.document()))
