"""The web application: every route but the stream, with all errors as problems."""

from typing import Any

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from contracts.errors import BadEvent, Flaw
from gateway.api import apps, archives, differences, events, files, health, messages, previews, versions
from gateway.demo import page as demo
from gateway.front import Front
from gateway.openapi import complete
from gateway.parts import Parts
from gateway.problem import MEDIA_TYPE, Problem, try_later, unprocessable
from sql.database import is_away


def build(parts: Parts) -> Front:
    """Return the gateway as an ASGI application."""
    web = FastAPI(
        title="OverSkill fleet",
        version="1",
        description="The open back-end of an AI app builder: events in, previews, builds and progress out.",
        docs_url=None,
        redoc_url=None,
        exception_handlers={
            Problem: _problem,
            BadEvent: _bad_event,
            RequestValidationError: _bad_request,
            HTTPException: _http,
            psycopg.Error: _database,
        },
    )
    for part in (events, apps, messages, files, versions, differences, archives, previews, health, demo):
        web.include_router(part.router(parts))
    complete(web)
    return Front(web, parts.streams, parts.cors, parts.metrics)


def _answer(problem: Problem) -> Response:
    return Response(problem.body(), problem.status, {**problem.headers, "content-type": MEDIA_TYPE})


async def _problem(_request: Request, problem: Any) -> Response:
    return _answer(problem)


async def _bad_event(_request: Request, error: Any) -> Response:
    return _answer(unprocessable(error))


async def _bad_request(_request: Request, error: Any) -> Response:
    """Name the field as the client wrote it: without where in the request it stood, and without its value."""
    flaws = [
        Flaw(".".join(map(str, found["loc"][1:] or found["loc"])), found["msg"].removeprefix("Value error, "))
        for found in error.errors()
    ]
    return _answer(unprocessable(BadEvent(*flaws)))


async def _http(request: Request, error: Any) -> Response:
    detail = {404: f"there is nothing at {request.url.path}", 405: f"{request.method} is not possible here"}
    headers = {name: "GET, HEAD" if value == "GET" else value for name, value in (error.headers or {}).items()}
    return _answer(Problem(error.status_code, detail.get(error.status_code, error.detail), headers=headers))


async def _database(_request: Request, error: Any) -> Response:
    if isinstance(error, psycopg.DataError):  # a NUL, for one: nothing of ours can be called so
        return _answer(Problem(422, "a value of the request is nothing that could be stored"))
    if not is_away(error):
        raise error
    return _answer(try_later("the database is away; nothing was changed"))
