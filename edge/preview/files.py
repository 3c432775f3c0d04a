"""The page runtime's files as the origin serves them: named by their content, kept for ever.

react-refresh, its only dependency, is one CommonJS file that asks `process.env.NODE_ENV` once. Four lines around
it make it an ES module, so it needs no bundler, and nothing generated lies about to grow stale.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

CONTENT_TYPE = "text/javascript; charset=utf-8"
ROOT = "/__fleet/client"
_HERE = Path(__file__).parent
_REFRESH = "react-refresh/cjs/react-refresh-runtime.development.js"
_REFRESH_NAMES = (
    "createSignatureFunctionForTransform",
    "injectIntoGlobalHook",
    "isLikelyComponentType",
    "performReactRefresh",
    "register",
)


@dataclass(frozen=True, slots=True)
class Runtime:
    """The files by the path under which a page asks for them, and the one that it begins with."""

    files: Mapping[str, bytes]
    entry: str

    @property
    def head(self) -> str:
        """The elements that load it, all files at once."""
        links = (f'<link rel="modulepreload" href="{path}">' for path in self.files if path != self.entry)
        return f'<script type="module" src="{self.entry}"></script>' + "".join(links)


def read(node_modules: Path = _HERE.parent / "node_modules") -> Runtime:
    """Read the runtime; whatever it consists of changes every path, so that no page mixes two."""
    texts = {path.name: path.read_bytes() for path in sorted(_HERE.glob("*.js")) if ".test." not in path.name}
    texts["refresh.js"] = as_module((node_modules / _REFRESH).read_text()).encode()
    digest = hashlib.sha256()
    for name, text in sorted(texts.items()):
        digest.update(f"{name} {len(text)}\n".encode() + text)
    folder = f"{ROOT}/{digest.hexdigest()[:16]}"
    return Runtime(MappingProxyType({f"{folder}/{name}": text for name, text in texts.items()}), f"{folder}/client.js")


def as_module(cjs: str) -> str:
    """Return react-refresh's CommonJS file as an ES module."""
    head = 'const process = { env: { NODE_ENV: "development" } };\nconst exports = {};\n'
    return f"{head}{cjs}\nexport const {{ {', '.join(_REFRESH_NAMES)} }} = exports;\n"
