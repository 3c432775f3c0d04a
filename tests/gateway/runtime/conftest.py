"""A gateway whose apps have users, asked at its port as X-App-ID says, and on its socket as the edge says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import httpx
import psycopg
import pytest

from contracts.tenant import DATA_ENVS, tenant_of
from sql.database import role_url, transaction
from tests.gateway.conftest import Author, Gateway, token
from tests.gateway.preview.conftest import asking, edge, socket_in
from tests.patience import PATIENCE

PASSWORD = "correct horse"


@dataclass
class App:
    """One app, and how its pages reach it."""

    app_id: str
    gateway: Gateway
    near: str

    def ask(self, token: str | None = None, *, data: str = "production", **headers: str) -> httpx.Client:
        """Return a client at the gateway's own port."""
        said = {"x-app-id": self.app_id, "x-data-environment": data, **_bearing(token), **headers}
        return httpx.Client(base_url=self.gateway.url, headers=said, timeout=PATIENCE)

    def at_home(self, token: str | None = None, environment: str = "production", **headers: str) -> httpx.Client:
        """Return a client on the app's own host, as the edge hands its requests on."""
        client = asking(self.near)
        client.headers.update({**edge(self.app_id), "x-edge-environment": environment, **_bearing(token), **headers})
        return client

    def sign_up(self, name: str, **where: Any) -> dict[str, Any]:
        """Add a user, and return what he gets."""
        with self.ask(**where) as client:
            said = {"email": f"{name}@example.com", "password": PASSWORD}
            answer = client.post("/api/auth/sign-up", json=said)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found


def _bearing(token: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runtime")


@pytest.fixture(scope="module")
def gateway(new_gateway: Callable[..., Gateway], home: Path) -> Gateway:
    started = new_gateway(FLEET_HOME=str(home), FLEET_MAX_APP_REQUESTS="10000")
    started.until_ready()
    return started


@pytest.fixture(scope="module")
def near(gateway: Gateway, home: Path) -> Iterator[str]:
    assert gateway
    with socket_in(home) as name:
        yield name


@pytest.fixture
def new_app(gateway: Gateway, near: str, author: Author) -> Callable[[str], App]:
    """Create apps, whose previews anybody may see."""

    def create(app_id: str) -> App:
        with transaction(author.pool, app_id) as tx:
            tx.execute("insert into fleet.apps (app_id) values (%s) on conflict do nothing", (app_id,))
        with gateway.client(token(app_id, role="editor")) as client:
            assert client.put(f"/v1/apps/{app_id}/preview", json={"private": False}).status_code == 200
        return App(app_id, gateway, near)

    return create


def add_table(author: Author, app_id: str, name: str, access: str, /, *unique: str, **columns: str) -> None:
    """Put a table into an app's catalog, as applying a change to its schema does."""
    with transaction(author.pool, app_id) as tx:
        tx.execute("insert into rt.schemas (app_id, version) values (%s, 1) on conflict do nothing", (app_id,))
        for data_env in DATA_ENVS:
            tenant = (tenant_of(app_id, data_env), app_id, data_env)
            tx.execute("insert into rt.tenants values (%s, %s, %s) on conflict do nothing", tenant)
        rows = tx.execute("select coalesce(max(field_id), 0) + 1 from rt.logical_columns where app_id = %s", (app_id,))
        first = rows.fetchone()
        assert first is not None
        table_id = first[0] * 100
        tx.execute("insert into rt.logical_tables values (%s, %s, %s, %s, 1)", (app_id, table_id, name, access))
        for number, (column, kind) in enumerate(columns.items(), first[0]):
            row = (app_id, number, table_id, column, kind.rstrip("!"), kind.endswith("!"))
            tx.execute("insert into rt.logical_columns values (%s, %s, %s, %s, %s, %s)", row)
            if column in unique:
                rule = (app_id, number, table_id, f"{column}_key", [number])
                tx.execute("insert into rt.logical_rules values (%s, %s, %s, %s, 'unique', %s)", rule)


@pytest.fixture
def app(new_app: Callable[[str], App], app_id: str) -> App:
    return new_app(app_id)


@pytest.fixture
def gateway_does(database_url: str) -> Callable[..., list[Any]]:
    """Run a statement as the gateway may, for one app."""

    def do(app_id: str, statement: LiteralString, **said: Any) -> list[Any]:
        with psycopg.connect(role_url(database_url, "fleet_gateway")) as tx:
            tx.execute("select set_config('fleet.app_id', %s, true)", (app_id,))
            found = tx.execute(statement, said)
            return found.fetchall() if found.description else []

    return do
