"""What a person sees of a broken app, and that mending it is enough."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.edge.preview.conftest import Show
from tests.edge.preview.counter import counter


def test_a_syntax_error_opens_the_overlay_until_it_is_fixed(show: Show) -> None:
    shown = show(counter())
    shown.click("main button", times=2)
    shown.mark()
    shown.breaks("src/App.tsx", "<h1>First</h1>", "<h1>First</h2>")
    shown.overlay_has("cannot be compiled", "src/App.tsx:9:18", "<h1>First</h2>")
    assert shown.overlay.get_attribute("data-file") == "src/App.tsx"
    shown.replace("src/App.tsx", "<h1>First</h2>", "<h1>Fixed</h1>")
    shown.overlay_is_gone()
    shown.has("h1", "Fixed")
    shown.has("main button", "2 times")
    assert shown.is_marked


def test_a_syntax_error_that_is_taken_back_changes_nothing(show: Show) -> None:
    shown = show(counter())
    shown.breaks("src/App.tsx", "</main>", "</maim>")
    shown.app.write({"src/App.tsx": shown.edited("src/App.tsx", "</maim>", "</main>")})
    shown.overlay_is_gone()
    shown.has("h1", "First")


def test_a_file_that_is_no_module_is_mended_by_an_update_of_others(show: Show) -> None:
    shown = show(counter())
    with shown.app.changed:
        shown.app.failed = {"file": "package.json", "message": "no such package", "rev": shown.app.rev}
        shown.app.say("failed", shown.app.failed)
    shown.overlay_has("package.json", "no such package")
    shown.replace("src/App.tsx", "<h1>First</h1>", "<h1>Fixed</h1>")
    shown.has("h1", "Fixed")
    shown.overlay_is_gone()


def test_a_missing_module_is_named_with_its_importer(show: Show) -> None:
    shown = show(counter())
    shown.breaks("src/App.tsx", 'from "./label"', 'from "./lable"')
    shown.overlay_has("src/App.tsx", "./lable")
    shown.app.write({"src/App.tsx": shown.edited("src/App.tsx", "./lable", "./label")})
    shown.overlay_is_gone()


def test_a_page_that_opens_while_a_file_is_broken_shows_both(show: Show) -> None:
    shown = show(counter())
    shown.breaks("src/App.tsx", "</main>", "</maim>")
    later = shown.tab()
    expect(later.locator("h1")).to_have_text("First")
    expect(later.locator("fleet-overlay section")).to_contain_text("src/App.tsx")


def test_a_render_error_shows_its_place_until_it_is_fixed(show: Show, version: int) -> None:
    shown = show(counter(), version)
    shown.mark()
    shown.breaks("src/App.tsx", "return (", 'if (count >= 0) throw new Error("no price");\n  return (')
    shown.overlay_has("no price", "src/App.tsx:7", '> 7 |   if (count >= 0) throw new Error("no price");')
    shown.origin.wait_for_post("/__fleet/error", message="no price", file="src/App.tsx", line=7)
    assert shown.app.rev not in shown.origin.acknowledged()
    shown.replace("src/App.tsx", "count >= 0", "count < 0")
    shown.overlay_is_gone()
    shown.has("h1", "First")
    assert shown.is_marked


def test_a_style_edit_does_not_heal_a_blank_page(show: Show, version: int) -> None:
    shown = show(counter(), version)
    shown.breaks("src/App.tsx", "return (", 'if (count >= 0) throw new Error("no price");\n  return (')
    rev = shown.app.write({"src/index.css": "h1 { color: rgb(4, 5, 6); }"})
    shown.page.wait_for_function("document.querySelector('style[data-fleet-css]').textContent.includes('4, 5, 6')")
    shown.overlay_has("no price")
    shown.replace("src/App.tsx", "count >= 0", "count < 0")
    shown.overlay_is_gone()
    shown.has("h1", "First")
    assert rev not in shown.origin.acknowledged()


def test_an_error_of_the_first_render_is_found_in_the_registry(show: Show, version: int) -> None:
    files = counter()
    files["src/label.ts"] = "\n\nexport function label(count: number): string {\n  return (null as any).price;\n}\n"
    shown = show(files, version)
    shown.overlay_has("src/label.ts:4", "return (null as any).price;")
    shown.origin.wait_for_post("/__fleet/error", file="src/label.ts", line=4)
    assert shown.origin.acknowledged() == []
    shown.replace("src/label.ts", "(null as any).price", "`${count} times`")
    shown.overlay_is_gone()
    shown.has("main button", "0 times")


def test_an_error_that_the_app_catches_is_its_own_affair(show: Show, version: int) -> None:
    boundary = """
    import { Component, type ReactNode } from "react";
    export class Guard extends Component<{ children: ReactNode }> {
      state = { failed: false };
      static getDerivedStateFromError() { return { failed: true }; }
      render() { return this.state.failed ? <u>sorry</u> : this.props.children; }
    }
    """
    files = counter(Guard__tsx=boundary, Price__tsx="export const Price = () => <b>1</b>;")
    shown = show(files, version)
    app = shown.edited("src/App.tsx", "</main>", "<Guard><Price /></Guard></main>")
    app = 'import { Guard } from "./Guard";\nimport { Price } from "./Price";' + app
    shown.write("src/App.tsx", app)
    shown.click("main button")
    shown.write("src/Price.tsx", 'export const Price = () => { throw new Error("no price"); };')
    shown.has("u", "sorry")
    shown.overlay_is_gone()
    shown.write("src/Price.tsx", "export const Price = () => <b>2</b>;")
    shown.has("b", "2")
    shown.has("main button", "1 times")


def test_a_new_module_that_throws_is_tried_again(show: Show) -> None:
    shown = show(counter())
    shown.click("main button", times=2)
    shown.mark()
    app = 'import { price } from "./price";' + shown.edited("src/App.tsx", "</main>", "<b>{price}</b></main>")
    shown.app.write({"src/App.tsx": app, "src/price.ts": "export const price = (undefined as any).of.nothing;\n"})
    shown.overlay_has("src/price.ts:1")
    shown.page.keyboard.press("Escape")
    shown.click("main button")
    shown.app.write({"src/price.ts": "export const price = [].at(0)!.b;\n"})
    expect(shown.overlay.locator(".message")).to_contain_text("'b'")
    shown.write("src/price.ts", "export const price = 12;\n")
    shown.overlay_is_gone()
    shown.has("b", "12")
    shown.has("main button", "3 times")
    assert shown.is_marked


def test_what_was_broken_from_the_start_comes_up_when_it_is_fixed(show: Show) -> None:
    files = counter()
    files["src/label.ts"] = "throw new Error('not yet');\nexport const label = String;\n"
    shown = show(files)
    shown.overlay_has("not yet", "src/label.ts:1")
    shown.mark()
    shown.write("src/label.ts", "export const label = (count: number) => `${count} at last`;\n")
    shown.has("main button", "0 at last")
    shown.overlay_is_gone()
    assert shown.is_marked


def test_escape_and_the_button_close_the_overlay(show: Show) -> None:
    shown = show(counter())
    shown.breaks("src/App.tsx", "</main>", "</maim>")
    shown.page.keyboard.press("Escape")
    shown.overlay_is_gone()
    shown.app.write({"src/App.tsx": shown.app.files["src/App.tsx"] + "("})
    shown.overlay.get_by_role("button", name="Close").click()
    shown.overlay_is_gone()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_overlay_can_be_read_in_any_light(show: Show, tmp_path: Path, scheme: str) -> None:
    shown = show(counter())
    shown.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    shown.breaks("src/App.tsx", "<h1>First</h1>", "<h1>First</h2>")
    shown.page.screenshot(path=tmp_path / f"overlay-{scheme}.png")
    contrasts = shown.page.evaluate("""() => {
        const light = (color) => {
            const parts = color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
                .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
        };
        const root = document.querySelector('fleet-overlay').shadowRoot;
        const back = light(getComputedStyle(root.querySelector('section')).backgroundColor);
        return ['.title', '.place', '.message', '.frame', '.hint'].map((part) => {
            const text = light(getComputedStyle(root.querySelector(part)).color);
            return (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
        });
    }""")
    assert min(contrasts) >= 4.5
    section = shown.overlay.locator("section").evaluate("(e) => getComputedStyle(e).backgroundColor")
    assert section == ("rgb(28, 25, 23)" if scheme == "dark" else "rgb(255, 255, 255)")
