"""Golden files: one event of every kind, as it was once published, must be understood for ever."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contracts import catalog, cloudevents
from contracts.cloudevents import STRUCTURED

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))


def test_every_kind_has_a_golden_file() -> None:
    assert {path.name.split(".")[0] for path in GOLDEN} == set(catalog.KINDS)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_file_is_still_understood(path: Path) -> None:
    envelope = cloudevents.decode(STRUCTURED, {}, path.read_bytes())
    assert envelope.kind == path.name.split(".")[0]
    assert envelope.app_id == "demo"
    assert envelope.time == "2026-01-31T12:00:00.000Z"
    assert envelope.message_id == "msg_7"
    assert envelope.story_id != envelope.event_id
    assert (envelope.sequence is None) != (envelope.causation_id is None)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_no_field_of_a_golden_file_gets_lost(path: Path) -> None:
    envelope = cloudevents.decode(STRUCTURED, {}, path.read_bytes())
    read = catalog.KINDS[envelope.kind].parse(envelope.data).data()
    if "." not in path.stem:  # the variants are other people's shapes; they are read into ours
        assert _without_defaults(read, envelope.data) == envelope.data
    assert catalog.KINDS[envelope.kind].parse(read).data() == read


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_file_agrees_with_the_published_schema(path: Path) -> None:
    event = json.loads(path.read_bytes())
    schema = catalog.schema(catalog.KINDS[event["type"].removeprefix("overskill.")])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(event["data"], schema, cls=jsonschema.Draft202012Validator)


def _without_defaults(read: Any, sent: Any) -> Any:
    """Drop what reading filled in, so that what remains can be held against what was sent."""
    if isinstance(read, dict) and isinstance(sent, dict):
        return {name: _without_defaults(value, sent[name]) for name, value in read.items() if name in sent}
    if isinstance(read, list) and isinstance(sent, list) and len(read) == len(sent):
        return [_without_defaults(*pair) for pair in zip(read, sent, strict=True)]
    return read
