"""One table on its way to what it is to be."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from contracts.columns import fallback_of, made_field
from contracts.errors import BadEvent, Flaw
from contracts.schema import Column, CreateTable, OfColumn
from contracts.table import COMPARABLE, META, Catalog, Field, Pivot, Rule, RuleKind, Table

MAX_TABLES = 500
MAX_RULES = 64


@dataclass(frozen=True)
class Check:
    """What must hold of the rows that are there: `filled`, no row is without a value; `empty`, none has one."""

    kind: Literal["filled", "empty"]
    field_id: int


@dataclass(frozen=True)
class Design:
    """An app's tables as they are to be; of the table at hand, what rows have still to pass or to be entered into."""

    catalog: Catalog
    table: Table
    checks: tuple[Check, ...] = ()
    rules: tuple[Rule, ...] = ()


def missing(catalog: Catalog, name: str) -> str:
    """Say that there is no such table, and which there are."""
    there = ", ".join(sorted(catalog.tables)) or "none yet"
    return f"there is no table {name}; there are {there}"


class Draft:
    """One table on its way to what it is to be."""

    def __init__(self, catalog: Catalog, table: Table) -> None:
        self.catalog, self.table = catalog, table
        self.name: str | None = table.name
        self.next_id = catalog.next_id
        self.checks: list[Check] = []
        self.rules: list[Rule] = []

    @classmethod
    def begun(cls, catalog: Catalog, asked: CreateTable) -> "Draft":
        """Begin a new table."""
        if asked.table in catalog.tables:
            raise BadEvent(Flaw("table", "is there already: alter it, or choose another name"))
        if len(catalog.tables) >= MAX_TABLES:
            raise BadEvent(Flaw("table", f"would be one too many: an app has at most {MAX_TABLES}"))
        draft = cls(catalog, Table(catalog.next_id, asked.table, asked.access, 0))
        draft.next_id += 1
        return draft

    def design(self, asked: CreateTable, now: str) -> Design:
        """Fill a new table: nothing in it has to be looked at."""
        for n, column in enumerate(asked.columns):
            self._within(f"columns.{n}", partial(self.add, column, now))
        for n, index in enumerate(asked.indexes):
            columns = tuple(name for name in index.columns if name not in META)
            kind: RuleKind = "unique" if index.unique else "index"
            if columns:
                self._within(f"indexes.{n}", partial(self.rule, kind, columns, index.name))
        self.checks, self.rules = [], []
        return self.done(ready=True)

    def done(self, *, ready: bool = False) -> Design:
        """Return the tables with this one as it is now."""
        version = self.catalog.version + 1
        rules = tuple(replace(rule, state="ready") for rule in self.table.rules) if ready else self.table.rules
        table = pivoted(replace(self.table, rules=rules, version=version))
        others = {name: one for name, one in self.catalog.tables.items() if one.table_id != table.table_id}
        tables = {**others, self.name: table} if self.name else others
        catalog = Catalog(self.catalog.app_id, version, self.next_id, tables)
        return Design(catalog, table, tuple(self.checks), tuple(self.rules))

    @staticmethod
    def _within(place: str, do: Callable[[], object]) -> None:
        """Say of which part of a list something is wrong."""
        try:
            do()
        except BadEvent as bad:
            raise BadEvent(*(Flaw(f"{place}.{flaw.field}", flaw.reason) for flaw in bad.flaws)) from None

    def number(self) -> int:
        """Return a number that nothing of the app has had."""
        self.next_id += 1
        return self.next_id - 1

    def column(self, name: str, place: str = "column") -> Field:
        """Return a column that is there."""
        found = self.table.field(name)
        if found is None:
            there = ", ".join(one.name for one in self.table.fields)
            said = "every row has it, and it stays as it is" if name in META else f"is no column; there are {there}"
            raise BadEvent(Flaw(place, said))
        return found

    def free(self, name: str, place: str) -> None:
        """See that a column may be called so."""
        if name in META or self.table.field(name):
            raise BadEvent(Flaw(place, f"{name} is there already"))

    def put(self, field: Field) -> None:
        """Have a column as it is said."""
        fields = tuple(field if one.field_id == field.field_id else one for one in self.table.fields)
        self.table = replace(self.table, fields=fields if field in fields else (*fields, field))

    def add(self, column: Column, now: str) -> None:
        """Add a column, and what it says of itself."""
        if column.name in META:
            if column.type != META[column.name]:
                raise BadEvent(Flaw("type", f"every row has {column.name}, a {META[column.name]}: leave it out"))
            return
        self.free(column.name, "name")
        field = made_field(self.number(), column, fallback_of(column.type, column.default, now))
        self.put(field)
        if not column.nullable:
            self.checks.append(Check("filled", field.field_id))
        if column.unique:
            self.rule("unique", (column.name,), None, "unique")
        if column.references:
            self.refer(column, field)

    def refer(self, column: Column, field: Field) -> None:
        """Have a column refer to the rows of a table."""
        said = column.references
        if said is None:
            return
        target = self.table if said.table == self.table.name else self.catalog.tables.get(said.table)
        if target is None:
            hint = f"{missing(self.catalog, said.table)}; whose a row is, its owner says"
            raise BadEvent(Flaw("references.table", hint))
        if said.column != "id":
            raise BadEvent(Flaw("references.column", "must be id: rows are referred to by that"))
        if column.type != "uuid":
            raise BadEvent(Flaw("type", f"must be uuid, as {said.table}.id is"))
        if said.on_delete == "set null" and not column.nullable:
            raise BadEvent(Flaw("references.on_delete", "cannot set null what must not be null"))
        name = f"{self.table.name}_{column.name}_fkey"
        self._rule(Rule(self.number(), name, "reference", (field.field_id,), target.table_id, said.on_delete))

    def rule(self, kind: RuleKind, columns: tuple[str, ...], name: str | None, place: str = "columns") -> None:
        """Have an index, or columns that no two rows have alike."""
        if len(columns) != len(set(columns)):
            raise BadEvent(Flaw(place, "has a column twice"))
        if wrong := [one for one in columns if one in META]:
            raise BadEvent(Flaw(place, f"{wrong[0]} needs none: it is found and sorted by as it is"))
        fields = [self.column(one, place) for one in columns]
        if wrong := [one.name for one in fields if one.kind not in COMPARABLE]:
            raise BadEvent(Flaw(place, f"{wrong[0]} is json, which has no order"))
        numbers = tuple(one.field_id for one in fields)
        if twin := next((one for one in self.table.rules if (one.kind, one.fields) == (kind, numbers)), None):
            raise BadEvent(Flaw(place, f"{twin.name} is there already, over the same"))
        suffix = "key" if kind == "unique" else "idx"
        self._rule(Rule(self.number(), name or f"{self.table.name}_{'_'.join(columns)}_{suffix}"[:63], kind, numbers))

    def _rule(self, rule: Rule) -> None:
        if any(one.name == rule.name for one in self.table.rules):
            raise BadEvent(Flaw("name", f"{rule.name} is there already"))
        if len(self.table.rules) >= MAX_RULES:
            raise BadEvent(Flaw("table", f"has {MAX_RULES} indexes and rules, and may have no more"))
        building = replace(rule, state="building")
        self.rules.append(building)
        self.table = replace(self.table, rules=(*self.table.rules, building))

    def drop(self, rules: tuple[Rule, ...]) -> None:
        """Let rules go."""
        self.table = replace(self.table, rules=tuple(one for one in self.table.rules if one not in rules))

    def restore(self, attic: Catalog, asked: OfColumn) -> None:
        """Bring a column back, with its values; its indexes and rules do not come with it."""
        old = attic.by_id(self.table.table_id)
        field = old.field(asked.column) if old else None
        self.free(asked.column, "column")
        if field is None:
            raise BadEvent(Flaw("column", "was not dropped, or too long ago to be brought back"))
        self.put(replace(field, pivot="none", not_null=False))


def pivoted(table: Table) -> Table:
    """Return a table whose columns say whether an index of them is there: as soon as one of their rules is."""
    fields = []
    for field in table.fields:
        states = {rule.state for rule in table.rules if field.field_id in rule.fields}
        now: Pivot = "none" if not states else "ready" if "ready" in states else "building"
        fields.append(replace(field, pivot=now))
    return replace(table, fields=tuple(fields))
