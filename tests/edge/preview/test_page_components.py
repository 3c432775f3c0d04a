"""Components of Vue and Svelte in a page: their own runtimes keep their state, as they do everywhere."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from edge.compiler import Compiler
from edge.compiler_words import Prebundled
from tests.edge.preview.app import App
from tests.edge.preview.page_origin import DEPS, PageOrigin
from tests.edge.preview.shown import Shown

VUE = {
    "src/main.tsx": 'import { createApp } from "vue";\nimport App from "./App.vue";\ncreateApp(App).mount("#root");\n',
    "src/App.vue": """<script setup lang="ts">
import { ref } from "vue";
import Label from "./Label.vue";
const count = ref<number>(0);
</script>
<template><h1>First</h1><button @click="count++"><Label :count="count" /></button></template>
<style scoped>h1 { color: rgb(1, 2, 3) }</style>
""",
    "src/Label.vue": """<script setup lang="ts">
defineProps<{ count: number }>();
</script>
<template>{{ count as number }} times</template>
""",
}
SVELTE = {
    "src/main.tsx": 'import { mount } from "svelte";\nimport App from "./App.svelte";\n'
    'mount(App, { target: document.getElementById("root") });\n',
    "src/App.svelte": """<script lang="ts">
import Label from "./Label.svelte";
import { counter } from "./counter.svelte.ts";
</script>
<h1>First</h1><button onclick={() => counter.count++}><Label count={counter.count} /></button>
<style>h1 { color: rgb(1, 2, 3) }</style>
""",
    "src/Label.svelte": '<script lang="ts">\nlet { count }: { count: number } = $props();\n</script>\n{count} times\n',
    "src/counter.svelte.ts": "export const counter: { count: number } = $state({ count: 0 });\n",
}
SPECS = {
    "vue": ["vue"],
    "svelte": ["svelte", "svelte/internal/client", "svelte/internal/disclose-version", "svelte/internal/flags/legacy"],
}
Show = Callable[[str, dict[str, str]], Shown]


@pytest.fixture(scope="module")
def packages(compiler: Compiler, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Any]]:
    """Install and bundle a framework, in the version that its compiler has."""

    def install(name: str) -> tuple[Path, Any]:
        root = tmp_path_factory.mktemp(name)
        npm = [str(Path(sys.executable).with_name("npm")), "install", "--silent", "--ignore-scripts", "--no-audit"]
        subprocess.run([*npm, "--prefix", str(root), name], check=True, capture_output=True, timeout=120)
        bundled = compiler.prebundle(root, SPECS[name], root / "bundled")
        assert isinstance(bundled, Prebundled), bundled
        told = {spec: {"url": f"{DEPS}{one.file}", "cjs": one.cjs} for spec, one in bundled.specs.items()}
        return root / "bundled", told

    return install


@pytest.fixture
def show_with(
    context: BrowserContext, compiler: Compiler, packages: Callable[[str], tuple[Path, Any]]
) -> Iterator[Show]:
    running: list[PageOrigin] = []

    def open_page(name: str, files: dict[str, str]) -> Shown:
        folder, told = packages(name)
        origin = PageOrigin(App(compiler, told, files), folder)
        running.append(origin.__enter__())
        return Shown(origin, context)

    yield open_page
    for origin in running:
        origin.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("name", "files", "ending"), [("vue", VUE, "vue"), ("svelte", SVELTE, "svelte")], ids=["vue", "svelte"]
)
def test_a_component_is_edited_in_place(show_with: Show, name: str, files: dict[str, str], ending: str) -> None:
    shown = show_with(name, files)
    expect(shown.page.locator("button")).to_have_text("0 times")
    expect(shown.page.locator("h1")).to_have_css("color", "rgb(1, 2, 3)")
    shown.click("button", 3)
    shown.mark()
    shown.replace(f"src/Label.{ending}", "times", "clicks")
    expect(shown.page.locator("button")).to_have_text("3 clicks")
    shown.replace(f"src/App.{ending}", "First", "Second")
    expect(shown.page.locator("h1")).to_have_text("Second")
    expect(shown.page.locator("button")).to_have_text("3 clicks")
    shown.replace(f"src/App.{ending}", "rgb(1, 2, 3)", "rgb(4, 5, 6)")
    expect(shown.page.locator("h1")).to_have_css("color", "rgb(4, 5, 6)")
    expect(shown.page.locator("button")).to_have_text("3 clicks")
    shown.breaks(f"src/Label.{ending}", "</script>", "let a = (;</script>")
    shown.overlay_has(f"src/Label.{ending}")
    shown.replace(f"src/Label.{ending}", "let a = (;", "")
    shown.overlay_is_gone()
    assert shown.is_marked
    assert not [line for line in shown.console if line.startswith(("error", "pageerror"))]


def test_a_component_whose_style_alone_is_edited_keeps_its_own_state(show_with: Show) -> None:
    own = """<script>let count = $state(0);</script>
<button onclick={() => count++}>{count} times</button>
<style>button { color: rgb(1, 2, 3) }</style>
"""
    shown = show_with("svelte", {"src/main.tsx": SVELTE["src/main.tsx"], "src/App.svelte": own})
    button = shown.page.locator("button")
    expect(button).to_have_text("0 times")
    shown.click("button", 2)
    shown.replace("src/App.svelte", "rgb(1, 2, 3)", "rgb(4, 5, 6)")
    expect(button).to_have_css("color", "rgb(4, 5, 6)")
    expect(button).to_have_text("2 times")
    shown.replace("src/App.svelte", "times", "clicks")
    expect(button).to_contain_text("clicks")
