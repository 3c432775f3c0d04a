"""import.meta in a page: hot, env and glob; dynamic imports; circles; top-level await."""

from playwright.sync_api import expect

from tests.edge.preview.conftest import Show
from tests.edge.preview.counter import counter
from tests.edge.preview.shown import Shown

#: A module that says what becomes of it.
CLOCK = """
const data = import.meta.hot!.data;
export const number = (data.number ?? 0) + 1;
(window as any).said = [...((window as any).said ?? []), `made ${number}`];
import.meta.hot!.dispose((kept) => {
  kept.number = number;
  (window as any).said.push(`disposed ${number}`);
});
"""


def said(shown: Shown) -> list[str]:
    found: list[str] = shown.page.evaluate("window.said")
    return found


def with_clock(extra: str) -> dict[str, str]:
    files = counter(clock__ts=CLOCK + extra)
    files["src/App.tsx"] = 'import "./clock";' + files["src/App.tsx"]
    return files


def test_a_module_that_accepts_itself_hands_its_data_on(show: Show) -> None:
    accept = "import.meta.hot!.accept((fresh) => (window as any).said.push(`accepted ${fresh!.number}`));"
    shown = show(with_clock(accept))
    shown.click("main button")
    shown.write("src/clock.ts", CLOCK + accept + "// edited")
    assert said(shown) == ["made 1", "disposed 1", "made 2", "accepted 2"]
    shown.write("src/clock.ts", CLOCK + accept + "// edited again")
    assert said(shown)[4:] == ["disposed 2", "made 3", "accepted 3"]
    shown.has("main button", "1 times")


def test_an_importer_may_accept_for_what_it_imports(show: Show) -> None:
    files = with_clock("")
    files["src/App.tsx"] += (
        'import.meta.hot!.accept("./clock", (fresh) => (window as any).said.push(`told ${fresh!.number}`));'
        'import.meta.hot!.accept(["./clock", "./label"], ([one, other]) => '
        "(window as any).said.push(`${one!.number} ${other}`));"
    )
    shown = show(files)
    shown.mark()
    shown.write("src/clock.ts", CLOCK + "// edited")
    assert said(shown) == ["made 1", "disposed 1", "made 2", "told 2", "2 undefined"]
    assert shown.is_marked


def test_a_callback_that_throws_is_reported_and_stops_nothing(show: Show) -> None:
    accept = 'import.meta.hot!.accept(() => { throw new Error("not accepted"); });'
    shown = show(with_clock(accept))
    shown.write("src/clock.ts", CLOCK + accept + "// edited")
    shown.origin.wait_for_post("/__fleet/error", message="not accepted", file="src/clock.ts")
    assert said(shown) == ["made 1", "disposed 1", "made 2"]
    shown.overlay_is_gone()


def test_a_module_that_invalidates_hands_the_change_on(show: Show) -> None:
    accept = "import.meta.hot!.accept(() => import.meta.hot!.invalidate());"
    shown = show(with_clock(accept) | {"src/number.tsx": ""})
    app = shown.edited("src/App.tsx", 'import "./clock";', 'import { number } from "./clock";')
    shown.write("src/App.tsx", app.replace("</main>", "<b>{number}</b></main>"))
    shown.has("b", "1")
    shown.write("src/clock.ts", CLOCK + accept + "// edited")
    shown.has("b", "2")
    shown.has("h1", "First")


def test_a_module_that_declines_is_a_full_reload(show: Show) -> None:
    shown = show(with_clock("import.meta.hot!.decline(); import.meta.hot!.accept();"))
    shown.mark()
    with shown.page.expect_event("load"):
        shown.app.write({"src/clock.ts": shown.app.files["src/clock.ts"] + "// edited"})
    shown.has("h1", "First")
    assert not shown.is_marked


def test_a_module_hears_of_updates_while_it_lives(show: Show) -> None:
    listen = """
    import.meta.hot!.on("vite:afterUpdate", () => (window as any).said.push(`heard ${number}`));
    import.meta.hot!.accept();
    """
    shown = show(with_clock(listen))
    shown.replace("src/App.tsx", "First", "Second")
    assert said(shown) == ["made 1", "heard 1"]
    shown.write("src/clock.ts", CLOCK + listen + "// edited")
    shown.page.wait_for_function("window.said.length === 5")
    assert said(shown)[2:] == ["disposed 1", "made 2", "heard 2"]


def test_lazy_components_are_replaced_like_others(show: Show, version: int) -> None:
    shown = show(counter(Page__tsx="export default function Page() { return <b>one</b>; }"), version)
    app = shown.edited("src/App.tsx", "</main>", "<Suspense><Page /></Suspense></main>")
    app = 'import { lazy, Suspense } from "react";\nconst Page = lazy(() => import("./Page"));' + app
    shown.write("src/App.tsx", app)
    shown.has("b", "one")
    shown.click("main button")
    shown.mark()
    shown.replace("src/Page.tsx", "one", "two")
    shown.has("b", "two")
    shown.has("main button", "1 times")
    assert shown.is_marked


def test_a_lazy_component_that_failed_is_tried_again(show: Show, version: int) -> None:
    page = "const text = (null as any).text;\nexport default function Page() { return <b>{text}</b>; }"
    shown = show(counter(Page__tsx=page), version)
    app = shown.edited("src/App.tsx", "</main>", "{count > 0 && <Suspense><Page /></Suspense>}</main>")
    shown.write(
        "src/App.tsx", 'import { lazy, Suspense } from "react";\nconst Page = lazy(() => import("./Page"));' + app
    )
    shown.page.evaluate("document.querySelector('button').click()")
    shown.overlay_has("src/Page.tsx:1")
    shown.mark()
    shown.replace("src/Page.tsx", "(null as any).text", '"found"')
    shown.overlay_is_gone()
    shown.has("h1", "First")
    shown.click("main button")
    shown.has("b", "found")
    assert shown.is_marked


def test_globs_give_what_is_there(show: Show) -> None:
    shown = show(counter(**{"pages/a__ts": 'export const title = "A";', "pages/b__ts": 'export const title = "B";'}))
    app = """
    const eager = import.meta.glob<string>("./pages/*.ts", { eager: true, import: "title" });
    const later = import.meta.glob<{ title: string }>("./pages/*.ts");
    (window as any).later = later;
    export default function App() {
      return <p>{Object.entries(eager).map(([path, title]) => `${path}=${title}`).join(" ")}</p>;
    }
    """
    shown.write("src/App.tsx", app)
    shown.has("p", "./pages/a.ts=A ./pages/b.ts=B")
    assert shown.page.evaluate("later['./pages/b.ts']().then((page) => page.title)") == "B"
    shown.mark()
    shown.write("src/pages/c.ts", 'export const title = "C";')
    shown.has("p", "./pages/a.ts=A ./pages/b.ts=B ./pages/c.ts=C")
    shown.write("src/pages/a.ts", None)
    shown.replace("src/pages/b.ts", '"B"', '"Z"')
    shown.has("p", "./pages/b.ts=Z ./pages/c.ts=C")
    assert shown.is_marked


def test_the_environment_is_vites(show: Show) -> None:
    shown = show(counter())
    shown.write("src/App.tsx", "export default function App() { return <pre>{JSON.stringify(import.meta.env)}</pre>; }")
    written = shown.page.evaluate("JSON.parse(document.querySelector('pre').textContent)")
    assert written == {
        "MODE": "development",
        "BASE_URL": "/",
        "DEV": True,
        "PROD": False,
        "SSR": False,
        "VITE_TITLE": "Shop",
    }


def test_circles_of_imports_come_to_an_end(show: Show) -> None:
    even = 'import { odd } from "./odd";\nexport const even = (n: number): boolean => n === 0 || odd(n - 1);'
    odd = 'import { even } from "./even";\nexport const odd = (n: number): boolean => n !== 0 && even(n - 1);'
    shown = show(counter(even__ts=even, odd__ts=odd))
    app = shown.edited("src/App.tsx", "</main>", "<b>{String(even(count))}</b></main>")
    shown.write("src/App.tsx", 'import { even } from "./even";' + app)
    shown.has("b", "true")
    shown.click("main button")
    shown.has("b", "false")
    shown.replace("src/odd.ts", "n !== 0 &&", "n > 0 &&")
    shown.replace("src/odd.ts", "n > 0 &&", "n < 0 ||")
    shown.has("b", "true")
    shown.has("main button", "1 times")


def test_a_module_may_wait_at_its_top(show: Show) -> None:
    slow = 'export const slow = await new Promise<string>((done) => setTimeout(() => done("slow"), 20));'
    both = 'import { slow } from "./slow";\nexport const both = `${slow} and ${slow}`;'
    files = counter(slow__ts=slow, both__ts=both)
    app = files["src/App.tsx"].replace("</main>", "<b>{both} {slow}</b></main>")
    files["src/App.tsx"] = 'import { slow } from "./slow";\nimport { both } from "./both";' + app
    shown = show(files)
    shown.has("b", "slow and slow slow")
    shown.replace("src/slow.ts", 'done("slow")', 'done("fast")')
    shown.has("b", "fast and fast fast")


def test_reexports_pass_changes_on(show: Show) -> None:
    files = counter(kit__ts='export * from "./label";\nexport { label as named } from "./label";')
    files["src/App.tsx"] = files["src/App.tsx"].replace('from "./label"', 'from "./kit"')
    shown = show(files)
    shown.click("main button")
    shown.replace("src/label.ts", "times", "clicks")
    shown.has("main button", "1 clicks")


def test_a_debugger_sees_the_original_file(show: Show) -> None:
    shown = show(counter())
    session = shown.page.context.new_cdp_session(shown.page)
    scripts: list[dict[str, str]] = []

    def note(script: dict[str, str]) -> None:
        scripts.append(script)

    session.on("Debugger.scriptParsed", note)
    session.send("Debugger.enable")
    shown.replace("src/App.tsx", "First", "Second")
    shown.page.wait_for_function("document.querySelector('h1').textContent === 'Second'")
    live = next(one for one in scripts if "src/App.tsx?rev=" in one["url"])
    assert live["sourceMapURL"].startswith("data:application/json")
    expect(shown.page.locator("script:not([src]):not([type])")).to_have_count(0)
