"""Reads a request's JSON, of limited length, as a model or as rows."""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from contracts.cloudevents import media_type, parse_json
from contracts.errors import BadEvent, Flaw
from contracts.event import flaws
from gateway import body
from gateway.problem import Problem

_FORM, _ROWS = 16 * 1024, 4 * 1024 * 1024
_MOST_ROWS = 1_000

M = TypeVar("M", bound=BaseModel)


async def form(request: Request, model: type[M]) -> M:
    """Return what was filled in; an empty body fills in nothing."""
    said = await _json(request, _FORM)
    try:
        return model.model_validate(said if said is not None else {})
    except ValidationError as error:
        raise BadEvent(*flaws(error)) from None


async def rows(request: Request) -> tuple[list[dict[str, Any]], bool]:
    """Return one row or several, and whether it was one."""
    said = await _json(request, _ROWS)
    several = said if isinstance(said, list) else [said]
    if not all(isinstance(row, dict) for row in several) or not several:
        raise BadEvent(Flaw("body", "must be a row as a JSON object, or a list of them"))
    if len(several) > _MOST_ROWS:
        raise BadEvent(Flaw("body", f"has more than {_MOST_ROWS} rows"))
    return several, not isinstance(said, list)


async def changes(request: Request) -> dict[str, Any]:
    """Return what is to change."""
    several, was_one = await rows(request)
    if not was_one:
        raise BadEvent(Flaw("body", "must be a JSON object of the columns that change"))
    return several[0]


async def _json(request: Request, most: int) -> Any:
    text = await body.read(request, most)
    if not text:
        return None
    media = media_type(request.headers.get("content-type"))
    if media != "application/json":  # a form of another site's page could send any other without being asked
        raise Problem(415, f"the body is {media or 'of no type'}: send application/json")
    return parse_json(text)


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return what the OpenAPI document says of such a body."""
    content = {"application/json": {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}
