"""What was found out before is only remembered where it still means the same."""

from edge.compiler_words import Import
from edge.graph import Meaning, Routes, Unit
from edge.shapes import Shapes

FILES = ["src/main.ts", "src/ui/button.tsx", "src/ui/card.tsx"]
ALIASES = {"@/*": "src/*"}


def importing(*specs: str) -> Unit:
    return Unit(imports=tuple(Import(spec=spec) for spec in specs))


def targets(shapes: Shapes[tuple[Unit, Meaning]], files: list[str], aliases: dict[str, str], unit: Unit) -> list[str]:
    return Routes(files, aliases, shapes.notes(files, aliases)).of("src/main.ts", unit).targets


def test_a_module_that_stays_as_it_is_is_looked_at_once() -> None:
    shapes: Shapes[tuple[Unit, Meaning]] = Shapes()
    unit = importing("@/ui/card")
    first, second = (Routes(FILES, ALIASES, shapes.notes(FILES, ALIASES)).of("src/main.ts", unit) for _ in range(2))
    assert first is second
    assert first.targets == ["src/ui/card.tsx"]


def test_a_module_that_was_edited_is_looked_at_again() -> None:
    shapes: Shapes[tuple[Unit, Meaning]] = Shapes()
    assert targets(shapes, FILES, ALIASES, importing("@/ui/card")) == ["src/ui/card.tsx"]
    assert targets(shapes, FILES, ALIASES, importing("@/ui/button")) == ["src/ui/button.tsx"]


def test_a_file_that_comes_or_goes_is_found_out() -> None:
    shapes: Shapes[tuple[Unit, Meaning]] = Shapes()
    assert targets(shapes, FILES, ALIASES, importing("./later")) == []
    assert targets(shapes, [*FILES, "src/later.ts"], ALIASES, importing("./later")) == ["src/later.ts"]
    assert targets(shapes, FILES, ALIASES, importing("./later")) == []


def test_another_alias_is_another_meaning() -> None:
    shapes: Shapes[tuple[Unit, Meaning]] = Shapes()
    assert targets(shapes, FILES, {"~/*": "src/ui/*"}, importing("~/card")) == ["src/ui/card.tsx"]
    assert targets(shapes, FILES, {"~/*": "src/*"}, importing("~/card")) == []
