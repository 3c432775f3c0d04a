"""The one policy: who asks is believed only when it is signed, and there is no way around it."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege

from contracts.tenant import SERVICE, sign_context, tenant_of
from sql.database import role_url
from sql.tenants import QUERY
from tests.sql.ground import make_apps

MINE, THEIRS = tenant_of("mine", "development"), tenant_of("theirs", "development")
INSERT = "insert into rt.app_entities (tenant_id, table_id, data) values (%s, 1, '{}')"
SOON = 4_000_000_000


@pytest.fixture(scope="module")
def key(database_url: str) -> bytes:
    make_apps(database_url, ["mine", "theirs"])
    with psycopg.connect(role_url(database_url, "fleet_gateway")) as gateway:
        row = gateway.execute(QUERY.key).fetchone()
    assert row is not None
    return bytes(row[0])


@pytest.fixture
def tenant(database_url: str, key: bytes) -> Iterator[Connection[Any]]:
    """A connection of the apps' users, as a user of `theirs` who has written a row."""
    with psycopg.connect(role_url(database_url, "fleet_tenant"), autocommit=True) as connection:
        say(connection, sign_context(key, THEIRS, "bob", SOON))
        connection.execute(INSERT, (THEIRS,))
        say(connection, "")
        yield connection


def say(connection: Connection[Any], context: str) -> None:
    connection.execute("select set_config('fleet.tenant_context', %s, false)", (context,))


def seen(connection: Connection[Any]) -> int:
    row = connection.execute("select count(*) from rt.app_entities").fetchone()
    return int(row[0]) if row else 0


def test_who_says_nothing_sees_nothing(tenant: Connection[Any]) -> None:
    assert seen(tenant) == 0
    with pytest.raises(InsufficientPrivilege):
        tenant.execute(INSERT, (THEIRS,))


def test_a_context_is_believed_if_it_is_signed_and_in_time(tenant: Connection[Any], key: bytes) -> None:
    good = sign_context(key, THEIRS, "bob", SOON)
    say(tenant, good)
    assert seen(tenant) > 0
    forged = {
        "another key": (sign_context(b"x" * 32, THEIRS, "bob", SOON), "FL002"),
        "another tenant": (good.replace(str(THEIRS), str(MINE)), "FL002"),
        "another user": (good.replace("|bob|", "|ann|"), "FL002"),
        "the app itself": (good.replace("|bob|", f"|{SERVICE}|"), "FL002"),
        "longer": (good.replace(str(SOON), str(SOON + 1)), "FL002"),
        "unsigned": (good.rpartition("|")[0], "FL003"),
        "expired": (sign_context(key, THEIRS, "bob", int(time.time()) - 1), "FL003"),
        "nonsense": ("'; drop table rt.app_entities; --", "FL003"),
    }
    for what, (context, code) in forged.items():
        say(tenant, context)
        with pytest.raises(psycopg.Error) as refused:
            seen(tenant)
        assert refused.value.sqlstate == code, what


def test_what_is_signed_for_one_tenant_opens_no_other(tenant: Connection[Any], key: bytes) -> None:
    for sub in ("bob", SERVICE, f"bob|{SOON}|x"):
        say(tenant, sign_context(key, MINE, sub, SOON))
        assert seen(tenant) == 0
        assert tenant.execute("delete from rt.app_entities").rowcount == 0
        with pytest.raises(InsufficientPrivilege):
            tenant.execute(INSERT, (THEIRS,))
        with pytest.raises(psycopg.Error, match="the table has changed"):
            tenant.execute("select rt.must_be_at(99, 1)")


def test_there_is_no_way_around_the_policy(tenant: Connection[Any], key: bytes) -> None:
    say(tenant, sign_context(key, MINE, "ann", SOON))
    doors = [
        "select * from rt.app_entities_0",
        "select * from rt.entity_unique",
        "select * from rt.entity_ref",
        "select * from rt.context_keys",
        "select rt.context_key()",
        "select * from fleet.apps",
        "select * from pg_authid",
        "set role fleet_gateway",
        "set session authorization fleet",
        "insert into rt.app_entities (tenant_id, table_id, scope, data) values (gen_random_uuid(), 1, 'ubob', '{}')",
        "update rt.app_entities set owner_sub = 'bob'",
        "update rt.logical_tables set access = 'public_read'",
        "create function rt.get_current_app_tenant() returns uuid language sql return null",
        "alter table rt.app_entities disable row level security",
    ]
    for door in doors:
        with pytest.raises(psycopg.Error) as refused:
            tenant.execute(door.encode())
        assert refused.value.sqlstate == "42501", door


def test_names_of_ones_own_do_not_stand_before_the_policys(tenant: Connection[Any], key: bytes) -> None:
    say(tenant, sign_context(key, MINE, "ann", SOON))
    for made in (
        "create temp table context_keys as select 1 as only_row, ''::bytea as key",
        "create temp table tenants as select %(theirs)s::uuid as tenant_id, 'theirs' as app_id",
        "create function pg_temp.sha256(bytea) returns bytea language sql return ''::bytea",
        "set search_path = pg_temp, rt, public",
    ):
        tenant.execute(made.replace("%(theirs)s", f"'{THEIRS}'").encode())
    assert seen(tenant) == 0


def test_row_level_security_is_forced_down_to_every_partition(database_url: str) -> None:
    with psycopg.connect(database_url) as owner:
        found = owner.execute(
            "select relname, relrowsecurity and relforcerowsecurity from pg_class"
            " where relnamespace = 'rt'::regnamespace and relkind in ('r', 'p')"
        ).fetchall()
    assert len(found) > 64
    assert [name for name, forced in found if not forced] == []


def test_there_are_fewer_than_a_hundred_policies_however_many_tables(database_url: str) -> None:
    counted = "select count(*) from pg_policies"
    with psycopg.connect(database_url) as owner:
        before = owner.execute(counted).fetchone()
        make_apps(database_url, [f"policies-{uuid4().hex[:6]}" for _ in range(20)])
        assert owner.execute(counted).fetchone() == before
    assert before is not None
    assert before[0] < 100


def test_the_trusted_functions_name_no_schema_that_others_could_stand_in(database_url: str) -> None:
    with psycopg.connect(database_url) as owner:
        found = owner.execute(
            "select proname from pg_proc where pronamespace = 'rt'::regnamespace and prosecdef"
            " and not coalesce(proconfig @> array['search_path=\"\"'], false)"
        ).fetchall()
        leakproof = owner.execute(
            "select proname from pg_proc where pronamespace = 'rt'::regnamespace and proleakproof"
        )
        assert leakproof.fetchall() == []
    assert found == []
