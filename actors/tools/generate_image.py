"""generate_image: a picture, made by a provider and kept as a file of the app."""

import base64
import re
import unicodedata
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field, StringConstraints

from actors.tools.files import STAGES, written
from actors.tools.hands import Hands
from actors.tools.tool import Asked, Course, Later, Refused, Stage, Tool
from contracts.event import Model
from contracts.file import FileWritten
from contracts.path import FilePath
from edge.images import Declined, Unwell

_FOLDER = "public/images"
_PUBLIC = "public/"
_LONGEST_NAME = 48
_SUFFIX = re.compile(r"\.(?:png|jpe?g|webp|svg|gif|avif)$", re.IGNORECASE)
_SECONDS = 120


def _printable(value: Any) -> Any:
    """Leave out what no picture can show."""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split()) if isinstance(value, str) else value


class Arguments(Model):
    """What is to be seen, how large, and where it is kept."""

    prompt: Annotated[str, BeforeValidator(_printable), StringConstraints(min_length=1, max_length=4_000)]
    file_path: FilePath | None = Field(None, validation_alias=AliasChoices("file_path", "path", "target_path"))
    size: Literal["auto", "1024x1024", "1536x1024", "1024x1536"] = "1024x1024"


class GenerateImage(Tool[Arguments]):
    """Make a picture from a description; the result says its path, whose ending the provider decides, and its URL."""

    name = "generate_image"
    aliases = ("generate-image", "create_image")
    arguments = Arguments
    stages = {"preparing": 10, "generating": 20, "storing": 50} | {
        name: STAGES[name] for name in ("updating_preview", "validating")
    }
    seconds = _SECONDS + 30
    asks = FileWritten

    def touches(self, arguments: Arguments) -> frozenset[str]:
        """Return the path but for its ending."""
        return frozenset({_stem(arguments)})

    def run(self, arguments: Arguments, hands: Hands) -> Course:
        """Have it made, once, and kept."""
        yield Stage("preparing", arguments.prompt[:120])
        yield Stage("generating", "The picture is being made")
        made = hands.once("picture", lambda: _made(arguments, hands))
        path = f"{_stem(arguments)}.{made['suffix']}"
        yield Stage("storing", f"Keeping it as {path}")
        kept = written(hands, path=path, content_base64=made["content"])
        details = {"file_path": path, "provider": made["provider"], "prompt": arguments.prompt}
        if path.startswith(_PUBLIC):
            details["url"] = path.removeprefix("public")
        return Asked(kept, details)


def _made(arguments: Arguments, hands: Hands) -> dict[str, str]:
    """Ask the provider."""
    try:
        picture = hands.outside.painter.paint(arguments.prompt, arguments.size, key=hands.key, seconds=_SECONDS)
    except Declined as error:
        raise Refused(str(error)) from error
    except Unwell as error:
        raise Later(str(error), error.after) from error
    content = base64.b64encode(picture.content).decode()
    return {"content": content, "suffix": picture.suffix, "provider": picture.provider}


def _stem(arguments: Arguments) -> str:
    """Return where it is kept, but for the ending; by what it shows, where nothing is said."""
    if arguments.file_path is not None:
        return _SUFFIX.sub("", arguments.file_path)
    plain = unicodedata.normalize("NFKD", arguments.prompt).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_NAME].strip("-")
    return f"{_FOLDER}/{name or 'image'}"
