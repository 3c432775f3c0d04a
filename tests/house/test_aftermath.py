"""A test that fails is the only one that does."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SUITE = """
import asyncio, gc, socket

def test_leaves_a_socket_open():
    mine = socket.socket()
    try:
        mine.left = "unknown"
    except AttributeError as error:
        raise AssertionError from error

def test_leaves_a_loop_and_a_cycle_of_sockets():
    mine = [socket.socket(), asyncio.new_event_loop()]
    mine.append(mine)
    assert not mine

def test_another_failure_lets_pytest_forget_the_first():
    assert not "this"

def test_is_innocent():
    gc.collect()
"""


def test_what_a_failed_test_left_open_is_not_laid_at_anothers_door(tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "-W", "error", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [*command, "-p", "tests.aftermath", "--rootdir", tmp_path, tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "3 failed, 1 passed in" in ran.stdout, ran.stdout + ran.stderr
