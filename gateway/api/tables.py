"""Tables of an app over HTTP: which there are, what each is made of, and how large it was when it was counted."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from contracts import table
from contracts.table import Catalog, Rule, Table
from contracts.tenant import DataEnv
from gateway.parts import Parts
from gateway.problem import Problem
from gateway.shelf import Shelf
from sql import catalogs, tables
from sql.tables import Size


class TableView(BaseModel):
    """A table; rows and bytes as they were when they were counted."""

    name: str
    full_name: str = Field(examples=["app_demo_todos"])
    access: str
    has_rls: bool = True
    schema_version: int
    columns: int
    rows: int
    bytes: int
    counted_at: str | None


class TablesView(BaseModel):
    """All tables of an app."""

    schema_version: int
    data: DataEnv
    tables: list[TableView]


class WholeTableView(BaseModel):
    """A table with its columns, what is held of them, and which tables refer to which."""

    table: TableView
    columns: list[dict[str, Any]]
    indexes: list[dict[str, Any]]
    constraints: list[dict[str, Any]]
    refers_to: list[dict[str, Any]]
    referred_to_by: list[dict[str, Any]]


def router(parts: Parts) -> APIRouter:
    """Return the routes of an app's tables."""
    shelf = Shelf(parts)
    routes = APIRouter(prefix="/v1/apps/{app_id}/tables", tags=["tables"])
    may_read = Depends(parts.guard.may("viewer"))
    env = Annotated[DataEnv, Query(description="whose rows are counted: the previews' or the releases'")]

    async def look(app_id: str, data: DataEnv) -> tuple[Catalog, dict[int, Size]]:
        async with shelf.look(app_id) as tx:
            catalog = await catalogs.load(tx, app_id)
            if not catalog.tables:
                return catalog, {}
            return catalog, await tables.sizes(tx, app_id, data)

    @routes.get("", dependencies=[may_read], summary="List the tables of an app")
    async def list_tables(app_id: str, data: env = "development") -> TablesView:
        catalog, sizes = await look(app_id, data)
        listed = [view(app_id, one, sizes.get(one.table_id)) for one in catalog.tables.values()]
        return TablesView(schema_version=catalog.version, data=data, tables=listed)

    @routes.get("/{name}", dependencies=[may_read], summary="Show a table of an app")
    async def show_table(app_id: str, name: str, data: env = "development") -> WholeTableView:
        catalog, sizes = await look(app_id, data)
        found = catalog.tables.get(name)
        if found is None:
            there = ", ".join(sorted(catalog.tables)) or "none yet"
            raise Problem(404, f"{app_id} has no table {name!r}; there are {there}")
        return whole(catalog, found, sizes.get(found.table_id))

    return routes


def view(app_id: str, found: Table, size: Size | None) -> TableView:
    """Return a table as the list shows it."""
    return TableView(
        name=found.name,
        full_name=f"app_{app_id}_{found.name}",
        access=found.access,
        schema_version=found.version,
        columns=len(found.fields) + len(table.META),
        rows=size.rows if size else 0,
        bytes=size.bytes if size else 0,
        counted_at=size.counted_at.isoformat() if size else None,
    )


def whole(catalog: Catalog, found: Table, size: Size | None) -> WholeTableView:
    """Return a table with all that is known of it."""
    others = [(other, rule) for other in catalog.tables.values() for rule in other.rules]
    return WholeTableView(
        table=view(catalog.app_id, found, size),
        columns=[
            *({"name": name, "type": kind, "nullable": False, "system": True} for name, kind in table.META.items()),
            *(_column(found, field) for field in found.fields),
        ],
        indexes=[_rule(found, rule) for rule in found.rules if rule.kind == "index"],
        constraints=[_rule(found, rule) for rule in found.rules if rule.kind != "index"],
        refers_to=[_link(catalog, found, rule) for rule in found.rules if rule.target_id is not None],
        referred_to_by=[_link(catalog, other, rule) for other, rule in others if rule.target_id == found.table_id],
    )


def _column(found: Table, field: table.Field) -> dict[str, Any]:
    default = field.default or {}
    alone = [rule for rule in found.rules if rule.fields == (field.field_id,)]
    return {
        "name": field.name,
        "type": field.kind,
        "nullable": not field.not_null,
        "default": f"{default['call']}()" if "call" in default else default.get("value"),
        "indexed": field.pivot == "ready",
        "unique": any(rule.kind == "unique" for rule in alone),
        "system": False,
    }


def _rule(found: Table, rule: Rule) -> dict[str, Any]:
    return {"name": rule.name, "kind": rule.kind, "columns": found.named(rule.fields), "state": rule.state}


def _link(catalog: Catalog, found: Table, rule: Rule) -> dict[str, Any]:
    target = catalog.by_id(rule.target_id)
    return {
        "from": f"{found.name}.{found.named(rule.fields)[0]}",
        "to": f"{target.name}.id" if target else None,
        "on_delete": rule.on_delete,
    }
