"""Style sheets are made again when they have to be, and only then."""

import hashlib
from collections.abc import Collection, Iterator, Mapping

import pytest

from edge.compiler import Compiler
from edge.compiler_words import Compiled, Source
from edge.graph import Problem
from edge.stylist import Stylist

THREE = {"key": "three", "major": 3, "config": {}}


class Kept(dict[bytes, bytes]):
    """Contents by hash."""

    def texts(self, hashes: Collection[bytes]) -> Mapping[bytes, bytes]:
        return {one: self[one] for one in hashes}


@pytest.fixture(scope="module")
def compiler() -> Iterator[Compiler]:
    with Compiler(children=1) as compiler:
        yield compiler


@pytest.mark.parametrize(
    ("setup", "tailwind"),
    [({}, '@import "tailwindcss";'), (THREE, "@tailwind base; @tailwind components; @tailwind utilities;")],
)
def test_a_new_class_reaches_a_sheet_that_only_imports_tailwinds(
    compiler: Compiler, setup: Mapping[str, object], tailwind: str
) -> None:
    files = {"src/main.css": '@import "./tw.css";', "src/tw.css": tailwind}
    shelf = Kept({hashlib.sha256(text.encode()).digest(): text.encode() for text in files.values()})
    sheets = {path: hashlib.sha256(text.encode()).digest() for path, text in files.items()}
    (entry,) = compiler.compile_many([Source("src/main.css", files["src/main.css"])])
    assert isinstance(entry, Compiled)
    asked: list[str] = []
    with Compiler(children=1, observe=lambda operation, _: asked.append(operation)) as counted:
        stylist = Stylist(counted)

        def styled(*classes: str, app_id: str = "app") -> str:
            known = {"src/main.css": (entry, 0)}
            made = stylist.style(app_id, known, known, sheets, shelf=shelf, classes=set(classes), setup=setup)
            assert not isinstance(made, Problem), made
            return made["src/main.css"]

        assert ".p-4" in styled("p-4")
        both = styled("p-4", "m-2")
        assert ".m-2" in both
        times = len(asked)
        assert styled("p-4", "m-2") == both
        assert len(asked) == times, "nothing had changed"
        assert styled("p-4", "m-2", app_id="another") == both
        assert len(asked) == times, "another app had the same"
        assert ".w-3" in styled("p-4", "m-2", "w-3", app_id="another")
        assert ".w-3" not in styled("p-4", "m-2", app_id="third")
