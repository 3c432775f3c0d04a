"""What was resolved before is only remembered where it still means the same."""

from edge.places import Places
from edge.resolve import Local, Missing

FILES = ["src/main.ts", "src/ui/button.tsx", "src/ui/card.tsx"]


def test_a_specifier_means_the_same_to_every_module_of_a_folder() -> None:
    look = Places().of(FILES, {"@/*": "src/*"})
    assert look("src/ui/card.tsx", "./button") == Local("src/ui/button.tsx")
    assert look("src/ui/button.tsx", "./button") == Local("src/ui/button.tsx")
    assert isinstance(look("src/main.ts", "./button"), Missing)


def test_a_file_that_comes_or_goes_is_found_out() -> None:
    places = Places()
    assert isinstance(places.of(FILES, {})("src/main.ts", "./later"), Missing)
    assert places.of([*FILES, "src/later.ts"], {})("src/main.ts", "./later") == Local("src/later.ts")
    assert isinstance(places.of(FILES, {})("src/main.ts", "./later"), Missing)


def test_another_alias_is_another_meaning() -> None:
    places = Places()
    assert places.of(FILES, {"~/*": "src/ui/*"})("src/main.ts", "~/card") == Local("src/ui/card.tsx")
    assert isinstance(places.of(FILES, {"~/*": "src/*"})("src/main.ts", "~/card"), Missing)
