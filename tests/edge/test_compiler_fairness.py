"""What one app's files take is no other app's trouble."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from edge.compiler import Compiler
from edge.compiler_pool import CompilerUnavailable, Limits
from edge.compiler_words import Compiled, Failure, Source, Stylesheet

NEIGHBOUR = [Source("src/App.tsx", "export const App = () => <p>well</p>;")]
TAILWIND = Source("src/index.css", '@import "tailwindcss";')
#: What a bomb may take here: long enough for whoever must not wait for it, and no longer than needed.
HALF = Limits(css_seconds=3)
SOON = Limits(css_seconds=1)

LAUGHS = "".join(f"@utility u{n} {{ @apply u{n - 1}; &:hover {{ @apply u{n - 1}; }} }} " for n in range(1, 40))


def bomb(compiler: Compiler, app: str = "attacker") -> Stylesheet | Failure:
    """Ask for styles that nobody makes in time."""
    source = f'@import "tailwindcss"; @utility u0 {{ content: "{app}" }} {LAUGHS} .x {{ @apply u39 }}'
    return compiler.css(app, Source("src/index.css", source), {}, [], lambda: ["p-4"])


def test_a_neighbour_is_done_while_a_file_that_takes_long_is_not() -> None:
    with Compiler(children=1, limits=HALF) as compiler, ThreadPoolExecutor() as threads:
        compiler.compile_many(NEIGHBOUR)
        working = threads.submit(bomb, compiler)
        while not compiler.busy():
            pass
        for _ in range(20):
            assert isinstance(compiler.compile_many(NEIGHBOUR)[0], Compiled)
        assert not working.done()
        refused = working.result()
    assert isinstance(refused, Failure)
    assert refused.message.startswith("This cannot be compiled: the compiler took")  # too long, or too much memory


def test_a_neighbours_stylesheet_is_done_while_another_takes_long() -> None:
    with Compiler(children=1, limits=HALF) as compiler, ThreadPoolExecutor() as threads:
        compiler.css("neighbour", TAILWIND, {}, [], lambda: ["p-4"])
        working = threads.submit(bomb, compiler)
        while not compiler.busy():
            pass
        made = compiler.css("neighbour", TAILWIND, {}, ["m-2"], lambda: ["p-4", "m-2"])
        assert not working.done()
        assert not isinstance(made, Failure)
        assert ".m-2" in made.css
        assert isinstance(working.result(), Failure)


def test_what_was_refused_is_refused_at_once_when_it_comes_again() -> None:
    reasons: list[str] = []
    with Compiler(children=1, limits=SOON, restarted=reasons.append) as compiler:
        first, ends = bomb(compiler), len(reasons)
        assert bomb(compiler) == first
    assert ends
    assert len(reasons) == ends


def test_of_many_that_take_long_some_are_told_to_come_again_and_a_neighbour_is_served() -> None:
    with Compiler(children=1, limits=SOON) as compiler, ThreadPoolExecutor() as threads:
        bombs = [threads.submit(bomb, compiler, name) for name in "abcd"]
        assert isinstance(compiler.compile_many(NEIGHBOUR)[0], Compiled)
        errors = [one.exception() for one in bombs]
    assert any(isinstance(error, CompilerUnavailable) for error in errors), errors
    assert any(error is None for error in errors), errors


def test_whoever_asks_for_one_file_does_not_wait_for_all_of_another() -> None:
    many = [Source(f"src/{n}.tsx", f"export const c{n} = <p/>;") for n in range(2_000)]
    answered: list[str] = []
    begun = threading.Event()

    def count(operation: str, _: float) -> None:
        answered.append(operation)
        begun.set()

    with Compiler(observe=count) as compiler, ThreadPoolExecutor() as threads:
        crowd = threads.submit(compiler.compile_many, many)
        begun.wait()
        before = len(answered)
        compiler.compile_many(NEIGHBOUR)
        assert len(answered) < before + 1_000
        assert len(crowd.result()) == len(many)


def test_a_closed_compiler_tells_those_that_wait_for_their_turn() -> None:
    compiler = Compiler(children=1)
    with ThreadPoolExecutor() as threads:
        working = threads.submit(bomb, compiler)
        while not compiler.busy():
            pass
        waiting = threads.submit(compiler.compile_many, NEIGHBOUR * 100)
        compiler.close()
        for one in (working, waiting):
            with pytest.raises(CompilerUnavailable):
                one.result()
