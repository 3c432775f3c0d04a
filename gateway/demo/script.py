"""The story that is played: an AI writes a small shop, errs now and then, and mends it. Forty calls in their rounds.

The files stand in `app/` as they are first written; what becomes of them is said here.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

APP = Path(__file__).with_name("app")


@dataclass(frozen=True)
class Call:
    """A tool, and what it is called with."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Round:
    """Calls that the AI makes together, before it looks what came of them."""

    say: str
    calls: Sequence[Call]


def rounds() -> list[Round]:
    """Return the story; each round looks back on the one before."""
    return [
        Round(
            "Setting up", [_write("package.json"), *_sources("App.tsx", "index.css", "main.tsx"), _write("index.html")]
        ),
        Round("A header, and a picture", [*_sources("Header.tsx", "Hero.tsx"), _picture()]),
        Round("Putting them on the page", [_import("Header", "Hero"), _page(_TITLE, "<Header />\n      <Hero />")]),
        Round("What is on sale", _sources("products.ts", "price.ts", "Card.tsx", "Menu.tsx")),
        Round("The menu on the page", [_import("Menu"), _page("<Hero />", "<Hero />\n      <Menu />")]),
        Round("A basket", _sources("useBasket.ts", "Basket.tsx")),
        Round("Filling the basket", _filling()),
        Round("In bold letters", [_edit("Basket.tsx", "<output>", "<strong>")]),
        Round("It does not compile: looking, and mending", [_read("Basket.tsx"), _mending()]),
        Round("Opening hours", _sources("Hours.tsx")),
        Round("Below the basket", [_import("Hours"), _page("{...basket} />", "{...basket} />\n      <Hours />")]),
        Round("A dark side", [*_sources("Dark.tsx"), _edit("Header.tsx", "<nav>", "<nav><Dark />")]),
        Round("It was not there: reading first", [_read("Header.tsx"), *_dark()]),
        Round("A better name", [Call("os-search", {"query": "Menu"}), _rename("Menu.tsx", "Shop.tsx")]),
        Round("The import, too", [_edit("App.tsx", '"./Menu"', '"./Shop"')]),
        Round("Last words", [_edit("Hero.tsx", "Good bread", "Bread, baked this morning")]),
    ]


def as_json() -> dict[str, Any]:
    """Return the story for whoever plays it elsewhere."""
    return {"rounds": [asdict(one) for one in rounds()]}


_TITLE = '<h1 className="text-4xl font-semibold">Crumb &amp; Co.</h1>'


def _filling() -> list[Call]:
    """Return the edits by which the page learns of the basket."""
    button = '<button type="button" onClick={add}>{price(product.cents)}</button>'
    return [
        _edit(
            "Card.tsx",
            "({ product }: { product: Product })",
            "({ product, add }: { product: Product; add: () => void })",
        ),
        _edit("Card.tsx", '<span className="tabular-nums">{price(product.cents)}</span>', button),
        _edit("Menu.tsx", "Menu()", "Menu({ add }: { add: (product: (typeof products)[number]) => void })"),
        _edit("Menu.tsx", "product={product} />", "product={product} add={() => add(product)} />"),
        _import("Basket", "useBasket"),
        _page("  return (", "  const basket = useBasket();\n  return ("),
        _page("<Menu />", "<Menu add={basket.add} />\n      <Basket {...basket} />"),
    ]


def _mending() -> Call:
    return _edit("Basket.tsx", "</output>", "</strong>")


def _dark() -> list[Call]:
    return [
        _edit("Header.tsx", "export function", 'import { Dark } from "./Dark";\n\nexport function'),
        _edit("Header.tsx", '<a href="#menu">Menu</a>', '<a href="#menu">Menu</a>\n        <Dark />'),
    ]


def _picture() -> Call:
    return Call(
        "generate_image", {"prompt": "A loaf of bread on a table, early light", "file_path": "src/pictures/loaf.png"}
    )


def _write(path: str) -> Call:
    return Call("os-write", {"file_path": path, "content": (APP / path).read_text(encoding="utf-8")})


def _sources(*names: str) -> list[Call]:
    return [_write(f"src/{name}") for name in names]


def _read(name: str) -> Call:
    return Call("os-read", {"file_path": f"src/{name}"})


def _edit(name: str, search: str, replace: str) -> Call:
    return Call("os-line-replace", {"file_path": f"src/{name}", "search": search, "replace": replace})


def _rename(before: str, after: str) -> Call:
    return Call("os-rename", {"file_path": f"src/{before}", "new_path": f"src/{after}"})


def _page(search: str, replace: str) -> Call:
    return _edit("App.tsx", search, replace)


def _import(*names: str) -> Call:
    """Return a call by which the page imports components."""
    lines = "".join(f'import {{ {name} }} from "./{name}";\n' for name in names)
    return _page("export default function App", f"{lines}\nexport default function App")
