"""Chromium, the compiler, React in two versions, and pages that show a small app."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from edge.compiler import Compiler
from edge.compiler_words import Prebundled
from tests.edge.preview.app import App
from tests.edge.preview.page_origin import DEPS, PageOrigin
from tests.edge.preview.shown import Shown
from tests.edge.registry import Registry

SPECS = ["react", "react-dom", "react-dom/client", "react/jsx-dev-runtime"]
Show = Callable[..., Shown]


@pytest.fixture(scope="session")
def compiler() -> Iterator[Compiler]:
    """The session's compiler."""
    with Compiler(children=1) as running:
        yield running


@pytest.fixture(scope="session")
def react(
    compiler: Compiler, tmp_path_factory: pytest.TempPathFactory, real_registry: Registry
) -> Callable[[int], tuple[Path, dict[str, Any]]]:
    """Install and bundle one version of React, once: where its files are, and what a page is told of them."""
    made: dict[int, tuple[Path, dict[str, Any]]] = {}

    def install(version: int) -> tuple[Path, dict[str, Any]]:
        if version not in made:
            root = tmp_path_factory.mktemp(f"react-{version}")
            packages = [f"react@{version}", f"react-dom@{version}"]
            npm = [
                str(Path(sys.executable).with_name("npm")),
                "install",
                "--silent",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                f"--registry={real_registry.url}",
                f"--cache={root / 'cache'}",
            ]
            subprocess.run([*npm, "--prefix", str(root), *packages], check=True, capture_output=True, timeout=120)
            out = root / "bundled"
            bundled = compiler.prebundle(root, SPECS, out)
            assert isinstance(bundled, Prebundled), bundled
            told = {spec: {"url": f"{DEPS}{one.file}", "cjs": one.cjs} for spec, one in bundled.specs.items()}
            made[version] = out, told
        return made[version]

    return install


@pytest.fixture(scope="session", params=[18, 19])
def version(request: pytest.FixtureRequest) -> int:
    """Both versions of React, one after the other."""
    found: int = request.param
    return found


@pytest.fixture
def show(
    context: BrowserContext,
    compiler: Compiler,
    react: Callable[[int], tuple[Path, dict[str, Any]]],
) -> Iterator[Show]:
    """Show an app, of React 19 unless asked for another."""
    running: list[PageOrigin] = []

    def open_page(files: dict[str, str], version: int = 19, **told: Any) -> Shown:
        folder, packages = react(version)
        origin = PageOrigin(App(compiler, packages, files), folder, **told)
        running.append(origin.__enter__())
        return Shown(origin, context)

    yield open_page
    for origin in running:
        origin.__exit__(None, None, None)
