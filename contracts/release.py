"""A release: one immutable version of a whole app, said in full by its manifest and named by that one's hash."""

import hashlib
import json
from typing import Any, Literal, Self

from pydantic import Field, ValidationError

from contracts.errors import BadEvent
from contracts.event import Model, flaws

#: How many letters of a release's name people are shown.
SHORT = 10
#: What a name of a release, or of any content, looks like.
SHA256 = r"^[0-9a-f]{64}$"


class Asset(Model):
    """A file that is served as it is; `immutable`: its name changes with its content."""

    sha256: str = Field(pattern=SHA256)
    type: str
    bytes: int
    gzip: str | None = Field(default=None, pattern=SHA256)
    br: str | None = Field(default=None, pattern=SHA256)
    immutable: bool = False


class Module(Model):
    """A part of a script: `esm`, `text`, `data` or `wasm`."""

    sha256: str = Field(pattern=SHA256)
    type: Literal["esm", "text", "data", "wasm"] = "esm"


class Script(Model):
    """The server code of an app, as a Worker of modules."""

    main: str
    modules: dict[str, Module]
    compatibility_date: str
    compatibility_flags: tuple[str, ...] = ()


class Manifest(Model):
    """All that a release is: nothing in it depends on when, where or how often it was made."""

    format: Literal[1] = 1
    app_id: str
    files: dict[str, str]
    assets: dict[str, Asset]
    script: Script | None = None
    maps: dict[str, str] = Field(default_factory=dict)
    deps: str = ""
    env_version: int = 0
    schema_version: int = 0
    built_by: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `text` wrote."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise BadEvent(*flaws(error)) from None

    def text(self) -> str:
        """Write it in the one way that it can be written."""
        return canonical(self.model_dump(mode="json"))

    @property
    def release_id(self) -> str:
        """Return its name."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    def served(self) -> str:
        """Write what an edge has to know of it: neither sources nor source maps."""
        return canonical(self.model_dump(mode="json", exclude={"files", "maps"}))

    def contents(self) -> set[str]:
        """Return the hashes of everything that is served."""
        assets = (one for asset in self.assets.values() for one in (asset.sha256, asset.gzip, asset.br))
        modules = (module.sha256 for module in (self.script.modules.values() if self.script else ()))
        return {one for one in (*assets, *modules) if one}

    def artifacts(self) -> set[str]:
        """Return the hashes of everything that was made for it, source maps too."""
        return self.contents() | set(self.maps.values())


def canonical(value: Any) -> str:
    """Return JSON in which nothing is left to taste."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def short(release_id: str) -> str:
    """Return a release's name as people are shown it."""
    return release_id[:SHORT]
