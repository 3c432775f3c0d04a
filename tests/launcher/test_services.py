"""A private service restarts where it was, with what it knew, and leaves nothing behind."""

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pika
import psycopg
import pytest

from gateway.launcher.postgres import PrivatePostgres
from gateway.launcher.rabbitmq import PrivateRabbit
from sql.migrate import migrate, migrations


def publish(url: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare("kept", durable=True, arguments={"x-queue-type": "quorum"})
        channel.basic_publish("", "kept", b"a letter", pika.BasicProperties(delivery_mode=2))


def receive(url: str) -> bytes | None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        body: bytes | None = connection.channel().basic_get("kept", auto_ack=True)[2]
        return body


def test_a_killed_broker_comes_back_at_its_address_with_its_messages(
    own_rabbit: Callable[[], PrivateRabbit], until_registered: Callable[[PrivateRabbit, str], None]
) -> None:
    broker = own_rabbit()
    before = broker.url
    publish(before)
    until_registered(broker, "kept")
    broker.kill()
    broker.start()
    assert broker.url == before
    assert receive(broker.url) == b"a letter"


def test_a_killed_database_comes_back_at_its_address_with_its_rows(
    own_postgres: Callable[[], PrivatePostgres],
) -> None:
    server = own_postgres()
    before = server.url
    with psycopg.connect(before) as connection:
        connection.execute("create table kept as select 42 as answer")
    server.kill()
    server.start()
    assert server.url == before
    with psycopg.connect(server.url) as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)


def test_a_second_launcher_finds_the_data_of_the_first(own_postgres: Callable[[], PrivatePostgres]) -> None:
    first = own_postgres()
    with psycopg.connect(first.url) as connection:
        connection.execute("create table kept as select 42 as answer")
    first.stop()
    second = PrivatePostgres(first.directory, password="another password", careless=True)
    second.start()
    try:
        with psycopg.connect(second.url) as connection:
            assert connection.execute("select answer from kept").fetchone() == (42,)
    finally:
        second.stop()


def test_the_owner_of_the_database_is_no_superuser(postgres: PrivatePostgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        powers = connection.execute(
            "select rolsuper, rolcreaterole, rolbypassrls from pg_roles where rolname = current_user"
        ).fetchone()
    assert powers == (False, True, False)


def test_the_postgres_that_comes_as_a_python_package_takes_every_migration(tmp_path: Path) -> None:
    server = PrivatePostgres(tmp_path, password="secret", careless=True, major="18")
    try:
        server.start()
        assert migrate(server.url) == migrations()
    finally:
        server.discard()


def test_a_taken_port_is_left_to_its_taker(own_postgres: Callable[[], PrivatePostgres]) -> None:
    server = own_postgres()
    server.stop()
    with socket.create_server(("127.0.0.1", server.ports["postgres"])):
        successor = PrivatePostgres(server.directory, password="secret", careless=True)
        successor.start()
        try:
            assert successor.ports != server.ports
        finally:
            successor.stop()


def test_a_wrong_password_opens_nothing(rabbit: PrivateRabbit, postgres: PrivatePostgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.url, password="guess")
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        pika.BlockingConnection(pika.URLParameters(rabbit.url.replace("fleet:", "guest:", 1)))


def test_a_home_that_is_removed_and_made_anew_begins_with_an_empty_database(tmp_path: Path) -> None:
    directory = tmp_path / "postgres"
    first = PrivatePostgres(directory, password="x" * 16, careless=True)
    first.start()
    with psycopg.connect(first.url) as connection:
        connection.execute("create table kept ()")
    first.stop()
    left = first.data.parent
    shutil.rmtree(directory)
    second = PrivatePostgres(directory, password="y" * 16, careless=True)
    try:
        second.start()
        with psycopg.connect(second.url) as connection:
            assert connection.execute("select to_regclass('kept')").fetchone() == (None,)
    finally:
        second.discard()
        shutil.rmtree(left, ignore_errors=True)
