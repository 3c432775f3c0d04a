"""Who may look, as it is set: what is not said stays as it was, and what is said holds for those who look already."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.preview.passes import Passes
from tests.gateway.conftest import Author, Gateway, token
from tests.gateway.preview.conftest import asking, carried, edge, revise, socket_in, store

EDITOR = "https://editor.example"


Configure = Callable[..., httpx.Response]


@pytest.fixture
def configure(author: Author, gateway: Gateway, app_id: str) -> Iterator[Configure]:
    """Say something about an app's preview."""
    store(author, app_id)
    with gateway.client(token(app_id, role="editor")) as client:
        yield lambda **said: client.put(f"/v1/apps/{app_id}/preview", json=said)


def test_what_is_not_said_stays_as_it_was(configure: Configure) -> None:
    def setting(**said: Any) -> tuple[bool, list[str]]:
        found = configure(**said).json()
        return found["private"], found["frame_ancestors"]

    assert setting() == (True, [])
    assert setting(private=False) == (False, [])
    assert setting(frame_ancestors=[EDITOR]) == (False, [EDITOR])
    assert setting(private=True) == (True, [EDITOR])
    assert setting(private=None, frame_ancestors=None) == (True, [EDITOR])
    assert setting(frame_ancestors=[]) == (True, [])


def test_an_app_that_may_be_framed_first_is_private(configure: Configure) -> None:
    assert configure(frame_ancestors=[EDITOR]).json()["private"] is True


@pytest.mark.parametrize(
    "said", [{"privat": False}, {"private": False, "frame_ancestor": EDITOR}, {"private": "maybe"}]
)
def test_what_nobody_knows_is_refused(configure: Configure, said: dict[str, Any]) -> None:
    assert configure(**said).status_code == 422
    assert configure().json()["private"] is True


@contextmanager
def looking(near: str, app_id: str, rev: str, cookie: str = "") -> Iterator[Iterator[str]]:
    """Follow an app; the stream has said its first word, so that it is known of."""
    with asking(near) as client:
        headers = edge(app_id, cookie=cookie)
        with client.stream("GET", f"/__fleet/updates?rev={rev}", headers=headers) as answer:
            lines = answer.iter_lines()
            assert next(lines).startswith("retry:")
            yield lines


def test_an_app_that_becomes_private_tells_its_guests_nothing_more(
    near: str, author: Author, configure: Configure, app_id: str, passes: Passes
) -> None:
    configure(private=False)
    rev = revise(author, app_id, main="0")
    with looking(near, app_id, rev) as guest, looking(near, app_id, rev, carried(passes, app_id)) as keyed:
        configure(frame_ancestors=[EDITOR])
        shown = revise(author, app_id, main="shown")
        assert any(shown in line for line in guest)
        configure(private=True)
        hidden = revise(author, app_id, main="hidden")
        assert not any(hidden in line for line in guest), "until it ends, which is at once"
        assert not any(hidden in line for line in keyed), "it is let in anew, by its pass"
    with asking(near) as client:
        assert client.get(f"/__fleet/updates?rev={rev}", headers=edge(app_id)).status_code == 401
    with looking(near, app_id, shown, carried(passes, app_id)) as keyed:
        assert any(hidden in line for line in keyed)


def test_another_gateway_notices_within_seconds(
    new_gateway: Callable[..., Gateway],
    tmp_path: Path,
    author: Author,
    configure: Configure,
    app_id: str,
) -> None:
    other = new_gateway(FLEET_HOME=str(tmp_path))
    other.until_ready()
    configure(private=False)
    rev = revise(author, app_id, main="0")
    with socket_in(tmp_path) as there, looking(there, app_id, rev) as lines:
        configure(private=True)
        assert [line for line in lines if line.startswith("event")] == ["event: nonce"], "until it ends"
