"""Whatever stands where a name, a value or a cursor stands is that, and never a part of a statement."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from tests.gateway.conftest import Author
from tests.gateway.runtime.conftest import App, add_table

NASTY = [
    "' or 1=1 --",
    "'; drop table rt.app_entities; --",
    '" or ""="',
    "$$ || (select 1) || $$",
    "%(values)s %s {} %%",
    "\\' or '1'='1",
    "a,b.c)(:*",
    "e.data->>'1'",
    "current_setting('fleet.tenant_context')",
    "rt.context_key()",
    "pg_sleep(10)",
    "ünï💥",
    "../../v1/apps",
    "x" * 3_000,
]
TODOS = "/api/entities/todos"


@pytest.fixture
def eve(app: App, author: Author) -> Iterator[httpx.Client]:
    """Somebody in an app where ann has a row as well."""
    add_table(author, app.app_id, "todos", "user", title="text", rank="integer")
    with app.ask(app.sign_up("ann")["access_token"]) as ann:
        assert ann.post(TODOS, json={"title": "hers", "rank": 1}).status_code == 201
    with app.ask(app.sign_up("eve")["access_token"]) as client:
        yield client


def test_a_value_is_a_value(eve: httpx.Client) -> None:
    for text in NASTY:
        row = eve.post(TODOS, json={"title": text}).json()
        assert row["title"] == text
        listed = eve.get(f"{TODOS}?title=eq.{quote(text, safe='')}")
        assert [one["id"] for one in listed.json()["rows"]] == [row["id"]]
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        among = quote(f'in.("{escaped}","other")', safe="")
        assert [one["id"] for one in eve.get(f"{TODOS}?title={among}").json()["rows"]] == [row["id"]]
        assert eve.delete(f"{TODOS}/{row['id']}").status_code == 200


@pytest.mark.parametrize(
    "place",
    [
        "/api/entities/{}",
        "/api/entities/todos/{}",
        f"{TODOS}?{{}}=eq.1",
        f"{TODOS}?rank={{}}",
        f"{TODOS}?rank=eq.{{}}",
        f"{TODOS}?rank=in.({{}})",
        f"{TODOS}?or=({{}}.eq.1,title.eq.x)",
        f"{TODOS}?or=(title.{{}})",
        f"{TODOS}?order={{}}",
        f"{TODOS}?order=title.{{}}",
        f"{TODOS}?select={{}}",
        f"{TODOS}?cursor={{}}",
        f"{TODOS}?limit={{}}",
    ],
)
def test_where_something_else_is_wanted_it_is_refused(eve: httpx.Client, place: str) -> None:
    for text in NASTY:
        answer = eve.get(place.format(quote(text, safe="")))
        assert answer.status_code in {404, 422}, (text, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert "hers" not in answer.text
        assert "rt." not in answer.text.replace(text, "")


@pytest.mark.parametrize("place", ["column", "conflict", "key of json"])
def test_a_name_in_a_body_is_a_name(eve: httpx.Client, place: str) -> None:
    for text in NASTY:
        if place == "conflict":
            answer = eve.post(f"{TODOS}?on_conflict={quote(text, safe='')}", json={"title": "x"})
        elif place == "column":
            answer = eve.post(TODOS, json={"title": "x", text: 1})
        else:
            answer = eve.post(TODOS, json={"title": {text: text}})
        assert answer.status_code == 422, (text, answer.text)
    assert eve.get(f"{TODOS}?count=exact").json() == {"rows": [], "next": None, "count": 0}


def test_a_pattern_is_looked_for_in_ones_own_rows_alone(eve: httpx.Client) -> None:
    for pattern in ("*", "%25", "h*", "____", "%5C%5C", "h%5C_"):
        for operator in ("like", "ilike", "not.like"):
            answer = eve.get(f"{TODOS}?title={operator}.{pattern}&count=exact")
            assert answer.json() == {"rows": [], "next": None, "count": 0}, answer.text


def test_a_cursor_made_by_hand_leads_to_nobody_elses_rows(eve: httpx.Client) -> None:
    for rank in (1, 2, 3):
        assert eve.post(TODOS, json={"title": "mine", "rank": rank}).status_code == 201
    cursor = eve.get(f"{TODOS}?order=rank&limit=1").json()["next"]
    seen = [eve.get(f"{TODOS}?order=rank&limit=1000&cursor={cursor[:n]}{cursor[n + 1 :]}") for n in range(len(cursor))]
    assert {answer.status_code for answer in seen} <= {200, 422}
    assert "hers" not in json.dumps([answer.text for answer in seen])
    assert eve.get(f"{TODOS}?order=title&cursor={cursor}").status_code == 422


def test_what_is_too_much_is_refused_before_it_costs_anything(eve: httpx.Client) -> None:
    assert eve.post(TODOS, json=[{"title": "x"}] * 1_001).status_code == 422
    assert eve.post(TODOS, content=b"[" * 100_000, headers={"content-type": "application/json"}).status_code == 422
    assert eve.post(TODOS, content=b" " * 5_000_000, headers={"content-type": "application/json"}).status_code == 413
    assert eve.get(f"{TODOS}?title=like.{'*a' * 500}").status_code in {200, 422}
