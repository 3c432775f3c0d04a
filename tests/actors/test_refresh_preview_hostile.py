"""Apps that were written to do harm: each becomes a preview or a problem that says why, and the next edit is heard."""

from collections.abc import Callable

import pytest

from actors.create_app import create_app
from actors.refresh_preview import refresh_preview
from actors.store_file import store_file
from actors.worker import Crew
from contracts.topology import PREVIEWS
from tests.actors.conftest import Bus
from tests.actors.test_refresh_preview import PAGE, Stage

MAIN = 'import "./a.js";\n'
SHOWN = {
    "ends-of-elements": {
        "src/a.js": 'import b from "./b.json"; import "./c.css"; console.log(b, "</script><!--<script>");',
        "src/b.json": '{"</script>": "<!--"}',
        "src/c.css": 'a::before { content: "</style><!--" }',
        "index.html": PAGE.replace("<head>", "<head><title>&lt;/script>\u2028</title><!-- </head> -->"),
    },
    "names-of-prototypes": {
        "src/a.js": 'import { a } from "./__proto__"; import { constructor as c } from "./constructor";'
        'import h from "./hasOwnProperty"; import { then } from "./then"; import d from "./default";'
        "console.log(a, c, h, then, d);",
        "src/__proto__.ts": "export const a = 1; export const __proto__ = 3;",
        "src/constructor.ts": "export const constructor = 1;",
        "src/hasOwnProperty.js": "export default 1; export const hasOwnProperty = 2;",
        "src/then.ts": "export function then(resolve: (n: number) => void) { resolve(1); }",
        "src/default.ts": "export default 5;",
    },
    "a-circle-of-500": {
        "src/a.js": 'import "./c0";',
        **{
            f"src/c{n}.js": f'import {{ v as w }} from "./c{(n + 1) % 500}"; export const v = () => w;'
            for n in range(500)
        },
    },
    "a-chain-of-1900": {
        "src/a.js": 'import { v } from "./c0"; console.log(v);',
        **{f"src/c{n}.js": f'export * from "./c{n + 1}";' for n in range(1_900)},
        "src/c1900.js": "export const v = 1;",
    },
    "all-at-once": {
        "src/a.js": "".join(f'import "./f{n}";' for n in range(1_990)),
        **{f"src/f{n}.ts": f"export const v{n}: number = {n};" for n in range(1_990)},
    },
    "one-line-of-2-mib": {"src/a.js": f"export const a = {'+'.join(['1' * 19] * 100_000)};"},
    "a-map-that-is-none": {
        "src/a.js": f"export const a = 1;\n//# sourceMappingURL=data:application/json,{'A' * 1_500_000}"
    },
    "half-a-character": {
        "src/a.js": 'export const a = "\\ud800"; const b = 1; export { b as "x y" }; console.log("\\0");'
    },
    "classes-in-each-other": {
        "src/a.js": f'import "./a.css"; "{"[&_a,&_b]:" * 30}flex"',
        "src/a.css": '@import "tailwindcss";',
    },
    "everything-found": {
        "src/a.js": 'export const g = import.meta.glob("../../**/*", { query: "?raw" });',
        ".env": "S=1",
    },
}
REFUSED = {
    "a-nul-in-code": ({"src/a.js": "export const a = `\0`;"}, "src/a.js", "NUL"),
    "a-nul-in-a-name": ({"src/a.js": 'import "./a\\0b.js";'}, "src/a.js", "does not exist"),
    "half-a-name": ({"src/a.js": 'import "./a\\ud800.js";'}, "src/a.js", "does not exist"),
    "secrets": ({"src/a.js": 'import "../.env?raw";', ".env": "S=1"}, "src/a.js", "secrets"),
    "outside": ({"src/a.js": 'import "../../../etc/passwd?raw";'}, "src/a.js", "outside of the app"),
    "outside-by-address": ({"src/a.js": 'import "/@fs/etc/passwd?raw";'}, "src/a.js", "does not exist"),
    "patterns": ({"src/a.js": f'import.meta.glob("/{"{a,b}" * 30}");'}, "src/a.js", "import.meta.glob"),
    "deep-json": ({"src/a.js": 'import "./a.json";', "src/a.json": "[" * 900_000}, "src/a.json", "JSON"),
    "deep-json-that-ends": (
        {"src/a.js": 'import "./a.json";', "src/a.json": "[" * 20_000 + "]" * 20_000},
        "src/a.json",
        "nested too deeply",
    ),
    "a-long-page": ({"index.html": "<a " + "a " * 300_000 + PAGE}, "index.html", "longer than"),
    "classes-without-end": (
        {
            "src/a.js": 'import "./a.css"; export const c = "' + " ".join(f"w-[{n}px]" for n in range(100_000)) + '";',
            "src/a.css": '@import "tailwindcss";',
        },
        "src/a.css",
        "more than 4 MiB",
    ),
    "many-long-modules": (
        {
            "src/a.js": "".join(f'import "./{n}"; import "./{n}.js?raw";' for n in range(6)),
            **{f"src/{n}.js": f"export const a = '{'x' * (1_500_000 - n)}';" for n in range(6)},
        },
        "src/0.js?raw",
        "modules come to",
    ),
    "styles-that-import-each-other": (
        {
            "src/a.js": 'import "./a.css";',
            "src/a.css": '@import "./b.css"; @import "./b.css";',
            "src/b.css": '@import "./a.css"; @import "./a.css";',
        },
        "src/a.css",
        "in a circle",
    ),
    "a-style-that-imports-itself": (
        {"src/a.js": 'import "./a.css";', "src/a.css": '@import "./a.css";'},
        "src/a.css",
        "recursion",
    ),
    "styles-in-each-other": (
        {"src/a.js": 'import "./a.css";', "src/a.css": "a {\n" * 20_000},
        "src/a.css",
        "nested more than 200 deep",
    ),
    "classes-in-braces": (
        {"src/a.js": 'import "./a.css";', "src/a.css": f'@import "./b.css"; @source inline("{"{a,b}" * 40}");'},
        "src/a.css",
        "`@source inline` stands for more than",
    ),
    "a-name-of-prototypes": (
        {"src/a.js": 'import "__proto__"; import "constructor";'},
        "src/a.js",
        "does not name it",
    ),
}


@pytest.fixture
def stage(crew: Callable[..., Crew], bus: Bus, app_id: str) -> Stage:
    bus.channel.exchange_declare(PREVIEWS, "topic", durable=True)
    crew(store_file, create_app, refresh_preview)
    return Stage(bus, app_id)


@pytest.mark.parametrize("name", SHOWN)
def test_it_is_shown(stage: Stage, name: str) -> None:
    stage.write({"index.html": PAGE, "src/main.js": MAIN, **SHOWN[name]})
    assert "src/a.js" in stage.hear("ready")["files"]


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_words_and_mended(stage: Stage, name: str) -> None:
    files, file, words = REFUSED[name]
    stage.write({"index.html": PAGE, "src/main.js": MAIN, **files})
    failed = stage.hear("failed")
    assert failed["file"] == file
    assert words in failed["message"]
    stage.write({"index.html": PAGE, "src/a.js": "export {};"})
    assert stage.hear("ready")["files"] == ["src/main.js", "src/a.js"]


@pytest.mark.parametrize("path", ["src/a\0b.js", "src/\u202etxt.js", "src/\u2066a.js", "../x.js"])
def test_a_name_that_deceives_is_refused_at_the_door(stage: Stage, path: str) -> None:
    stage.write({path: "1"})
    assert stage.bus.hear("file-rejected", stage.app_id)["data"]["field"] == "files.0.path"
