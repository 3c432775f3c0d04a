"""The floors of the house: imports run down, and each kind of line stays in its room."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = ("contracts", "sql", "edge", "actors", "gateway")
FILES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py") if "node_modules" not in path.parts)

#: What may be imported of ours, by the first rule whose prefix fits the importing module.
MAY_IMPORT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("contracts", ("contracts",)),
    ("sql", ("sql", "contracts")),
    ("edge", ("edge", "contracts")),
    ("actors.runtime", ("actors.runtime", "contracts", "sql")),
    ("actors.worker", ("actors.fleet", "actors.runtime", "contracts", "sql", "edge")),
    ("actors.relay", ("actors.fleet", "actors.runtime", "contracts", "sql", "edge")),
    ("actors.__main__", ("actors.fleet", "actors.runtime", "actors.tools", "contracts")),
    ("actors.fleet", ("actors", "contracts")),
    (
        "actors",
        (
            *(f"actors.{room}" for room in ("runtime", "tools", "builds", "deploys", "schemas")),
            "contracts",
            "sql",
            "edge",
        ),
    ),
    (
        "gateway",
        (
            "gateway",
            "contracts",
            "sql",
            "edge",
            *(f"actors.runtime.{room}" for room in ("telemetry", "wire", "outbox")),
        ),
    ),
)
PROCESSES = ("actors.worker", "actors.relay", "actors.__main__")
#: A new cluster gets its role and its database before there is a schema to speak of.
BOOTSTRAP = ("gateway.launcher.postgres",)
DRAMATIQ_ROOMS = ("actors.runtime", "actors.worker")
#: The roots: whoever starts a process, or other processes, reads the environment.
ROOTS = (
    "contracts.settings",
    "actors.worker",
    "actors.relay",
    "gateway.cli",
    "gateway.launcher",
)
SQL = re.compile(
    r"\b(?:select\b.+\bfrom|insert\s+into|update\s+\S+\s+set|delete\s+from|create\s+table)\b", re.IGNORECASE | re.DOTALL
)
ENVIRONMENT = re.compile(r"\bos\.(?:environ|getenv)|from os import .*(?:environ|getenv)")


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports name their module in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, *rooms: str) -> bool:
    return any(name == room or name.startswith(room + ".") for room in rooms)


def allowed(importer: str, imported: str) -> bool:
    rooms = next(rooms for prefix, rooms in MAY_IMPORT if within(importer, prefix))
    return within(imported, *rooms) and (importer in PROCESSES or not within(imported, *PROCESSES))


def strings(path: Path) -> Iterator[str]:
    """Yield what is a string and no docstring."""
    tree = ast.parse(path.read_text())
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def test_imports_run_down_the_floors() -> None:
    ours = [(module(path), name) for path in FILES for name in imports(path) if within(name, *FLOORS)]
    assert not [f"{importer} imports {name}" for importer, name in ours if not allowed(importer, name)]


def test_a_packages_init_is_one_docstring() -> None:
    for path in FILES:
        if path.name == "__init__.py":
            tree = ast.parse(path.read_text())
            assert len(tree.body) == 1, path
            assert ast.get_docstring(tree), path


def test_only_roots_read_the_environment() -> None:
    read = [module(path) for path in FILES if path.name != "__main__.py" and ENVIRONMENT.search(path.read_text())]
    assert not [name for name in read if not within(name, *ROOTS)]


def test_sql_stays_in_its_room() -> None:
    upstairs = [path for path in FILES if not within(module(path), "sql", *BOOTSTRAP)]
    assert not [f"{module(path)}: {text}" for path in upstairs for text in strings(path) if SQL.search(text)]


def test_dramatiq_stays_in_the_engine_room() -> None:
    users = [module(path) for path in FILES if any(within(name, "dramatiq") for name in imports(path))]
    assert not [name for name in users if not within(name, *DRAMATIQ_ROOMS)]


def test_an_actor_would_be_caught_importing_another() -> None:
    assert allowed("actors.store_file", "actors.runtime.job.Job")
    assert not allowed("actors.store_file", "actors.run_build.run_build")
    assert not allowed("contracts.event", "sql.outbox")
    assert not allowed("sql.outbox", "edge.cloudflare")
    assert not allowed("gateway.app", "actors.runtime.broker.Broker")
    assert not allowed("actors.fleet", "actors.worker.main")
    assert allowed("gateway.hub", "actors.runtime.wire.Wire")


def test_sql_would_be_found() -> None:
    assert SQL.search("select app_id\nfrom fleet.apps")
    assert SQL.search("Insert into x values (1)")
