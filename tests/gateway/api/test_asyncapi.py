"""The AsyncAPI document: complete, consistent, and valid by AsyncAPI's own schema."""

import json
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import jsonschema
import pytest

from contracts import catalog
from gateway.api import asyncapi

GOLDEN = Path(__file__).parents[2] / "contracts" / "golden"
SPECS = "@asyncapi/specs@6"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(asyncapi.document()))
    return made


@pytest.fixture(scope="module")
def published_schema(tmp_path_factory: pytest.TempPathFactory, absent: Callable[[str], NoReturn]) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("asyncapi")
    npm = Path(sys.executable).with_name("npm")
    command = [str(npm), "pack", "--silent", "--fetch-retries=1", SPECS]
    if not npm.exists() or subprocess.run(command, check=False, cwd=folder).returncode:
        absent("AsyncAPI's schema, which npm fetches,")
    with tarfile.open(next(folder.glob("*.tgz"))) as package:
        file = package.extractfile("package/schemas/3.0.0-without-$id.json")
        assert file is not None
        schema: dict[str, Any] = json.load(file)
        return schema


def refs(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from refs(value)
    elif isinstance(part, list):
        for value in part:
            yield from refs(value)


def resolve(document: Any, ref: str) -> Any:
    for part in ref.removeprefix("#/").split("/"):
        document = document[part]
    return document


def test_it_is_valid_by_asyncapis_own_schema(document: dict[str, Any], published_schema: dict[str, Any]) -> None:
    jsonschema.validate(document, published_schema)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = set(refs(document))
    assert len(found) > 2 * len(catalog.KINDS)
    assert all(resolve(document, ref) for ref in found)


def test_every_kind_has_a_channel_an_operation_and_a_message(document: dict[str, Any]) -> None:
    for kind, event in catalog.KINDS.items():
        channel = document["channels"][kind]
        assert channel["address"] == f"{kind}.{{app_id}}"
        assert channel["bindings"]["amqp"]["exchange"]["name"] == "overskill.events"
        operation = document["operations"][kind]
        assert operation["action"] == ("receive" if event in catalog.ASKED else "send")
        assert resolve(document, operation["channel"]["$ref"]) == channel
        assert document["components"]["messages"][kind]["title"] == event.__name__


def test_the_stream_is_there_too(document: dict[str, Any]) -> None:
    assert document["channels"]["stream"]["address"] == "{app_id}"
    assert document["channels"]["stream"]["bindings"]["amqp"]["exchange"]["name"] == "overskill.progress"


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_golden_file_agrees_with_the_messages_payload(document: dict[str, Any], path: Path) -> None:
    kind = path.name.split(".")[0]
    payload = document["components"]["messages"][kind]["payload"]
    validator = jsonschema.Draft202012Validator({**payload, "components": document["components"]})
    event = json.loads(path.read_bytes())
    validator.validate(event)
    assert not validator.is_valid(event | {"type": "overskill.other"})
    assert not validator.is_valid(event | {"data": "text"})
