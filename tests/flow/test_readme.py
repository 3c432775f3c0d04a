"""What the README says is done here, to the letter."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from actors.__main__ import draw
from contracts.settings import Settings
from tests.flow.stream import following, wait_for
from tests.launcher.running import Fleet

README = (Path(__file__).parents[2] / "README.md").read_text()
EXAMPLES = dict(re.findall(r"<!-- example: (\S+) -->\n```\w+\n(.*?)```", README, re.DOTALL))


@pytest.mark.parametrize(("name", "language"), [("publish.mjs", "node"), ("publish.rb", "ruby")])
def test_an_example_publishes_what_the_stream_then_tells(
    fleet: Fleet, tmp_path: Path, absent: Callable[[str], NoReturn], name: str, language: str
) -> None:
    program = shutil.which(language)
    if program is None:
        absent(language)
    app_id = f"from-{language}"
    token = fleet.run("token", "--app", app_id, "--role", "publisher").stdout.strip()
    (tmp_path / name).write_text(EXAMPLES[name])
    environment = {**fleet.environment, **fleet.home.read_env(), "FLEET_TOKEN": token}
    arguments = [program, name, app_id, "src/App.tsx", "export default () => <h1>Grüß dich</h1>"]
    ran = subprocess.run(arguments, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    with following(fleet, app_id) as steps:
        stored = wait_for(steps, "file-stored")
    assert (stored["path"], stored["version"]) == ("src/App.tsx", 1)
    assert stored["story_id"] in ran.stdout


def test_an_example_is_ten_lines_long() -> None:
    assert {name: len(text.splitlines()) <= 11 for name, text in EXAMPLES.items()} == dict.fromkeys(EXAMPLES, True)


def test_every_setting_is_explained() -> None:
    known = set(re.findall(r"`(FLEET_\w+)`", README))
    assert {f"FLEET_{name.upper()}" for name in Settings.model_fields} - known == set()


def test_the_map_is_the_fleets() -> None:
    assert draw() in README


def test_every_path_that_is_named_exists() -> None:
    root = Path(__file__).parents[2]
    named = re.findall(r"`((?:actors|contracts|edge|gateway|sql|tests)/[\w./*-]*)`", README)
    assert [path for path in named if not list(root.glob(path.rstrip("/")))] == []
