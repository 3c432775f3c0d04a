"""What an app's configuration means for its preview, with the real compiler and the real sandbox."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

import pytest

from edge import unit
from edge.compiler import Compiler
from edge.configs import Configs
from edge.conventions import Conventions, Survey
from edge.graph import Problem
from edge.sandbox import Sandbox

Look = Callable[[Mapping[str, str]], Conventions | Problem]


@pytest.fixture(scope="module")
def look() -> Iterator[Look]:
    with Compiler(children=1) as compiler:
        sandbox = Sandbox()
        configs = Configs(compiler, sandbox)

        def look(files: Mapping[str, str]) -> Conventions | Problem:
            sheets = {path: text for path, text in files.items() if path.endswith(".css")}
            return Survey(configs, files.get, Kept()).conventions(sheets)

        yield look
        sandbox.close()


class Kept(dict[bytes, unit.Kept]):
    """What was run, by its name."""

    def code(self, keys: Collection[bytes]) -> dict[bytes, tuple[str, str | None]]:
        return {key: (self[key].code, None) for key in keys if key in self}

    def put(self, units: Iterable[unit.Kept]) -> None:
        self.update({one.key: one for one in units})


def seen(found: Conventions | Problem) -> Conventions:
    assert isinstance(found, Conventions), found
    return found


def package(version: str, section: str = "devDependencies") -> str:
    return json.dumps({section: {"tailwindcss": version}})


def test_an_app_without_any_configuration_has_what_is_conventional(look: Look) -> None:
    found = seen(look({"src/index.css": '@import "tailwindcss";'}))
    assert found.paths == {"@/*": "src/*"}
    assert (found.define, found.tailwind, found.warnings) == ({}, {}, ())
    assert found.env["MODE"] == "development"


@pytest.mark.parametrize("version", ["^3.4.11", "3", "~3.0", "npm:tailwindcss@^3.4", ">=3.1 <4"])
def test_package_json_says_that_tailwind_is_3(look: Look, version: str) -> None:
    found = seen(look({"package.json": package(version), "tailwind.config.js": "module.exports = { prefix: 'x-' }"}))
    assert (found.tailwind["major"], found.tailwind["config"]["prefix"]) == (3, "x-")


def test_of_two_configurations_the_one_counts_that_vite_and_tailwind_take(look: Look) -> None:
    files = {"package.json": package("^3.4"), "src/index.css": "@tailwind base;"}
    for ending, said in ((".ts", "'typed'"), (".js", "'plain'")):
        files[f"vite.config{ending}"] = f"export default {{ define: {{ SAID: {said} }} }}"
        files[f"tailwind.config{ending}"] = f"export default {{ prefix: {said} }}"
    found = seen(look(files))
    assert (found.define["SAID"], found.tailwind["config"]["prefix"]) == ("plain", "plain")


def test_a_sheet_says_it_where_package_json_does_not(look: Look) -> None:
    old = {"src/index.css": "@tailwind base;", "tailwind.config.cjs": "module.exports = { important: true }"}
    assert seen(look(old)).tailwind["config"]["important"] is True
    assert seen(look({**old, "package.json": package("^4.1.0")})).tailwind == {}


def test_a_sheet_may_name_its_configuration_and_its_plugins(look: Look) -> None:
    own = "export default ({ addUtilities }) => addUtilities({ '.clip': { overflow: 'clip' } });"
    files = {"conf/tw.ts": "export default { theme: { extend: { spacing: { x: '1px' } } } }", "conf/own.js": own}
    sheet = '@import "tailwindcss"; @config "../conf/tw.ts"; @plugin "../conf/own"; @plugin "@tailwindcss/forms";'
    modules = seen(look({**files, "src/index.css": sheet})).tailwind["modules"]
    assert modules["conf/tw.ts"]["theme"]["extend"]["spacing"] == {"x": "1px"}
    assert modules["conf/own.js"] == {"$recorded": [["addUtilities", {".clip": {"overflow": "clip"}}]]}
    old = seen(look({**files, "src/index.css": '@config "../conf/tw.ts";\n@tailwind base;'})).tailwind
    assert old["config"]["theme"]["extend"]["spacing"] == {"x": "1px"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("postcss.config.js", "export default { plugins: { tailwindcss: {}, autoprefixer: {}, 'postcss-own': {} } }"),
        ("postcss.config.cjs", "module.exports = { plugins: [require('autoprefixer'), require('postcss-own')()] }"),
        (".postcssrc.json", '{ "plugins": { "autoprefixer": {}, "postcss-own": {} } }'),
        ("package.json", '{ "postcss": { "plugins": { "autoprefixer": {}, "postcss-own": {} } } }'),
    ],
)
def test_postcss_plugins_are_followed_or_said_to_be_left_out(look: Look, name: str, text: str) -> None:
    found = seen(look({name: text, "src/index.css": "@tailwind base;"}))
    assert found.tailwind["prefix"] is True
    assert found.warnings == (f"{name}: the PostCSS plugin postcss-own is left out",)


def test_vite_is_followed_as_far_as_it_goes_and_said_where_it_cannot_be(look: Look) -> None:
    files = {
        "vite.config.ts": """import { defineConfig, loadEnv } from "vite"; import { shared } from "./build/shared";
        export default defineConfig(({ mode }) => {
          const env = loadEnv(mode, "");
          return { ...shared, define: { KEY: JSON.stringify(env.VITE_KEY) } };
        });""",
        "build/shared.ts": """import path from "path";
        export const shared = { resolve: { alias: { "~": path.resolve("src") } } };""",
        ".env": "VITE_KEY=key",
        "tsconfig.json": '{ "compilerOptions": { "paths": { "#/*": ["./lib/*"] } } }',
    }
    found = seen(look(files))
    assert found.define == {"KEY": '"key"'}
    assert (found.paths["~/*"], found.paths["#/*"]) == ("src/*", "lib/*")
    failing = seen(look({"vite.config.ts": "export default {\n  define: nope(),\n};"}))
    assert "vite.config.ts:2: This fails when it is run: nope is not defined" in failing.warnings


def test_the_root_is_the_folder_that_vite_says(look: Look) -> None:
    files = {
        "vite.config.ts": """import path from "path";
        export default { root: path.resolve(import.meta.dirname, "client"), plugins: [await import("own")] };""",
        "client/.env": "VITE_KEY=inside",
        ".env": "VITE_KEY=outside",
        "client/postcss.config.json": '{ "plugins": { "postcss-own": {} } }',
    }
    found = seen(look(files))
    assert (found.root, found.env["VITE_KEY"]) == ("client/", "inside")
    assert found.paths == {"@/*": "client/src/*", "/*": "client/*"}
    assert found.warnings == ("client/postcss.config.json: the PostCSS plugin postcss-own is left out",)
    files["vite.config.ts"] = 'export default { root: "./client/", envDir: ".." };'
    assert seen(look(files)).env["VITE_KEY"] == "outside"


def test_a_broken_tailwind_configuration_is_a_problem_at_its_place(look: Look) -> None:
    found = look({"package.json": package("^3"), "tailwind.config.ts": "export default {\n  theme: {,},\n};"})
    assert isinstance(found, Problem)
    assert (found.file, found.line) == ("tailwind.config.ts", 2)


def test_what_is_odd_breaks_nothing(look: Look) -> None:
    odd = {
        "package.json": "[1]",
        "vite.config.js": "export default 7",
        "postcss.config.json": "{",
        ".env": "\0=\n===\n",
        "tsconfig.json": "{",
    }
    assert seen(look(odd)).define == {}
