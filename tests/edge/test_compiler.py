"""The compiler as the fleet asks it, with real children."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from edge import registry
from edge.compiler import Compiler
from edge.compiler_words import Compiled, Failure, Source, Stylesheet

COMPONENT = 'export function App() {\n  return <p className="p-4">hello</p>;\n}\n'
TAILWIND = Source("src/index.css", '@import "tailwindcss";')


@pytest.fixture(scope="module")
def compiler() -> Iterator[Compiler]:
    with Compiler() as compiler:
        yield compiler


def compiled(answer: Compiled | Failure) -> Compiled:
    assert isinstance(answer, Compiled), answer
    return answer


def failure(answer: object) -> Failure:
    assert isinstance(answer, Failure), answer
    return answer


def stylesheet(answer: Stylesheet | Failure) -> Stylesheet:
    assert isinstance(answer, Stylesheet), answer
    return answer


def none_needed() -> list[str]:
    raise AssertionError("all candidates were asked for")


def test_a_component_says_all_that_a_preview_has_to_know(compiler: Compiler) -> None:
    answer = compiled(compiler.compile_many([Source("src/App.tsx", COMPONENT)])[0])
    assert (answer.path, answer.kind, answer.exports, answer.accepts) == ("src/App.tsx", "module", ("App",), False)
    assert [(one.spec, one.names) for one in answer.imports] == [("react/jsx-dev-runtime", ("jsxDEV",))]
    assert "p-4" in answer.candidates
    assert answer.code
    assert '$RefreshReg$(_c, "App")' in answer.code
    assert json.loads(answer.map or "")["sources"] == ["src/App.tsx"]


def test_answers_stand_in_the_order_of_the_files_whatever_becomes_of_each(compiler: Compiler) -> None:
    files = [Source(f"src/{n}.tsx", "const = ;" if n % 3 == 0 else f"export const c{n} = <p/>;") for n in range(60)]
    for n, answer in enumerate(compiler.compile_many(files)):
        if n % 3 == 0:
            assert failure(answer).file == f"src/{n}.tsx"
        else:
            assert compiled(answer).exports == (f"c{n}",)


def test_a_syntax_error_has_its_place_and_a_frame(compiler: Compiler) -> None:
    text = "// ü\nexport const App = () => (\n  <p>{'é' 'é'}</p>\n);\n"
    problem = failure(compiler.compile_many([Source("src/App.tsx", text)])[0])
    assert (problem.file, problem.line, problem.column) == ("src/App.tsx", 3, 11)
    assert problem.frame.splitlines()[2:4] == ["> 3 |   <p>{'é' 'é'}</p>", "    |           ^"]


def test_text_that_is_no_unicode_harms_nobody(compiler: Compiler) -> None:
    answers = compiler.compile_many(
        [Source("src/a.ts", "export const a = '\ud800';"), Source("src/b.ts", "export {};")]
    )
    assert [type(answer) for answer in answers] == [Compiled, Compiled]


def test_many_threads_each_get_their_own_answers(compiler: Compiler) -> None:
    def ask(n: int) -> tuple[str, ...]:
        return compiled(compiler.compile_many([Source(f"src/{n}.ts", f"export const c{n} = {n};")])[0]).exports

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(ask, range(200))) == [(f"c{n}",) for n in range(200)]


def test_a_new_class_is_added_without_all_being_asked_for_again(compiler: Compiler) -> None:
    first = stylesheet(compiler.css("app-a", TAILWIND, {}, [], lambda: ["p-4"]))
    assert ".p-4" in first.css
    second = stylesheet(compiler.css("app-a", TAILWIND, {}, ["m-2"], none_needed))
    assert ".p-4" in second.css
    assert ".m-2" in second.css
    assert second.tailwind


def test_another_source_asks_for_all_candidates(compiler: Compiler) -> None:
    stylesheet(compiler.css("app-b", TAILWIND, {}, [], lambda: ["p-4"]))
    entry = Source(TAILWIND.path, TAILWIND.text + " @theme { --color-brand: #123456; }")
    css = stylesheet(compiler.css("app-b", entry, {}, ["m-2"], lambda: ["p-4", "bg-brand"])).css
    assert ".p-4" in css
    assert ".bg-brand" in css


def test_a_broken_stylesheet_has_its_place(compiler: Compiler) -> None:
    entry = Source("src/index.css", '@import "tailwindcss";\n.a { @apply nope; }')
    problem = failure(compiler.css("app-c", entry, {}, [], list))
    assert (problem.file, problem.line, problem.column) == ("src/index.css", 2, 13)


def test_each_answer_is_observed() -> None:
    seen: list[tuple[str, float]] = []
    with Compiler(children=1, observe=lambda operation, seconds: seen.append((operation, seconds))) as compiler:
        compiler.compile_many([Source("a.ts", ""), Source("b.ts", "const")])
        compiler.css("a", Source("a.css", ".a {}"), {}, [], list)
    assert [operation for operation, _ in seen] == ["compile", "compile", "css"]
    assert all(0 < seconds < 30 for _, seconds in seen)


def test_the_version_is_the_same_for_the_same_compiler(compiler: Compiler) -> None:
    with Compiler(children=1) as another:
        assert another.version == compiler.version


def test_one_definition_is_one_call_with_the_body_below_one_line() -> None:
    text = registry.define("src/a.ts", {"./b": "src/b.ts", "react": {"dep": "react"}}, "let a;\nlet b;\n")
    assert text.startswith('__fleet.define("src/a.ts", {"./b":"src/b.ts","react":{"dep":"react"}}, (async function(')
    assert text.endswith('{"use strict";\nlet a;\nlet b;\n}));\n')
    assert text.splitlines()[1] == "let a;"


def test_a_value_becomes_a_module_and_maps_are_joined_by_lines() -> None:
    raw = registry.define("src/a.txt?raw", {}, registry.value_module('"é"\n</script>'))
    assert 'return "\\"é\\"\\n</script>";' in raw
    joined = json.loads(registry.joined_map([(raw, None), ("x\ny\n", '{"version":3}'), ("z\n", '{"version":3}')]))
    assert [section["offset"]["line"] for section in joined["sections"]] == [3, 5]
