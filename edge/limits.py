"""How large what a page is made of may become; far more than any app is, and less than what harms others. Pure."""

from collections.abc import Iterable, Mapping

from edge.graph import Problem

_KIB, _MIB = 2**10, 2**20
#: Python reads HTML in a time that grows with its square, where somebody means it to.
_PAGE, _MODULES, _STYLES = 256 * _KIB, 16 * _MIB, 4 * _MIB


def page(html: str) -> Problem | None:
    """Say what is wrong with the length of a page."""
    if len(html) <= _PAGE:
        return None
    return Problem("index.html", f"index.html is longer than {_PAGE // _KIB} KiB, which is what a preview takes")


def modules(lengths: Mapping[str, int]) -> Problem | None:
    """Say what is wrong with all modules together, and which is the longest."""
    total = sum(lengths.values())
    if total <= _MODULES:
        return None
    longest = max(lengths, key=lambda one: lengths[one])
    words = f"The app's modules come to {total // _MIB} MiB, and a preview takes {_MODULES // _MIB}; {longest} alone"
    return Problem(longest, f"{words} comes to {lengths[longest] / _MIB:.1f}")


def styles(texts: Iterable[tuple[str, str]]) -> Problem | None:
    """Say which stylesheet is too much."""
    total = 0
    for path, text in texts:
        total += len(text)
        if total > _STYLES:
            return Problem(path, f"The app's stylesheets come to more than {_STYLES // _MIB} MiB with this one")
    return None
