"""What another site's page has a browser ask: the cookie goes along, and is nobody's word."""

import httpx
import pytest

from gateway.preview.passes import Passes
from tests.gateway.conftest import Author
from tests.gateway.preview.conftest import carried, edge, revise, store

OURS = "cross-origin-resource-policy"


@pytest.fixture
def mine(author: Author, app_id: str) -> str:
    """A private app."""
    store(author, app_id, public_in_robots__txt=b"all")
    revise(author, app_id, main="1")
    return app_id


def paths(author: Author, app_id: str) -> list[str]:
    rev = revise(author, app_id, main="2")
    return [
        "/",
        "/robots.txt",
        f"/__fleet/app.js?v={rev}",
        f"/__fleet/app.js.map?v={rev}",
        f"/__fleet/updates?rev={rev}",
    ]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
@pytest.mark.parametrize("mode", ["no-cors", "cors", ""])
def test_another_sites_page_is_a_stranger(
    origin: httpx.Client, author: Author, mine: str, passes: Passes, *, site: str, mode: str
) -> None:
    asked = edge(mine, cookie=carried(passes, mine), sec_fetch_site=site, sec_fetch_mode=mode)
    for path in paths(author, mine):
        assert origin.get(path, headers=asked).status_code == 401, path
    said = {"rev": "x.1", "nonce": passes.nonce(mine), "message": "m"}
    for path in ("/__fleet/ack", "/__fleet/error"):
        assert origin.post(path, headers=asked, json=said).status_code == 401, path


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_apps_own_page_and_its_visitor_are_not(
    origin: httpx.Client, author: Author, mine: str, passes: Passes, site: str
) -> None:
    asked = edge(mine, cookie=carried(passes, mine), sec_fetch_site=site, sec_fetch_mode="cors")
    for path in paths(author, mine):
        assert origin.head(path, headers=asked).status_code == 200, path


def test_another_sites_page_may_lead_to_the_app_or_frame_it_and_not_act_in_it(
    origin: httpx.Client, mine: str, passes: Passes
) -> None:
    asked = edge(mine, cookie=carried(passes, mine), sec_fetch_site="cross-site", sec_fetch_mode="navigate")
    assert origin.get("/", headers=asked).status_code == 200
    said = {"rev": "x.1", "nonce": passes.nonce(mine)}
    assert origin.post("/__fleet/ack", headers=asked, json=said).status_code == 401


def test_what_is_private_is_loaded_by_its_own_page_alone(
    origin: httpx.Client, author: Author, mine: str, passes: Passes
) -> None:
    asked = edge(mine, cookie=carried(passes, mine))
    for path in paths(author, mine):
        assert origin.head(path, headers=asked).headers[OURS] == "same-origin", path


def test_what_everybody_may_see_everybody_may_load(origin: httpx.Client, author: Author, public: str) -> None:
    store(author, public, public_in_robots__txt=b"all")
    answer = origin.get("/robots.txt", headers=edge(public, sec_fetch_site="cross-site", sec_fetch_mode="no-cors"))
    assert (answer.status_code, answer.headers.get(OURS)) == (200, None)
