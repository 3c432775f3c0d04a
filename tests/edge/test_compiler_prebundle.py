"""Dependency sets as files: real React as the registry has it, and packages written here for what goes wrong."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from edge import compiler_node
from edge.compiler import Compiler
from edge.compiler_words import Failure, Prebundled
from tests.edge.registry import Registry

REACT = ["react", "react-dom/client", "react/jsx-dev-runtime"]
#: How the page makes a namespace of a CommonJS package, and what React is then.
LOOK = """
const [react, client, runtime] = process.argv.slice(1).map((file) => import(file));
const spread = ({ default: all }) => ({ ...all, default: all });
const { default: React, useState, version } = spread(await react);
const { createRoot } = spread(await client);
const { jsxDEV } = spread(await runtime);
const same = React.useState === useState;
console.log(JSON.stringify({ version, same, createRoot: typeof createRoot, kind: jsxDEV("p", {}).type }));
"""


@pytest.fixture(scope="module")
def compiler() -> Iterator[Compiler]:
    with Compiler(children=1) as compiler:
        yield compiler


@pytest.fixture(scope="module")
def install(
    tmp_path_factory: pytest.TempPathFactory, absent: Callable[[str], NoReturn], real_registry: Registry
) -> Callable[..., Path]:
    """Install packages into a folder of their own."""

    def run(**packages: str) -> Path:
        folder = tmp_path_factory.mktemp("packages")
        (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": packages}))
        npm = compiler_node.node().parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
        flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
        flags += [f"--registry={real_registry.url}", f"--cache={folder / 'cache'}"]
        command = [str(compiler_node.node()), str(npm), "install", *flags]
        done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            absent(f"{packages} from npm ({done.stderr.strip()[-300:]})")
        return folder

    return run


def package(folder: Path, name: str, **files: str) -> None:
    home = folder / "node_modules" / name
    home.mkdir(parents=True)
    (home / "package.json").write_text(json.dumps({"name": name, "version": "1.0.0", "main": "index.js"}))
    for file, text in files.items():
        (home / file.replace("_", ".")).write_text(text)


def bundled(answer: Prebundled | Failure) -> Prebundled:
    assert isinstance(answer, Prebundled), answer
    return answer


def refused(answer: Prebundled | Failure) -> str:
    assert isinstance(answer, Failure), answer
    return answer.message


@pytest.mark.parametrize("major", [18, 19])
def test_react_is_bundled_once_for_all_who_ask_for_it(
    compiler: Compiler, install: Callable[..., Path], tmp_path: Path, major: int
) -> None:
    root = install(**{"react": f"^{major}", "react-dom": f"^{major}"})
    made = bundled(compiler.prebundle(root, REACT, tmp_path / "out"))

    assert {spec: (one.cjs, one.exports) for spec, one in made.specs.items()} == dict.fromkeys(REACT, (True, None))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == list(made.files)
    assert all(re.search(r"-[A-Z0-9]{8}\.js$", file) for file in made.files)
    assert {chunk for one in made.specs.values() for chunk in one.chunks} >= {
        file for file in made.files if file.startswith("chunk-")
    }

    files = [str(tmp_path / "out" / str(made.specs[spec].file)) for spec in REACT]
    command = [str(compiler_node.node()), "--input-type=module", "-e", LOOK, *files]
    said = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert said.pop("version").startswith(f"{major}.")
    assert said == {"same": True, "createRoot": "function", "kind": "p"}
    texts = [(tmp_path / "out" / file).read_text() for file in made.files]
    assert sum("exports.useState=" in text for text in texts) == 1, "one React in all files"
    assert not any("process.env" in text for text in texts)

    again = bundled(compiler.prebundle(root, REACT, tmp_path / "again"))
    assert again == made, "names come from the content, not from the folder"


def test_an_ecmascript_package_tells_its_exports_and_its_styles(compiler: Compiler, tmp_path: Path) -> None:
    package(
        tmp_path,
        "widgets",
        index_js='import "./style.css"; export * from "./more.js"; export default 1;',
        more_js="export const button = 2;",
        style_css=".button { color: red }",
    )
    made = bundled(compiler.prebundle(tmp_path, ["widgets", "widgets/style.css"], tmp_path / "out"))
    widgets, style = made.specs["widgets"], made.specs["widgets/style.css"]
    assert (widgets.cjs, sorted(widgets.exports or ())) == (False, ["button", "default"])
    assert "color:red" in (tmp_path / "out" / widgets.css[0]).read_text()
    assert (style.file, style.css) == (None, style.css[:1])
    assert "color:red" in (tmp_path / "out" / style.css[0]).read_text()


def test_vue_is_told_what_it_would_warn_about(compiler: Compiler, tmp_path: Path) -> None:
    package(tmp_path, "vue", index_js="export const warns = typeof __VUE_OPTIONS_API__ !== 'boolean';")
    (file,) = bundled(compiler.prebundle(tmp_path, ["vue"], tmp_path / "out")).files
    assert "__VUE_OPTIONS_API__" not in (tmp_path / "out" / file).read_text()


def test_a_module_of_node_is_nothing_in_a_browser_and_stops_no_bundle(compiler: Compiler, tmp_path: Path) -> None:
    package(tmp_path, "isomorphic", index_js='const fs = require("fs"); exports.inBrowser = !fs.readFileSync;')
    assert bundled(compiler.prebundle(tmp_path, ["isomorphic"], tmp_path / "out")).specs["isomorphic"].cjs


def test_a_module_of_node_that_a_package_leaves_out_of_browsers_stops_no_bundle(
    compiler: Compiler, tmp_path: Path
) -> None:
    package(tmp_path, "isomorphic", index_js='exports.inBrowser = !require("fs").readFileSync;')
    manifest = {"name": "isomorphic", "main": "index.js", "browser": {"fs": False}}
    (tmp_path / "node_modules/isomorphic/package.json").write_text(json.dumps(manifest))
    assert bundled(compiler.prebundle(tmp_path, ["isomorphic"], tmp_path / "out")).specs["isomorphic"].cjs


def test_a_package_that_is_absent_is_named(compiler: Compiler, tmp_path: Path) -> None:
    package(tmp_path, "present", index_js="export default 1;")
    assert 'Could not resolve "left-out"' in refused(
        compiler.prebundle(tmp_path, ["present", "left-out"], tmp_path / "out")
    )
    assert not (tmp_path / "out").exists()


def test_a_package_that_reaches_outside_of_its_folder_is_refused(compiler: Compiler, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"password": "x"}')
    inside = tmp_path / "inside"
    package(inside, "by-path", index_js='export { password } from "../../../secret.json";')
    package(inside, "by-link", index_js='export { password } from "./linked.json";')
    (inside / "node_modules/by-link/linked.json").symlink_to(tmp_path / "secret.json")
    for name in ("by-path", "by-link"):
        assert refused(compiler.prebundle(inside, [name], tmp_path / "out")).endswith(
            "outside of its folder: secret.json"
        )
    assert not (tmp_path / "out").exists()


def test_specifiers_that_look_alike_stay_apart(compiler: Compiler, tmp_path: Path) -> None:
    package(tmp_path, "a-b", index_js="export const one = 1;")
    package(tmp_path, "a", index_js="export const two = 2;", b_js="export const three = 3;")
    made = bundled(compiler.prebundle(tmp_path, ["a-b", "a/b.js", "a"], tmp_path / "out"))
    assert {spec: one.exports for spec, one in made.specs.items()} == {
        "a-b": ("one",),
        "a/b.js": ("three",),
        "a": ("two",),
    }
