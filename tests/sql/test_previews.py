"""A turn reads of an app what has changed since the last, and never takes what it remembers for what is."""

import uuid
from collections.abc import Iterator
from hashlib import sha256

import psycopg
import pytest

from sql import previews
from sql.database import transaction
from sql.previews import Estranged, Shown, Step
from tests.actors.desk import Desk, desk


@pytest.fixture
def kept(database_url: str, app_id: str) -> Iterator[Desk]:
    with desk(database_url, app_id) as kept:
        kept.write("src/main.ts", "one")
        kept.write("src/other.ts", "two")
        yield kept


@pytest.fixture
def app_id() -> str:
    return f"app-{uuid.uuid4().hex[:12]}"


def read(kept: Desk, known: Shown | None = None) -> Shown:
    with transaction(kept.pool, kept.app_id) as tx:
        asked = previews.ask(tx, kept.app_id, known)
    shown = asked.shown()
    assert shown is not None
    return shown


def record(kept: Desk, shown: Shown, *, key: bytes) -> Shown:
    modules, style = {"src/main.ts": (key, "{}")}, sha256(b"two").digest()
    step = Step(
        kind="update", body="{}", version=shown.app_version, status="ready", page="{}", modules=modules,
        styles={"src/a.css": style},
    )  # fmt: skip
    with transaction(kept.pool, kept.app_id) as tx:
        tx.execute("insert into fleet.units (key, facts, code) values (%s, '{}', '') on conflict do nothing", (key,))
        previews.record(tx, kept.app_id, step, shown.revision + 1)
        return shown.after(step, shown.revision + 1)


def test_what_is_remembered_and_what_has_changed_are_what_is(kept: Desk) -> None:
    known = record(kept, read(kept), key=b"1")
    kept.write("src/main.ts", "three")
    kept.write("src/new.ts", "four")
    kept.stored({"path": "src/other.ts", "operation": "delete"})
    shown, anew = read(kept, known), read(kept)
    assert (shown.files, shown.modules, shown.styles) == (anew.files, anew.modules, anew.styles)
    assert set(shown.files) == {"src/main.ts", "src/new.ts"}
    assert shown.modules is known.modules
    assert set(shown.fresh.values()) == {b"three", b"four"}
    assert anew.fresh == {}


def test_what_another_worker_has_shown_meanwhile_is_read(kept: Desk) -> None:
    known = record(kept, read(kept), key=b"1")
    record(kept, known, key=b"2")
    assert read(kept, known).modules == {"src/main.ts": (b"2", "{}")}


def test_what_was_read_from_another_database_is_not_believed(kept: Desk, database_url: str) -> None:
    known = read(kept)
    with psycopg.connect(database_url) as owner:
        owner.execute("update fleet.epoch set bumps = bumps + 1")
    with pytest.raises(Estranged):
        read(kept, known)
