"""What a generator does all day, seen in a page: helpers, new files, lost files, renamed files, broken renders."""

import pytest
from playwright.sync_api import Page, expect

from tests.flow.previewed import Previewed, is_marked, mark

FRAGILE = 'export function Counter() {\n  if (window.location.pathname === "/") throw Error("too fragile");\n'


@pytest.fixture
def page(app: Previewed) -> Page:
    """A page on which somebody has done something."""
    page = app.open()
    page.get_by_label("one more").click(click_count=2)
    page.get_by_label("a new task").fill("half a thought")
    mark(page)
    return page


def is_kept(page: Page) -> bool:
    """Tell whether all of it is still there."""
    expect(page.locator("output")).to_have_text("2")
    expect(page.get_by_label("a new task")).to_have_value("half a thought")
    return is_marked(page)


def words(n: int) -> str:
    return f'import {{ say }} from "./say";\nexport const Words{n} = () => <p className="words">{{say({n})}}</p>;\n'


def test_a_helper_of_many_changes_all_of_them(app: Previewed, page: Page) -> None:
    many = {f"src/Words{n}.tsx": words(n) for n in range(12)}
    imports = "".join(f'import {{ Words{n} }} from "./Words{n}";\n' for n in range(12))
    shown = app.files["src/App.tsx"].replace("<Tasks />", "<Tasks />" + "".join(f"<Words{n} />" for n in range(12)))
    app.publish({**many, "src/say.ts": "export const say = (n: number) => `${n}.`;\n", "src/App.tsx": imports + shown})
    expect(page.locator(".words")).to_have_text([f"{n}." for n in range(12)])
    app.publish({"src/say.ts": "export const say = (n: number) => `number ${n}`;\n"})
    expect(page.locator(".words")).to_have_text([f"number {n}" for n in range(12)])
    assert is_kept(page)


def test_a_page_of_many_lines_changes_in_place(app: Previewed, page: Page) -> None:
    long = f"const fine = {'print ' * 60_000!r};\n"
    app.publish({"src/App.tsx": long + app.files["src/App.tsx"].replace("<Tasks />", "<Tasks /><q>{fine.length}</q>")})
    expect(page.locator("q")).to_have_text("360000")
    app.replace("src/App.tsx", "fine.length", "fine.length + 1")
    expect(page.locator("q")).to_have_text("360001")
    assert is_kept(page)
    assert not [line for line in app.console if line.startswith("error")]


def test_a_list_of_files_is_one_update(app: Previewed, page: Page) -> None:
    app.publish(
        {
            "src/App.tsx": 'import { Fresh } from "./new/Fresh";\n'
            + app.files["src/App.tsx"].replace("<Tasks />", "<Tasks /><Fresh />"),
            "src/new/Fresh.tsx": 'import { text } from "./text";\nexport const Fresh = () => <b>{text}</b>;\n',
            "src/new/text.ts": 'export const text = "fresh";\n',
        }
    )
    expect(page.locator("b")).to_have_text("fresh")
    assert is_kept(page)
    assert page.evaluate("window.applied.length") == 2


def test_a_file_that_comes_after_its_import_is_awaited(app: Previewed, page: Page) -> None:
    app.publish(
        {
            "src/App.tsx": 'import { Later } from "./Later";\n'
            + app.files["src/App.tsx"].replace("<Tasks />", "<Tasks /><Later />")
        }
    )
    expect(page.locator("fleet-overlay section")).to_contain_text('Cannot import "./Later"')
    app.publish({"src/Later.tsx": "export const Later = () => <b>at last</b>;\n"})
    expect(page.locator("b")).to_have_text("at last")
    expect(page.locator("fleet-overlay")).to_have_count(0)
    assert is_kept(page)


def test_a_deleted_file_is_missed_until_nobody_wants_it(app: Previewed, page: Page) -> None:
    app.change({"path": "src/Tasks.tsx", "operation": "delete"})
    expect(page.locator("fleet-overlay section")).to_contain_text('Cannot import "./Tasks"')
    app.publish(
        {
            "src/App.tsx": app.files["src/App.tsx"]
            .replace('import { Tasks } from "./Tasks";\n', "")
            .replace("<Tasks />", "")
        }
    )
    expect(page.locator("fleet-overlay")).to_have_count(0)
    expect(page.get_by_label("a new task")).to_have_count(0)
    expect(page.locator("output")).to_have_text("2")
    assert is_marked(page)


def test_a_renamed_file_is_found_under_its_new_name(app: Previewed, page: Page) -> None:
    edited = app.files["src/App.tsx"].replace('"./Tasks"', '"./lists/Tasks"')
    app.change(
        {"path": "src/lists/Tasks.tsx", "operation": "rename", "from_path": "src/Tasks.tsx"},
        {"path": "src/App.tsx", "content": edited.replace("Made live", "Made elsewhere")},
    )
    expect(page.locator("h1")).to_have_text("Made elsewhere")
    expect(page.get_by_text("Watch a change arrive")).to_be_visible()
    expect(page.locator("output")).to_have_text("2")
    assert is_marked(page)


def test_a_render_that_throws_is_shown_until_it_is_mended(app: Previewed, page: Page) -> None:
    right = app.files["src/Counter.tsx"]
    app.replace("src/Counter.tsx", "export function Counter() {\n", FRAGILE)
    section = page.locator("fleet-overlay section")
    expect(section).to_contain_text("too fragile")
    expect(section).to_contain_text("src/Counter.tsx:6")
    app.publish({"src/Counter.tsx": right})
    expect(page.locator("fleet-overlay")).to_have_count(0)
    expect(page.locator("output")).to_be_visible()


def test_a_hook_that_is_added_begins_its_component_anew_and_no_other(app: Previewed, page: Page) -> None:
    stepping = app.files["src/Counter.tsx"].replace("const [count", "const [step] = useState(5);\n  const [count")
    app.publish({"src/Counter.tsx": stepping.replace("count + 1", "count + step")})
    expect(page.locator("output")).to_have_text("0")
    page.get_by_label("one more").click()
    expect(page.locator("output")).to_have_text("5")
    expect(page.get_by_label("a new task")).to_have_value("half a thought")
    assert is_marked(page)
