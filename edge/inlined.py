"""Style sheets that a module wants as a text (`?inline`): modules of their own, and no part of the page. Pure."""

import hashlib

from edge import unit


def taken_out(styled: dict[str, str]) -> dict[str, unit.Kept]:
    """Take those out of the page's styles, and return the module that each is."""
    wanted = [one for one in styled if "inline" in one.partition("?")[2].split("&")]
    return {one: _module(one, styled.pop(one)) for one in wanted}


def _module(module_id: str, text: str) -> unit.Kept:
    key = hashlib.sha256(f"inline\n{text}".encode()).digest()
    return unit.of_text(key, unit.wish(module_id)[0], text)
