"""An app's own index.html becomes the preview's, whatever it looks like."""

import json

import pytest

from edge.page import INDEX, INLINE, WHOLE, embedded, read, source, style
from edge.pages import bare, elsewhere, is_whole, others

VITE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="UTF-8" />
    <title>App</title>
  </head>
  <body>
    <div id="root"></div>
    <script type="module" src="/src/main.tsx"></script>
  </body>
</html>
"""


def test_the_head_comes_first_and_the_entry_is_replaced() -> None:
    page = read(VITE)
    assert page.entry == "src/main.tsx"
    rendered = page.render("<!--H-->", "<!--E-->")
    assert "<head><!--H-->\n    <meta charset" in rendered
    assert '<div id="root"></div>\n    <!--E-->\n  </body>' in rendered
    assert "main.tsx" not in rendered


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("<script type=module src=./src/a.js></script>", "src/a.js"),
        ("<HTML><HEAD></HEAD><SCRIPT SRC='/b.tsx?x=1' TYPE='module'>ignored</SCRIPT>", "b.tsx"),
        ("<script src=/classic.js></script><script type=module src=/m.js></script>", "m.js"),
        ("<script type=module src=https://cdn.test/x.js></script>", None),
        ("<!-- <script type=module src=/no.js></script> --><p>", None),
        ("", None),
        ("<script type=module src=/open.js>", "open.js"),
        ("<head>\u2028<title>\u0085</title></head>\x0b\n<script type=module src=/odd.js></script>", "odd.js"),
    ],
)
def test_the_entry_is_found_in_any_spelling(text: str, entry: str | None) -> None:
    page = read(text)
    assert page.entry == entry
    script = text[len(page.before + page.between) : len(text) - len(page.after)]
    assert page.render("", script) == text
    assert script.lower().startswith("<script") is (entry is not None)


def test_nothing_of_the_page_is_lost() -> None:
    page = read(VITE)
    script = '<script type="module" src="/src/main.tsx"></script>'
    assert page.render("", script) == VITE


def test_no_value_ends_the_element_it_stands_in() -> None:
    hostile = {"a": "</script><script>alert(1)</script><!--", "b": "\u2028"}
    assert "<" not in embedded(hostile)
    assert json.loads(embedded(hostile)) == hostile
    assert "</style>" not in style("a.css", ".a::after{content:'</style><script>'}")[:-8]
    assert style('"><script>', "").startswith('<style data-fleet-css="&quot;&gt;&lt;script&gt;">')


def test_an_app_without_a_page_gets_one() -> None:
    page = read(bare("<demo>", {"src/main.tsx": b""}) or "")
    assert page.entry == "src/main.tsx"
    assert "&lt;demo&gt;" in page.render("", "")
    assert bare("demo", {"README.md": b""}) is None
    assert "/src/main.ts" in (bare("demo", {"web/src/main.ts": b""}, "web/") or "")
    assert bare("demo", {"src/main.ts": b""}, "web/") is None


def test_a_page_of_several_scripts_and_styles_begins_with_all_of_them() -> None:
    text = """<head><link rel="stylesheet" href="./a.css"><link rel=stylesheet media=print href=print.css></head>
<script src="old.js" defer></script><script type="module">
import "./one.js";
</script><script type=module src=two.js></script><script type="importmap">{}</script>"""
    page = read(text, {"old.js": bytes(32)})
    assert page.entry == INDEX + WHOLE
    assert source(text, INDEX + WHOLE) == f'import "./a.css";\nimport "./{INDEX}{INLINE}0.js";\nimport "./two.js";\n'
    assert source(text, f"{INDEX}{INLINE}0.js").rstrip() == '\n\nimport "./one.js";'
    assert page.render("<!--H-->", "<!--E-->") == (
        "<head><!--H--><link rel=stylesheet media=print href=print.css></head>\n"
        '<script src="/old.js?v=00000000" defer></script><!--E--><script type="importmap">{}</script>'
    )


def test_a_page_that_shows_something_needs_no_script_and_one_of_nothing_is_none() -> None:
    assert read("<h1>Hello</h1>").entry == INDEX + WHOLE
    assert read('<title>Hello</title><div id="root"></div><template><p>No</template>').entry is None


def test_more_inline_scripts_than_anybody_writes_stay_where_they_are() -> None:
    text = "<p>" + "<script type=module>1</script>" * 1_000
    assert source(text, INDEX + WHOLE).count("import") == 20
    assert read(text).render("", "").count("<script") == 980


def test_a_page_in_a_folder_loads_what_lies_beside_it() -> None:
    one = '<script type=module src="{}"></script>'
    assert read(one.format("./main.js"), {}, "client/").entry == "client/main.js"
    assert read(one.format("/src/main.js"), {}, "client/").entry == "client/src/main.js"
    text = one.format("/a.js") + '<script src=old.js></script><script type="module">1</script>'
    page = read(text, {"client/old.js": bytes(32)}, "client/")
    assert page.entry == f"client/{INDEX}{WHOLE}"
    assert "src=/client/old.js?v=00000000" in page.after
    assert source(text, page.entry) == f'import "/a.js";\nimport "./{INDEX}{INLINE}0.js";\n'
    assert source(text, f"client/{INDEX}{INLINE}0.js") == "1"


def test_another_page_loads_what_lies_beside_it_or_at_the_root() -> None:
    text = "<html><link rel=stylesheet href=a.css><script type=module src=/b.js></script><script src=c.js></script>"
    page = read(text, {"web/blog/c.js": bytes(32)}, "web/", "blog/index.html")
    assert page.entry == f"web/blog/{INDEX}{WHOLE}"
    assert source(text, page.entry) == 'import "./a.css";\nimport "/b.js";\n'
    assert "src=/web/blog/c.js?v=00000000" in page.after
    assert read("<script type=module src=./b.js></script>", {}, "web/", "blog/a.html").entry == "web/blog/b.js"


def test_an_app_s_other_pages_are_found_near_its_own_first() -> None:
    files = ["web/index.html", "web/z.html", "web/blog/index.html", "web/public/p.html", "out.html", "web/a.htm"]
    assert others(files, "web/") == ["z.html", "blog/index.html"]
    assert len(others([f"{n}.html" for n in range(100)])) == 20
    assert [is_whole(text) for text in ("<!DOCTYPE html><p>", "<template><p></template>")] == [True, False]


def test_a_page_that_lies_elsewhere_is_named() -> None:
    assert "one in apps/web/." in (elsewhere(["README.md", "dist/index.html", "apps/web/index.html"]) or "")
    assert elsewhere(["public/index.html", "node_modules/x/index.html"]) is None
