"""Who is asked for, who answers, and what neither side may say."""

import re
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from httpx import Response

from contracts.app import app_id_flaw
from tests.edge.edge_process import EdgeProcess
from tests.edge.origin import Origin, Request
from tests.patience import PATIENCE

PREVIEW = "preview-demo.localhost"


@pytest.mark.usefixtures("origin")
@pytest.mark.parametrize(
    "host",
    [
        "preview-demo.localhost",
        "preview-demo.localhost:8787",
        "Preview-DEMO.LocalHost",
        "preview-demo.localhost.",
        "preview-demo.overskill.app",
        "preview-demo.overskill.app:443",
    ],
)
def test_a_previews_host_leads_to_the_origin_under_every_zone(edge: EdgeProcess, host: str) -> None:
    arrived = edge.get(host, "/deep/path?a=1&b=%20").json()
    assert arrived["target"] == "/deep/path?a=1&b=%20"
    assert arrived["headers"]["x-edge-app"] == "demo"
    assert arrived["headers"]["x-edge-environment"] == "preview"


@pytest.mark.parametrize("zone", ["localhost", "localhost:8787", "overskill.app", "OVERSKILL.app:80"])
@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("staging-my-shop", "Nothing of my-shop has been deployed to staging"),
        ("my-shop", "Nothing of my-shop has been deployed to production"),
        ("PR-17-my-shop", "Nothing of my-shop has been deployed for this pull request"),
    ],
)
def test_what_is_not_deployed_says_so(edge: EdgeProcess, label: str, said: str, zone: str) -> None:
    answer = edge.get(f"{label}.{zone}", accept="text/html")
    assert answer.status_code == 404
    assert said in answer.text


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "127.0.0.1",
        "[::1]:8787",
        "localhost.example.com",
        "evil-localhost",
        "notoverskill.app",
        "preview-demo.localhost.evil.com",
        "a.b.localhost",
        "a.preview-demo.localhost",
        "preview-.localhost",
        "preview-a--b.localhost",
        "preview-preview-demo.localhost",
        "preview-demo-.localhost",
        f"preview-{'a' * 41}.localhost",
        "pr-0-demo.localhost",
        "pr-demo.localhost",
        "pr-7.localhost",
        "xn--demo.localhost",
        "preview-demo.localhost:99999",
        "preview-demo.localhost:port",
        "preview-demo.localhost:80:80",
        "preview%zz.localhost",
        "preview-demo.local host",
        "[preview-demo.localhost",
    ],
)
def test_an_unknown_host_is_not_found(edge: EdgeProcess, origin: Origin, host: str) -> None:
    answer = edge.get(host, accept="text/html")
    assert answer.status_code == 404
    assert "There is no app here" in answer.text
    assert origin.seen == []


@pytest.mark.usefixtures("origin")
@pytest.mark.parametrize(
    "name",
    ["a", "7", "a-b", "a" * 40, "a" * 41, "a--b", "-a", "a-", "a_b", "pr-x", "prx", "staging-a", "xn--a", "xn-a"],
)
def test_the_edge_and_the_contracts_agree_on_what_an_apps_name_is(edge: EdgeProcess, name: str) -> None:
    assert (edge.get(f"preview-{name}.localhost").status_code == 200) == (app_id_flaw(name) is None)


@pytest.mark.parametrize("host", ["localhost", "localhost:8787", "overskill.app", "www.overskill.app"])
def test_a_bare_zone_shows_the_landing_page_and_nothing_else(edge: EdgeProcess, host: str) -> None:
    assert "Apps live here" in edge.get(host).text
    assert edge.get(host, "/elsewhere").status_code == 404


@pytest.mark.parametrize(
    ("host", "path", "location"),
    [
        ("localhost:8787", "/app/demo/a/b?c=d", "http://demo.localhost:8787/a/b?c=d"),
        ("overskill.app", "/app/preview-demo", "http://preview-demo.overskill.app/"),
        ("overskill.app", "/app/PR-4-demo/x", "http://pr-4-demo.overskill.app/x"),
        ("overskill.app", "/app/demo//evil.com", "http://demo.overskill.app//evil.com"),
    ],
)
def test_an_app_named_by_path_has_moved_to_its_own_host(edge: EdgeProcess, host: str, path: str, location: str) -> None:
    answer = edge.get(host, path)
    assert answer.status_code == 307
    assert answer.headers["location"] == location


@pytest.mark.parametrize("path", ["/app/", "/app/evil.com/", "/app/a@b/", "/app/a--b/", "/app/%2f%2fevil.com/"])
def test_a_path_that_names_no_app_is_not_found(edge: EdgeProcess, path: str) -> None:
    assert edge.get("localhost", path).status_code == 404


@pytest.mark.usefixtures("origin")
def test_what_a_client_claims_to_be_is_removed(edge: EdgeProcess) -> None:
    forged = {"x_edge_app": "other", "X_Edge_Key": "guessed", "x_edge_anything": "1", "x_forwarded_host": "evil.com"}
    forged |= {"x_edge_address": "8.8.8.8", "cf_connecting_ip": "8.8.4.4"}
    arrived = edge.get(PREVIEW, "/", **forged).json()["headers"]
    ours = {name: value for name, value in arrived.items() if name.startswith("x-edge")}
    assert ours == {"x-edge-app": "demo", "x-edge-environment": "preview", "x-edge-address": "127.0.0.1"}
    assert arrived["x-forwarded-host"] == PREVIEW
    assert arrived["x-forwarded-proto"] == "http"


@pytest.mark.usefixtures("origin")
def test_each_request_has_an_id_of_the_edges_own_that_both_sides_see(edge: EdgeProcess) -> None:
    first = edge.get(PREVIEW, x_request_id="mine")
    second = edge.get(PREVIEW)
    ids = [answer.headers["x-request-id"] for answer in (first, second)]
    assert [answer.json()["headers"]["x-request-id"] for answer in (first, second)] == ids
    assert uuid.UUID(ids[0]) != uuid.UUID(ids[1])


def test_an_answer_is_given_the_security_headers_it_lacks(edge: EdgeProcess, origin: Origin) -> None:
    origin.routes["/own"] = lambda request: request.answer(b"", ("referrer-policy", "no-referrer"))
    assert edge.get(PREVIEW).headers["referrer-policy"] == "strict-origin-when-cross-origin"
    for path in ("/", "/own"):
        assert edge.get(PREVIEW, path).headers["x-content-type-options"] == "nosniff"
        assert edge.get(PREVIEW, path).headers["origin-agent-cluster"] == "?1"
    assert edge.get(PREVIEW, "/own").headers.get_list("referrer-policy") == ["no-referrer"]


def test_what_an_app_says_in_the_edges_name_does_not_leave(edge: EdgeProcess, origin: Origin) -> None:
    origin.routes["/"] = lambda request: request.answer(b"", ("x-edge-app", "other"), ("x-mine", "stays"))
    answer = edge.get(PREVIEW)
    assert "x-edge-app" not in answer.headers
    assert answer.headers["x-mine"] == "stays"


def test_redirects_and_cookies_are_the_browsers_to_follow(edge: EdgeProcess, origin: Origin) -> None:
    headers = (("location", "/there"), ("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2; HttpOnly"))
    origin.routes["/"] = lambda request: request.answer(b"", *headers, status=302)
    answer = edge.get(PREVIEW)
    assert (answer.status_code, answer.headers["location"]) == (302, "/there")
    assert answer.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2; HttpOnly"]
    assert origin.seen == ["/"]


def test_an_origin_that_is_away_is_a_page_that_tries_again(edge: EdgeProcess) -> None:
    answer = edge.get(PREVIEW, accept="text/html,*/*")
    assert answer.status_code == 502
    assert answer.headers["retry-after"] == "2"
    assert answer.headers["cache-control"] == "no-store"
    assert '<meta http-equiv="refresh" content="2">' in answer.text
    assert "color-scheme: light dark" in answer.text
    assert not re.search(r"error|exception|network|lost|socket", answer.text, re.IGNORECASE)


def test_a_program_reads_the_same_as_a_problem(edge: EdgeProcess) -> None:
    answer = edge.get(PREVIEW, accept="application/json")
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == 502
    assert set(problem) == {"title", "status", "detail"}


def test_an_origin_that_hangs_is_given_up_before_its_visitor_does_but_an_app_may_think(
    edge: EdgeProcess, origin: Origin
) -> None:
    over = threading.Event()

    def hang(request: Request) -> None:
        assert over.wait(PATIENCE)
        request.answer(b"at last")

    asking: dict[str, Callable[[str], Response]] = {
        "/": lambda path: edge.get(PREVIEW, path, accept="text/html"),
        "/__fleet/deps/h9/react.js": lambda path: edge.get(PREVIEW, path),
        "/__fleet/updates": lambda path: edge.get(PREVIEW, path),
        "/__fleet/ack": lambda path: edge.post(PREVIEW, path, b"{}"),
    }
    origin.routes.update(dict.fromkeys([*asking, "/api/think", "/api/upload"], hang))
    with ThreadPoolExecutor() as pool:
        try:
            thinking = pool.submit(edge.get, PREVIEW, "/api/think")
            uploading = pool.submit(edge.post, PREVIEW, "/api/upload", b"much")
            answers = [answer.result(PATIENCE) for answer in [pool.submit(ask, path) for path, ask in asking.items()]]
        finally:
            over.set()
        assert [answer.status_code for answer in answers] == [502] * len(asking)
        assert '<meta http-equiv="refresh" content="2">' in answers[0].text
        assert thinking.result(PATIENCE).text == uploading.result(PATIENCE).text == "at last"


def test_an_origin_that_is_back_is_found_at_once(edge: EdgeProcess, origin_again: Callable[[], Origin]) -> None:
    for _ in range(3):
        with origin_again():
            assert edge.get(PREVIEW).status_code == 200
        assert edge.get(PREVIEW).status_code == 502


def test_a_connection_lost_while_it_lay_idle_costs_a_reader_nothing_and_a_write_is_never_repeated(
    edge: EdgeProcess, origin: Origin
) -> None:
    def hang_up(request: Request) -> None:
        request.close_connection = True

    def hang_up_first(request: Request) -> None:
        hang_up(request) if origin.seen.count("/first") == 1 else request.answer(b"well")

    origin.routes.update({"/first": hang_up_first, "/always": hang_up})
    assert edge.get(PREVIEW).status_code == 200  # from here on there is a connection
    assert edge.get(PREVIEW, "/first").text == "well"
    assert edge.post(PREVIEW, "/always", b"once").status_code == 502
    assert origin.seen.count("/always") == 1
