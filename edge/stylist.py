"""The styles of an app's page: each stylesheet that a module imports, with Tailwind's classes put in."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from edge.compiler import Compiler
from edge.compiler_words import Compiled, Failure, Source
from edge.graph import Problem
from edge.memory import Memory
from edge.surveyor import Texts


@dataclass(frozen=True, slots=True)
class _Made:
    """A stylesheet as it was last made: of what, for which classes, and what came of it."""

    of: bytes
    classes: frozenset[str]
    text: str
    open: bool  # whether classes that come make a difference, also by what it imports


class Stylist:
    """Makes stylesheets again only when what they are made of, or the classes they serve, have changed."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler
        self._made: Memory[tuple[str, str], _Made] = Memory(500)
        #: The same of any app's, by all that went into it: apps that begin alike begin with the same styles.
        self._alike: Memory[bytes, _Made] = Memory(100)

    def style(
        self,
        app_id: str,
        wanted: Iterable[str],
        known: Mapping[str, tuple[Compiled, int]],
        sheets: Mapping[str, bytes],
        *,
        shelf: Texts,
        classes: set[str],
        setup: Mapping[str, Any],
    ) -> dict[str, str] | Problem:
        """Return the text of each stylesheet in order, or what is wrong with one.

        `sheets` are all of the app's, which they may import; `classes` are those that the app mentions; `setup` is how
        it has set Tailwind up.
        """
        parts = [str(setup.get("key")), *(f"{path} {sheets[path].hex()}" for path in sorted(sheets))]
        made_of = hashlib.sha256("\n".join(parts).encode())
        styled: dict[str, str] = {}
        for one in wanted:
            compiled = known[one][0]
            of = hashlib.sha256(made_of.digest() + (compiled.css or "").encode()).digest()
            last = self._made.get((app_id, one))
            if last is None and (last := self._alike.get(_alike(one, of, classes))) is not None:
                self._made.put((app_id, one), last)
            added = classes - (last.classes if last is not None and last.of == of else frozenset())
            if last is not None and last.of == of and not (last.open and added):
                styled[one] = last.text
                continue
            texts = {path: text.decode(errors="replace") for path, text in _named(sheets, shelf).items()}
            entry = Source(one, compiled.css or "")
            made = self._compiler.css(app_id, entry, texts, sorted(added), lambda: sorted(classes), setup=setup)
            if isinstance(made, Failure):
                return Problem(made.file, made.message, made.line, made.column, made.frame)
            seen = classes | (last.classes if last is not None and last.of == of else frozenset())
            new = self._made.put((app_id, one), _Made(of, frozenset(seen), made.css, made.tailwind))
            styled[one] = self._alike.put(_alike(one, of, seen), new).text
        return styled


def _alike(entry: str, of: bytes, classes: Collection[str]) -> bytes:
    return hashlib.sha256("\0".join([entry, of.hex(), *sorted(classes)]).encode(errors="surrogatepass")).digest()


def _named(sheets: Mapping[str, bytes], shelf: Texts) -> dict[str, bytes]:
    contents = shelf.texts(set(sheets.values()))
    return {path: contents[sha256] for path, sha256 in sheets.items()}
