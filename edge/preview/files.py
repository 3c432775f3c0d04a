"""The page runtime as the origin serves it: one file, named by its content, kept for ever.

It is written as many small modules; a page that asked for each of them would be shown a tenth of a second later.
"""

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

CONTENT_TYPE = "text/javascript; charset=utf-8"
ROOT = "/__fleet/client"
_HERE = Path(__file__).parent
_PACKED = (
    "--bundle",
    "--format=esm",
    "--target=es2022",
    "--charset=utf8",
    "--legal-comments=none",
    '--define:process.env.NODE_ENV="development"',  # Fast Refresh is there for nothing else
    "--log-level=error",
)


class Unpacked(RuntimeError):
    """The runtime's modules, or what they import, cannot be put together."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """The one file, and the path under which a page asks for it."""

    path: str
    text: bytes

    @property
    def head(self) -> str:
        """The element that loads it."""
        return f'<script type="module" src="{self.path}"></script>'


def read() -> Runtime:
    """Read the runtime; whatever it consists of changes its path."""
    text = pack(_HERE / "client.js")
    return Runtime(f"{ROOT}/{hashlib.sha256(text).hexdigest()[:16]}/client.js", text)


def pack(entry: Path) -> bytes:
    """Put a module and all that it imports into one."""
    found = sorted(_HERE.parent.glob("node_modules/@esbuild/*/bin/esbuild"))
    if not found:
        raise FileNotFoundError("edge/node_modules has no esbuild: run `npm ci --prefix edge`")
    packed = subprocess.run([found[0], str(entry), *_PACKED], capture_output=True, check=False, text=True)  # noqa: S603 - our own
    if packed.returncode != 0:
        raise Unpacked(f"the page runtime cannot be packed: {packed.stderr.strip()}")
    return packed.stdout.encode()
