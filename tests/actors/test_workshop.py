"""A workshop believes that something is kept when it has been, and not sooner."""

from collections.abc import Iterator
from hashlib import sha256

import pytest

from contracts.settings import Settings
from edge.drawing import Drawing
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


def drawn(workshop: Workshop, pool: Pool, app_id: str, texts: dict[str, str]) -> Drawing:
    """Draw an app and settle."""
    files = {path: sha256(text.encode()).digest() for path, text in texts.items()}
    shelf = PostgresShelf(pool, app_id, {files[path]: text.encode() for path, text in texts.items()})
    drawing = workshop.draw(app_id, files, shelf, lambda *_: None)
    with transaction(pool, app_id) as tx:
        shelf.keep(tx)
    workshop.remember(shelf.new, app_id, drawing)
    return drawing


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


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/other.js", "document.title = 'edited';\n"),
        ("src/other.js", 'import "./third.js";\n'),
        ("src/main.js", "document.title = 'alone';\n"),
        ("src/main.js", 'import { gone } from "./other.js";\n'),
        ("src/other.js", "document.title = = 'broken';\n"),
        ("src/style.css", ".a { color: blue }\n"),
        ("src/style.css", '@import "./third.css";\n'),
        ("index.html", '<body class="underline"><script type="module" src="/src/main.js"></script></body>'),
        ("index.html", '<body><script type="module" src="/src/third.js"></script></body>'),
        ("src/third.js", "document.title = 'nobody asks';\n"),
    ],
)
def test_an_edit_is_drawn_as_if_nothing_had_been_drawn_before(
    workshop: Workshop, pool: Pool, app_id: str, path: str, text: str
) -> None:
    texts = {
        **TEXTS,
        "src/main.js": 'import "./style.css";\nimport "./other.js";\n',
        "src/style.css": '@import "tailwindcss";\n',
        "src/third.css": ".third { color: red }\n",
        "src/third.js": "document.title = 'third';\n",
    }
    drawn(workshop, pool, app_id, texts)
    edited = drawn(workshop, pool, app_id, {**texts, path: text})
    anew = drawn(workshop, pool, f"{app_id}-anew", {**texts, path: text})
    assert (edited.modules, edited.styles, edited.page) == (anew.modules, anew.styles, anew.page)
    assert edited.problem == anew.problem
    mended = drawn(workshop, pool, app_id, texts)
    first = drawn(workshop, pool, f"{app_id}-first", texts)
    assert (mended.modules, mended.page) == (first.modules, first.page), "classes that have gone stay in the styles"


def test_a_configuration_that_was_run_is_not_run_again_by_a_worker_that_starts(
    workshop: Workshop, settings: Settings, pool: Pool, app_id: str
) -> None:
    config = b"export default { define: { LUCK: JSON.stringify(String(Math.random())) } };"
    files = {**FILES, "vite.config.js": sha256(config).digest()}
    contents = {**CONTENTS, files["vite.config.js"]: config}
    keys = []
    for worker in (workshop, Workshop.from_settings(settings)):
        shelf = PostgresShelf(pool, app_id, contents)
        drawing = worker.draw(app_id, files, shelf, lambda *_: None)
        keys.append(drawing.modules["src/other.js"][0])  # which what is defined is part of
        with transaction(pool, app_id) as tx:
            shelf.keep(tx)
    worker.close()
    assert keys[0] == keys[1]
