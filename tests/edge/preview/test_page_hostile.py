"""What was written to break a page is only text, names and numbers to it."""

from playwright.sync_api import expect

from tests.edge.preview.conftest import Show
from tests.edge.preview.counter import counter

HTML = """<!doctype html>
<html lang="en"><head><base href="/deep/"><title>App</title><link rel="icon" href="data:,">
<script>window.first = document.currentScript !== null;</script></head>
<body><!-- <script type="module" src="/src/none.tsx"></script> --><div id="root"></div>
<template><script type="module" src="/src/none.tsx"></script></template>
<script type="module" src="/src/main.tsx"></script><script>window.last = "</scr" + "ipt>";</script></body></html>
"""
ENDS = """
import data from "./data.json";
import "./ends.css";
export function label(count: number): string {
  return `${count} </script><!--<script> \\u2028\u2028 ${data["</script>"]}`;
}
"""


def test_nothing_in_a_string_ends_an_element(show: Show) -> None:
    files = {"src/data.json": '{"</script>": "<!-- \u2028"}', "src/ends.css": 'h1::after { content: "</style><b>" }'}
    shown = show(counter(label__ts=ENDS) | files)
    expect(shown.page.locator("button")).to_have_text("0 </script><!--<script> \u2028\u2028 <!-- \u2028")
    shown.replace("src/label.ts", "return `", "return `again ")
    expect(shown.page.locator("button")).to_contain_text("again 0 </script><!--<script>")
    assert shown.page.evaluate("getComputedStyle(document.querySelector('h1'), '::after').content") == '"</style><b>"'
    assert not [line for line in shown.console if "error" in line]


def test_names_that_every_object_has_are_names_like_others(show: Show) -> None:
    label = """
import { a, __proto__ as p } from "./__proto__";
import { constructor as c } from "./constructor";
import own, { hasOwnProperty as h } from "./hasOwnProperty";
import { then } from "./then";
import d from "./default";
export const label = (count: number) => [count, a, p, c, own, h, then(), d].join();
"""
    names = {
        "src/__proto__.ts": "export const a = 1, __proto__ = 2;",
        "src/constructor.ts": "export const constructor = 3;",
        "src/hasOwnProperty.ts": "export default 4; export const hasOwnProperty = 5;",
        "src/then.ts": "export function then() { return 6; }",
        "src/default.ts": "export default 7;",
    }
    shown = show(counter(label__ts=label) | names)
    expect(shown.page.locator("button")).to_have_text("0,1,2,3,4,5,6,7")
    shown.replace("src/__proto__.ts", "a = 1", "a = 8")
    expect(shown.page.locator("button")).to_have_text("0,8,2,3,4,5,6,7")


def test_a_circle_of_500_and_a_chain_of_1900_are_evaluated_and_edited(show: Show) -> None:
    label = (
        'import { f } from "./c0"; import { v } from "./d0"; export const label = (n: number) => `${n} ${f()} ${v}`;'
    )
    circle = {f"src/c{n}.ts": f'import {{ v }} from "./c{(n + 1) % 500}"; export {{ v }};' for n in range(1, 499)}
    circle["src/c0.ts"] = 'import { v as w } from "./c1"; export const f = () => w;'
    circle["src/c499.ts"] = 'import { f } from "./c0"; export const v = () => typeof f; export const x = 1;'
    chain = {f"src/d{n}.ts": f'export {{ v }} from "./d{n + 1}";' for n in range(1_900)}
    shown = show(counter(label__ts=label) | circle | chain | {"src/d1900.ts": "export const v = 1;"})
    expect(shown.page.locator("button")).to_contain_text("1", timeout=30_000)
    shown.replace("src/d1900.ts", "v = 1", "v = 20")
    expect(shown.page.locator("button")).to_contain_text("20", timeout=30_000)


def test_a_page_with_scripts_and_a_base_of_its_own_is_shown_and_edited(show: Show) -> None:
    shown = show(counter() | {"index.html": HTML})
    expect(shown.page.locator("button")).to_have_text("0 times")
    assert shown.page.evaluate("[window.first, window.last]") == [True, "</script>"]
    shown.replace("src/label.ts", "times", "more")
    expect(shown.page.locator("button")).to_have_text("0 more")
