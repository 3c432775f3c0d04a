"""Whatever can be read can be asked about, and errors are nobody's to keep."""

import pytest

from tests.gateway.conftest import Author, Gateway, token

CHANGING = {"date", "content-length", "transfer-encoding"}


@pytest.mark.parametrize(
    "path",
    [
        "/healthz",
        "/readyz",
        "/metrics",
        "/asyncapi.json",
        "/openapi.json",
        "/v1/apps",
        "/v1/apps/{app}",
        "/v1/apps/{app}/files",
        "/v1/apps/{app}/versions",
        "/v1/apps/{app}/archive.zip",
        "/v1/apps/no-such-app",
        "/nothing",
    ],
)
def test_head_is_get_without_the_body(served: Gateway, author: Author, app_id: str, path: str) -> None:
    author.write(app_id)
    with served.client(token(role="operator")) as client:
        got, asked = (client.request(method, path.format(app=app_id)) for method in ("GET", "HEAD"))
        assert (asked.status_code, asked.content) == (got.status_code, b"")
        assert asked.headers.keys() - CHANGING == got.headers.keys() - CHANGING
        assert asked.headers["content-type"] == got.headers["content-type"]
        assert client.get("/healthz").text == '{"status":"ok"}'  # on the same connection: nothing of a body came


def test_what_cannot_be_read_cannot_be_asked_about_either(served: Gateway) -> None:
    with served.client(token(role="publisher")) as client:
        asked = client.head("/v1/events")
        assert (asked.status_code, asked.headers["allow"]) == (405, "POST")
        assert client.delete("/healthz").headers["allow"] == "GET, HEAD"


def test_head_is_measured_and_logged_as_what_it_is(served: Gateway) -> None:
    with served.client() as client:
        client.head("/asyncapi.json?whose=mine")
        assert client.get("/nothing").status_code == 404
        assert 'route="/asyncapi.json",status="200"' in client.get("/metrics").text
    (said,) = [line for line in served.said("request_answered") if line["query"] == "whose=mine"]
    assert (said["method"], said["status"]) == ("HEAD", 200)


@pytest.mark.parametrize("path", ["/nothing", "/v1/apps", "/v1/apps/demo/events", "/v1/apps?limit=many"])
def test_no_error_is_kept_by_anybody_between(served: Gateway, path: str) -> None:
    with served.client() as client:
        answer = client.get(path)
    assert answer.status_code >= 400
    assert answer.headers["cache-control"] == "no-store"
