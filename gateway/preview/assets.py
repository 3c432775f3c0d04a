"""Files of the app as its page loads them: what lies in public/ at the root, other assets where they are. Pure."""

import mimetypes
from dataclasses import dataclass

from contracts.path import path_flaw

#: Beside public/, an app's page can load what is no source: images, fonts, sound, models, WebAssembly; anything else
#: only by the address that the compiler gave it, for an app's files are more than its page shows.
_SHOWN = ("image/", "font/", "audio/", "video/", "model/", "application/wasm")
_TYPES = {
    ".avif": "image/avif",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".ogg": "audio/ogg",
    ".m4a": "audio/mp4",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogv": "video/ogg",
    ".m4v": "video/mp4",
    ".glb": "model/gltf-binary",
    ".gltf": "model/gltf+json",
    ".md": "text/markdown",
    ".ts": "text/plain",
    ".tsx": "text/plain",
    ".jsx": "text/plain",
}
_KNOWN = mimetypes.MimeTypes()  # Python's own table: a machine's would make answers differ
PUBLIC = "public/"
#: An app's own files are for those alone who may see it: nobody between may keep them.
OWN_FOREVER, OWN_CHECKED = "private, max-age=31536000, immutable", "private, no-cache"
_NAMED_BY = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where a path of the page may lie among the app's files."""

    paths: tuple[str, ...]
    version: str

    def is_named(self, sha256: bytes) -> bool:
        """Tell whether the address names this very content."""
        return self.version == sha256.hex()[:_NAMED_BY]

    def may_show(self, path: str, sha256: bytes) -> bool:
        """Tell whether a file that was found is for the page."""
        if f"/{path}".endswith(f"/{self.paths[0]}") or self.is_named(sha256):
            return True
        return content_type(path).startswith(_SHOWN)

    def caching(self, sha256: bytes) -> str:
        """Return for how long a browser may keep it; nobody between may."""
        return OWN_FOREVER if self.is_named(sha256) else OWN_CHECKED


def wanted(path: str, version: str) -> Wanted | None:
    """Return what a request of the page may be for, if for any file."""
    name = path.removeprefix("/")
    if path_flaw(name) or any(part.startswith(".") for part in name.split("/")):
        return None
    return Wanted((f"{PUBLIC}{name}", name), version)


def content_type(path: str) -> str:
    """Return the type that a browser is told."""
    name = path.lower()
    ending = name[name.rfind(".") :] if "." in name.rpartition("/")[2] else ""
    found = _TYPES.get(ending) or _KNOWN.guess_type(name)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") or found == "application/json" else found


def looks_like_file(path: str) -> bool:
    """Tell a file's path from one that the app's own router knows."""
    return "." in path.rpartition("/")[2]
