"""What is asked of the compiler and what it answers."""

from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict


class Word(BaseModel):
    """A value that is passed on and kept, and never changed."""

    model_config = ConfigDict(frozen=True)


class Source(NamedTuple):
    """A file of an app."""

    path: str
    text: str


class Import(Word):
    """What a module asks of another: `names` are `default`, `x` and `*` for all."""

    spec: str
    dynamic: bool = False
    names: tuple[str, ...] = ()
    glob: bool = False


class Glob(Word):
    """One call of import.meta.glob; the page finds its table under `key`."""

    key: str
    patterns: tuple[str, ...]
    options: dict[str, object] = {}


class Compiled(Word):
    """What the preview loads of a file, and what it says about others.

    `exports` are names, and `*:spec` for all of another. `css` of a CSS module still goes through `Compiler.css`.
    """

    path: str
    kind: Literal["module", "css", "css-module", "text"]
    code: str | None = None
    map: str | None = None
    css: str | None = None
    imports: tuple[Import, ...] = ()
    exports: tuple[str, ...] = ()
    globs: tuple[Glob, ...] = ()
    candidates: tuple[str, ...] = ()
    accepts: bool = False
    tailwind: bool = False


class Failure(Word):
    """What is wrong with a file, told to whoever wrote it; line and column count from 1."""

    file: str
    line: int
    column: int
    message: str
    frame: str


class Stylesheet(Word):
    """The text of an entry stylesheet with everything put in; `uses` are the app's files that it was made of."""

    css: str
    uses: tuple[str, ...] = ()
    tailwind: bool = False
    missing: bool = False


class Read(Word):
    """A configuration as data, or why it has to be run to be known."""

    value: Any = None
    dynamic: str | None = None


class Dependency(Word):
    """The file of one specifier, and the `chunks` that it shares; unknown `exports` only running it would tell."""

    file: str | None
    cjs: bool
    exports: tuple[str, ...] | None
    css: tuple[str, ...] = ()
    chunks: tuple[str, ...] = ()


class Prebundled(Word):
    """A dependency set as files that any page can load."""

    specs: dict[str, Dependency]
    files: tuple[str, ...]
