"""Where packages come from when nobody has said: npm knows, and is asked once."""

import subprocess
from functools import cache

from edge import compiler_node


@cache
def of_npm() -> str:
    """Return npm's own default, whatever this machine's configuration says."""
    node = compiler_node.node().resolve()
    npm = node.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    unread = [f"--{whose}config=/dev/null/{whose}" for whose in ("user", "global")]
    told = subprocess.run(  # noqa: S603 - our own npm
        [node, npm, "config", "get", "registry", *unread],
        env={},
        cwd="/",
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return str(told.stdout).strip()
