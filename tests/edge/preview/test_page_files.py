"""The runtime as an origin serves it."""

import re
from pathlib import Path

import pytest

from edge.preview import files


def test_a_page_loads_one_file_with_everything_in_it() -> None:
    runtime = files.read()
    assert re.findall(r'src="([^"]+)"', runtime.head) == [runtime.path]
    text = runtime.text.decode()
    assert not re.search(r"^(?:import|export) ", text, re.MULTILINE)
    assert "performReactRefresh = function" in text
    assert "node:test" not in text


def test_its_path_changes_with_its_content(tmp_path: Path) -> None:
    (tmp_path / "part.js").write_text("export const part = 1;")
    (tmp_path / "client.js").write_text('import { part } from "./part.js"; console.log(part);')
    first = files.pack(tmp_path / "client.js")
    assert files.pack(tmp_path / "client.js") == first
    (tmp_path / "part.js").write_text("export const part = 2;")
    assert files.pack(tmp_path / "client.js") != first


def test_what_cannot_be_packed_says_why(tmp_path: Path) -> None:
    (tmp_path / "client.js").write_text('import "./missing.js";')
    with pytest.raises(RuntimeError, match="missing"):
        files.pack(tmp_path / "client.js")
