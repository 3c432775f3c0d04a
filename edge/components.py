"""What a component of Vue or Svelte takes from outside of itself: Sass and Less, and the files that it names. Pure.

Its lines stay where they are, as far as that is possible: errors and source maps count on them.
"""

import posixpath
import re
from dataclasses import dataclass

ENDINGS = (".vue", ".svelte")
#: The languages of blocks that are compiled before the component is, by what an app has to have for them.
COMPILERS = {"scss": "sass", "sass": "sass", "less": "less"}
_BLOCK = re.compile(r"^<(style|template)\b((?:\"[^\"]*\"|'[^']*'|[^>\"'])*?)(/?)>", re.MULTILINE)
_OUTSIDE = re.compile(r"\s(lang|src)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


@dataclass(frozen=True, slots=True)
class Block:
    """A block from `start` to `end`, whose content is in another language, or in another file, or both."""

    kind: str
    start: int
    end: int
    attributes: str
    content: str
    line: int
    lang: str = ""
    src: str = ""

    def name(self, component: str) -> str:
        """Return the file that it names, and else a name that tells its language."""
        if self.src:
            return posixpath.normpath(posixpath.join(posixpath.dirname(component), self.src))
        return f"{component}.{self.lang}"


def outside(text: str) -> tuple[Block, ...]:
    """Return the blocks that are not all in the component itself."""
    return tuple(block for tag in _BLOCK.finditer(text) if (block := _block(text, tag)))


def _block(text: str, tag: re.Match[str]) -> Block | None:
    named = {name: one or other for name, one, other in _OUTSIDE.findall(tag[2])}
    lang, src = named.get("lang", "").lower(), named.get("src", "")
    if lang not in COMPILERS:
        lang, kept = "", [one[0] for one in _OUTSIDE.finditer(tag[2]) if one[1] == "lang"]
    else:
        kept = []
    if not lang and not src:
        return None
    close = -1 if tag[3] else text.find(f"</{tag[1]}>", tag.end())
    end = tag.end() if close < 0 else close + len(f"</{tag[1]}>")
    attributes = "".join([_OUTSIDE.sub("", tag[2]).rstrip(), *kept])
    line, content = text.count("\n", 0, tag.end()), text[tag.end() : close] if close >= 0 else ""
    return Block(tag[1], tag.start(), end, attributes, content, line, lang, src)


def put_in(text: str, contents: list[tuple[Block, str]]) -> str:
    """Return the component with contents in the places of blocks; a template goes last, for it may be longer."""
    behind = ""
    for block, content in reversed(contents):
        lines = "\n" * text.count("\n", block.start, block.end)
        if block.kind == "template":
            behind += f"\n<template{block.attributes}>{content}</template>"
            put = lines
        else:
            put = f"<style{block.attributes}>{_in_one_line(content)}</style>{lines}"
        text = text[: block.start] + put + text[block.end :]
    return text + behind


def _in_one_line(css: str) -> str:
    """CSS has no line break that a space could not stand for, but those that a backslash takes out of a string."""
    return css.replace("\\\n", "").replace("\n", " ")
