"""The files that import.meta.glob, or an import with gaps, asks for. Pure.

Patterns are somebody's text: whatever they are, the time that they take grows with their length and with the number
of files, and with nothing else.
"""

import posixpath
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from edge.resolve import root_of

_MOST_DEPTHS = 5
_LONGEST, _MOST_ALTERNATIVES, _MOST_PATTERNS = 500, 100, 500
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")


class TooMuch(ValueError):
    """A pattern asks for more than any app needs."""


@dataclass
class Globs:
    """Finds files; what a pattern has found before, another module need not look for again."""

    files: Collection[str]
    paths: Mapping[str, str]
    _found: dict[str, list[str]] = field(default_factory=dict)

    def expand(self, importer: str, patterns: Iterable[str]) -> dict[str, str]:
        """Return each file that fits, under the name by which the importer's code will know it."""
        chosen: dict[str, str] = {}
        unwanted: set[str] = set()
        for pattern in patterns:
            if pattern.startswith("!"):
                unwanted.update(self._fitting(_absolute(importer, pattern[1:], self.paths)))
                continue
            for path in self._fitting(_absolute(importer, pattern, self.paths)):
                chosen.setdefault(path, pattern)
        return {
            _named(importer, pattern, path, root_of(self.paths)): path
            for path, pattern in sorted(chosen.items())
            if path != importer and path not in unwanted
        }

    def _fitting(self, pattern: str) -> list[str]:
        if pattern not in self._found:
            if len(self._found) == _MOST_PATTERNS:
                raise TooMuch(f"the app has more than {_MOST_PATTERNS} different patterns")
            fits = [_parts(one) for one in _alternatives(pattern)]
            split = [(path, path.split("/")) for path in self.files]
            self._found[pattern] = [path for path, names in split if any(_fits(parts, names) for parts in fits)]
        return self._found[pattern]


def expand(importer: str, patterns: Iterable[str], files: Collection[str], paths: Mapping[str, str]) -> dict[str, str]:
    """Return each file that fits, for one importer alone."""
    return Globs(files, paths).expand(importer, patterns)


def _absolute(importer: str, pattern: str, paths: Mapping[str, str]) -> str:
    for alias, target in paths.items():
        prefix = alias.partition("*")[0]
        if prefix and pattern.startswith(prefix):
            return target.partition("*")[0] + pattern[len(prefix) :]
    if pattern.startswith("/"):
        return pattern[1:]
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), pattern))


def _named(importer: str, pattern: str, path: str, root: str) -> str:
    """Return a relative name for a relative pattern, a name from the root for any other, as Vite does."""
    if not pattern.startswith("."):
        return f"/{path.removeprefix(root)}"
    relative = posixpath.relpath(path, posixpath.dirname(importer) or ".")
    return relative if relative.startswith(".") else f"./{relative}"


def _alternatives(pattern: str) -> list[str]:
    """Return a pattern with braces as patterns without."""
    if len(pattern) > _LONGEST:
        raise TooMuch(f"a pattern is longer than {_LONGEST} characters")
    if pattern.count("**") > _MOST_DEPTHS:
        raise TooMuch(f"a pattern has ** more than {_MOST_DEPTHS} times")
    waiting, done = [pattern], []
    while waiting:
        one = waiting.pop()
        if (braces := _BRACES.search(one)) is None:
            done.append(one)
        else:
            options = braces[1].split(",")
            waiting += [one[: braces.start()] + option + one[braces.end() :] for option in options]
        if len(waiting) + len(done) > _MOST_ALTERNATIVES:
            raise TooMuch(f"a pattern has more than {_MOST_ALTERNATIVES} alternatives")
    return done


def _parts(pattern: str) -> list[re.Pattern[str] | None]:
    """Return what each part of a path has to be; None is any number of parts."""
    return [None if part == "**" else _part(part) for part in pattern.split("/")]


def _part(part: str) -> re.Pattern[str]:
    """Stars do not go back: what stands between two of them is best found as soon as it comes."""
    first, *others = (re.escape(literal).replace(r"\?", ".") for literal in part.split("*"))
    if others:
        hidden = "" if first else r"(?!\.)"
        first = hidden + first + "".join(f"(?>.*?{literal})" for literal in others[:-1] if literal) + f".*{others[-1]}"
    return re.compile(first, re.DOTALL)


def _fits(parts: list[re.Pattern[str] | None], names: list[str]) -> bool:
    """Follow all ways at once that lead through a pattern."""
    at = _reached(parts, {0})
    for name in names:
        beyond = {place + 1 for place in at if place < len(parts) and _matches(parts[place], name)}
        staying = {place for place in at if place < len(parts) and parts[place] is None and not name.startswith(".")}
        at = _reached(parts, beyond | staying)
        if not at:
            return False
    return len(parts) in at


def _matches(part: re.Pattern[str] | None, name: str) -> bool:
    return part is not None and part.fullmatch(name) is not None


def _reached(parts: list[re.Pattern[str] | None], at: set[int]) -> set[int]:
    """Add the places behind a part that may also stand for nothing."""
    for place in sorted(at):
        while place < len(parts) and parts[place] is None:
            place += 1  # noqa: PLW2901 - it walks on
            at.add(place)
    return at
