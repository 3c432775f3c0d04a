"""One build on its way: what it is of, and what it says to its story and for later."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from actors.runtime.lane import Turn
from contracts.build import BuildRequested
from contracts.progress import Progress
from edge.builder.room import Flawed
from edge.graph import Problem
from sql import builds, releases, units
from sql.builds import Wanted
from sql.database import transaction
from sql.shelf import PostgresShelf


@dataclass(frozen=True, slots=True)
class Source:
    """What is built: the app's files by their hashes."""

    version: int | None
    files: Mapping[str, bytes]


@dataclass
class Run:
    """A build, from its turn to its end."""

    turn: Turn
    build: Wanted
    asked: BuildRequested
    began: float = field(default_factory=time.monotonic)
    lines: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, turn: Turn, build: Wanted) -> "Run":
        """Begin with what was asked for."""
        return cls(turn, build, BuildRequested.parse(build.cause.data))

    def __call__(self, stage: str, message: str, progress: int) -> None:
        """Say how far it is."""
        self.note(f"{stage}: {message}")
        step = Progress(stage=stage, message=message, progress=progress, details={"build_id": self.build.build_id})
        self.turn.progress(step, cause=self.build.cause)

    def note(self, line: str) -> None:
        """Write a line that nobody is told."""
        self.lines.append(f"{self.seconds:8.3f}  {line}")

    @property
    def seconds(self) -> float:
        """Return for how long it runs."""
        return round(time.monotonic() - self.began, 3)

    @property
    def text(self) -> str:
        """Return all that was said."""
        return "\n".join(self.lines) + "\n"

    def source(self) -> Source:
        """Return the files of the app as it is, or of the release that was named."""
        with transaction(self.turn.pool, self.turn.app_id) as tx:
            if self.asked.release_id is None:
                return Source(*builds.source(tx, self.turn.app_id))
            manifest = releases.manifest(tx, self.turn.app_id, self.asked.release_id)
        if manifest is None:
            raise Flawed("reading", Problem("", f"There is no release {self.asked.release_id}"))
        return Source(None, {path: bytes.fromhex(one) for path, one in manifest.files.items()})

    def shelf(self, source: Source) -> PostgresShelf:
        """Return where the contents of the files are, all of them at hand."""
        with transaction(self.turn.pool, self.turn.app_id) as tx:
            contents = units.contents(tx, set(source.files.values()))
        return PostgresShelf(self.turn.pool, self.turn.app_id, contents)

    def is_overtaken(self) -> bool:
        """Tell whether a newer build was asked for."""
        with transaction(self.turn.pool, self.turn.app_id) as tx:
            return not builds.is_newest(tx, self.turn.app_id, self.turn.part, self.build.n)
