"""Apps' own scripts: what they are given, what they cannot do, and that no other app notices."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from edge.local.client import LocalEdge
from edge.local.shelf import Shelf
from tests.edge.edge_process import EdgeProcess
from tests.edge.releases import Release
from tests.edge.scripts import WELL
from tests.patience import until

PAGE = {"/index.html": b"<h1>page</h1>"}


class Runs:
    """An edge of these tests alone, for they hurt it."""

    def __init__(self, home: Path, edge: EdgeProcess) -> None:
        self.shelf, self.local, self.edge = Shelf(home), LocalEdge(home), edge
        self.get, self.post = edge.get, edge.post

    def show(self, app: str, script: bytes = WELL, says: str = "", environment: str = "production") -> Release:
        release = Release(PAGE, {"index.js": script.replace(b"NAME", (says or app).encode())}, app=app)
        release.show(self.shelf, environment)
        return release

    def kv(self, host: str, verb: str, *said: object) -> Any:
        answer = self.post(f"{host}.localhost", f"/kv/{verb}", json.dumps(said).encode())
        return answer.json() if answer.status_code == 200 else answer.text

    def said(self, app: str) -> list[str]:
        return [line["text"] for line in self.local.logs(app) or []]

    def strikes(self, app: str, release: Release) -> int:
        health = self.local.health("production", app)
        assert health is not None
        return health.of(release.release_id).strikes


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, start_edge: Callable[..., EdgeProcess]) -> Runs:
    home = tmp_path_factory.mktemp("scripts")
    return Runs(home, start_edge(home))


def test_assets_come_first_then_the_script_and_a_new_release_from_one_request_to_the_next(runs: Runs) -> None:
    for says in ("one", "two", "three"):
        release = runs.show("roll", says=says)
        answer = runs.get("roll.localhost", "/anything")
        assert answer.text == f"{says} answers"
        assert answer.headers["x-overskill-release"] == release.release_id
    assert runs.get("roll.localhost").text == "<h1>page</h1>"
    assert runs.get("roll.localhost", "/page").text == "<h1>page</h1>"
    assert runs.post("roll.localhost", "/body", b"much" * 100_000).text == "much" * 100_000


def test_a_script_is_told_nothing_of_ours_and_cannot_speak_for_us(runs: Runs) -> None:
    release = runs.show("forge")
    told = runs.get("forge.localhost", "/headers", x_edge_app="other", cf_connecting_ip="8.8.8.8").json()
    assert not [name for name in told if name.startswith("x-edge")]
    assert told["cf-connecting-ip"] == "127.0.0.1"
    answer = runs.get("forge.localhost", "/forge")
    assert (answer.text, answer.headers["x-mine"]) == ("x", "stays")
    assert not [name for name in answer.headers if name.startswith("x-edge")]
    assert answer.headers["x-overskill-release"] == release.release_id


def test_a_script_reaches_no_private_address(runs: Runs) -> None:
    runs.show("inside")
    places = (runs.edge.url, "http://localhost:1/", "http://169.254.169.254/", "http://10.0.0.1/", "http://[::1]/")
    query = "&".join(f"to={place}" for place in places)
    assert runs.get("inside.localhost", f"/out?{query}").json() == ["refused"] * len(places)


def test_keys_and_values_are_an_apps_own_in_each_environment(runs: Runs) -> None:
    runs.show("kept")
    runs.show("kept", environment="staging")
    runs.show("else")
    runs.kv("kept", "put", "a/ü 1", "value", {"metadata": {"ö": 1}, "expirationTtl": 3600})
    assert runs.kv("kept", "getWithMetadata", "a/ü 1") == {"value": "value", "metadata": {"ö": 1}, "cacheStatus": None}
    for host in ("else", "staging-kept"):
        assert runs.kv(host, "get", "a/ü 1") is None
        assert runs.kv(host, "list")["keys"] == []
    for n in range(3):
        runs.kv("kept", "put", f"b/{n}", f'{{"n":{n}}}')
    first = runs.kv("kept", "list", {"prefix": "b/", "limit": 2})
    assert ([key["name"] for key in first["keys"]], first["list_complete"]) == (["b/0", "b/1"], False)
    rest = runs.kv("kept", "list", {"prefix": "b/", "cursor": first["cursor"]})
    assert ([key["name"] for key in rest["keys"]], rest["list_complete"]) == (["b/2"], True)
    assert runs.kv("kept", "get", "b/1", "json") == {"n": 1}
    runs.kv("kept", "delete", "b/1")
    assert runs.kv("kept", "get", "b/1") is None
    assert "60 seconds" in runs.kv("kept", "put", "c", "x", {"expirationTtl": 5})
    assert "512 bytes" in runs.kv("kept", "put", "c" * 513, "x")


def test_variables_and_secrets_are_given_to_the_environment_they_are_for(runs: Runs) -> None:
    runs.show("secret")
    runs.show("secret", environment="staging")
    runs.shelf.give("production", "secret", {"API": "https://api.example", "TOKEN": "hush"})
    until(lambda: runs.get("secret.localhost", "/env").json() != {}, "the variables are there")
    assert runs.get("secret.localhost", "/env").json() == {"API": "https://api.example", "TOKEN": "hush"}
    assert runs.get("staging-secret.localhost", "/env").json() == {}
    runs.shelf.give("production", "secret", {"TOKEN": "other"})
    until(lambda: runs.get("secret.localhost", "/env").json() == {"TOKEN": "other"}, "they are the new ones")


def test_what_a_script_says_and_what_goes_wrong_in_it_is_in_its_log(runs: Runs) -> None:
    release = runs.show("talk")
    assert runs.get("nobody.localhost", "/say").status_code == 404
    runs.get("talk.localhost", "/say")
    assert runs.get("talk.localhost", "/throw?why=haste").status_code == 502
    until(lambda: len(runs.said("talk")) >= 3, "three lines")
    assert runs.said("talk")[:2] == ['hello {"a":1}', "oh"]
    assert runs.said("talk")[2].startswith("Error: boom of haste\n    at Object.fetch (index.js:")
    health = runs.local.health("production", "talk")
    assert health is not None
    counts = health.of(release.release_id)
    assert (counts.requests, counts.errors, counts.exceptions, counts.strikes) == (2, 1, 1, 0)
    assert runs.said("nobody") == []  # whose it is, if it will be anybody's, has nothing to mend


def test_a_script_that_throws_as_it_starts_is_mended_by_the_next_release(runs: Runs) -> None:
    runs.show("broken", b"throw new Error('not today')")
    for _ in range(2):
        assert runs.get("broken.localhost", "/x").status_code == 502
    until(lambda: any("Error: not today" in line for line in runs.said("broken")), "its owner is told why")
    runs.show("broken")
    assert runs.get("broken.localhost", "/x").text == "broken answers"


@pytest.mark.parametrize(
    ("path", "cause"), [("/loop", "kept its processor busy without end"), ("/memory", "used more memory than there is")]
)
def test_who_takes_its_process_along_is_named_and_rests_and_no_neighbour_notices(
    runs: Runs, path: str, cause: str
) -> None:
    bad = f"bad{path[1:]}"
    release = runs.show(bad)
    neighbours = [f"{bad}-{n}" for n in range(4)]  # in every place there are some
    for name in neighbours:
        runs.show(name)
    with ThreadPoolExecutor(8) as pool:
        harm = pool.submit(runs.get, f"{bad}.localhost", path, accept="text/html")
        waiting = [pool.submit(runs.get, f"{name}.localhost", "/wait?ms=300") for name in neighbours]
        assert [each.result().text for each in waiting] == ["waited"] * len(neighbours)
        # Where others were under way beside it, only another fall says who did it.
        until(lambda: cause in runs.get(f"{bad}.localhost", path, accept="text/html").text, "the cause is named")
    assert harm.result().status_code in {502, 503}
    assert runs.strikes(bad, release) > 0
    assert any(cause in line for line in runs.said(bad))
    assert [runs.get(f"{name}.localhost", "/x").text for name in neighbours] == [f"{n} answers" for n in neighbours]
    runs.show(bad, says="mended")
    assert runs.get(f"{bad}.localhost", "/x").text == "mended answers"
