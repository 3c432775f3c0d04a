"""What is on the shelf is what the edge answers with, from one request to the next."""

import gzip
import time
from pathlib import Path

import pytest

from edge.local.release_pass import release_pass
from edge.local.shelf import Canary, Pointer, Shelf
from tests.edge.edge_process import KEY, EdgeProcess
from tests.edge.origin import Origin
from tests.edge.releases import Release


@pytest.fixture
def shelf(edge_home: Path) -> Shelf:
    return Shelf(edge_home)


def site(text: str, app: str) -> Release:
    pages = {"/index.html": f"<h1>{text}</h1>".encode(), "/about.html": b"about", "/robots.txt": b"hello"}
    return Release({**pages, f"/assets/app-{text}.js": f"'{text}'".encode() * 100}, app=app)


def test_what_is_pointed_to_is_served_at_once_and_as_a_whole(edge: EdgeProcess, shelf: Shelf) -> None:
    for environment, host in (("production", "site.localhost"), ("staging", "staging-site.localhost")):
        assert edge.get(host).status_code == 404
        for text in ("one", "two", "three"):
            release = site(text, "site")
            release.show(shelf, environment)
            shown = edge.get(host, "/deep/link", accept="text/html")
            assert shown.text == f"<h1>{text}</h1>"
            assert shown.headers["x-overskill-release"] == release.release_id
            assert edge.get(host, f"/assets/app-{text}.js").text.startswith(f"'{text}'")


def test_a_page_that_was_open_before_finds_its_parts_after(edge: EdgeProcess, shelf: Shelf) -> None:
    for text in ("before", "after"):
        site(text, "parts").show(shelf)
    assert edge.get("parts.localhost", "/assets/app-before.js").status_code == 200
    gone = edge.get("parts.localhost", "/assets/app-never.js", accept="text/html")
    assert (gone.status_code, "nothing under that address" in gone.text) == (404, True)


def test_what_is_packed_arrives_as_it_was_packed_and_in_parts(edge: EdgeProcess, shelf: Shelf) -> None:
    release = site("packed", "packed")
    packed = release.keep(gzip.compress(b"'packed'" * 100))
    asset = release.manifest.assets["/assets/app-packed.js"].model_copy(update={"gzip": packed})
    release.manifest = release.manifest.model_copy(update={"assets": {"/a.js": asset}})
    release.show(shelf)
    whole = edge.get("packed.localhost", "/a.js", accept_encoding="gzip")
    assert (whole.headers["content-encoding"], whole.text) == ("gzip", "'packed'" * 100)
    assert whole.num_bytes_downloaded == len(release.blobs[packed])
    assert edge.get("packed.localhost", "/a.js", accept_encoding="identity").headers.get("content-encoding") is None
    part = edge.get("packed.localhost", "/a.js", range="bytes=1-6", accept_encoding="gzip")
    assert (part.status_code, part.text) == (206, "packed")
    known = edge.get("packed.localhost", "/a.js", if_none_match=whole.headers["etag"])
    assert (known.status_code, known.content) == (304, b"")


def test_we_alone_can_look_at_a_release_before_it_is_shown(edge: EdgeProcess, shelf: Shelf) -> None:
    site("live", "looked").show(shelf)
    waiting = site("waiting", "looked")
    waiting.publish(shelf)
    named = {"app_id": "looked", "environment": "production", "release_id": waiting.release_id}
    expiry = int(time.time()) + 3600
    ours = release_pass(KEY, expiry=expiry, **named)
    assert edge.get("looked.localhost", x_edge_release=ours).text == "<h1>waiting</h1>"
    for forged in (release_pass("guessed", expiry=expiry, **named), release_pass(KEY, expiry=1, **named)):
        assert edge.get("looked.localhost", x_edge_release=forged).text == "<h1>live</h1>"
    assert edge.get("staging-looked.localhost", x_edge_release=ours).status_code == 404


def test_a_canarys_visitors_keep_it(edge: EdgeProcess, shelf: Shelf) -> None:
    old, new = site("old", "mine"), site("new", "mine")
    old.publish(shelf)
    new.publish(shelf)
    shelf.point("production", "mine", Pointer(1, old.release_id, None, Canary(new.release_id, 50)))
    first = edge.get("mine.localhost")
    cookie = first.headers["set-cookie"].partition(";")[0]
    for _ in range(5):
        assert edge.get("mine.localhost", cookie=cookie).text == first.text
    shelf.point("production", "mine", Pointer(2, old.release_id, None, Canary(new.release_id, 100)))
    assert edge.get("mine.localhost", cookie=cookie).text == "<h1>new</h1>"


def test_a_release_without_a_script_finds_its_api_at_the_gateway(
    edge: EdgeProcess, shelf: Shelf, origin: Origin
) -> None:
    site("api", "shop").show(shelf)
    arrived = edge.post("shop.localhost", "/api/entities/orders?a=1", b"{}").json()
    assert (arrived["method"], arrived["target"]) == ("POST", "/api/entities/orders?a=1")
    assert (arrived["headers"]["x-edge-app"], arrived["headers"]["x-edge-environment"]) == ("shop", "production")
    assert origin.seen == ["/api/entities/orders?a=1"]


def test_a_domain_of_the_apps_own_leads_to_it(edge: EdgeProcess, shelf: Shelf) -> None:
    site("domain", "owner").show(shelf)
    shelf.bring("www.their-shop.example", "owner", "production")
    assert edge.get("WWW.their-shop.example", "/x").text == "<h1>domain</h1>"
    shelf.let_go("www.their-shop.example")
    assert edge.get("www.their-shop.example").status_code == 404
    assert edge.get("..%2fpointers.example").status_code == 404


def test_half_a_release_is_no_release(edge: EdgeProcess, shelf: Shelf) -> None:
    release = site("half", "half")
    release.show(shelf)
    (shelf.root / "releases/half" / f"{release.release_id}.json").unlink()
    answer = edge.get("half.localhost", accept="text/html")
    assert (answer.status_code, answer.headers["x-overskill-release"]) == (502, release.release_id)
