"""Edits of the app as a generator or a person makes them, and how a page shows that it has them. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

PAGE, STYLES, UTILS = "src/pages/Dashboard.tsx", "src/index.css", "src/lib/utils.ts"
PANEL = "src/components/StatsPanel.tsx"


@dataclass(frozen=True, slots=True)
class Edit:
    """What to write, what to look at meanwhile, and what is then seen there."""

    path: str
    text: str
    look: str
    shows: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One way of editing; it may be several edits, each measured by itself."""

    names: tuple[str, ...]
    edits: Callable[[Mapping[str, str], int], tuple[Edit, ...]]


def _part(files: Mapping[str, str], n: int) -> tuple[Edit, ...]:
    return (_edit(files, PANEL, ">Stats</h2>", f">Stats {n}</h2>", look="part", shows=f"Stats {n}"),)


def _text(files: Mapping[str, str], n: int) -> tuple[Edit, ...]:
    return (_edit(files, PAGE, ">Dashboard</h1>", f">Dashboard {n}</h1>", look="text", shows=f"Dashboard {n}"),)


def _class(files: Mapping[str, str], n: int) -> tuple[Edit, ...]:
    return (_edit(files, PAGE, "text-3xl", f"text-[{n + 40}px]", look="fontSize", shows=f"{n + 40}px"),)


def _styles(files: Mapping[str, str], n: int) -> tuple[Edit, ...]:
    spaced = f"letter-spacing: {n}px"
    return (_edit(files, STYLES, "letter-spacing: 0px", spaced, look="letterSpacing", shows=f"{n}px"),)


def _utils(files: Mapping[str, str], n: int) -> tuple[Edit, ...]:
    return (_edit(files, UTILS, "clsx(inputs)", f'clsx(inputs, "edit-{n}")', look="classes", shows=f"edit-{n}"),)


def _broken(files: Mapping[str, str], n: int) -> tuple[Edit, ...]:
    mended = files[PAGE].replace(">Dashboard</h1>", f">Dashboard {n}</h1>")
    broken = mended.replace("<h1 className=", "<h1 className==")
    return Edit(PAGE, broken, "overlay", "there"), Edit(PAGE, mended, "overlay", "gone")


def _edit(files: Mapping[str, str], path: str, before: str, after: str, *, look: str, shows: str) -> Edit:
    if before not in files[path]:
        raise LookupError(f"{path} has no {before!r}")
    return Edit(path, files[path].replace(before, after), look, shows)


KINDS = (
    Kind(("component edited, of 30 lines",), _part),
    Kind(("page edited, with six such and a table in it",), _text),
    Kind(("Tailwind class never used before",), _class),
    Kind(("index.css edited",), _styles),
    Kind(("utils.ts edited, which 70 modules import",), _utils),
    Kind(("syntax error → overlay", "… mended → overlay gone"), _broken),
)
