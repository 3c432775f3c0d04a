"""Globs find what Vite's find, under the names that Vite gives."""

import pytest

from edge.glob import TooMuch, expand

FILES = ["src/App.tsx", "src/pages/a.tsx", "src/pages/b.ts", "src/pages/deep/c.tsx", "src/pages/.hidden/d.tsx", "x.tsx"]


def names(*patterns: str, importer: str = "src/App.tsx") -> dict[str, str]:
    return expand(importer, patterns, FILES, {"@/*": "src/*"})


def test_a_star_stays_in_its_folder() -> None:
    assert names("./pages/*.tsx") == {"./pages/a.tsx": "src/pages/a.tsx"}


def test_two_stars_go_down_but_not_into_hidden_folders() -> None:
    assert names("./pages/**/*.tsx") == {
        "./pages/a.tsx": "src/pages/a.tsx",
        "./pages/deep/c.tsx": "src/pages/deep/c.tsx",
    }


def test_a_pattern_from_the_root_or_an_alias_names_from_the_root() -> None:
    assert names("/src/pages/*.ts") == {"/src/pages/b.ts": "src/pages/b.ts"}
    assert names("@/pages/*.ts") == {"/src/pages/b.ts": "src/pages/b.ts"}


def test_braces_choose_and_an_exclamation_mark_excludes() -> None:
    assert names("./pages/*.{ts,tsx}", "!./pages/a.*") == {"./pages/b.ts": "src/pages/b.ts"}


def test_the_asking_file_is_never_found() -> None:
    assert names("./*.tsx") == {}


def test_a_folder_above_is_named_from_below() -> None:
    assert names("../App.tsx", importer="src/pages/a.tsx") == {"../App.tsx": "src/App.tsx"}


def test_what_is_hidden_is_found_only_by_name() -> None:
    hidden = [".env", "src/.env", "src/a.ts"]
    assert expand("src/App.tsx", ["/*", "./*", "./**"], hidden, {}) == {"./a.ts": "src/a.ts"}
    assert expand("src/App.tsx", ["/.e*"], hidden, {}) == {"/.env": ".env"}


@pytest.mark.parametrize(
    "pattern", ["/" + "**/a/" * 5 + "x", "/" + "*a" * 100 + "b", "/" + "*?" * 200, "/" + "{a,*}" * 6]
)
def test_no_pattern_takes_more_time_than_it_is_long(pattern: str) -> None:
    deep = ["a/" * 90 + f"{n}.ts" for n in range(20)]
    assert expand("src/App.tsx", [pattern], ["a" * 190, *deep], {}) in ({}, {f"/{'a' * 190}": "a" * 190})


@pytest.mark.parametrize("pattern", ["/" + "{a,b}" * 20, "/" + "{" * 20_000, "/" + "a" * 501, "/**" * 6])
def test_a_pattern_beyond_measure_is_refused(pattern: str) -> None:
    with pytest.raises(TooMuch):
        expand("src/App.tsx", [pattern], FILES, {})


def test_stars_between_letters_find_what_they_stand_for() -> None:
    files = ["src/abcde.ts", "src/ae.ts", "src/abde.ts"]
    assert list(expand("x.ts", ["/src/a*c*e.ts"], files, {})) == ["/src/abcde.ts"]
    assert list(expand("x.ts", ["/src/a?d*.ts"], files, {})) == ["/src/abde.ts"]


def test_a_pattern_from_another_root_names_from_there() -> None:
    found = expand("src/App.tsx", ["/pages/*.ts"], FILES, {"/*": "src/*"})
    assert found == {"/pages/b.ts": "src/pages/b.ts"}
