"""A real local edge, and an origin behind it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from edge.local import binary
from tests.edge.edge_process import EdgeProcess
from tests.edge.origin import Origin
from tests.edge.registry import Registry, kept_at
from tests.edge.upstream import Upstream


@pytest.fixture(scope="session")
def start_edge(absent: Callable[[str], NoReturn]) -> Iterator[Callable[..., EdgeProcess]]:
    """Start local edges that are ended afterwards."""
    if binary.find() is None:
        absent("workerd")
    started: list[EdgeProcess] = []

    def start(home: Path, address: str = "127.0.0.1:0") -> EdgeProcess:
        started.append(EdgeProcess(home, address))
        started[-1].start()
        return started[-1]

    yield start
    for process in started:
        process.discard()


@pytest.fixture(scope="session")
def edge_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that lies too deep for the name of a unix socket."""
    home = tmp_path_factory.mktemp("edge") / ("a-long-way-down-" * 8)
    home.mkdir()
    return home


@pytest.fixture(scope="session")
def edge(edge_home: Path, start_edge: Callable[..., EdgeProcess]) -> EdgeProcess:
    """The session's edge; a test that hurts an edge starts its own."""
    return start_edge(edge_home)


@pytest.fixture
def origin(edge_home: Path) -> Iterator[Origin]:
    """What the session's edge pulls from."""
    with Origin(edge_home) as running:
        yield running


@pytest.fixture
def origin_again(edge_home: Path) -> Callable[[], Origin]:
    """Make origins one after the other, at the same place."""
    return lambda: Origin(edge_home)


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry that has what the test publishes."""
    with Registry() as running:
        yield running


@pytest.fixture(scope="session")
def real_registry() -> Iterator[Registry]:
    """A registry on this machine that has what npm's has, as it was when some test first asked for it."""
    with Registry(Upstream(kept_at())) as running:
        yield running
