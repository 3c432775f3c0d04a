"""How whatever goes wrong in a route is answered: as a problem."""

from typing import Any

import psycopg
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from contracts.errors import BadEvent, Flaw
from gateway.problem import MEDIA_TYPE, Problem, try_later, unprocessable
from sql.database import is_away


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


HANDLERS: dict[int | type[Exception], Any] = {
    Problem: _problem,
    BadEvent: _bad_event,
    RequestValidationError: _bad_request,
    HTTPException: _http,
    psycopg.Error: _database,
}
