"""Tenancy: rows of 50,000 apps in one database, read and written as one user of one of them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import psycopg
from psycopg import AsyncConnection

from contracts.condition import Order, Test, Wanted
from contracts.design import designed
from contracts.schema import SchemaChange
from contracts.table import Catalog, Table
from sql import entities, schema_rows, schemas
from sql.database import enter, role_url
from sql.tenants import Asking
from tests.bench.figures import Bar, Findings, spread
from tests.bench.ground import Ground
from tests.sql.ground import Stage, make_apps

APPS, TABLES, ROWS, LARGE, SAMPLES = 50_000, 5, 6_000_000, 16_000, 300
APP = "app-1"
COLUMNS = [
    {"name": "title", "type": "text"},
    {"name": "rank", "type": "integer"},
    {"name": "body", "type": "text"},
]
FIRST = {
    "table": "things",
    "access": "app",
    "columns": [*COLUMNS[:1], *COLUMNS[1:], {"name": "slug", "type": "text", "unique": True}],
    "indexes": [{"columns": ["rank"]}],
}
OTHERS = [{"table": f"table_{n}", "access": "app", "columns": COLUMNS} for n in range(2, TABLES + 1)]
Act = Callable[[], Awaitable[Any]]


def tenancy(ground: Ground, findings: Findings) -> None:
    """Fill the database, then do each thing by itself, and the same in a table of its own with a policy of its own."""
    catalog = make_apps(ground.postgres.url, [APP], [FIRST, *OTHERS])[APP]
    began = time.monotonic()
    with psycopg.connect(ground.postgres.url, autocommit=True) as owner:
        _fill(owner, catalog, ground.few(APPS), ground.few(ROWS))
        rows, policies, size = _facts(owner)
    findings.add(
        "tenancy: filled",
        "",
        {"rows": rows, "apps": ground.few(APPS), "seconds": time.monotonic() - began, "gigabytes": size / 1e9},
    )
    findings.add("tenancy: policies in all", "", {"policies": policies}, Bar("policies", 99))
    asyncio.run(_measure(ground, findings, catalog))
    _changes(ground, findings, catalog)


def _fill(owner: psycopg.Connection[Any], catalog: Catalog, apps: int, rows: int) -> None:
    """Write catalogs and rows of all apps at once, as the triggers would have written them."""
    owner.execute("set maintenance_work_mem = '256MB'")
    owner.execute("set synchronous_commit = off")
    owner.execute("alter table rt.app_entities disable trigger user")
    about = {"apps": apps, "each": max(1, rows // apps), "large": LARGE, "first": catalog.tables["things"].table_id}
    tables = {"schemas", "tenants", "logical_tables", "logical_columns", "logical_rules"}
    for name in sorted(tables):
        columns = _columns(owner, name)
        own = {"app_id": "'app-' || n", "tenant_id": "md5(tenant_id::text || n)::uuid"}
        said = ", ".join(own.get(column, column) for column in columns)
        owner.execute(
            f"insert into rt.{name} ({', '.join(columns)}) select {said}"
            f" from rt.{name}, generate_series(2, %(apps)s) as n where app_id = '{APP}'".encode(),
            about,
        )
    for statement in _ROWS:
        owner.execute(statement, about)
    owner.execute("alter table rt.app_entities enable trigger user")
    owner.execute("vacuum analyze rt.app_entities, rt.field_index, rt.logical_tables, rt.logical_columns, rt.tenants")


def _columns(owner: psycopg.Connection[Any], table: str) -> list[str]:
    found = owner.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped",
        (f"rt.{table}",),
    )
    return [name for (name,) in found.fetchall()]


_CONTENT = """jsonb_build_object(fields[1]::text, 'title ' || k, fields[2]::text, (k * 7919) %% 100000,
    fields[3]::text, repeat(md5(k::text), 4), fields[4]::text, 'slug-' || k)"""
_ROWS = (
    # Everybody's rows are spread over five tables; the first app has one large table besides.
    f"""
    with numbers as (select array_agg(field_id order by field_id) as fields from rt.logical_columns
                     where app_id = 'app-1' and table_id = %(first)s)
    insert into rt.app_entities (tenant_id, table_id, scope, owner_sub, created_at, data)
    select tenant_id, table_id, 'a', 'ann', timestamptz '2026-01-01' + k * interval '1 second', {_CONTENT}
    from numbers, rt.tenants join rt.logical_tables using (app_id), generate_series(1, greatest(1, %(each)s / 5)) as k
    where data_env = 'development'
    """.encode(),
    f"""
    with numbers as (select array_agg(field_id order by field_id) as fields from rt.logical_columns
                     where app_id = 'app-1' and table_id = %(first)s)
    insert into rt.app_entities (tenant_id, table_id, scope, owner_sub, created_at, data)
    select tenant_id, %(first)s, 'a', 'ann', timestamptz '2026-02-01' + k * interval '1 second', {_CONTENT}
    from numbers, rt.tenants, generate_series(100001, 100000 + %(large)s) as k
    where app_id = 'app-1' and data_env = 'development'
    """.encode(),
    b"""
    insert into rt.field_index (tenant_id, id, field_id, scope, k, created_at)
    select tenant_id, id, field_id, scope, rt.sort_key(kind, data ->> field_id::text), created_at
    from rt.app_entities join rt.logical_columns
        on app_id = 'app-1' and logical_columns.table_id = app_entities.table_id and pivot = 'ready'
    where app_entities.table_id = %(first)s
    """,
    b"""
    insert into rt.entity_unique (tenant_id, rule_id, key_hash, id)
    select tenant_id, rule_id, rt.unique_hash(data, fields), id
    from rt.app_entities join rt.logical_rules on app_id = 'app-1' and kind = 'unique'
    where app_entities.table_id = %(first)s
    """,
)


def _facts(owner: psycopg.Connection[Any]) -> tuple[int, int, int]:
    found = owner.execute(
        "select (select count(*) from rt.app_entities), (select count(*) from pg_policies),"
        " (select sum(pg_relation_size(oid)) from pg_class where relnamespace = 'rt'::regnamespace)"
    ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1]), int(found[2])


async def _measure(ground: Ground, findings: Findings, catalog: Catalog) -> None:
    """Do each thing many times, in a transaction that is open already."""
    things, count = catalog.tables["things"], ground.few(SAMPLES)
    async with Stage.opened(ground.postgres.url) as stage, _physical(ground) as peer, stage.tx.transaction():
        asking = await stage.be(APP, "ann")
        ids = [row["id"] for row in await stage.read(asking, catalog, "things")]
        ours = _ours(stage, asking, things, ids)
        for what, (act, bars) in ours.items():
            samples = [await _timed(act) for _ in range(count)]
            theirs = [await _timed(partial(peer, what)) for _ in range(count)]
            values, beside = spread(samples), spread(theirs)
            findings.add(
                f"tenancy: {what}, at the database",
                "ms",
                values,
                *bars,
                peer=f"a table of its own {beside['p50']:.2f}, {beside['p95']:.2f}",
                ratio=round(beside["p50"] / values["p50"], 2),
            )


def _ours(stage: Stage, asking: Asking, things: Table, ids: list[str]) -> dict[str, tuple[Act, tuple[Bar, ...]]]:
    turn = iter(range(10**9))

    def page(wanted: Wanted) -> Act:
        return lambda: entities.page(stage.tx, asking, things, wanted)

    def row(n: int) -> dict[str, Any]:
        return {"title": f"new {n}", "rank": n, "body": "x" * 128, "slug": f"new-{n}"}

    def insert() -> Awaitable[Any]:
        return entities.insert(stage.tx, asking, things, [row(next(turn))])

    def update() -> Awaitable[Any]:
        where = Test("id", "eq", ids[next(turn) % len(ids)])
        return entities.patch(stage.tx, asking, things, where, {"rank": next(turn)})

    return {
        "list 100": (page(Wanted()), (Bar("p95", 5),)),
        "filter by an indexed column": (page(Wanted(Test("rank", "eq", 7919 * 7 % 100_000))), (Bar("p95", 5),)),
        "sort by it": (page(Wanted(order=(Order("rank"),))), (Bar("p95", 5),)),
        "point": (lambda: entities.get(stage.tx, asking, things, ids[next(turn) % len(ids)]), ()),
        "insert, with unique and index": (insert, ()),
        "update": (update, ()),
        "unique taken": (page(Wanted(Test("slug", "eq", "slug-100100"))), ()),
        "count 16,000": (lambda: entities.count(stage.tx, asking, things), ()),
    }


async def _timed(act: Act) -> float:
    began = time.perf_counter()
    await act()
    return (time.perf_counter() - began) * 1_000


@asynccontextmanager
async def _physical(ground: Ground) -> AsyncIterator[Callable[[str], Awaitable[Any]]]:
    """The large table as a table of its own, with typed columns, indexes and a policy; and the same questions to it."""
    with psycopg.connect(ground.postgres.url, autocommit=True) as owner:
        owner.execute(_PHYSICAL)
        owner.execute("vacuum analyze rt.physical")
    ids: list[Any] = []
    turn = iter(range(10**9))
    async with await AsyncConnection.connect(role_url(ground.postgres.url, "fleet_tenant"), autocommit=True) as tx:
        await tx.execute("select set_config('bench.tenant', '0', false)")
        ids += [row[0] for row in await (await tx.execute("select id from rt.physical limit 1000")).fetchall()]

        async def ask(what: str) -> Any:
            n = next(turn)
            values = {"n": n, "id": ids[n % len(ids)], "slug": f"new-{n}"}
            return await (await tx.execute(_QUESTIONS[what], values)).fetchall()

        async with tx.transaction():
            yield ask


_PHYSICAL = """
create table rt.physical (
    id uuid primary key default gen_random_uuid(), tenant text not null default '0',
    title text, rank integer, body text, slug text unique, created_at timestamptz not null default clock_timestamp()
);
alter table rt.physical enable row level security;
create policy own on rt.physical to fleet_tenant using (tenant = (select current_setting('bench.tenant')));
grant select, insert, update on rt.physical to fleet_tenant;
insert into rt.physical (title, rank, body, slug, created_at)
select 'title ' || k, (k * 7919) % 100000, repeat(md5(k::text), 4), 'slug-' || k,
    timestamptz '2026-02-01' + k * interval '1 second'
from generate_series(100001, 116000) as k;
create index on rt.physical (created_at, id);
create index on rt.physical (rank, created_at, id);
"""
_ROW = "(select row_to_json(p) from (select physical.*) as p)::text"
_QUESTIONS = {
    "list 100": f"select {_ROW} from rt.physical order by created_at desc, id desc limit 101",
    "filter by an indexed column": f"select {_ROW} from rt.physical where rank = 55433"
    " order by created_at desc, id desc limit 101",
    "sort by it": f"select {_ROW} from rt.physical order by rank, created_at, id limit 101",
    "point": f"select {_ROW} from rt.physical where id = %(id)s",
    "insert, with unique and index": "insert into rt.physical (title, rank, body, slug)"
    f" values ('new', %(n)s, repeat('x', 128), %(slug)s) returning {_ROW}",
    "update": f"update rt.physical set rank = %(n)s where id = %(id)s returning {_ROW}",
    "unique taken": f"select {_ROW} from rt.physical where slug = 'slug-100100'",
    "count 16,000": "select count(*) from rt.physical",
}


def _changes(ground: Ground, findings: Findings, catalog: Catalog) -> None:
    """Add a column, then have the large table entered into an index, as the actor does it."""
    with psycopg.connect(role_url(ground.postgres.url, "fleet_worker"), autocommit=True) as tx:
        for name, asked in (
            ("add_column", {"table": "things", "name": "extra", "type": "text", "default": "none"}),
            ("create_index", {"table": "things", "columns": ["title"]}),
        ):
            change = SchemaChange.model_validate({name: asked})
            began = time.perf_counter()
            with tx.transaction():
                enter(tx, APP)
                before = schemas.hold(tx, APP)
                design = designed(before, before, change, "2026-01-31T12:00:00.000000Z")
                schemas.wait_for_writers(tx, APP, design.table.table_id)
                schemas.store(tx, before, design.catalog)
            held = (time.perf_counter() - began) * 1_000
            tenant_id, seen, entered = schema_rows.tenants(APP)[0], schema_rows.FIRST, 0
            while design.rules:
                with tx.transaction():
                    enter(tx, APP)
                    batch = schema_rows.enter(tx, tenant_id, design.table, design.rules, after=seen, count=1_000)
                if batch.last is None:
                    break
                seen, entered = batch.last, entered + batch.count
            values = {"writers_wait_ms": held, "all_ms": (time.perf_counter() - began) * 1_000, "rows": entered}
            findings.add(f"tenancy: {name}", "", values)
    assert catalog
