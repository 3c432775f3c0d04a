"""A home keeps its secrets to its owner, and says what was chosen to any shell."""

import os
import socket
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr

from contracts.settings import Settings
from gateway.launcher import own_secrets, ports
from gateway.launcher.home import AlreadyRunning, Home
from gateway.launcher.own_secrets import OwnSecrets
from gateway.launcher.plan import decide


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_only_the_owner_can_look_into_a_home(home: Home) -> None:
    home.write_env({"FLEET_STAGE": "test"})
    own_secrets.load(home.path / "secrets.json")
    assert mode(home.path) == 0o700
    assert {mode(path) for path in home.path.iterdir() if path.is_file()} == {0o600}


def test_secrets_are_made_once(home: Home) -> None:
    first = own_secrets.load(home.path / "secrets.json")
    assert own_secrets.load(home.path / "secrets.json") == first
    assert own_secrets.load(home.path / "others.json").jwt_secret != first.jwt_secret


def test_a_secret_that_a_newer_version_needs_is_added_to_the_known_ones(home: Home) -> None:
    kept = home.path / "secrets.json"
    kept.write_text('{"jwt_secret": "known", "of_a_later_version": "kept"}')
    assert own_secrets.load(kept).jwt_secret == "known"
    assert own_secrets.load(kept) == own_secrets.load(kept)
    assert '"of_a_later_version": "kept"' in kept.read_text()


def test_secrets_do_not_print() -> None:
    own = OwnSecrets()
    assert own.jwt_secret not in repr(own)


@pytest.mark.parametrize("value", ["plain", "two words", "it's", 'say "x"', "$HOME `id` \\ #", "a=b", "two\nlines"])
def test_any_shell_and_we_ourselves_read_the_chosen_values_back(home: Home, value: str) -> None:
    home.write_env({"FLEET_STRANGE": value, "FLEET_STAGE": "test"})
    said = subprocess.run(
        ["sh", "-c", f'set -a; . "{home.env}"; exec printenv FLEET_STRANGE'], capture_output=True, text=True, check=True
    )
    assert said.stdout == value + "\n"
    assert home.read_env() == {"FLEET_STRANGE": value, "FLEET_STAGE": "test"}


def test_a_home_has_one_holder(home: Home) -> None:
    assert home.holder() is None
    with home.held():
        assert home.holder() == os.getpid()
        with pytest.raises(AlreadyRunning), home.held():
            pass
    assert home.holder() is None


def test_a_taken_port_is_passed_over_and_that_is_said(home: Home) -> None:
    said: list[str] = []
    (port,) = ports.choose(1)
    with socket.create_server(("127.0.0.1", port)):
        settings = Settings(home=home.path, http=f"127.0.0.1:{port}", edge_http="127.0.0.1:0")
        plan = decide(settings, {}, OwnSecrets(), said.append)
    found = int(plan.http.rpartition(":")[2])
    assert found > port
    assert said == [f"port {port} is taken: the gateway takes {found}"]


def test_services_of_your_own_are_used_and_ours_are_not_mistaken_for_them(home: Home) -> None:
    own = OwnSecrets()
    settings = Settings(
        home=home.path,
        amqp_url=SecretStr("amqp://me:mine@broker/"),
        database_url=SecretStr(f"postgresql://fleet:{own.database_password}@127.0.0.1:1/fleet"),
    )
    plan = decide(settings, {}, own, print)
    assert plan.amqp_url == "amqp://me:mine@broker/"
    assert plan.database_url is None


def test_what_is_set_in_the_shell_is_passed_on(home: Home) -> None:
    theirs = {"FLEET_JWT_SECRET": "x" * 40, "FLEET_GITHUB_ORG": "mine", "PATH": "/bin"}
    variables = decide(Settings(home=home.path), theirs, OwnSecrets(), print).variables
    assert variables["FLEET_JWT_SECRET"] == "x" * 40
    assert variables["FLEET_GITHUB_ORG"] == "mine"
    assert "PATH" not in variables


def test_no_local_secret_opens_a_fleet_that_trusts_an_identity_provider(home: Home) -> None:
    settings = Settings(home=home.path, jwks_url="https://id.example/keys")
    assert "FLEET_JWT_SECRET" not in decide(settings, {}, OwnSecrets(), print).variables
