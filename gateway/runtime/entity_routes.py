"""`/api/entities/{table}[/{id}]`: the rows of an app's tables, as whoever asks may see and change them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from contracts.condition import Condition, Test
from contracts.errors import BadEvent, Flaw
from contracts.table import Table
from gateway.problem import Problem
from gateway.runtime import asked, reading
from gateway.runtime.asked import Asked
from gateway.runtime.callers import EndCaller, Reception
from gateway.runtime.limits import Limits
from gateway.runtime.place import Place, place_of
from gateway.runtime.rows import Rows
from sql import entities
from sql.database import AsyncTx
from sql.entities import Page
from sql.tenants import Asking

_ABOUT = (
    "Conditions are `column=operator.value`, with eq neq gt gte lt lte like ilike in is, `not.` before any of them, "
    "and `or=(a.eq.1,b.in.(2,3))`. Besides: `select=a,b`, `order=a.desc,b`, `limit=`, `cursor=` (`next` of the page "
    "before), `count=exact`."
)
_CONFLICT = 409
_NO_ROW = "there is no such row, or none that you may see or change"
_ANY = {"application/json": {"schema": {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}}}
_BODY = {"requestBody": {"required": True, "content": _ANY}}
_CHANGES = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@dataclass(frozen=True, slots=True)
class Visitor:
    """A request that was let in."""

    place: Place
    caller: EndCaller
    asked: Asked


@dataclass(frozen=True, slots=True)
class EntityRoutes:
    """The routes, as they are at the gateway and on every app's own host."""

    reception: Reception
    rows: Rows
    limits: Limits

    async def admit(self, request: Request) -> Visitor:
        """Let a request in: not too many of one app, each as somebody."""
        place = place_of(request)
        ring = await self.reception.keyring.of(place.app_id)
        self.limits.must_admit(place, ring.tier)
        return Visitor(place, await self.reception.caller(place, request), asked.read(request.scope["query_string"]))

    def router(self) -> APIRouter:
        """Return them."""
        routes = APIRouter(prefix="/api/entities/{table}", tags=["runtime: rows"])
        By = Annotated[Visitor, Depends(self.admit)]  # noqa: N806 - a type

        @routes.get("", summary="A page of rows", description=_ABOUT)
        async def list_rows(table: str, by: By) -> Response:
            return await self._page(table, by)

        @routes.post("", status_code=201, summary="Insert a row, or several, or those that differ", openapi_extra=_BODY)
        async def insert_rows(table: str, by: By, request: Request) -> Response:
            rows, alone = await reading.rows(request)
            return _written(await self._insert(table, by, rows), by, alone=alone, status=201)

        @routes.patch("", summary="Change all rows that conditions name", openapi_extra=_CHANGES)
        async def patch_rows(table: str, by: By, request: Request) -> Response:
            return _written(await self._patch(table, by, _named(by), await reading.changes(request)), by)

        @routes.delete("", summary="Delete all rows that conditions name")
        async def delete_rows(table: str, by: By) -> Response:
            return _written(await self._delete(table, by, _named(by)), by)

        @routes.get("/{row_id}", summary="One row")
        async def get_row(table: str, row_id: str, by: By) -> Response:
            return await self._row(table, by, _one(row_id))

        @routes.patch("/{row_id}", summary="Change one row", openapi_extra=_CHANGES)
        async def patch_row(table: str, row_id: str, by: By, request: Request) -> Response:
            rows = await self._patch(table, by, _one(row_id), await reading.changes(request))
            return _written(rows, by, alone=True)

        @routes.delete("/{row_id}", summary="Delete one row")
        async def delete_row(table: str, row_id: str, by: By) -> Response:
            return _written(await self._delete(table, by, _one(row_id)), by, alone=True)

        return routes

    async def _page(self, name: str, by: Visitor) -> Response:
        async def work(tx: AsyncTx, asking: Asking, table: Table) -> tuple[Page, int | None]:
            page = await entities.page(tx, asking, table, by.asked.wanted)
            count = await entities.count(tx, asking, table, by.asked.where) if by.asked.count else None
            return page, count

        page, count = await self.rows.read(by.place, by.caller, name, work)
        return _json(_listed(page.rows, next=page.next, count=count))

    async def _row(self, name: str, by: Visitor, one: Test) -> Response:
        async def work(tx: AsyncTx, asking: Asking, table: Table) -> str | None:
            return await entities.get(tx, asking, table, one.value, by.asked.wanted.select)

        row = await self.rows.read(by.place, by.caller, name, work, "get")
        if row is None:
            raise Problem(404, _NO_ROW)
        return _json(row)

    async def _insert(self, name: str, by: Visitor, rows: Sequence[dict[str, Any]]) -> list[str]:
        async def work(tx: AsyncTx, asking: Asking, table: Table) -> list[str]:
            if by.asked.on_conflict is None:
                return await entities.insert(tx, asking, table, rows)
            return await entities.upsert(tx, asking, table, rows, _unique(table, by.asked.on_conflict))

        try:
            return await self.rows.write(by.place, by.caller, name, work, "insert")
        except Problem as problem:
            if problem.status != _CONFLICT or by.asked.on_conflict is None:
                raise  # else somebody wrote the very row meanwhile: now it is there to be changed
            return await self.rows.write(by.place, by.caller, name, work, "insert")

    async def _patch(self, name: str, by: Visitor, where: Condition, changes: dict[str, Any]) -> list[str]:
        async def work(tx: AsyncTx, asking: Asking, table: Table) -> list[str]:
            return await entities.patch(tx, asking, table, where, changes)

        return await self.rows.write(by.place, by.caller, name, work, "patch")

    async def _delete(self, name: str, by: Visitor, where: Condition) -> list[str]:
        async def work(tx: AsyncTx, asking: Asking, table: Table) -> list[str]:
            return await entities.delete(tx, asking, table, where)

        return await self.rows.write(by.place, by.caller, name, work, "delete")


def _named(by: Visitor) -> Condition:
    """Refuse to change everything because a condition was forgotten."""
    if not by.asked.where.parts:
        raise BadEvent(Flaw("query", "must say which rows are meant, such as ?id=in.(…)"))
    return by.asked.where


def _unique(table: Table, names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse to look for a row by what several may have."""
    alike = [set(table.named(rule.fields)) for rule in table.rules if rule.kind == "unique"]
    if set(names) not in [{"id"}, *alike]:
        raise BadEvent(Flaw("on_conflict", "must name the columns that are unique together, or id"))
    return names


def _one(row_id: str) -> Test:
    """Return what names a row; what can be no row's name is a row that there is not."""
    try:
        return Test("id", "eq", str(UUID(row_id)))
    except ValueError:
        raise Problem(404, _NO_ROW) from None


def _written(rows: list[str], by: Visitor, *, alone: bool = False, status: int = 200) -> Response:
    if alone and not rows:
        raise Problem(404, _NO_ROW)
    if not by.asked.returning:
        return Response(status_code=204)
    return _json(rows[0] if alone else _listed(rows), status)


def _listed(rows: list[str], **more: Any) -> str:
    """Return rows, which are JSON already, and what is to be said of them."""
    kept = {name: value for name, value in more.items() if value is not None or name == "next"}
    said = "".join(f',"{name}":{json.dumps(value)}' for name, value in kept.items())
    return f'{{"rows":[{",".join(rows)}]{said}}}'


def _json(text: str, status: int = 200) -> Response:
    return Response(text, status, {"cache-control": "no-store"}, "application/json")
