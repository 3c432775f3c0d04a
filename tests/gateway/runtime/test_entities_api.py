"""The rows of an app's tables over HTTP: each user's own, found, sorted, counted, written and deleted."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.gateway.conftest import Author, token
from tests.gateway.runtime.conftest import App, add_table

TODOS = "/api/entities/todos"
NOTES = "/api/entities/notes"


@pytest.fixture
def app(app: App, author: Author) -> App:
    add_table(author, app.app_id, "todos", "user", "code", title="text!", done="boolean", rank="integer", code="text")
    add_table(author, app.app_id, "notes", "public_read", title="text")
    add_table(author, app.app_id, "shared", "app", title="text")
    return app


@pytest.fixture
def ann(app: App) -> Iterator[httpx.Client]:
    with app.ask(app.sign_up("ann")["access_token"]) as client:
        yield client


@pytest.fixture
def bob(app: App) -> Iterator[httpx.Client]:
    with app.ask(app.sign_up("bob")["access_token"]) as client:
        yield client


def titles(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["title"] for row in answer.json()["rows"]]


def fill(client: httpx.Client, *rows: dict[str, Any]) -> list[str]:
    answer = client.post(TODOS, json=list(rows))
    assert answer.status_code == 201, answer.text
    return [row["id"] for row in answer.json()["rows"]]


def test_a_row_is_written_read_changed_and_deleted(ann: httpx.Client) -> None:
    made = ann.post(TODOS, json={"title": "buy milk", "rank": 3})
    assert made.status_code == 201
    row = made.json()
    assert (row["title"], row["rank"], row["done"]) == ("buy milk", 3, None)
    one = f"{TODOS}/{row['id']}"
    assert ann.get(one).json() == row
    assert ann.get(f"{one}?select=id,title").json() == {"id": row["id"], "title": "buy milk"}
    changed = ann.patch(one, json={"done": True}).json()
    assert (changed["done"], changed["title"], changed["created_at"]) == (True, "buy milk", row["created_at"])
    assert ann.delete(one).json()["id"] == row["id"]
    for answer in (ann.get(one), ann.patch(one, json={"done": True}), ann.delete(one)):
        assert answer.status_code == 404
    assert ann.post(f"{TODOS}?returning=minimal", json={"title": "quiet"}).status_code == 204


def test_two_users_see_only_their_own_rows(ann: httpx.Client, bob: httpx.Client) -> None:
    (hers,) = fill(ann, {"title": "hers"})
    fill(bob, {"title": "his"})
    assert titles(ann.get(TODOS)) == ["hers"]
    assert titles(bob.get(TODOS)) == ["his"]
    assert bob.get(f"{TODOS}?count=exact").json()["count"] == 1
    one, nowhere = f"{TODOS}/{hers}", bob.get(f"{TODOS}/{uuid.uuid4()}")
    for answer in (bob.get(one), bob.patch(one, json={"done": True}), bob.delete(one)):
        assert (answer.status_code, answer.content) == (404, nowhere.content)
    for answer in (bob.patch(f"{TODOS}?title=eq.hers", json={"done": True}), bob.delete(f"{TODOS}?id=eq.{hers}")):
        assert titles(answer) == []
    assert titles(ann.get(TODOS)) == ["hers"]


def test_rows_are_found_sorted_paged_and_counted(ann: httpx.Client) -> None:
    fill(ann, *({"title": f"t{n}", "rank": n % 3, "done": n % 2 == 0} for n in range(7)))
    assert titles(ann.get(f"{TODOS}?rank=gte.1&done=is.false&order=title")) == ["t1", "t5"]
    assert titles(ann.get(f"{TODOS}?or=(title.eq.t0,and(rank.eq.2,done.is.true))&order=title.desc")) == ["t2", "t0"]
    assert titles(ann.get(f"{TODOS}?title=in.(t1,t6)&title=not.like.*6")) == ["t1"]
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = ann.get(f"{TODOS}?order=rank.desc,title&limit=3&count=exact&cursor={cursor}").json()
        assert page["count"] == 7
        seen += [row["title"] for row in page["rows"]]
        cursor = page["next"]
    assert seen == ["t2", "t5", "t1", "t4", "t0", "t3", "t6"]


def test_many_rows_are_changed_and_deleted_by_what_they_have_in_common(ann: httpx.Client) -> None:
    fill(ann, *({"title": f"t{n}", "rank": n} for n in range(4)))
    changed = ann.patch(f"{TODOS}?rank=gte.2", json={"done": True})
    assert sorted(titles(changed)) == ["t2", "t3"]
    assert sorted(titles(ann.delete(f"{TODOS}?done=is.true"))) == ["t2", "t3"]
    for answer in (ann.patch(TODOS, json={"done": True}), ann.delete(TODOS)):
        assert answer.status_code == 422
    assert sorted(titles(ann.get(TODOS))) == ["t0", "t1"]


def test_an_upsert_changes_what_is_alike_and_writes_the_rest(ann: httpx.Client, bob: httpx.Client) -> None:
    fill(ann, {"title": "one", "code": "a"})
    answer = ann.post(f"{TODOS}?on_conflict=code", json=[{"title": "uno", "code": "a"}, {"title": "two", "code": "b"}])
    assert [row["title"] for row in answer.json()["rows"]] == ["uno", "two"]
    taken = bob.post(TODOS, json={"title": "x", "code": "a"})
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (409, "code")
    assert sorted(titles(ann.get(TODOS))) == ["two", "uno"]


def test_who_may_read_and_write_follows_from_the_tables_access(app: App, ann: httpx.Client, bob: httpx.Client) -> None:
    assert ann.post("/api/entities/shared", json={"title": "ours"}).status_code == 201
    assert titles(bob.get("/api/entities/shared")) == ["ours"]
    hers = ann.post(NOTES, json={"title": "for all"}).json()["id"]
    with app.ask() as nobody:
        assert titles(nobody.get(NOTES)) == ["for all"]
        for path in (TODOS, "/api/entities/shared", "/api/entities/none"):
            assert nobody.get(path).status_code == 401
        for answer in (nobody.post(NOTES, json={"title": "x"}), nobody.delete(f"{NOTES}/{hers}")):
            assert answer.status_code == 401
    assert bob.patch(f"{NOTES}/{hers}", json={"title": "mine"}).status_code == 404
    assert bob.get("/api/entities/none").status_code == 404


def test_an_editor_acts_for_the_app_at_the_gateway_alone(app: App, ann: httpx.Client, bob: httpx.Client) -> None:
    fill(ann, {"title": "hers"})
    fill(bob, {"title": "his"})
    editor = token(app.app_id, role="editor")
    with app.ask(editor) as service:
        assert sorted(titles(service.get(TODOS))) == ["hers", "his"]
    with app.ask(editor, data="development") as service:
        assert titles(service.get(TODOS)) == []
    with app.at_home(editor) as service:
        assert service.get(TODOS).status_code == 401


def test_a_preview_and_the_release_have_the_same_tables_and_other_rows(app: App, ann: httpx.Client) -> None:
    fill(ann, {"title": "live"})
    bearer = app.sign_up("ann", data="development")["access_token"]
    with app.at_home(bearer, "preview") as preview:
        assert titles(preview.get(TODOS)) == []
        fill(preview, {"title": "tried"})
    assert titles(ann.get(TODOS)) == ["live"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "title"),
        ({"title": None}, "title"),
        ({"title": 5}, "title"),
        ({"title": "x", "rank": "many"}, "rank"),
        ({"title": "x", "rank": 2**31}, "rank"),
        ({"title": "x", "colour": "red"}, "colour"),
        ({"title": "x", "owner": "somebody"}, "owner"),
        ({"title": "x", "created_at": "2020-01-01T00:00:00Z"}, "created_at"),
        ({"title": "x", "tenant_id": str(uuid.uuid4())}, "tenant_id"),
        ({"title": "x", "id": "not-a-uuid"}, "id"),
        ({"title": "a\u0000b"}, "title"),
        ([], "body"),
        ([{"title": "x"}, 5], "body"),
    ],
)
def test_what_is_wrong_with_a_row_names_its_column(ann: httpx.Client, said: Any, field: str) -> None:
    answer = ann.post(TODOS, json=said)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field
    assert titles(ann.get(TODOS)) == []


WRONG = ["colour=eq.red", "order=colour", "select=colour", "rank=eq.many", "title=like.x%5C", "cursor=x", "limit=0"]


@pytest.mark.parametrize("query", WRONG)
def test_what_is_wrong_with_a_question_names_its_column(ann: httpx.Client, query: str) -> None:
    answer = ann.get(f"{TODOS}?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]
