"""What of a release is visited before anybody else does, and what its answers mean. Pure."""

import hashlib
from dataclasses import dataclass

from contracts.release import Manifest, short
from edge.targets.target import GOOD, Finding

#: The header in which an answer says which release it comes from.
RELEASE = "x-overskill-release"
_INDEX = "/index.html"
#: So many of the larger files show whether an upload was whole.
_FILES = 4
_FAULT = 500
_OK = 200


@dataclass(frozen=True)
class Route:
    """A path, and the hash of what it has to be answered with; without one, by the app's code as it likes."""

    path: str
    sha256: str | None = None


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    release_id: str
    body: bytes


FRONT = Route("/")


def routes(manifest: Manifest) -> list[Route]:
    """Return what a release stands or falls with: its page, the files that this needs, its server code."""
    files = sorted(manifest.assets.items(), key=lambda item: (not item[1].immutable, -item[1].bytes))
    chosen = [Route(path, asset.sha256) for path, asset in files if path != _INDEX][:_FILES]
    index = manifest.assets.get(_INDEX)
    page = [Route("/", index.sha256)] if index else []
    # Files come first: a path that is none of them is answered by the code.
    code = [Route("/__overskill/check" if index else "/")] if manifest.script else []
    return [*page, *chosen, *code]


def judge(route: Route, answer: Answer | str, releases: frozenset[str]) -> Finding:
    """Say whether an answer is what the release should give."""
    if isinstance(answer, str):
        return Finding("not yet", f"{route.path}: {answer}")
    if answer.release_id not in releases:
        whose = f"release {short(answer.release_id)}" if answer.release_id else "no release"
        return Finding("not yet", f"{route.path} is answered by {whose}, with status {answer.status}")
    if answer.status >= _FAULT:
        return Finding("wrong", f"{route.path} answers {answer.status}{_said(answer)}")
    if route.sha256 is None:
        return GOOD
    if answer.status != _OK:
        return Finding("wrong", f"{route.path} answers {answer.status} instead of its file")
    if hashlib.sha256(answer.body).hexdigest() != route.sha256:
        return Finding("wrong", f"{route.path} is answered with something else than its file")
    return GOOD


def _said(answer: Answer) -> str:
    """Return the first words of a short plain answer."""
    try:
        text = answer.body[:200].decode().strip()
    except UnicodeDecodeError:
        return ""
    return f": {text.splitlines()[0]}" if text and not text.startswith("<") else ""
