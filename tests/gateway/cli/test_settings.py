"""A setting that cannot be is told by its name, and never by what it holds."""

import os
import subprocess
import sys

import pytest

from tests.patience import PATIENCE

WRONG = {
    "FLEET_HTTP=nonsense": "FLEET_HTTP must be host:port",
    "FLEET_HTTP=127.0.0.1:99999": "FLEET_HTTP port 99999 is beyond 65535",
    "FLEET_MAX_ATTEMPTS=x": "FLEET_MAX_ATTEMPTS Input should be a valid integer",
    "FLEET_DATABASE_URL=mysql://u:hunter2@127.0.0.1:1/x": "FLEET_DATABASE_URL must begin with postgresql://",
    "FLEET_AMQP_URL=http://u:hunter2@127.0.0.1:1/": "FLEET_AMQP_URL must begin with amqp://",
}


@pytest.mark.parametrize("setting", WRONG)
@pytest.mark.parametrize("command", ["up", "status", "doctor"])
def test_a_wrong_setting_is_named(command: str, setting: str, tmp_path: os.PathLike[str]) -> None:
    name, _equals, value = setting.partition("=")
    environment = {**os.environ, "FLEET_HOME": str(tmp_path), name: value}
    arguments = [sys.executable, "-m", "gateway.cli.main", command]
    ran = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ran.returncode, WRONG[setting] in ran.stderr) == (2, True)
    assert "Traceback" not in ran.stderr
    assert "hunter2" not in ran.stderr + ran.stdout
