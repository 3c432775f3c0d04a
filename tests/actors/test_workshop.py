"""A workshop believes that something is kept when it has been, and not sooner."""

from collections.abc import Iterator
from hashlib import sha256

import pytest

from contracts.settings import Settings
from edge.workshop import Workshop
from sql.database import Pool, open_pool, role_url, transaction
from sql.shelf import PostgresShelf

TEXTS = {
    "index.html": '<body><script type="module" src="/src/main.js"></script></body>',
    "src/main.js": 'import "./other.js";\n',
    "src/other.js": "document.title = 'other';\n",
}
FILES = {path: sha256(text.encode()).digest() for path, text in TEXTS.items()}
CONTENTS = {FILES[path]: text.encode() for path, text in TEXTS.items()}


@pytest.fixture
def pool(database_url: str) -> Iterator[Pool]:
    with open_pool(role_url(database_url, "fleet_worker"), size=2, name="test") as pool:
        yield pool


@pytest.fixture
def workshop(settings: Settings) -> Iterator[Workshop]:
    workshop = Workshop.from_settings(settings)
    yield workshop
    workshop.close()


def draw(workshop: Workshop, pool: Pool, app_id: str) -> PostgresShelf:
    shelf = PostgresShelf(pool, app_id, CONTENTS)
    assert workshop.draw(app_id, FILES, shelf, lambda *_: None).problem is None
    return shelf


def test_what_a_turn_made_in_vain_is_made_again(workshop: Workshop, pool: Pool, app_id: str) -> None:
    lost, again = draw(workshop, pool, app_id), draw(workshop, pool, app_id)
    assert len(lost.new) == 3  # its page is read for classes
    assert lost.new == again.new
    with transaction(pool, app_id) as tx:
        again.keep(tx)
    workshop.remember(again.new)
    assert not draw(workshop, pool, app_id).new
    with transaction(pool, app_id) as tx:
        assert PostgresShelf(pool, app_id, {}).facts(again.new) == again.new
        assert tx.execute("select count(*) from fleet.units").fetchone() == (3,)
