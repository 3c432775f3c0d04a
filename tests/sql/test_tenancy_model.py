"""Fifty apps with three users each: whatever they do, each sees and changes what a model says, and nothing else."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.condition import Test as Asked
from contracts.table import Catalog
from contracts.tenant import NOBODY, SERVICE
from sql import entities
from sql.entities import Conflict, Forbidden
from tests.sql.ground import Row, Stage, make_apps, uuids

APPS = [f"tenant-{n}" for n in range(50)]
USERS = ("ann", "bob", "a|b|9999999999|c")
ASKERS = (*USERS, NOBODY, SERVICE)
ACCESS = {"notes": "user", "board": "app", "news": "public_read"}

steps = st.tuples(
    st.sampled_from(APPS),
    st.sampled_from(ASKERS),
    st.sampled_from(sorted(ACCESS)),
    st.sampled_from(["insert", "insert", "insert", "patch", "delete", "steal"]),
    st.integers(0, 5),
)


@dataclass
class Model:
    """What the rows ought to be: of which app and table, whose, and with which text."""

    rows: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)

    def may_read(self, row_id: str, app_id: str, sub: str, table: str) -> bool:
        of, where, owner, _text = self.rows[row_id]
        if (of, where) != (app_id, table):
            return False
        access = ACCESS[table]
        return sub == SERVICE or access == "public_read" or (sub != NOBODY and (access == "app" or owner == sub))

    def may_write(self, row_id: str, app_id: str, sub: str, table: str) -> bool:
        reads = self.may_read(row_id, app_id, sub, table)
        return reads and (ACCESS[table] != "public_read" or sub in {SERVICE, self.rows[row_id][2]})

    def taken(self, app_id: str, text: str, beside: str = "") -> bool:
        """Tell whether the unique text of the news is another row's."""
        return any(
            (of, where, said) == (app_id, "news", text) and row_id != beside
            for row_id, (of, where, _owner, said) in self.rows.items()
        )


@pytest.fixture(scope="module")
def catalogs(database_url: str) -> dict[str, Catalog]:
    return make_apps(database_url, APPS)


async def act(stage: Stage, catalogs: dict[str, Catalog], model: Model, step: tuple[str, str, str, str, int]) -> None:
    """Do one thing, and compare what came of it."""
    app_id, sub, name, what, n = step
    asking, table = await stage.be(app_id, sub), catalogs[app_id].tables[name]
    text = f"t{n}"
    if what == "insert":
        values: Row = {"text": text, "n": n, **({"owner": "ann"} if sub == SERVICE else {})}
        blocked: type[Exception] | None = Forbidden if sub == NOBODY else None
        if not blocked and name == "news" and model.taken(app_id, text):
            blocked = Conflict
        (row,) = await _try(stage, entities.insert(stage.tx, asking, table, [values]), blocked) or [None]
        if row is not None:
            row_id, owner = str(uuids([json.loads(row)]).pop()), "ann" if sub == SERVICE else sub
            model.rows[row_id] = (app_id, name, owner, text)
        return
    for row_id in list(model.rows)[n::6] if what == "steal" else list(model.rows)[n : n + 1]:
        allowed = model.may_write(row_id, app_id, sub, name)
        where = Asked("id", "eq", row_id)
        if what == "delete":
            gone = await _try(stage, entities.delete(stage.tx, asking, table, where), None)
            assert len(gone or []) == allowed
            if allowed:
                del model.rows[row_id]
            continue
        clash = allowed and name == "news" and model.taken(app_id, text, row_id)
        changed = entities.patch(stage.tx, asking, table, where, {"text": text})
        done = await _try(stage, changed, Conflict if clash else None)
        assert len(done or []) == (allowed and not clash)
        if done:
            model.rows[row_id] = (*model.rows[row_id][:3], text)


async def _try(stage: Stage, doing: Any, blocked: type[Exception] | None) -> Any:
    """Do it; where it ought to be refused, see that it is, and go on as if it had not been tried."""
    if blocked is None:
        return await doing
    with pytest.raises(blocked):
        async with stage.tx.transaction():
            await doing
    return None


async def play(database_url: str, catalogs: dict[str, Catalog], script: list[tuple[str, str, str, str, int]]) -> None:
    async with Stage.opened(database_url) as stage, stage.tx.transaction(force_rollback=True):
        model = Model()
        for step in script:
            await act(stage, catalogs, model, step)
        for app_id in {step[0] for step in script} | {APPS[0], APPS[-1]}:
            for sub in ASKERS:
                asking = await stage.be(app_id, sub)
                for name in ACCESS:
                    seen = {str(one) for one in uuids(await stage.read(asking, catalogs[app_id], name))}
                    assert seen == {row for row in model.rows if model.may_read(row, app_id, sub, name)}
                    counted = await entities.count(stage.tx, asking, catalogs[app_id].tables[name])
                    assert counted == len(seen)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=20, max_size=60))
def test_everybody_sees_what_is_theirs_and_nothing_else(
    database_url: str, catalogs: dict[str, Catalog], script: list[tuple[str, str, str, str, int]]
) -> None:
    asyncio.run(play(database_url, catalogs, script))
