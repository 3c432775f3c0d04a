"""store_file against a dict: whatever is written, deleted, renamed or restored, in whatever order it arrives."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.file import FileRejected, FileStored
from tests.actors.desk import Desk, desk

PATHS = st.sampled_from(["a", "b", "a/x", "a/y", "c/d/e"])
CONTENTS = st.sampled_from(["", "1", "2\n"])
MAX_FILES = 3

CHANGE = st.one_of(
    st.builds(lambda path, content: {"path": path, "content": content}, PATHS, CONTENTS),
    st.builds(lambda path: {"path": path, "operation": "delete"}, PATHS),
    st.builds(lambda path, old: {"path": path, "operation": "rename", "from_path": old}, PATHS, PATHS),
)
DATA = st.one_of(
    CHANGE,
    st.lists(CHANGE, min_size=1, max_size=4).map(lambda files: {"files": files}),
    st.integers(0, 6).map(lambda version: {"operation": "restore", "version": version}),
)
ORIGIN = st.tuples(st.sampled_from(["one", "two"]), st.none() | st.integers(1, 8))


class Refused(Exception):
    """The model would not do it."""


@dataclass
class Model:
    """What an app's files should be: the rules of C2 said a second time, as plainly as can be."""

    files: dict[str, str] = field(default_factory=dict)
    history: list[dict[str, str]] = field(default_factory=list)
    heard: dict[tuple[str, str], int] = field(default_factory=dict)  # (path, source) → highest sequence

    def tell(self, data: dict[str, Any], source: str, sequence: int | None) -> bool:
        """Take an event and return whether it changes anything; a refused one leaves all as it was."""
        late = {path for (path, by), last in self.heard.items() if sequence and by == source and sequence <= last}
        files, touched = dict(self.files), set[str]()
        for change in data.get("files", [data]):
            do = self._restored if change.get("operation") == "restore" else self._changed
            files = do(change, files, late, touched)
        if any(f"{path}/" == other[: len(path) + 1] for path in files for other in files):
            raise Refused
        if len(files) > MAX_FILES and len(files) > len(self.files):
            raise Refused
        self.heard |= {(path, source): sequence for path in touched - late} if sequence else {}
        changed, self.files = files != self.files, files
        if changed:
            self.history.append(files)
        return changed

    def _restored(
        self, change: dict[str, Any], files: dict[str, str], late: set[str], touched: set[str]
    ) -> dict[str, str]:
        if not 1 <= change["version"] <= len(self.history):
            raise Refused
        then = self.history[change["version"] - 1]
        touched |= {*then, *files, *(path for path, _source in self.heard), *(p for old in self.history for p in old)}
        return {path: files[path] for path in files if path in late} | {p: then[p] for p in then if p not in late}

    def _changed(
        self, change: dict[str, Any], files: dict[str, str], late: set[str], touched: set[str]
    ) -> dict[str, str]:
        path, old = change["path"], change.get("from_path")
        files = dict(files)
        if old is not None:
            if old in late:
                return files
            if old not in files:
                raise Refused
            touched |= {old, path}
            content = files.pop(old)
            if path not in late:
                files[path] = content
        elif path not in late:
            touched.add(path)
            files.pop(path, None)
            if "content" in change:
                files[path] = change["content"]
        return files


def agree(app: Desk, model: Model, data: dict[str, Any], source: str, sequence: int | None) -> None:
    """Tell both the same, and compare."""
    verdict = app.tell(data, source=source, sequence=sequence)
    try:
        changed = model.tell(data, source, sequence)
    except Refused:
        assert isinstance(verdict, FileRejected), verdict
    else:
        assert isinstance(verdict, FileStored), verdict
        assert (not verdict.unchanged, verdict.version) == (changed, len(model.history))
    assert app.files() == model.files


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(st.tuples(DATA, ORIGIN, st.booleans()), max_size=12))
def test_store_file_does_what_a_dict_would(
    database_url: str, events: list[tuple[dict[str, Any], tuple[str, int | None], bool]]
) -> None:
    with desk(database_url, f"app-{uuid.uuid4().hex[:12]}", app_files=MAX_FILES) as app:
        model = Model()
        for data, (source, sequence), twice in events:
            for _ in range(1 + twice):
                agree(app, model, data, source, sequence)
        count = app.ask("select file_count, file_bytes from fleet.apps")
        if model.history:
            assert count == [(len(model.files), sum(map(len, model.files.values())))]
