"""Files of an app: written by the generator, stored or rejected by the fleet."""

import base64
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from contracts.errors import BadEvent, Flaw
from contracts.event import Count, Event, Model, Word
from contracts.path import FilePath

Operation = Literal["write", "delete", "rename", "restore"]


def _base64(value: str) -> str:
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        raise ValueError("must be standard base64, padded and without line breaks") from None
    return value


Base64 = Annotated[str, AfterValidator(_base64)]


class FileChange(Model):
    """One thing done to one file; `restore` brings a whole earlier version back."""

    path: FilePath | None = None
    content: str | None = Field(default=None, repr=False)
    content_base64: Base64 | None = Field(default=None, repr=False)
    operation: Operation = "write"
    from_path: FilePath | None = None
    version: Count | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.operation == "restore":
            if self.version is None:
                raise BadEvent(Flaw("version", "is missing: say which version to bring back"))
            return self
        if self.path is None:
            raise BadEvent(Flaw("path", "is missing"))
        if (self.operation == "rename") != (self.from_path is not None):
            raise BadEvent(Flaw("from_path", "belongs to a rename, and only there"))
        given = (self.content is not None) + (self.content_base64 is not None)
        if given != (1 if self.operation == "write" else 0):
            raise BadEvent(Flaw("content", "write, and only write, needs either content or content_base64"))
        return self

    def blob(self) -> bytes:
        """Return the bytes to be stored."""
        if self.content_base64 is not None:
            return base64.b64decode(self.content_base64)
        return (self.content or "").encode()


def _either_shape(schema: dict[str, Any]) -> None:
    """Let the JSON Schema accept one file standing alone, too."""
    schema["properties"] |= FileChange.model_json_schema()["properties"]
    schema["anyOf"] = [{"required": [field]} for field in ("files", "path", "version")]
    del schema["required"]


class FileWritten(Event):
    """The generator wrote one file, or a list of files that become one version."""

    kind: ClassVar = "file-written"
    model_config = ConfigDict(json_schema_extra=_either_shape)
    files: tuple[FileChange, ...]
    listed: SkipJsonSchema[bool] = Field(default=False, exclude=True)
    message_id: Word | None = None
    tool_index: Count | None = None
    version_name: Word | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        if "files" in data:
            return {**data, "listed": True}
        alone = {name: data[name] for name in FileChange.model_fields if name in data}
        return {**data, "files": [alone], "listed": False}

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.files:
            raise BadEvent(Flaw("files", "is empty"))
        return self

    @classmethod
    def parse(cls, data: object) -> Self:
        """Read the fact; a file that came alone is named without an index."""
        try:
            return super().parse(data)
        except BadEvent as bad:
            if isinstance(data, dict) and "files" in data:
                raise
            raise BadEvent(*(Flaw(flaw.field.removeprefix("files.0."), flaw.reason) for flaw in bad.flaws)) from None

    def data(self) -> dict[str, Any]:
        """Return the fact in the shape it came in."""
        data = super().data()
        return data if self.listed else {**data.pop("files")[0], **data}


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
    from_path: str | None = None
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
