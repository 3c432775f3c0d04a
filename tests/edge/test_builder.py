"""Apps as they are built: what is made of them, what is refused, and that a browser runs it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, expect

from contracts.settings import Settings
from edge.builder import process, request
from edge.builder.process import Limits, Superseded
from edge.builder.room import Built, Flawed, Room
from edge.sandbox import confinement
from tests.edge.registry import Registry
from tests.edge.shelves import MemoryShelf
from tests.patience import until

BIG = b"<svg xmlns='http://www.w3.org/2000/svg'>" + b"<!-- much -->" * 500 + b"</svg>"
APP = {
    "index.html": b"""<!doctype html><html><head><title>%VITE_TITLE%</title><link rel="icon" href="/icon.svg"></head>
<body><img src="/src/big.svg"><p id="out"></p><script type="module" src="/src/main.ts"></script></body></html>""",
    ".env": b"VITE_TITLE=Boats\nSECRET=kept\n",
    ".env.production": b"VITE_MOOD=calm\n",
    ".env.development": b"VITE_MOOD=busy\n",
    "public/icon.svg": b"<svg/>",
    "src/main.ts": b"""
import "./main.css";
import "@/side.scss";
import names from "./names.module.css";
import small from "./small.svg";
import big from "./big.svg";
import text from "./note.txt?raw";
import { version } from "./facts.json";
const pages = import.meta.glob("./pages/*.ts");
const eager = import.meta.glob<string>("./pages/*.ts", { eager: true, import: "name" });
const out = document.querySelector("#out")!;
out.className = names.red;
const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const said = new Promise((done) => worker.addEventListener("message", ({ data }) => done(data)));
const { late } = await import("./late");
const { mode, whole } = { mode: import.meta.env.MODE, whole: Object.keys(import.meta.env).sort() };
out.textContent = JSON.stringify({
  mode, whole, small, big, text, version, late,
  mood: import.meta.env.VITE_MOOD, none: import.meta.env.VITE_NONE ?? null,
  dev: import.meta.env.DEV, pages: Object.keys(pages), eager: Object.values(eager), worker: await said,
  hot: import.meta.hot === undefined, secret: import.meta.env.SECRET ?? null,
});
if (import.meta.env.DEV) out.textContent = "never in a build";
""",
    "src/late.ts": b"""import "./late.css";
import { shared } from "./shared";
export const late: string = shared + "late";
""",
    "src/shared.ts": b'export const shared = "very ";\nexport const unused = "nobody wants this";\n',
    "src/worker.ts": b'import { shared } from "./shared";\npostMessage(shared + "busy");\n',
    "src/pages/one.ts": b'export const name: string = "one";\n',
    "src/pages/two.ts": b'export const name = "two";\n',
    "src/main.css": b"body { background: url(./big.svg) }\n",
    "src/side.scss": b"$teal: #008080; .side { p { color: $teal } }\n",
    "src/late.css": b"#out { font-size: 21px }\n",
    "src/names.module.css": b".red { color: rgb(255, 0, 0) }\n",
    "src/small.svg": b"<svg/>",
    "src/big.svg": BIG,
    "src/note.txt": b"a note",
    "src/facts.json": b'{"version": 7, "other": "nobody reads this"}',
    "package.json": b'{"devDependencies": {"sass": "1"}}',
}


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    room = Room(Settings())
    yield room
    room.close()


@pytest.fixture(scope="module")
def build(room: Room) -> Callable[..., Built]:
    """Build an app of some files."""

    def make(files: dict[str, bytes], **more: bytes) -> Built:
        shelf = MemoryShelf({**files, **more})
        return room.build("boats", shelf.files, shelf, lambda *_: None, lambda: False)

    return make


@pytest.fixture(scope="module")
def built(build: Callable[..., Built]) -> Built:
    return build(APP)


def served(built: Built, name: str) -> bytes:
    """Return what is served under a name, of which only the beginning and the end are known."""
    start, _star, end = name.partition("*")
    [found] = [one for one in built.manifest.assets if one.startswith(start) and one.endswith(end)]
    return built.contents[bytes.fromhex(built.manifest.assets[found].sha256)]


@contextmanager
def site(built: Built) -> Iterator[str]:
    """Serve a release as plainly as can be."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asset = built.manifest.assets.get("/index.html" if self.path == "/" else self.path)
            self.send_response(200 if asset else 404)
            if asset:
                self.send_header("content-type", asset.type)
            self.end_headers()
            self.wfile.write(built.contents[bytes.fromhex(asset.sha256)] if asset else b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def test_a_browser_runs_what_was_built(built: Built, context: BrowserContext) -> None:
    with site(built) as address:
        page = context.new_page()
        page.goto(address)
        out = page.locator("#out")
        expect(out).not_to_be_empty()
        told = json.loads(out.inner_text())
        assert told["big"].startswith("/assets/big-")
        assert told["small"].startswith("data:image/svg+xml,")
        assert {key: told[key] for key in told if key not in {"big", "small"}} == {
            "mode": "production",
            "whole": ["BASE_URL", "DEV", "MODE", "PROD", "SSR", "VITE_MOOD", "VITE_TITLE"],
            "text": "a note",
            "version": 7,
            "late": "very late",
            "mood": "calm",
            "none": None,
            "dev": False,
            "pages": ["./pages/one.ts", "./pages/two.ts"],
            "eager": ["one", "two"],
            "worker": "very busy",
            "hot": True,
            "secret": None,
        }
        # What came late has its style, which was there before it ran.
        expect(out).to_have_css("font-size", "21px")
        expect(out).to_have_css("color", "rgb(255, 0, 0)")
        assert page.title() == "Boats"


def test_names_say_what_they_hold_and_only_the_page_keeps_its_own(built: Built) -> None:
    assets = built.manifest.assets
    assert {name for name, one in assets.items() if not one.immutable} == {"/index.html", "/icon.svg"}
    page = served(built, "/index.html").decode()
    assert '<script type="module" crossorigin src="/assets/index-' in page
    assert '<link rel="stylesheet" crossorigin href="/assets/index-' in page
    assert 'src="/assets/big-' in page
    assert b"nobody wants this" not in b"".join(built.contents[bytes.fromhex(one.sha256)] for one in assets.values())
    assert b"never in a build" not in served(built, "/assets/index-*.js")
    assert b"color:teal" in served(built, "/assets/index-*.css")
    assert not [name for name in assets if name.endswith(".map")]
    maps = [json.loads(built.contents[bytes.fromhex(one)]) for one in built.manifest.maps.values()]
    assert "src/main.ts" in {source for one in maps for source in one["sources"]}


def test_the_same_files_are_the_same_release_wherever_they_are_built(built: Built) -> None:
    other = Room(Settings())
    try:
        shelf = MemoryShelf(APP)
        again = other.build("boats", shelf.files, shelf, lambda *_: None, lambda: False)
    finally:
        other.close()
    assert again.manifest.release_id == built.manifest.release_id


def test_what_is_lazy_has_another_name_when_its_style_is_another(build: Callable[..., Built], built: Built) -> None:
    changed = build({**APP, "src/late.css": b"#out { font-size: 22px }\n"})
    names = built.manifest.assets.keys()
    new = {name for name in changed.manifest.assets if name not in names}
    assert {name.rpartition("-")[0] for name in new} >= {"/assets/late", "/assets/index"}
    for name, asset in changed.manifest.assets.items():
        if asset.immutable and name in names:
            assert asset.sha256 == built.manifest.assets[name].sha256, name


WRONG = {
    "syntax": ({"src/late.ts": b"export const late = ;\n"}, "src/late.ts", 1, "Unexpected token"),
    "missing": (
        {"src/late.ts": b'\nimport "./gone";\nexport const late = 1;\n'},
        "src/late.ts",
        2,
        "./gone does not exist",
    ),
    "secret": ({"src/late.ts": b'import late from "../.env?raw";\nexport { late };\n'}, "src/late.ts", 1, "secrets"),
    "outside": ({"src/late.ts": b'import "../../../etc/passwd";\n'}, "src/late.ts", 1, "outside of the app"),
    "style": ({"src/main.css": b'@import "./gone.css";\n'}, "src/main.css", 1, "gone.css"),
    "package": ({"src/late.ts": b'import "no-such";\n'}, "package.json", 0, "no-such is imported"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_with_its_place(build: Callable[..., Built], wrong: str) -> None:
    files, path, line, words = WRONG[wrong]
    with pytest.raises(Flawed) as found:
        build({**APP, **files})
    problem = found.value.problem
    assert (problem.file, problem.line or 0) == (path, line), problem
    assert words in problem.message


def test_a_script_that_is_too_large_is_refused_with_what_makes_it_so(build: Callable[..., Built]) -> None:
    noise = os.urandom(900_000).hex().encode()  # half of it is left when it is packed
    large = {"src/a.ts": b'export default "%s";' % noise, "src/b.ts": b'export default "%s";' % noise[::-1]}
    main = b'import a from "./a"; import b from "./b"; document.title = a + b;'
    with pytest.raises(Flawed, match=r"a script may have 1 MiB.* src/[ab]\.ts 17\d\d KiB, src/[ab]\.ts 17\d\d KiB"):
        build({**APP, **large, "src/main.ts": main})


SERVERS = {
    "worker": {
        "src/worker.ts": b'import { hello } from "@/hello";\nexport default { fetch: () => new Response(hello) };\n'
    },
    "functions": {
        "functions/hi/[who].ts": b'import { hello } from "@/hello";\nexport const onRequest = () => hello;\n'
    },
}


@pytest.mark.parametrize("server", SERVERS)
def test_server_code_is_a_worker_of_its_own_and_is_never_served(build: Callable[..., Built], server: str) -> None:
    hello = b'export const hello: string = "from the server";\n'
    built = build({**APP, **SERVERS[server], "src/hello.ts": hello, "src/main.ts": b"document.title = 'x';"})
    script = built.manifest.script
    assert script is not None
    assert b"from the server" in built.contents[bytes.fromhex(script.modules[script.main].sha256)]
    assert script.modules["index.js"].sha256 not in {asset.sha256 for asset in built.manifest.assets.values()}


@pytest.mark.parametrize("server", SERVERS)
def test_an_app_that_is_a_server_alone_has_no_page(build: Callable[..., Built], server: str) -> None:
    files = {
        **SERVERS[server],
        "src/hello.ts": b'export const hello = "hello";',
        "public/robots.txt": b"User-agent: *\n",
    }
    built = build({**files, "tsconfig.json": b'{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}'})
    assert built.manifest.script is not None
    assert list(built.manifest.assets) == ["/robots.txt"]


VUE = b"""<script setup lang="ts">
import { ref } from "vue";
const name = ref<string>("a boat");
</script>
<template><p class="name">{{ name }}</p></template>
<style scoped lang="scss">$teal: teal; .name { color: $teal }</style>
"""
SVELTE = b"""<script lang="ts">let { name }: { name: string } = $props();</script>
<p>{name}</p>
<style>p { color: plum }</style>
"""


MANY = b"""
import "./main.css";
import { createRoot } from "react-dom/client";
import { createApp } from "vue";
import { mount } from "svelte";
import Boat from "./Boat.vue";
import Quay from "./Quay.svelte";
const at = (name: string) => document.body.appendChild(Object.assign(document.createElement("div"), { id: name }));
createRoot(at("react")).render(<p className="bg-teal-500 p-[3px]">a sail</p>);
createApp(Boat).mount(at("vue"));
mount(Quay, { target: at("svelte"), props: { name: "a quay" } });
"""
PACKAGES = {"react": "19.3.1", "react-dom": "19.3.1", "vue": "3.5.45", "svelte": "5.57.3", "tailwindcss": "4.3.5"}


@pytest.fixture
def real_room(real_registry: Registry) -> Iterator[Room]:
    """A room whose packages are real."""
    room = Room(Settings(npm_registry=real_registry.url))
    yield room
    room.close()


def test_react_vue_svelte_and_tailwind_are_built_of_their_packages(real_room: Room, context: BrowserContext) -> None:
    manifest = {"dependencies": PACKAGES, "devDependencies": {"sass": "1"}}
    shelf = MemoryShelf(
        {
            "index.html": b'<html><body><script type="module" src="/src/main.tsx"></script></body></html>',
            "package.json": json.dumps(manifest).encode(),
            "src/main.tsx": MANY,
            "src/main.css": b'@import "tailwindcss";\n',
            "src/Boat.vue": VUE,
            "src/Quay.svelte": SVELTE,
        }
    )
    built = real_room.build("boats", shelf.files, shelf, lambda *_: None, lambda: False)
    assert built.manifest.deps
    with site(built) as address:
        page = context.new_page()
        page.goto(address)
        expect(page.locator("#react p")).to_have_css("padding-left", "3px")
        expect(page.locator("#vue p")).to_have_css("color", "rgb(0, 128, 128)")
        expect(page.locator("#svelte p")).to_have_css("color", "rgb(221, 160, 221)")
        expect(page.locator("#vue p")).to_have_text("a boat")
        expect(page.locator("#svelte p")).to_have_text("a quay")


def test_what_a_linter_finds_is_a_warning(build: Callable[..., Built]) -> None:
    found = build({**APP, "src/late.ts": APP["src/late.ts"] + b"debugger;\nexport const wrong = late === NaN;\n"})
    assert [one.partition(" ")[0] for one in found.warnings] == ["src/late.ts:4:", "src/late.ts:5:"]
    assert "NaN" in found.warnings[1]


def test_plugins_that_nobody_here_knows_are_named() -> None:
    config = "".join(f"import x from '{one}';\n" for one in ("@vitejs/plugin-react", "vite-plugin-pages", "node:path"))
    [told] = request.unknown_plugins("vite.config.ts", config)
    assert "vite-plugin-pages" in told


def test_a_builder_that_nobody_wants_any_more_is_killed(tmp_path: Path) -> None:
    builder = process.start(confinement(), [], tmp_path)
    try:
        with process.watched(builder, Limits(), lambda: True):
            until(lambda: builder.stopped is not None, "the builder killed")
            with pytest.raises(Superseded):
                builder.ask({"request": {}, "empty": ""}, lambda *_: None)
    finally:
        builder.end()
