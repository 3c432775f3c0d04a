"""Reads conditions as they stand in a URL: `?age=gte.18&or=(name.ilike.a*,tags.in.(x,"y,z"))`. Pure."""

from collections.abc import Iterator
from typing import get_args

from contracts.condition import Condition, Either, Every, Not, Operator, Test
from contracts.errors import BadEvent, Flaw

_MOST_CONDITIONS, _MOST_VALUES, _DEEPEST = 50, 500, 5
_IS = frozenset({"null", "true", "false"})
_WILD = frozenset({"like", "ilike"})
_OPERATORS: tuple[Operator, ...] = get_args(Operator)
_GROUPS: dict[str, type[Either] | type[Every]] = {"or": Either, "and": Every}
GROUPS = frozenset({*_GROUPS, *(f"not.{name}" for name in _GROUPS)})


def read(pairs: list[tuple[str, str]]) -> Every:
    """Return every condition of a query string; all of them must hold."""
    found = Every(tuple(_group(name, value) if name in GROUPS else _pair(name, value) for name, value in pairs))
    if sum(1 for _each in _tests(found)) > _MOST_CONDITIONS:
        raise BadEvent(Flaw("query", f"has more than {_MOST_CONDITIONS} conditions"))
    return found


def _pair(field: str, written: str) -> Condition:
    negated, operator, value = _operator(field, written)
    if operator != "in":
        return _condition(field, operator, value, negated=negated)
    text = _Text(value, field)
    values = text.values()
    text.must_end()
    return _condition(field, operator, values, negated=negated)


def _group(name: str, written: str) -> Condition:
    text = _Text(written, name)
    found = text.group(name.removeprefix("not."), negated=name.startswith("not."), depth=1)
    text.must_end()
    return found


def _operator(field: str, written: str) -> tuple[bool, Operator, str]:
    rest = written.removeprefix("not.")
    operator, dot, value = rest.partition(".")
    if not dot or operator not in _OPERATORS:
        reason = f"must be an operator, a dot and a value, such as eq.1; there are {', '.join(_OPERATORS)}"
        raise BadEvent(Flaw(field, reason))
    return rest != written, operator, value


def _condition(field: str, operator: Operator, value: str | tuple[str, ...], *, negated: bool) -> Condition:
    if operator == "is" and value not in _IS:
        raise BadEvent(Flaw(field, f"is.… takes one of {', '.join(sorted(_IS))}"))
    if operator in _WILD and isinstance(value, str):
        value = value.replace("*", "%")  # a percent sign would have to be written as %25 in a URL
    return _signed(Test(field, operator, value), negated=negated)


def _signed(condition: Condition, *, negated: bool) -> Condition:
    return Not(condition) if negated else condition


def _tests(condition: Condition) -> Iterator[Test]:
    match condition:
        case Test():
            yield condition
        case Not(part):
            yield from _tests(part)
        case Either(parts) | Every(parts):
            for part in parts:
                yield from _tests(part)


class _Text:
    """What is left to read of one parameter."""

    def __init__(self, text: str, name: str) -> None:
        self._text, self._name, self._at = text, name, 0

    def group(self, kind: str, *, negated: bool, depth: int) -> Condition:
        """Read `(…,…)` of conditions and groups."""
        if depth > _DEEPEST:
            raise self._flaw(f"nests deeper than {_DEEPEST}")
        parts: list[Condition] = []
        self._take("(")
        while not parts or self._next(","):
            parts.append(self._part(depth))
        self._take(")")
        return _signed(_GROUPS[kind](tuple(parts)), negated=negated)

    def values(self) -> tuple[str, ...]:
        """Read `(…,…)` of values."""
        self._take("(")
        found: list[str] = []
        while not self._next(")"):
            if found:
                self._take(",")
            found.append(self._value())
            if len(found) > _MOST_VALUES:
                raise self._flaw(f"lists more than {_MOST_VALUES} values")
        return tuple(found)

    def must_end(self) -> None:
        """Refuse what comes after the end."""
        if self._at != len(self._text):
            raise self._flaw(f"goes on at character {self._at + 1}, where it should end")

    def _part(self, depth: int) -> Condition:
        negated = self._text.startswith("not.", self._at)
        begins = self._at + 4 * negated
        for kind in _GROUPS:
            if self._text.startswith(f"{kind}(", begins):
                self._at = begins + len(kind)
                return self.group(kind, negated=negated, depth=depth + 1)
        field = self._word()
        negated = self._word_is("not")
        operator = self._word()
        if operator not in _OPERATORS:
            raise self._flaw(f"compares {field} by {operator!r}; there are {', '.join(_OPERATORS)}")
        value = self.values() if operator == "in" else self._value()
        return _condition(field, operator, value, negated=negated)

    def _word(self) -> str:
        """Read up to a dot."""
        if self._text.startswith('"', self._at):
            word = self._quoted()
            self._take(".")
            return word
        end = self._text.find(".", self._at)
        if end <= self._at:
            raise self._flaw(f"should say column.operator.value at character {self._at + 1}")
        word, self._at = self._text[self._at : end], end + 1
        return word

    def _word_is(self, word: str) -> bool:
        if found := self._text.startswith(f"{word}.", self._at):
            self._at += len(word) + 1
        return found

    def _value(self) -> str:
        """Read up to a comma or the end of the list, or what is quoted."""
        if self._text.startswith('"', self._at):
            return self._quoted()
        begins = self._at
        while self._at < len(self._text) and self._text[self._at] not in ",()":
            self._at += 1
        return self._text[begins : self._at]

    def _quoted(self) -> str:
        found: list[str] = []
        self._at += 1
        while not self._next('"'):
            self._at += self._text.startswith("\\", self._at)
            if self._at >= len(self._text):
                raise self._flaw("ends within quotes")
            found.append(self._text[self._at])
            self._at += 1
        return "".join(found)

    def _next(self, letter: str) -> bool:
        if found := self._text.startswith(letter, self._at):
            self._at += 1
        return found

    def _take(self, letter: str) -> None:
        if not self._next(letter):
            raise self._flaw(f"should have {letter} at character {self._at + 1}")

    def _flaw(self, reason: str) -> BadEvent:
        return BadEvent(Flaw(self._name, reason))
