"""Globs find what Vite's find, under the names that Vite gives."""

from edge.glob import expand

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
