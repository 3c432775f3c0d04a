"""What a file, or the machine, may do to a child, and what becomes of the others."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from edge import compiler_node
from edge.compiler import Compiler
from edge.compiler_child import Child
from edge.compiler_places import Places
from edge.compiler_pool import CompilerUnavailable, Limits
from edge.compiler_words import Compiled, Failure, Source
from tests.patience import until

GOOD = [Source(f"src/good{n}.tsx", f"export const c{n} = <p>{n}</p>;") for n in range(40)]


def nested(depth: int) -> Source:
    return Source("src/deep.ts", f"export const deep = {'(' * depth}1{')' * depth};")


def kinds(answers: list[Compiled | Failure]) -> list[type]:
    return [type(answer) for answer in answers]


def test_nesting_that_overflows_the_stack_is_refused_alone() -> None:
    reasons: list[str] = []
    with Compiler(limits=Limits(stack_kilobytes=8192), restarted=reasons.append) as compiler:
        refused, *others = compiler.compile_many([nested(20_000), *GOOD])
        assert isinstance(refused, Failure)
        assert refused.file == "src/deep.ts"
        assert refused.message == "This cannot be compiled: the compiler was ended by signal 11"
        assert kinds(others) == [Compiled] * len(GOOD)
        assert kinds(compiler.compile_many(GOOD)) == [Compiled] * len(GOOD)
    assert reasons == ["was ended by signal 11"] * 2, "once among others, once alone"


def test_with_the_stack_that_children_have_such_nesting_passes_and_far_deeper_is_refused() -> None:
    with Compiler() as compiler:
        passed, refused, other = compiler.compile_many([nested(20_000), nested(1_000_000), GOOD[0]])
    assert kinds([passed, refused, other]) == [Compiled, Failure, Compiled]


def test_a_file_that_takes_too_long_is_refused_and_says_so() -> None:
    long = Source("src/long.tsx", "\n".join(f"export const c{n} = <p>{{a({n})}}</p>;" for n in range(60_000)))
    with Compiler(limits=Limits(compile_seconds=0.2)) as compiler:
        refused, *others = compiler.compile_many([long, *GOOD])
        assert isinstance(refused, Failure)
        assert refused.file == "src/long.tsx"
        assert refused.message == "This cannot be compiled: the compiler took longer than 0.2 s"
        assert kinds(others) == [Compiled] * len(GOOD)


def test_children_that_are_up_before_the_pool_is_are_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Places):
        def __init__(self, count: int, start: Callable[[], Child]) -> None:
            super().__init__(count, start)
            until(lambda: all(child.ready for child in self.every()), "the children are up")

    monkeypatch.setattr("edge.compiler_pool.Places", Slow)
    with Compiler() as compiler:
        assert kinds(compiler.compile_many(GOOD)) == [Compiled] * len(GOOD)


def test_separators_that_are_line_ends_to_some_are_letters_like_others() -> None:
    with Compiler(children=1) as compiler:
        (made,) = compiler.compile_many([Source("src/a.ts", 'export const a = "\u2028\u2029\u0085";')])
    assert isinstance(made, Compiled)


def test_a_child_that_hangs_is_replaced_and_its_calls_are_answered() -> None:
    with Compiler(children=1, limits=Limits(compile_seconds=0.5)) as compiler:
        compiler.compile_many(GOOD[:1])
        (hanging,) = compiler.pids()
        os.kill(hanging, signal.SIGSTOP)
        assert kinds(compiler.compile_many(GOOD)) == [Compiled] * len(GOOD)
        until(lambda: not psutil.pid_exists(hanging), "the end of who hangs")


def test_a_child_that_hardly_gets_a_processor_is_not_blamed_for_that() -> None:
    long = Source("src/long.tsx", "\n".join(f"export const c{n} = <p>{{a({n})}}</p>;" for n in range(4_000)))
    reasons: list[str] = []
    limits = Limits(compile_seconds=0.4)
    with Compiler(children=1, limits=limits, restarted=reasons.append) as compiler, ThreadPoolExecutor(1) as thread:
        compiler.compile_many(GOOD[:1])
        child, began = psutil.Process(compiler.pids()[0]), time.monotonic()
        compiling = thread.submit(compiler.compile_many, [long])
        while not compiling.done() and time.monotonic() - began < 2.5:  # longer than it may stand still
            child.suspend()
            time.sleep(0.2)
            child.resume()
            time.sleep(0.01)
        assert kinds(compiling.result()) == [Compiled]
    assert reasons == []


def test_a_file_that_takes_too_much_memory_is_refused() -> None:
    huge = Source("src/huge.json", f"[{','.join(['[{}]'] * 8_000_000)}]")
    with Compiler(limits=Limits(memory_megabytes=200, compile_seconds=30)) as compiler:
        refused, *others = compiler.compile_many([huge, *GOOD])
        assert isinstance(refused, Failure)
        assert refused.message == "This cannot be compiled: the compiler took more than 200 MiB of memory"
        assert kinds(others) == [Compiled] * len(GOOD)


def test_children_killed_in_the_middle_of_a_batch_lose_nothing() -> None:
    files = [Source(f"src/{n}.tsx", f"export const c{n} = <p/>;") for n in range(2_000)]
    answered: list[str] = []
    killed: list[int] = []

    def kill_once(operation: str, _: float) -> None:
        answered.append(operation)
        if len(answered) == 500:
            killed.extend(compiler.pids())
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    with Compiler(observe=kill_once) as compiler:
        answers = compiler.compile_many(files)
        assert [answer.exports for answer in answers if isinstance(answer, Compiled)] == [
            (f"c{n}",) for n in range(2_000)
        ]
        assert len(killed) == 2
        assert not set(killed) & set(compiler.pids())


def test_a_stylesheet_whose_compiler_died_is_made_from_all_candidates() -> None:
    entry = Source("src/index.css", '@import "tailwindcss";')
    with Compiler(children=1) as compiler:
        compiler.css("a", entry, {}, [], lambda: ["p-4"])
        os.kill(compiler.pids()[0], signal.SIGKILL)
        made = compiler.css("a", entry, {}, ["m-2"], lambda: ["p-4", "m-2"])
        assert not isinstance(made, Failure)
        assert ".p-4" in made.css


def test_a_child_that_cannot_start_is_nobodys_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(compiler_node, "PROGRAM", tmp_path / "absent.js")
    with Compiler(children=1) as compiler, pytest.raises(CompilerUnavailable, match="ended with status 1"):
        compiler.compile_many(GOOD)


def test_a_closed_compiler_leaves_no_process_and_says_that_it_is_closed() -> None:
    compiler = Compiler()
    compiler.compile_many(GOOD)
    pids = compiler.pids()
    compiler.close()
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    with pytest.raises(CompilerUnavailable, match="closed"):
        compiler.compile_many(GOOD)


def test_closing_tells_whoever_waits_even_for_a_child_that_hangs() -> None:
    compiler = Compiler(children=1)
    compiler.compile_many(GOOD[:1])
    os.kill(compiler.pids()[0], signal.SIGSTOP)
    with ThreadPoolExecutor(1) as thread:
        # More than a pipe holds: the writer is stuck in the middle.
        waiting = thread.submit(compiler.compile_many, [Source("src/big.ts", "a" * 1_000_000)])
        compiler.close()
        with pytest.raises(CompilerUnavailable):
            waiting.result()


def test_children_end_with_a_parent_that_was_killed() -> None:
    program = """
import time
from edge.compiler import Compiler
from edge.compiler_words import Source
compiler = Compiler()
compiler.compile_many([Source("a.ts", "")] * 10)
print(*compiler.pids(), flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.kill()
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids), "the end of all children")


def test_a_child_sees_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEET_JWT_SECRET", "a secret")
    with Compiler(children=1) as compiler:
        compiler.compile_many(GOOD[:1])
        environment = Path(f"/proc/{compiler.pids()[0]}/environ")
        if not environment.exists():
            pytest.skip("no /proc")
        assert b"a secret" not in environment.read_bytes()
