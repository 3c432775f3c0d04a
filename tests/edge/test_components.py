"""Components whose blocks are in another language or another file: put together, each line where it was."""

from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256

import pytest

from edge.compiler import Compiler
from edge.compiler_words import Failure, Source
from edge.components import outside, put_in
from edge.conventions import Conventions
from edge.surveyor import Surveyor

VUE = """<style lang="scss" scoped>
@use "./tones" as *;
h1 { b { color: $tone } }
</style>
<template src="./App.html" />
<style module lang='less' src="./app.less"></style>
<script setup>
const count = 1;
</script>
<style>p { color: red }</style>
"""
FILES = {
    "src/App.vue": VUE,
    "src/_tones.scss": "$tone: teal;",
    "src/App.html": '<h1 title="a > b">\n{{ count }}</h1>',
    "src/app.less": "@own: plum;\n.own { color: @own }",
    "src/other.css": "p {}",
}


class Texts:
    """Contents by hash."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._contents = {sha256(text.encode()).digest(): text.encode() for text in files.values()}

    def texts(self, hashes: Collection[bytes]) -> Mapping[bytes, bytes]:
        return {one: self._contents[one] for one in hashes}


@pytest.fixture(scope="module")
def surveyor() -> Iterator[Surveyor]:
    with Compiler(children=1) as compiler:
        surveyor = Surveyor(compiler)
        yield surveyor
        surveyor.close()


def hashes(files: Mapping[str, str]) -> dict[str, bytes]:
    return {path: sha256(text.encode()).digest() for path, text in files.items()}


def plain(surveyor: Surveyor, path: str, files: Mapping[str, str], *compilers: str) -> Source | Failure:
    conventions = Conventions(compilers=frozenset(compilers))
    return surveyor.plain(Source(path, files[path]), hashes(files), Texts(files), conventions)


def test_a_component_is_made_whole_and_its_script_stays_where_it_is(surveyor: Surveyor) -> None:
    found = plain(surveyor, "src/App.vue", FILES, "sass", "less")
    assert isinstance(found, Source), found
    lines = found.text.split("\n")
    assert lines[:6] == [
        "<style scoped>h1 b {   color: teal; }</style>",
        "",
        "",
        "",
        "",
        "<style module>.own {   color: plum; } </style>",
    ]
    assert lines[6:10] == VUE.split("\n")[6:10]
    assert found.text.endswith("\n<template>" + FILES["src/App.html"] + "</template>")


def test_an_error_in_another_language_is_told_at_its_line(surveyor: Surveyor) -> None:
    broken = {**FILES, "src/App.vue": VUE.replace("$tone", "$none")}
    found = plain(surveyor, "src/App.vue", broken, "sass", "less")
    assert isinstance(found, Failure)
    assert (found.file, found.line) == ("src/App.vue", 3)
    found = plain(surveyor, "src/App.vue", {**FILES, "src/app.less": "\n.own {"}, "sass", "less")
    assert isinstance(found, Failure)
    assert found.file == "src/app.less"
    found = plain(surveyor, "src/App.vue", {"src/App.vue": '\n<template src="./gone.html"/>'})
    assert isinstance(found, Failure)
    assert (found.line, found.message) == (2, "<template src>: src/gone.html does not exist")


@pytest.mark.parametrize("path", ["src/App.vue", "src/_tones.scss"])
def test_what_an_app_does_not_have_is_named_with_its_mend(surveyor: Surveyor, path: str) -> None:
    found = plain(surveyor, path, FILES, "less")
    assert isinstance(found, Failure)
    words = 'This is written in Sass, which package.json does not name: add "sass" to its devDependencies'
    assert (found.file, found.message) == (path, words)


def test_a_component_is_another_when_what_it_takes_from_outside_is_and_only_then(surveyor: Surveyor) -> None:
    files = {**FILES, "src/Plain.vue": "<template><p/></template>"}

    def salts(**changed: str) -> tuple[str, str]:
        now = files | {path.replace("__", "."): text for path, text in changed.items()}
        now = {f"src/{path}" if "/" not in path else path: text for path, text in now.items()}
        made = [surveyor.salt(one, hashes(now), Texts(now), Conventions()) for one in ("src/App.vue", "src/Plain.vue")]
        return made[0], made[1]

    assert salts()[1] == ""
    assert salts(unrelated__ts="1") == salts()
    for path in ("_tones__scss", "App__html", "app__less"):
        assert salts(**{path: "changed"})[0] != salts()[0], path


def test_a_component_with_all_in_itself_is_left_as_it_is() -> None:
    text = '<template lang="pug"><template src="x"/></template>\n<style lang="css">a{}</style>\n<!--\n<styles src="a">'
    assert outside(text) == ()
    assert put_in(text, []) == text
