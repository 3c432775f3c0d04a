"""A URL says which rows are meant, or is refused with the parameter that is wrong."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.condition import Condition, Either, Every, Not, Order, Wanted
from contracts.condition import Test as Compared  # pytest would take it for one of its own
from contracts.errors import BadEvent
from gateway.runtime import asked


def read(text: str) -> asked.Asked:
    return asked.read(quote(text, safe='=&.,()*:%-_"\\').encode())


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("age=gte.18", Compared("age", "gte", "18")),
        ("name=eq.a.b,c", Compared("name", "eq", "a.b,c")),
        ("name=eq.", Compared("name", "eq", "")),
        ("name=not.ilike.*x*", Not(Compared("name", "ilike", "%x%"))),
        ("done=is.null", Compared("done", "is", "null")),
        ('tag=in.(a,"b,c","d\\"e",)', Compared("tag", "in", ("a", "b,c", 'd"e', ""))),
        ("tag=in.()", Compared("tag", "in", ())),
        ("tag=not.in.(x)", Not(Compared("tag", "in", ("x",)))),
    ],
)
def test_one_condition(text: str, condition: Condition) -> None:
    assert read(text).where == Every((condition,))


def test_groups_within_groups() -> None:
    found = read('or=(a.eq.1,not.and(b.in.(x,"y)"),c.not.is.null),"d.e".eq.2)').where
    inner = Not(Every((Compared("b", "in", ("x", "y)")), Not(Compared("c", "is", "null")))))
    assert found == Every((Either((Compared("a", "eq", "1"), inner, Compared("d.e", "eq", "2"))),))
    assert read("not.or=(a.eq.1)").where == Every((Not(Either((Compared("a", "eq", "1"),))),))


def test_what_is_no_condition_is_what_else_was_asked() -> None:
    found = read(
        "select=id,name&order=name,age.desc&limit=7&cursor=x&count=exact&returning=minimal&on_conflict=name,age&a=eq.1"
    )
    where, order = Every((Compared("a", "eq", "1"),)), (Order("name"), Order("age", descending=True))
    assert found.wanted == Wanted(where, order, ("id", "name"), 7, "x")
    assert (found.count, found.returning, found.on_conflict) == (True, False, ("name", "age"))
    assert read("").wanted == Wanted()


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
    assert asked.read(f"a=in.({quote(escaped, safe='')})".encode()).where == Every(
        (Compared("a", "in", tuple(values)),)
    )
