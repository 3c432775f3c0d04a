"""From stored files to a preview's revisions, with the real compiler."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from actors.create_app import create_app
from actors.refresh_preview import refresh_preview
from actors.store_file import store_file
from actors.worker import Crew
from contracts.topology import PREVIEWS
from tests.actors.conftest import Bus

Query = Callable[..., list[tuple[Any, ...]]]

PAGE = '<!doctype html><html><head></head><body><script type="module" src="/src/main.js"></script></body></html>'
APP = {
    "index.html": PAGE,
    "src/main.js": 'import { hello } from "./hello";\nimport "./main.css";\ndocument.body.textContent = hello;\n',
    "src/hello.ts": 'export const hello: string = "hello";\n',
    "src/main.css": "body { color: teal }\n",
    "src/unused.ts": "this is not TypeScript (",
}


class Stage:
    """An app whose preview is watched."""

    def __init__(self, bus: Bus, app_id: str) -> None:
        self.bus, self.app_id = bus, app_id
        self.told = bus._listen(PREVIEWS)  # noqa: SLF001 - the test's own ear

    def write(self, files: dict[str, str | None]) -> None:
        changes = [
            {"path": path, "operation": "delete"} if text is None else {"path": path, "content": text}
            for path, text in files.items()
        ]
        self.bus.publish("file-written", self.app_id, {"files": changes})

    def hear(self, kind: str) -> dict[str, Any]:
        return dict(self.bus.hear(f"preview-{kind}", self.app_id)["data"])

    def page_hears(self) -> tuple[str, dict[str, Any]]:
        properties, body = self.bus._next(self.told, lambda *_: True)  # noqa: SLF001 - likewise
        return properties.headers["kind"], json.loads(body)


@pytest.fixture
def stage(crew: Callable[..., Crew], bus: Bus, app_id: str) -> Stage:
    bus.channel.exchange_declare(PREVIEWS, "topic", durable=True)
    crew(store_file, create_app, refresh_preview)
    stage = Stage(bus, app_id)
    stage.write(dict(APP))
    ready = stage.hear("ready")
    assert ready["url"] == f"http://preview-{app_id}.localhost:8787"
    assert set(ready["files"]) == {"src/main.js", "src/hello.ts", "src/main.css"}
    assert stage.page_hears()[0] == "reload"
    return stage


def test_an_edit_tells_pages_the_module_and_nothing_else(stage: Stage) -> None:
    stage.write({"src/hello.ts": 'export const hello = "hello again";\n'})
    updated = stage.hear("updated")
    kind, told = stage.page_hears()
    assert (updated["modules"], updated["css"], updated["reload"]) == (["src/hello.ts"], False, False)
    assert (kind, told["rev"]) == ("update", updated["revision"])
    assert [module["id"] for module in told["modules"]] == ["src/hello.ts"]
    assert "hello again" in told["modules"][0]["code"]
    assert (told["css"], told["removed"]) == ([], [])


def test_a_style_is_told_alone(stage: Stage) -> None:
    stage.write({"src/main.css": "body { color: plum }\n"})
    assert stage.hear("updated")["css"] is True
    _kind, told = stage.page_hears()
    assert [style["id"] for style in told["css"]] == ["src/main.css"]
    assert "plum" in told["css"][0]["text"]


def test_a_broken_file_is_told_with_its_place_and_mended(stage: Stage) -> None:
    stage.write({"src/hello.ts": "export const hello = (\n"})
    failed = stage.hear("failed")
    assert (failed["file"], failed["line"] in {1, 2}) == ("src/hello.ts", True)
    assert failed["frame"]
    assert stage.page_hears()[0] == "failed"
    stage.write({"src/hello.ts": APP["src/hello.ts"]})
    stage.hear("updated")
    assert stage.page_hears()[0] == "cleared"


def test_a_missing_file_is_named_until_it_comes(stage: Stage) -> None:
    stage.write({"src/hello.ts": 'export { hello } from "./later";\n'})
    assert '"./later"' in stage.hear("failed")["message"]
    stage.write({"src/later.ts": 'export const hello = "late";\n'})
    assert set(stage.hear("updated")["modules"]) == {"src/hello.ts", "src/later.ts"}


def test_what_is_no_longer_imported_is_removed(stage: Stage) -> None:
    stage.write({"src/main.js": 'import "./main.css";\n', "src/hello.ts": None})
    stage.hear("updated")
    assert stage.page_hears()[1]["removed"] == ["src/hello.ts"]


def test_a_file_that_no_page_needs_is_no_revision(stage: Stage, query: Query) -> None:
    stage.write({"README.md": "# hello"})
    updated = stage.hear("updated")
    assert updated["modules"] == []
    assert query("select revision, version from fleet.previews", app_id=stage.app_id) == [(1, 2)]


def test_another_page_is_a_reload(stage: Stage) -> None:
    stage.write({"index.html": PAGE.replace("<head>", "<head><title>New</title>")})
    assert stage.hear("updated")["reload"] is True
    assert stage.page_hears()[0] == "reload"


def test_a_burst_ends_with_the_last(stage: Stage, query: Query) -> None:
    for n in range(50):
        stage.write({"src/hello.ts": f'export const hello = "{n}";\n'})
    while "49" not in json.dumps(stage.page_hears()[1].get("modules")):
        pass
    [(revisions, version)] = query("select revision, version from fleet.previews", app_id=stage.app_id)
    assert version == 51
    assert revisions <= 51


def test_a_package_that_is_not_named_is_a_clear_problem(stage: Stage) -> None:
    stage.write({"src/hello.ts": '// import _ from "lodash";\nimport _ from "lodash";\nexport const hello = _;\n'})
    failed = stage.hear("failed")
    assert (failed["file"], failed["line"], failed["column"]) == ("src/hello.ts", 2, 15)
    assert failed["message"].startswith("lodash is imported, but package.json does not name it as a dependency: add")
    assert '> 2 | import _ from "lodash";\n    |               ^' in failed["frame"]
    stage.write({"src/hello.ts": 'export const hello = 1;\nexport { a } from "./nowhere";\n'})
    failed = stage.hear("failed")
    assert (failed["file"], failed["line"], failed["column"]) == ("src/hello.ts", 2, 19)


def test_two_apps_with_the_same_files_compile_them_once(stage: Stage, bus: Bus, query: Query) -> None:
    before = query("select count(*) from fleet.units")
    twin = Stage(bus, f"{stage.app_id}-2")
    twin.write(dict(APP))
    twin.hear("ready")
    assert query("select count(*) from fleet.units") == before


def test_a_class_that_only_the_page_mentions_is_styled(stage: Stage) -> None:
    page = PAGE.replace("<body>", '<body class="tracking-widest">')
    stage.write({"index.html": page, "src/main.css": '@import "tailwindcss";\n'})
    assert stage.hear("updated")["css"] is True
    stage.write({"src/main.css": '@import "tailwindcss";\n.own { color: teal }\n'})
    stage.hear("updated")
    assert stage.page_hears()[0] == "reload"
    _kind, told = stage.page_hears()
    assert ".tracking-widest" in told["css"][0]["text"]


def test_an_app_that_has_yet_to_begin_says_so_once(
    crew: Callable[..., Crew], bus: Bus, app_id: str, query: Query
) -> None:
    bus.channel.exchange_declare(PREVIEWS, "topic", durable=True)
    crew(store_file, create_app, refresh_preview)
    stage = Stage(bus, app_id)
    stage.write({"README.md": "# soon"})
    assert stage.hear("failed")["message"].startswith("There is nothing to show yet: the app has no index.html")
    for n in range(3):
        stage.write({"README.md": f"# soon {n}"})
    stage.write({"index.html": "<p>"})
    assert 'needs a <script type="module"' in stage.hear("failed")["message"]
    stage.write(dict(APP))
    stage.hear("ready")
    told = "select count(*) from fleet.progress where app_id = %s and kind = 'preview-failed'"
    assert query(told, app_id, app_id=app_id) == [(2,)]


def test_a_sheet_that_is_wanted_as_a_text_is_a_module_with_its_imports_put_in(stage: Stage) -> None:
    stage.write(
        {
            "src/main.js": 'import text from "./inner.css?inline"; document.body.textContent = text;\n',
            "src/inner.css": '@import url("./main.css"); p { color: red }\n',
        }
    )
    kind, told = stage.page_hears()
    assert (kind, told["css"]) == ("update", [])
    code = {module["id"]: module["code"] for module in told["modules"]}
    assert "teal" in code["src/inner.css?inline"]
    assert "red" in code["src/inner.css?inline"]
    stage.write({"src/main.css": "body { color: navy }\n"})
    _kind, told = stage.page_hears()
    assert [(module["id"], "navy" in module["code"]) for module in told["modules"]] == [("src/inner.css?inline", True)]
