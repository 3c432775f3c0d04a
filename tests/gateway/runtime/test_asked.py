"""A URL says which rows are meant, or is refused with the parameter that is wrong."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import BadEvent
from contracts.query import Condition, Group, Order, Query
from gateway.runtime import asked


def read(text: str) -> asked.Asked:
    return asked.read(quote(text, safe='=&.,()*:%-_"\\').encode())


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("age=gte.18", Condition("age", "gte", "18")),
        ("name=eq.a.b,c", Condition("name", "eq", "a.b,c")),
        ("name=eq.", Condition("name", "eq", "")),
        ("name=not.ilike.*x*", Condition("name", "ilike", "%x%", negated=True)),
        ("done=is.null", Condition("done", "is", "null")),
        ('tag=in.(a,"b,c","d\\"e",)', Condition("tag", "in", ("a", "b,c", 'd"e', ""))),
        ("tag=in.()", Condition("tag", "in", ())),
        ("tag=not.in.(x)", Condition("tag", "in", ("x",), negated=True)),
    ],
)
def test_one_condition(text: str, condition: Condition) -> None:
    assert read(text).where == (condition,)


def test_groups_within_groups() -> None:
    found = read('or=(a.eq.1,not.and(b.in.(x,"y)"),c.not.is.null),"d.e".eq.2)').where
    inner = Group("all", (Condition("b", "in", ("x", "y)")), Condition("c", "is", "null", negated=True)), negated=True)
    assert found == (Group("any", (Condition("a", "eq", "1"), inner, Condition("d.e", "eq", "2"))),)
    assert read("not.or=(a.eq.1)").where == (Group("any", (Condition("a", "eq", "1"),), negated=True),)


def test_what_is_no_condition_is_what_else_was_asked() -> None:
    found = read("select=id,name&order=name,age.desc&limit=7&count=exact&returning=minimal&on_conflict=name,age&a=eq.1")
    order = (Order("name"), Order("age", descending=True))
    assert found.query == Query((Condition("a", "eq", "1"),), ("id", "name"), order, 7, None, count=True)
    assert (found.returning, found.on_conflict) == (False, ("name", "age"))
    assert read("").query == Query()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("age=18", "age"),
        ("age=over.18", "age"),
        ("done=is.maybe", "done"),
        ("tag=in.a", "tag"),
        ("tag=in.(a", "tag"),
        ('tag=in.("a', "tag"),
        ("tag=in.(a)b", "tag"),
        ("or=a.eq.1", "or"),
        ("or=(a.eq.1", "or"),
        ("or=(a)", "or"),
        ("or=()", "or"),
        ("or=(a.near.1)", "or"),
        ("or=(a.eq.1))", "or"),
        (f"or={'(or' * 9}(a.eq.1{')' * 10}", "or"),
        ("limit=-1", "limit"),
        ("limit=1001", "limit"),
        ("limit=٣", "limit"),
        ("limit=1&limit=2", "limit"),
        ("order=name.up", "order"),
        ("order=name,name.desc", "order"),
        ("select=a,,b", "select"),
        ("cursor=nonsense!", "cursor"),
        ("cursor=W10", "cursor"),
        ("name=eq.a%00", "name"),
        ("&".join(f"a=eq.{n}" for n in range(51)), "query"),
        (f"a=in.({','.join('x' * 501)})", "a"),
        ("a=eq." + "x" * 20_000, "query"),
        ("a=eq.%ff", "query"),
    ],
)
def test_what_cannot_be_understood_names_the_parameter(text: str, field: str) -> None:
    with pytest.raises(BadEvent) as refused:
        asked.read(quote(text, safe='=&.,()*:%-_"\\!').encode())
    assert refused.value.flaws[0].field == field


def test_a_cursor_goes_on_where_the_page_ended_and_in_no_other_order() -> None:
    query = read("order=name").query
    token = asked.cursor(query, ["ü", "an-id"])
    assert read(f"order=name&cursor={token}").query.after == ("ü", "an-id")
    assert asked.cursor(query, None) is None
    with pytest.raises(BadEvent, match="another order"):
        read(f"order=name.desc&cursor={token}")


@given(st.text(max_size=60), st.text(alphabet='(),."\\not.oreqinand*', max_size=60))
def test_nothing_but_a_refusal_comes_of_nonsense(name: str, value: str) -> None:
    for text in (
        f"{quote(name)}={quote(value)}",
        f"or={quote(value)}",
        f"a=in.{quote(value)}",
        f"cursor={quote(name)}",
    ):
        try:
            asked.read(text.encode())
        except BadEvent:
            continue


@given(st.lists(st.text(max_size=8).filter(lambda text: "\0" not in text), max_size=6))
def test_whatever_is_quoted_is_read_as_it_was_written(values: list[str]) -> None:
    escaped = ",".join('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    assert asked.read(f"a=in.({quote(escaped, safe='')})".encode()).where == (Condition("a", "in", tuple(values)),)
