"""Vite's configuration means for a preview what it means for Vite."""

from typing import Any

import pytest

from edge import vite
from edge.resolve import Local, Package, resolve

FILES = {"src/a.ts", "src/lib/b.ts", "src/index.ts", "shims/react.ts"}


@pytest.mark.parametrize(
    ("alias", "specifier", "expected"),
    [
        ({"@": "/src"}, "@/a", Local("src/a.ts")),
        ({"@": "/src"}, "@", Local("src/index.ts")),
        ({"@": "/src"}, "@scope/a", Package("@scope/a")),
        ({"@/": "/src/"}, "@/lib/b", Local("src/lib/b.ts")),
        ({"~": "./src"}, "~/a", Local("src/a.ts")),
        ({"@lib": "/src/lib", "@": "/src"}, "@lib/b", Local("src/lib/b.ts")),
        ({"root": "/"}, "root/src/a", Local("src/a.ts")),
        ({"react": "preact/compat"}, "react", Package("preact/compat")),
        ({"react": "preact/compat"}, "react/jsx-runtime", Package("preact/compat/jsx-runtime")),
        ({"react": "/shims/react.ts"}, "react", Local("shims/react.ts")),
        ([{"find": "@", "replacement": "/src"}], "@/a", Local("src/a.ts")),
        ([{"find": {"$regexp": ["^~(.*)", ""]}, "replacement": "/src/$1"}], "~lib/b", Local("src/lib/b.ts")),
        ([{"find": {"$regexp": ["^~\\/", ""]}, "replacement": "/src/"}], "~/a", Local("src/a.ts")),
        ([{"find": {"$regexp": ["^@", ""]}, "replacement": "/src"}], "@/a", Local("src/a.ts")),
    ],
)
def test_an_alias_leads_where_vite_would_go(alias: Any, specifier: str, expected: object) -> None:
    found = vite.read({"resolve": {"alias": alias}})
    assert resolve("src/main.ts", specifier, FILES, found.paths) == expected


def test_an_alias_that_is_not_understood_is_named() -> None:
    found = vite.read({"resolve": {"alias": [{"find": {"$regexp": ["(a|b)+", ""]}, "replacement": "/src"}]}})
    assert (found.paths, found.unknown) == ({}, ["/(a|b)+/"])


def test_defined_names_are_texts_and_what_is_of_the_environment_goes_there() -> None:
    found = vite.read(
        {
            "define": {"__A__": '"a"', "__B__": True, "__C__": {"x": 1}, "import.meta.env.VITE_V": '"1.2"'},
            "envPrefix": "P_",
        }
    )
    assert found.define == {"__A__": '"a"', "__B__": "true", "__C__": '{"x": 1}'}
    assert (found.env, found.prefixes) == ({"VITE_V": "1.2"}, ("P_",))


@pytest.mark.parametrize(
    "odd", [None, [], "x", {"resolve": 1, "define": [], "envPrefix": 3, "css": "x"}, {"envPrefix": ""}]
)
def test_what_is_odd_is_nothing(odd: object) -> None:
    assert vite.read(odd) == vite.Vite()
