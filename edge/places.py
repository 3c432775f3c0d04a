"""What specifiers mean in an app, remembered while its files bear the same names and its aliases are the same."""

import hashlib
import posixpath
from collections.abc import Callable, Collection, Mapping

from edge.memory import Memory
from edge.resolve import Target, resolve

_MOST_APPS, _MOST_PLACES = 200, 5_000

#: Return what a specifier means in a module.
Resolve = Callable[[str, str], Target]


class Places:
    """Thread-safe. An edit seldom changes which files there are: then only new specifiers are looked up."""

    def __init__(self) -> None:
        self._known: Memory[bytes, dict[tuple[str, str], Target]] = Memory(_MOST_APPS)

    def of(self, files: Collection[str], paths: Mapping[str, str]) -> Resolve:
        """Return how an app's specifiers are resolved."""
        names = "\0".join([*files, "", *(word for pair in paths.items() for word in pair)])
        key = hashlib.sha256(names.encode(errors="surrogatepass")).digest()
        known = self._known.get(key)
        if known is None or len(known) > _MOST_PLACES:
            known = self._known.put(key, {})
        found = known

        def look(importer: str, specifier: str) -> Target:
            place = posixpath.dirname(importer), specifier
            target = found.get(place)
            if target is None:
                target = found[place] = resolve(importer, specifier, files, paths)
            return target

        return look
