"""The npm packages of an app, installed where they can do nothing and bundled once for all apps with the same set."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge import compiler_node
from edge.compiler import Compiler
from edge.compiler_words import Failure
from edge.graph import Problem
from edge.resolve import Package

_INSTALL_SECONDS = 120
_NOBODY = 65_534
_SECTIONS = ("devDependencies", "optionalDependencies", "peerDependencies", "dependencies")
_FOREIGN = ("git", "http", "file:", "link:", "workspace:", "portal:", "github:")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which packages in which versions, and which parts of them."""

    versions: tuple[tuple[str, str], ...]
    specs: tuple[str, ...]

    def key(self, version: str) -> bytes:
        """Return the name of the set, as this bundler makes it."""
        return hashlib.sha256(json.dumps([version, self.versions, self.specs]).encode()).digest()


@dataclass(frozen=True, slots=True)
class Bundle:
    """A set as files that any page can load."""

    specs: dict[str, dict[str, Any]]
    files: dict[str, bytes]


def wanted(package_json: str | None, specs: Collection[str]) -> Wanted | Problem:
    """Say what has to be installed for what an app imports, or what is missing in its package.json."""
    try:
        manifest = json.loads(package_json or "{}")
    except (ValueError, RecursionError):
        return Problem("package.json", "package.json is not JSON")
    named = _versions(manifest if isinstance(manifest, dict) else {})
    chosen: dict[str, str] = {}
    for spec in sorted(specs):
        name = Package(spec).name
        if name not in named:
            return Problem("package.json", f"{name} is imported, but package.json does not name it as a dependency")
        if named[name].startswith(_FOREIGN) or "/" in named[name]:
            return Problem(
                "package.json", f"{name} is asked for as {named[name]}; only the registry's versions are installed"
            )
        chosen[name] = named[name]
    if "react-dom" in named:  # its peers come along, so that there is one React and not two
        chosen |= {name: named[name] for name in ("react", "react-dom") if name in named}
    return Wanted(tuple(sorted(chosen.items())), tuple(sorted(specs)))


def _versions(manifest: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for section in _SECTIONS:
        listed = manifest.get(section)
        if isinstance(listed, dict):
            found |= {str(name): version for name, version in listed.items() if isinstance(version, str)}
    return found


@dataclass(frozen=True, slots=True)
class Registry:
    """Where packages come from; npm's own where nothing is said."""

    url: str | None = None
    certificates: Path | None = None


def bundle(compiler: Compiler, asked: Wanted, registry: Registry) -> Bundle | Problem:
    """Install and bundle; nothing of the packages runs, and nothing is left but the bundle."""
    with tempfile.TemporaryDirectory(prefix="fleet-deps-") as folder:
        root, out = Path(folder) / "root", Path(folder) / "out"
        root.mkdir()
        if problem := _install(root, dict(asked.versions), registry):
            return problem
        made = compiler.prebundle(root, asked.specs, out)
        if isinstance(made, Failure):
            return Problem(made.file, made.message, made.line, made.column, made.frame)
        specs = {
            spec: {"file": one.file, "cjs": one.cjs, "exports": one.exports, "css": one.css}
            for spec, one in made.specs.items()
        }
        return Bundle(specs, {name: (out / name).read_bytes() for name in made.files})


def _install(root: Path, versions: dict[str, str], registry: Registry) -> Problem | None:
    """Let npm fetch packages into an empty folder, without running a line of theirs."""
    (root / "package.json").write_text(json.dumps({"private": True, "dependencies": versions}))
    npm = compiler_node.node().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    quiet = [
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-package-lock",
        "--no-update-notifier",
        "--fetch-retries=1",
        "--fetch-timeout=20000",
        "--loglevel=error",
    ]
    environment = {"PATH": os.defpath, "HOME": str(root / "home"), "npm_config_cache": str(root / "home/cache")}
    if registry.url is not None:
        environment["npm_config_registry"] = registry.url
    if registry.certificates is not None:
        environment["NODE_EXTRA_CA_CERTS"] = str(registry.certificates)
    home = root / "home"
    home.mkdir()
    privileged = os.geteuid() == 0
    if privileged:
        for path in (root, home, root / "package.json"):
            shutil.chown(path, _NOBODY, _NOBODY)
        root.parent.chmod(0o711)
    try:
        ran = subprocess.run(  # noqa: S603 - our own npm, with our own arguments
            [compiler_node.node(), npm, "install", *quiet],
            cwd=root,
            env=environment,
            user=_NOBODY if privileged else None,
            group=_NOBODY if privileged else None,
            extra_groups=[] if privileged else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Problem("package.json", f"the packages were not installed within {_INSTALL_SECONDS} s")
    if ran.returncode != 0:
        return Problem("package.json", f"npm could not install the packages: {_first_words(ran.stderr)}")
    return None


def _first_words(text: str) -> str:
    lines = [line.removeprefix("npm error").strip() for line in text.splitlines()]
    return next((line for line in lines if line and not line.startswith("code")), "it did not say why")[:300]
