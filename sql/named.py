"""Read the named queries of the .sql file beside a module.

A block begins with `-- name: word`; comment lines right after it explain it to people.
"""

import re
from functools import cached_property
from pathlib import Path

_BLOCK = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


class Named:
    """The queries of one file, by attribute; read when first asked for."""

    def __init__(self, module_file: str) -> None:
        self.path = Path(module_file).with_suffix(".sql")

    @cached_property
    def blocks(self) -> dict[str, bytes]:
        """Return every query by name."""
        _head, *parts = _BLOCK.split(self.path.read_text())
        return {name: text.strip().encode() for name, text in zip(parts[::2], parts[1::2], strict=True)}

    def __getattr__(self, name: str) -> bytes:
        if name.startswith("__") or name == "blocks":
            raise AttributeError(name)
        query = self.blocks[name]
        setattr(self, name, query)
        return query
