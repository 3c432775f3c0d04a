"""What an edit does to a page: it is seen, and what the person had done stays."""

from playwright.sync_api import expect

from tests.edge.preview.conftest import Show
from tests.edge.preview.counter import counter


def test_the_first_render_is_acknowledged(show: Show, version: int) -> None:
    shown = show(counter(), version)
    shown.has("h1", "First")
    shown.has("main button", "0 times")
    shown.origin.wait_for_post("/__fleet/ack", rev=shown.app.rev, nonce="of-this-page")
    assert shown.page.evaluate("window.applied") == [shown.app.rev]
    assert not [line for line in shown.console if "error" in line]


def test_an_edited_component_keeps_its_state(show: Show, version: int) -> None:
    shown = show(counter(), version)
    shown.click("main button", times=3)
    shown.mark()
    shown.replace("src/App.tsx", "First", "Second")
    shown.has("h1", "Second")
    shown.has("main button", "3 times")
    assert shown.is_marked


def test_an_added_hook_mounts_the_component_anew(show: Show, version: int) -> None:
    shown = show(counter(), version)
    shown.click("main button", times=3)
    shown.mark()
    shown.replace("src/App.tsx", "useState(0);", 'useState(0);\n  const [name] = useState("Ada");')
    shown.replace("src/App.tsx", "First", "Hello {name}")
    shown.has("h1", "Hello Ada")
    shown.has("main button", "0 times")
    assert shown.is_marked
    assert not [line for line in shown.console if "error" in line]


def test_a_style_sheet_is_swapped_in_place(show: Show) -> None:
    shown = show(counter())
    shown.click("main button")
    shown.page.evaluate("""() => {
        window.seen = new Set();
        window.sheet = document.querySelector('style[data-fleet-css="src/index.css"]');
        const look = () => {
            seen.add(getComputedStyle(document.querySelector('h1')).color);
            requestAnimationFrame(look);
        };
        look();
    }""")
    shown.write("src/index.css", "h1 { color: rgb(4, 5, 6); }")
    expect(shown.page.locator("h1")).to_have_css("color", "rgb(4, 5, 6)")
    shown.page.wait_for_function("seen.has('rgb(4, 5, 6)')")
    assert shown.page.evaluate("[...seen]") == ["rgb(1, 2, 3)", "rgb(4, 5, 6)"]
    assert shown.page.evaluate("sheet.isConnected")
    shown.has("main button", "1 times")


def test_a_helper_reaches_everyone_who_uses_it(show: Show, version: int) -> None:
    other = 'import { label } from "./label";\nexport const Other = () => <p>{label(7)}</p>;\n'
    shown = show(counter(Other__tsx=other), version)
    app = shown.edited("src/App.tsx", "</main>", "<Other /></main>")
    shown.write("src/App.tsx", 'import { Other } from "./Other";' + app)
    shown.click("main button", times=2)
    shown.mark()
    shown.replace("src/label.ts", "times", "clicks")
    shown.has("main button", "2 clicks")
    shown.has("p", "7 clicks")
    assert shown.is_marked


def test_a_new_file_comes_with_the_import_of_it(show: Show) -> None:
    shown = show(counter())
    shown.click("main button")
    app = 'import { Badge } from "./Badge";' + shown.edited("src/App.tsx", "</main>", "<Badge /></main>")
    shown.write_all({"src/App.tsx": app, "src/Badge.tsx": "export const Badge = () => <b>new</b>;"})
    shown.has("b", "new")
    shown.replace("src/Badge.tsx", "new", "newer")
    shown.has("b", "newer")
    shown.has("main button", "1 times")


def test_a_deleted_file_goes_with_its_style(show: Show) -> None:
    badge = 'import "./badge.css";\nexport const Badge = () => <b>new</b>;'
    shown = show(counter(Badge__tsx=badge, badge__css="b { color: red; }"))
    app = shown.app.files["src/App.tsx"]
    with_badge = 'import { Badge } from "./Badge";' + app.replace("</main>", "<Badge /></main>")
    shown.write("src/App.tsx", with_badge)
    expect(shown.page.locator("b")).to_have_css("color", "rgb(255, 0, 0)")
    shown.click("main button")
    shown.mark()
    shown.write_all({"src/App.tsx": app, "src/Badge.tsx": None, "src/badge.css": None})
    expect(shown.page.locator("b")).to_have_count(0)
    expect(shown.page.locator("style[data-fleet-css]")).to_have_count(1)
    shown.has("main button", "1 times")
    assert shown.is_marked


def test_a_renamed_file_is_the_same_to_the_reader(show: Show) -> None:
    shown = show(counter())
    shown.click("main button")
    shown.mark()
    app = shown.edited("src/App.tsx", "./label", "./text/label")
    shown.write_all({"src/label.ts": None, "src/text/label.ts": shown.app.files["src/label.ts"], "src/App.tsx": app})
    shown.has("main button", "1 times")
    shown.replace("src/text/label.ts", "times", "clicks")
    shown.has("main button", "1 clicks")
    assert shown.is_marked


def test_an_edit_of_the_entry_loads_the_page_anew(show: Show) -> None:
    shown = show(counter())
    shown.mark()
    with shown.page.expect_event("load"):
        shown.app.write({"src/main.tsx": shown.edited("src/main.tsx", "<App />", "<div><App /></div>")})
    shown.has("div > div > main h1", "First")
    assert not shown.is_marked


def test_context_survives_edits_of_those_below_it(show: Show, version: int) -> None:
    theme = 'import { createContext } from "react";\nexport const Theme = createContext("none");'
    reader = (
        'import { useContext } from "react";\nimport { Theme } from "./theme";\n'
        "export const Reader = () => <em>{useContext(Theme)}</em>;"
    )
    shown = show(counter(theme__ts=theme, Reader__tsx=reader), version)
    app = shown.edited("src/App.tsx", "</main>", "<Theme value={`dark ${count}`}><Reader /></Theme></main>")
    app = app.replace("<Theme value", "<Theme.Provider value").replace("</Theme>", "</Theme.Provider>")
    shown.write("src/App.tsx", 'import { Theme } from "./theme";\nimport { Reader } from "./Reader";' + app)
    shown.click("main button", times=2)
    shown.replace("src/Reader.tsx", "<em>", "<em>now ")
    shown.has("em", "now dark 2")
    shown.replace("src/theme.ts", '"none"', '"light"')
    shown.has("em", "now dark 2")
    shown.has("main button", "2 times")


def test_a_component_that_becomes_a_helper_is_handed_on(show: Show) -> None:
    badge = "export const Badge = () => <b>new</b>;\nexport const size = 1;"
    shown = show(counter(Badge__tsx=badge))
    app = shown.edited("src/App.tsx", "</main>", "<Badge /><i>{size}</i></main>")
    shown.write("src/App.tsx", 'import { Badge, size } from "./Badge";' + app)
    shown.click("main button")
    shown.mark()
    shown.replace("src/Badge.tsx", "size = 1", "size = 2")
    shown.has("i", "2")
    shown.replace("src/Badge.tsx", "size = 2", "size = 3;\nexport const sizes = [1]")
    shown.has("i", "3")
    shown.has("main button", "1 times")
    assert shown.is_marked


def test_css_modules_bring_their_names(show: Show) -> None:
    shown = show(counter(box__module__css=".frame { color: rgb(9, 9, 9); }"))
    app = shown.edited("src/App.tsx", "<h1>", "<h1 className={box.frame}>")
    shown.write("src/App.tsx", 'import box from "./box.module.css";' + app)
    expect(shown.page.locator("h1")).to_have_css("color", "rgb(9, 9, 9)")
    shown.click("main button")
    shown.write("src/box.module.css", ".frame { color: rgb(8, 8, 8); }")
    expect(shown.page.locator("h1")).to_have_css("color", "rgb(8, 8, 8)")
    shown.has("main button", "1 times")
