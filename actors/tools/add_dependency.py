"""add_dependency: an npm package that the app may import from now on."""

import json
import re
from typing import Annotated, Any

from pydantic import AliasChoices, Field, StringConstraints

from actors.tools.files import STAGES, written
from actors.tools.hands import Hands, TooLarge
from actors.tools.tool import Asked, Course, Refused, Stage, Tool
from contracts.event import Model
from contracts.file import FileWritten
from edge.packages.wanted import is_foreign

_FILE = "package.json"
_NAME = r"^(?:@[a-z0-9~_-][a-z0-9._~-]*/)?[a-z0-9~_-][a-z0-9._~-]*$"
_WITH_VERSION = re.compile(r"(.+)@([^@/]+)")


class Arguments(Model):
    """Which package, in which version (a range or a tag; the newest where nothing is said)."""

    package: Annotated[str, StringConstraints(min_length=1, max_length=300)] = Field(
        validation_alias=AliasChoices("package", "name", "package_name")
    )
    version: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    dev: bool = False


class AddDependency(Tool[Arguments]):
    """Add an npm package to the app's package.json, or change its version there."""

    name = "add_dependency"
    aliases = ("add-dependency", "os-add-dependency", "install_package")
    arguments = Arguments
    stages = STAGES
    preview_seconds = 120  # it has to be installed first
    at_once = True
    asks = FileWritten

    def touches(self, _arguments: Arguments) -> frozenset[str]:
        """Return package.json."""
        return frozenset({_FILE})

    def run(self, arguments: Arguments, hands: Hands) -> Course:
        """Have it added."""
        package, version = _named(arguments)
        yield Stage("analyzing", f"{package}@{version}")
        manifest = _manifest(hands)
        section, other = ("devDependencies", "dependencies")[:: 1 if arguments.dev else -1]
        known = {**_section(manifest, section), package: version}
        manifest[section] = dict(sorted(known.items()))
        if package in _section(manifest, other):
            del manifest[other][package]
        yield Stage("writing", f"Adding {package} to {_FILE}")
        content = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        details = {"file_path": _FILE, "package": package, "package_version": version}
        return Asked(written(hands, path=_FILE, content=content), details)


def _named(arguments: Arguments) -> tuple[str, str]:
    """Return the package's name, and what is asked of it."""
    package, version = arguments.package.strip(), arguments.version
    if version is None and (both := _WITH_VERSION.fullmatch(package)):
        package, version = both[1], both[2]
    if not re.fullmatch(_NAME, package):
        raise Refused("package: is not the name of an npm package")
    if version is not None and is_foreign(version):
        raise Refused("version: must be one that the npm registry could have: a version, a range or a tag")
    return package, version or "latest"


def _manifest(hands: Hands) -> dict[str, Any]:
    try:
        manifest = json.loads(hands.read(_FILE) or b"{}")
    except (ValueError, RecursionError, TooLarge):
        raise Refused("package.json is not JSON; write it anew first") from None
    if not isinstance(manifest, dict):
        raise Refused("package.json is not a JSON object; write it anew first")
    return manifest


def _section(manifest: dict[str, Any], name: str) -> dict[str, Any]:
    section = manifest.get(name)
    return section if isinstance(section, dict) else {}
