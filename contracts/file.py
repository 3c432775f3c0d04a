"""Files of an app: written by the generator, stored or rejected by the fleet."""

import base64
import binascii
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from contracts.errors import BadEvent, Flaw
from contracts.event import Event, Model, Word
from contracts.path import FilePath

Operation = Literal["write", "delete", "rename", "restore"]


class FileChange(Model):
    """One thing done to one file; `restore` brings a whole earlier version back."""

    path: FilePath | None = None
    content: str | None = Field(default=None, repr=False)
    content_base64: str | None = Field(default=None, repr=False)
    operation: Operation = "write"
    from_path: FilePath | None = None
    version: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.operation == "restore":
            if self.version is None:
                raise ValueError("restore needs the version to bring back")
            return self
        if self.path is None:
            raise ValueError("path is missing")
        if (self.operation == "rename") != (self.from_path is not None):
            raise ValueError("rename, and only rename, needs from_path")
        given = (self.content is not None) + (self.content_base64 is not None)
        if given != (1 if self.operation == "write" else 0):
            raise ValueError("write, and only write, needs either content or content_base64")
        self.blob()
        return self

    def blob(self) -> bytes:
        """Return the bytes to be stored."""
        if self.content_base64 is None:
            return (self.content or "").encode()
        try:
            return base64.b64decode(self.content_base64, validate=True)
        except binascii.Error:
            raise ValueError("content_base64 is not base64") from None


class FileWritten(Event):
    """The generator wrote one file, or a list of files that become one version."""

    kind: ClassVar = "file-written"
    files: tuple[FileChange, ...]
    listed: bool = Field(default=False, exclude=True)
    message_id: Word | None = None
    tool_index: int | None = Field(default=None, ge=0)
    version_name: Word | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        if "files" in data:
            return {**data, "listed": True}
        return {**data, "files": [{name: data[name] for name in FileChange.model_fields if name in data}]}

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.files:
            raise ValueError("files is empty")
        return self

    @classmethod
    def parse(cls, data: object) -> Self:
        """Read the fact; a file that came alone is named without an index."""
        try:
            return super().parse(data)
        except BadEvent as bad:
            if isinstance(data, dict) and "files" in data:
                raise
            raise BadEvent(*(Flaw(_without_index(flaw.field), flaw.reason) for flaw in bad.flaws)) from None


def _without_index(field: str) -> str:
    return field.removeprefix("files.0.").replace("files.0", "path")


class StoredFile(Model):
    """One file of a stored version."""

    path: str
    operation: Operation
    sha256: str | None = None
    bytes: int = 0
    lines: int = 0
    from_path: str | None = None
    unchanged: bool = False


class FileStored(Event):
    """The files are safe, and this is the app's version now."""

    kind: ClassVar = "file-stored"
    path: str | None = None
    paths: tuple[str, ...] | None = None
    operation: Operation | None = None
    sha256: str | None = None
    bytes: int
    lines: int
    version: int
    unchanged: bool
    files: tuple[StoredFile, ...] | None = None
    message_id: str | None = None
    tool_index: int | None = None


class FileRejected(Event):
    """Nothing of the event was stored, for this reason."""

    kind: ClassVar = "file-rejected"
    path: str | None = None
    field: str
    reason: str
    message_id: str | None = None
    tool_index: int | None = None
