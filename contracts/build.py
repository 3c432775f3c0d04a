"""Builds: a release bundled for an environment."""

from typing import ClassVar, Literal

from contracts.event import Event, Model, Word

Environment = Literal["preview", "staging", "production"]


class BuildRequested(Event):
    """Someone wants the app bundled."""

    kind: ClassVar = "build-requested"
    environment: Environment
    release_id: Word | None = None
    deploy: bool = False


class Sizes(Model):
    """How many bytes travel."""

    raw: int
    gzip: int
    brotli: int


class BuildSucceeded(Event):
    """The bundle exists and can be deployed."""

    kind: ClassVar = "build-succeeded"
    build_id: str
    environment: Environment
    release_id: str
    seconds: float
    sizes: Sizes
    warnings: tuple[str, ...] = ()


class BuildFailed(Event):
    """The app cannot be bundled as it is."""

    kind: ClassVar = "build-failed"
    build_id: str
    environment: Environment
    step: str
    file: str | None = None
    line: int | None = None
    message: str
    log_url: str | None = None


class BuildSuperseded(Event):
    """A newer build of the same app made this one pointless."""

    kind: ClassVar = "build-superseded"
    build_id: str
    by: str
    environment: Environment | None = None
