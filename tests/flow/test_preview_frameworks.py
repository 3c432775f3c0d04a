"""Apps that are not React's: what a stranger publishes, what Chromium shows of it, and what an edit keeps."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import NoReturn

import pytest
from playwright.sync_api import BrowserContext, expect

from edge.local import binary
from tests.edge.preview.test_page_components import SVELTE, VUE
from tests.flow.previewed import Previewed, is_marked, mark
from tests.launcher.running import Fleet

PLAIN = {
    "index.html": """<!doctype html>
<html><head><link rel="stylesheet" href="style.css"></head>
<body><h1>Made live</h1><output></output><script src="old.js"></script>
<script type="module">
  import { now } from "./now.js";
  document.querySelector("output").textContent = `${window.old} ${now}`;
</script></body></html>
""",
    "style.css": "h1 { color: rgb(1, 2, 3) }",
    "old.js": 'window.old = "old";',
    "now.js": 'export const now = "new";',
}
PAGE = (
    '<!doctype html><html><body><div id="root"></div><script type="module" src="/src/main.tsx"></script></body></html>'
)


@pytest.fixture
def publish(
    fleet: Fleet, context: BrowserContext, absent: Callable[[str], NoReturn]
) -> Iterator[Callable[[dict[str, str]], Previewed]]:
    """Write apps of their own files."""
    if binary.find() is None:
        absent("workerd")
    with ExitStack() as written:

        def write(files: dict[str, str]) -> Previewed:
            app = written.enter_context(closing(Previewed(fleet, context)))
            app.files = {}
            app.publish(files)
            app.until_created()
            return app

        yield write


def test_a_plain_page_swaps_its_styles_and_loads_anew_for_scripts(publish: Callable[..., Previewed]) -> None:
    app = publish(PLAIN)
    page = app.open()
    expect(page.locator("output")).to_have_text("old new")
    mark(page)
    app.replace("style.css", "rgb(1, 2, 3)", "rgb(4, 5, 6)")
    expect(page.locator("h1")).to_have_css("color", "rgb(4, 5, 6)")
    assert is_marked(page)
    app.replace("now.js", '"new"', '"newer"')
    expect(page.locator("output")).to_have_text("old newer")
    app.replace("old.js", '"old"', '"older"')
    expect(page.locator("output")).to_have_text("older newer")


def test_other_pages_are_shown_beside_the_first_each_with_its_own(publish: Callable[..., Previewed]) -> None:
    other = "<!doctype html><link rel=stylesheet href=./{0}.css><h1>{0}</h1><script type=module src=./{0}.js></script>"
    app = publish(
        {
            **PLAIN,
            "about.html": other.format("about"),
            "about.css": "h1 { color: rgb(7, 8, 9) }",
            "about.js": 'document.querySelector("h1").textContent += " us";',
            "blog/index.html": other.format("post"),
            "blog/post.js": 'import { now } from "../now.js"; document.querySelector("h1").textContent = now;',
        }
    )
    first, page = app.open(), app.open()
    page.goto(f"{page.url}about.html")
    expect(page.locator("h1")).to_have_text("about us")
    expect(page.locator("h1")).to_have_css("color", "rgb(7, 8, 9)")
    mark(page)
    app.replace("about.css", "rgb(7, 8, 9)", "rgb(9, 9, 9)")
    expect(page.locator("h1")).to_have_css("color", "rgb(9, 9, 9)")
    assert is_marked(page)
    app.replace("now.js", '"new"', '"newer"')
    expect(first.locator("output")).to_have_text("old newer")
    expect(first.locator("h1")).to_have_css("color", "rgb(1, 2, 3)")
    page.goto(page.url.replace("about.html", "blog/"))
    expect(page.locator("fleet-overlay section")).to_contain_text('Cannot import "./post.css"')
    expect(page.locator("fleet-overlay section")).to_contain_text("blog/index.html:1")
    app.publish({"blog/post.css": "h1 { color: rgb(5, 5, 5) }"})
    expect(page.locator("h1")).to_have_text("newer")
    expect(page.locator("h1")).to_have_css("color", "rgb(5, 5, 5)")
    expect(page.locator("fleet-overlay")).to_have_count(0)


def test_a_component_follows_the_sheets_that_its_style_uses(publish: Callable[..., Previewed]) -> None:
    style = '<style lang="scss" module>\n@use "./tones" as *;\n.title { color: $tone }\n</style>\n'
    component = '<template src="./App.html"></template>\n' + style
    app = publish(
        {
            "index.html": PAGE,
            "package.json": '{"dependencies": {"vue": "*"}, "devDependencies": {"sass": "*"}}',
            "src/main.tsx": VUE["src/main.tsx"],
            "src/App.vue": component,
            "src/App.html": '<h1 :class="$style.title">Made live</h1>',
            "src/_tones.scss": "$tone: rgb(1, 2, 3);",
        }
    )
    page = app.open()
    expect(page.locator("h1")).to_have_css("color", "rgb(1, 2, 3)")
    mark(page)
    app.replace("src/_tones.scss", "rgb(1, 2, 3)", "rgb(4, 5, 6)")
    expect(page.locator("h1")).to_have_css("color", "rgb(4, 5, 6)")
    app.replace("src/App.html", "Made live", "Made again")
    expect(page.locator("h1")).to_have_text("Made again")
    assert is_marked(page)


@pytest.mark.parametrize(("name", "files"), [("vue", VUE), ("svelte", SVELTE)], ids=["vue", "svelte"])
def test_components_keep_their_state(publish: Callable[..., Previewed], name: str, files: dict[str, str]) -> None:
    app = publish(
        {
            "index.html": PAGE,
            "package.json": f'{{"dependencies": {{"{name}": "*"}}}}',
            **{path: text.replace("First", "Made live") for path, text in files.items()},
        }
    )
    page = app.open()
    page.locator("button").click(click_count=3)
    mark(page)
    app.replace(f"src/Label.{name}", "times", "clicks")
    expect(page.locator("button")).to_have_text("3 clicks")
    assert is_marked(page)
