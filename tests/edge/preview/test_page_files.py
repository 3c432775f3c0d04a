"""The runtime's files as an origin serves them."""

import re
import shutil
from pathlib import Path

from edge.preview import files

REFRESH = Path("edge/node_modules/react-refresh/cjs/react-refresh-runtime.development.js")


def installed(where: Path, more: str = "") -> Path:
    """Copy the one installed file that is asked for, and add to it."""
    copied = where / REFRESH.relative_to("edge/node_modules")
    copied.parent.mkdir(parents=True)
    shutil.copy(Path(__file__).parents[3] / REFRESH, copied)
    copied.write_text(copied.read_text() + more)
    return where


def test_every_import_leads_to_a_file_and_no_test_is_served() -> None:
    runtime = files.read()
    for path, text in runtime.files.items():
        for name in re.findall(rb'from "\./([^"]+)"', text):
            assert f"{path.rpartition('/')[0]}/{name.decode()}" in runtime.files
    assert not [path for path in runtime.files if ".test." in path]
    assert runtime.entry in runtime.files


def test_all_paths_change_with_any_content(tmp_path: Path) -> None:
    one = files.read(installed(tmp_path / "one"))
    same = files.read(installed(tmp_path / "same"))
    other = files.read(installed(tmp_path / "other", "// newer"))
    assert one.files.keys() == same.files.keys()
    assert not one.files.keys() & other.files.keys()


def test_the_head_asks_for_everything_at_once() -> None:
    runtime = files.read()
    assert sorted(re.findall(r'(?:src|href)="([^"]+)"', runtime.head)) == sorted(runtime.files)


def test_react_refresh_offers_what_the_page_takes() -> None:
    cjs = (Path(__file__).parents[3] / REFRESH).read_text()
    names = re.findall(r"export const { (.+) } = exports;", files.as_module(cjs))[0].split(", ")
    assert {"performReactRefresh", "register"} <= set(names)
    assert not [name for name in names if f"exports.{name} = " not in cjs]
