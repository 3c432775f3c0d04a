"""Production builds of the app: ours, `vite build` on the same files, and esbuild alone, in turns."""

import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from statistics import median
from typing import Any

from contracts.settings import Settings
from edge import compiler_node
from edge.builder.room import Room
from tests.bench import app
from tests.bench.figures import Bar, Findings, spread
from tests.bench.ground import Ground
from tests.bench.vite_server import Vite
from tests.edge.shelves import MemoryPackages, MemoryShelf

_ROUNDS = 8
_ESBUILD = (
    "src/main.tsx --bundle --splitting --minify --format=esm --sourcemap=external --outdir=raw --jsx=automatic"
    ' --alias:@=./src --loader:.css=empty --define:process.env.NODE_ENV="production" --log-level=error'
)


def builds(ground: Ground, findings: Findings) -> None:
    """Build the app for the first time and after edits; the peers have their packages installed from the beginning."""
    theirs = Vite(ground.folder / "vite-build", app.files())
    packages, rounds = MemoryPackages(), ground.few(_ROUNDS)
    with closing(Room(Settings())) as room:
        first = _timed(_build, room, packages, app.files())
        cold = [_timed(_build, room, packages, app.files(f"cold{n}")) for n in range(rounds)]
        warm, vites, raws = [], [], []
        for number in range(rounds):
            edited = {**app.files(), "src/edited.ts": f"export const edited = {number};\n"}
            warm.append(_timed(_build, room, packages, edited))
            vites.append(_timed(theirs.run, "vite/bin/vite.js", "build", "--logLevel", "error"))
            raws.append(_timed(_esbuild, theirs))
    findings.add("build, packages from the registry", "s", {"once": first})
    findings.add("build of an app never seen, packages there", "s", spread(cold), Bar("p50", 3.0))
    vite, ours = median(vites), median(warm)
    beside = f"vite build: {vite:.2f}"
    findings.add("build after an edit", "s", spread(warm), Bar("p50", 1.0), peer=beside, ratio=vite / ours)
    findings.add("esbuild alone: no Tailwind, no packing, no page", "s", spread(raws))


def _build(room: Room, packages: MemoryPackages, files: Mapping[str, str]) -> None:
    shelf = MemoryShelf({path: text.encode() for path, text in files.items()})
    shelf.packages = packages
    room.build("bench", shelf.files, shelf, lambda *_: None, lambda: False)


def _esbuild(theirs: Vite) -> None:
    program = compiler_node.HERE / "node_modules/esbuild/bin/esbuild"
    command = [str(compiler_node.node()), str(program), *_ESBUILD.split()]
    subprocess.run(command, cwd=theirs.folder, check=True, capture_output=True)


def _timed(work: Callable[..., None], *arguments: Any) -> float:
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began
