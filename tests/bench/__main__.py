"""`python -m tests.bench [NAME ...]`: measures, and prints what came out, good or bad."""

import argparse
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.bench import streams, table
from tests.bench.builds import builds
from tests.bench.deploys import deploys
from tests.bench.edge import edge
from tests.bench.figures import Findings
from tests.bench.files import files
from tests.bench.ground import Ground
from tests.bench.growth import growth
from tests.bench.hostile import hostile
from tests.bench.machine import facts
from tests.bench.preview import preview
from tests.bench.real import real
from tests.bench.runtime import runtime
from tests.bench.scale import scale
from tests.bench.tenancy import tenancy
from tests.bench.tools import tools
from tests.bench.vite import vite
from tests.bench.workers import workers

BENCHMARKS: dict[str, Callable[[Ground, Findings], None]] = {
    "quiet": streams.quiet,
    "crowded": streams.crowded,
    "broadcast": streams.broadcast,
    "resumed": streams.resumed,
    "files": files,
    "workers": workers,
    "growth": growth,
    "preview": preview,
    "scale": scale,
    "hostile": hostile,
    "vite": vite,
    "real": real,
    "builds": builds,
    "tools": tools,
    "deploys": deploys,
    "runtime": runtime,
    "edge": edge,
    "tenancy": tenancy,
}


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for, or everything; a benchmark that fails costs only itself."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--json", type=Path, help="write the figures to a file, too")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything: does it run at all?")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - BENCHMARKS.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}: there are {', '.join(BENCHMARKS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    console, findings = Console(width=None if sys.stdout.isatty() else 160), Findings()
    try:
        found = _measure(asked.names or list(BENCHMARKS), findings, console, quick=asked.quick)
    except KeyboardInterrupt:
        console.print("ended; what was measured until then is not kept")
        return 130
    table.render(console, found, findings.figures)
    if asked.json is not None:
        report = {**found, "figures": [figure.as_json() for figure in findings.figures]}
        asked.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    return 1 if found["failed"] else 0


def _measure(names: Sequence[str], findings: Findings, console: Console, *, quick: bool) -> dict[str, Any]:
    """Run benchmarks one after the other, and return what they ran on."""
    failed: list[str] = []
    with Ground.opened(quick=quick) as ground:
        found = facts(ground)
        for name in names:
            console.print(f"[dim]{name} …[/]")
            try:
                BENCHMARKS[name](ground, findings)
            except Exception:  # noqa: BLE001 - the others may still tell something
                console.print(traceback.format_exc(), style="red", markup=False)
                failed.append(name)
    return {**found, "load_after": [round(load, 2) for load in os.getloadavg()], "quick": quick, "failed": failed}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
