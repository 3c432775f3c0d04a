"""Specifiers mean what they mean to Vite."""

import pytest

from edge.resolve import Local, Missing, Package, Target, Url, aliases, resolve

FILES = {
    "src/App.tsx",
    "src/main.tsx",
    "src/lib/utils.ts",
    "src/lib/index.ts",
    "src/ui/button.tsx",
    "src/ui/button.css",
    "src/data.json",
    "src/logo.svg",
    "public/vite.svg",
    "public/two words.css",
    "public/analytics.js",
    "shared/x.ts",
    "src/both.ts",
    "src/both/index.ts",
}

CASES: dict[tuple[str, str], Target] = {
    ("src/main.tsx", "./App"): Local("src/App.tsx"),
    ("src/main.tsx", "./App.tsx"): Local("src/App.tsx"),
    ("src/main.tsx", "./App.jsx"): Local("src/App.tsx"),
    ("src/main.tsx", "./lib/utils.js"): Local("src/lib/utils.ts"),
    ("src/main.tsx", "./lib"): Local("src/lib/index.ts"),
    ("src/main.tsx", "./both"): Local("src/both.ts"),
    ("src/ui/button.tsx", "../lib/utils"): Local("src/lib/utils.ts"),
    ("src/ui/button.tsx", "./button.css"): Local("src/ui/button.css"),
    ("src/ui/button.tsx", "@/lib/utils"): Local("src/lib/utils.ts"),
    ("src/ui/button.tsx", "/src/App.tsx"): Local("src/App.tsx"),
    ("src/main.tsx", "./logo.svg?url"): Local("src/logo.svg?url"),
    ("src/main.tsx", "./App.tsx?raw"): Local("src/App.tsx?raw"),
    ("src/main.tsx", "/vite.svg"): Local("public/vite.svg?url"),
    ("src/main.tsx", "/vite.svg?raw"): Local("public/vite.svg?raw"),
    ("src/main.tsx", "/two%20words.css"): Local("public/two words.css?url"),
    ("src/main.tsx", "/analytics.js"): Url("/analytics.js"),
    ("src/main.tsx", "/api/client.js"): Url("/api/client.js"),
    ("src/main.tsx", "https://esm.sh/x"): Url("https://esm.sh/x"),
    ("src/main.tsx", "react"): Package("react"),
    ("src/main.tsx", "react-dom/client"): Package("react-dom/client"),
    ("src/main.tsx", "@radix-ui/react-slot"): Package("@radix-ui/react-slot"),
}


@pytest.mark.parametrize(("importer", "specifier"), CASES)
def test_a_specifier_means_one_thing(importer: str, specifier: str) -> None:
    assert resolve(importer, specifier, FILES, aliases({})) == CASES[importer, specifier]


@pytest.mark.parametrize(
    ("specifier", "words"),
    [
        ("./Nowhere", "does not exist"),
        ("../../../etc/passwd", "outside"),
        ("node:fs", "part of Node"),
        ("virtual:x", "plugin"),
    ],
)
def test_what_is_missing_says_why(specifier: str, words: str) -> None:
    found = resolve("src/main.tsx", specifier, FILES, aliases({}))
    assert isinstance(found, Missing)
    assert words in found.reason


def test_a_package_has_a_name() -> None:
    assert Package("@radix-ui/react-slot/dist/x").name == "@radix-ui/react-slot"
    assert Package("react-dom/client").name == "react-dom"


def test_a_tsconfig_brings_aliases_of_its_own() -> None:
    config = """{
      // the app's own
      "compilerOptions": { "baseUrl": ".", "paths": { "~/*": ["./src/ui/*"], "shared": ["shared/x.ts"], }, /* more */ },
    }"""
    paths = aliases({"tsconfig.json": config})
    assert resolve("src/main.tsx", "~/button", FILES, paths) == Local("src/ui/button.tsx")
    assert resolve("src/main.tsx", "shared", FILES, paths) == Local("shared/x.ts")
    assert resolve("src/main.tsx", "@/App", FILES, paths) == Local("src/App.tsx")


@pytest.mark.parametrize("text", ["{", '{"compilerOptions": []}', '{"compilerOptions": {"paths": 1}}', "[" * 20_000])
def test_a_broken_tsconfig_is_passed_over(text: str) -> None:
    assert aliases({"tsconfig.json": text}) == aliases({})


def test_a_path_from_the_root_begins_where_vite_says_and_else_in_the_apps_folder() -> None:
    files = {"client/src/App.tsx", "client/public/own.svg", "public/vite.svg", "shared/x.ts", "src/App.tsx"}
    paths = aliases({}, "client/")
    meant = {
        "/src/App": "client/src/App.tsx",
        "@/App": "client/src/App.tsx",
        "/own.svg": "client/public/own.svg?url",
        "/vite.svg": "public/vite.svg?url",
        "/shared/x": "shared/x.ts",
    }
    assert {one: resolve("client/src/main.tsx", one, files, paths) for one in meant} == {
        one: Local(path) for one, path in meant.items()
    }
