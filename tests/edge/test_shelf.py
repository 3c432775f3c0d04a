"""A release is on the shelf as a whole or not at all, and the latest decision holds."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from edge.local.shelf import Canary, Pointer, Shelf, Spoiled, script_name
from tests.edge.releases import Release

SHOP = {"/index.html": b"<h1>shop</h1>", "/assets/app.js": b"hello()"}


def test_a_release_is_there_once_all_of_it_is(tmp_path: Path) -> None:
    shelf, release = Shelf(tmp_path), Release(SHOP)
    asked: list[str] = []

    def half(sha256: str) -> bytes:
        asked.append(sha256)
        if len(asked) == 2:
            raise OSError("the connection is gone")
        return release.blobs[sha256]

    with pytest.raises(OSError, match="gone"):
        shelf.publish(release.manifest.text().encode(), release.release_id, "demo", half)
    assert not shelf.has("demo", release.release_id)
    release.publish(shelf)
    assert shelf.has("demo", release.release_id)


def test_what_is_there_is_not_asked_for_again(tmp_path: Path) -> None:
    shelf, first = Shelf(tmp_path), Release(SHOP)
    first.publish(shelf)
    second = Release({**SHOP, "/new.txt": b"new"})
    only_what_is_new = {sha256: body for sha256, body in second.blobs.items() if body == b"new"}
    shelf.publish(second.manifest.text().encode(), second.release_id, "demo", only_what_is_new.__getitem__)
    assert shelf.has("demo", second.release_id)


def test_what_is_not_what_it_is_called_is_refused(tmp_path: Path) -> None:
    shelf, release = Shelf(tmp_path), Release(SHOP)
    with pytest.raises(Spoiled, match="something else"):
        shelf.publish(release.manifest.text().encode(), release.release_id, "demo", lambda _: b"other")
    with pytest.raises(Spoiled, match="not of other"):
        shelf.publish(release.manifest.text().encode(), release.release_id, "other", release.blobs.__getitem__)
    with pytest.raises(Spoiled, match="not that of"):
        shelf.publish(release.manifest.text().encode() + b" ", release.release_id, "demo", release.blobs.__getitem__)
    assert not shelf.has("demo", release.release_id)


def test_neither_sources_nor_maps_lie_where_they_could_be_served(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    release = Release(SHOP, {"index.js": b"export default {}"})
    release.publish(shelf)
    texts = {path.name: path.read_text() for path in (tmp_path / "edge").rglob("*.json")}
    assert not any("secret" in text for text in texts.values())
    script = json.loads(texts[f"{script_name('demo', release.release_id)}.json"])
    assert script["main"] == "index.js"


def test_the_latest_decision_holds_whoever_comes_last(tmp_path: Path) -> None:
    pointers = [Pointer(n, f"{n:064x}", canary=Canary("c", n) if n % 2 else None) for n in range(1, 41)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda pointer: Shelf(tmp_path).point("production", "demo", pointer), reversed(pointers)))
    assert Shelf(tmp_path).pointer("production", "demo") == pointers[-1]
    assert not Shelf(tmp_path).point("production", "demo", pointers[0])
    assert Shelf(tmp_path).point("production", "demo", pointers[-1])  # said again, it is the same decision
    assert Shelf(tmp_path).pointer("staging", "demo") is None
