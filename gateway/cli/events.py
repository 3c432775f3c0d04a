"""Events as the command line makes them: data put together from options, checked, and posted until accepted."""

import asyncio
import base64
import sys
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from contracts import catalog, cloudevents
from contracts.errors import BadEvent
from contracts.event import Envelope
from gateway.cli.console import Trouble
from gateway.cli.follow import Away
from gateway.cli.running import problem

SOURCE = "fleet-cli"
_PATIENCE = (0.2, 0.5, 1.0, 2.0)


def new(kind: str, app_id: str, data: dict[str, Any], message_id: str | None = None) -> Envelope:
    """Return an event with a name of its own, once its data is known to be right."""
    try:
        event = catalog.asked_for(kind)
        if message_id and "message_id" in event.model_fields:
            data = {"message_id": message_id, **data}
        event.parse(data)
    except BadEvent as bad:
        raise Trouble("\n       ".join(map(str, bad.flaws)), 2) from None
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Envelope(str(uuid4()), SOURCE, kind, app_id, data, time=now, message_id=message_id)


def read_data(option: str | None) -> dict[str, Any]:
    """Return the JSON object that stands in an option, in a file (`@file`) or on standard input (`@-`)."""
    if option is None:
        return {}
    try:
        text = option if not option.startswith("@") else _read(option[1:])
        data = cloudevents.parse_json(text.encode())
    except BadEvent as bad:
        raise Trouble(f"--data: {bad.flaws[0].reason}", 2) from None
    except (OSError, ValueError) as error:
        raise Trouble(f"--data: {error}", 2) from None
    if not isinstance(data, dict):
        raise Trouble("--data: must be a JSON object", 2)
    return data


def with_files(data: dict[str, Any], options: list[str]) -> dict[str, Any]:
    """Add local files, each named as PATH=LOCAL; one alone stays one file."""
    files = []
    for option in options:
        path, equals, local = option.partition("=")
        try:
            files.append({"path": path, **content(Path(local if equals else path).read_bytes())})
        except OSError as error:
            raise Trouble(f"--file: {error}", 2) from None
    match files:
        case []:
            return data
        case [alone] if "files" not in data:
            return {**data, **alone}
    return {**data, "files": [*data.get("files", ()), *files]}


def content(blob: bytes) -> dict[str, str]:
    """Return a file's bytes as text where they are text, else as base64."""
    try:
        text = blob.decode()
    except UnicodeDecodeError:
        text = "\0"
    return {"content_base64": base64.b64encode(blob).decode()} if "\0" in text else {"content": text}


async def post(client: httpx.AsyncClient, event: Envelope) -> dict[str, Any]:
    """Publish once; whatever may pass is Away, whatever will not is Trouble."""
    body = cloudevents.encode(replace(event, story_id=event.story_id or event.event_id)).encode()
    try:
        response = await client.post("/v1/events", content=body, headers={"Content-Type": cloudevents.STRUCTURED})
    except httpx.TransportError as error:
        raise Away(f"the gateway cannot be reached ({type(error).__name__})") from None
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS or response.is_server_error:
        raise Away(str(problem(response)))
    if response.is_error:
        raise problem(response)
    accepted: dict[str, Any] = response.json()["accepted"][0]
    return accepted


async def publish(client: httpx.AsyncClient, event: Envelope) -> dict[str, Any]:
    """Publish, and again under the same name while that is worth while: a repeat is one event."""
    for pause in _PATIENCE:
        try:
            return await post(client, event)
        except Away:
            await asyncio.sleep(pause)
    try:
        return await post(client, event)
    except Away as away:
        raise Trouble(f"{away}; see `fleet status` and `fleet doctor`") from None


def _read(name: str) -> str:
    return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
