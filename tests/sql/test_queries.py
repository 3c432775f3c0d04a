"""Every named query is one that Postgres understands, and that finds its rows by an index."""

import re
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from sql import files
from sql.database import ROLES, role_url
from sql.named import Named

FOLDER = Path(__file__).parents[2] / "sql"
QUERIES = [
    pytest.param(query, id=f"{path.stem}.{name}")
    for path in sorted(FOLDER.glob("*.sql"))
    for name, query in Named(str(path)).blocks.items()
]
PARAMETER = re.compile(r"%\((\w+)\)[sbt]")
#: What Postgres cannot tell from the place where it stands.
TYPES = {"keep": "interval"}
#: Tables that grow with the apps: reading one whole would show only when it is too late.
LARGE = re.compile(r"Seq Scan on (?:files|file_changes|versions|blobs|progress|progress_heads|inbox)\b")


def explained(url: str, query: str) -> str:
    """Return the plan for arguments that nobody knows yet."""
    names = list(dict.fromkeys(PARAMETER.findall(query)))
    text = PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", query).replace("%%", "%")
    types = ", ".join(TYPES.get(name, "unknown") for name in names)
    nulls = ", ".join("null" for _ in names)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set plan_cache_mode = force_generic_plan")
        connection.execute("set enable_seqscan = off")
        connection.execute(f"prepare asked {f'({types})' if names else ''} as {text}".encode())
        plan = connection.execute(f"explain execute asked {f'({nulls})' if names else ''}".encode())
        return "\n".join(line for (line,) in plan.fetchall())


@pytest.mark.parametrize("query", QUERIES)
def test_a_named_query_can_be_explained(database_url: str, query: bytes) -> None:
    for url in (*(role_url(database_url, role) for role in ROLES), database_url):
        try:
            plan = explained(url, query.decode())
        except InsufficientPrivilege:
            continue
        assert not LARGE.search(plan), plan
        return
    pytest.fail("nobody may run it")


def test_what_is_known_of_paths_is_looked_up_path_by_path(database_url: str) -> None:
    plan = explained(role_url(database_url, "fleet_worker"), files.QUERY.known.decode())
    assert "(path > (folder.folder || '/'::text))" in plan, plan
    assert "Join Filter" not in plan, plan


def test_there_are_queries() -> None:
    assert len(QUERIES) > 20
