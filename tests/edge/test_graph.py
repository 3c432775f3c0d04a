"""From the entry to everything that a page needs."""

from edge.compiler_words import Glob, Import
from edge.graph import BadImport, Graph, Problem, Unit, walk


def graph_of(units: dict[str, Unit | Problem], entry: str = "src/main.tsx") -> Graph:
    return walk(entry, units.__getitem__, set(units), {"@/*": "src/*"})


def imports(*specs: str) -> tuple[Import, ...]:
    return tuple(Import(spec=spec) for spec in specs)


def test_everything_that_is_reached_is_there_and_nothing_else() -> None:
    graph = graph_of(
        {
            "src/main.tsx": Unit(imports("./App", "react", "https://x.test/y.js")),
            "src/App.tsx": Unit(imports("@/lib", "./App.css", "react/jsx-dev-runtime")),
            "src/App.css": Unit(style=True),
            "src/lib.ts": Unit(imports("./App")),
            "src/unused.ts": Problem("src/unused.ts", "broken"),
        }
    )
    assert graph.deps == {
        "src/main.tsx": {
            "./App": "src/App.tsx",
            "react": {"dep": "react"},
            "https://x.test/y.js": {"url": "https://x.test/y.js"},
        },
        "src/App.tsx": {
            "@/lib": "src/lib.ts",
            "./App.css": "src/App.css",
            "react/jsx-dev-runtime": {"dep": "react/jsx-dev-runtime"},
        },
        "src/App.css": {},
        "src/lib.ts": {"./App": "src/App.tsx"},
    }
    assert graph.packages == {"react", "react/jsx-dev-runtime"}
    assert graph.problems == []


def test_styles_come_in_the_order_of_imports() -> None:
    style = Unit(style=True)
    graph = graph_of(
        {
            "src/main.tsx": Unit(imports("./first.css", "./App", "./last.css")),
            "src/App.tsx": Unit(imports("./middle.css")),
            "src/first.css": style,
            "src/middle.css": style,
            "src/last.css": style,
        }
    )
    assert graph.styles == ["src/first.css", "src/middle.css", "src/last.css"]


def test_a_missing_file_is_named_where_it_is_wanted() -> None:
    graph = graph_of({"src/main.tsx": Unit(imports("./Nowhere"))})
    assert graph.problems == [
        BadImport(
            "src/main.tsx",
            'Cannot import "./Nowhere": it does not exist (there is no src/Nowhere, with any known ending)',
            spec="./Nowhere",
        )
    ]


def test_a_missing_name_is_told_with_those_that_are_there() -> None:
    graph = graph_of(
        {
            "src/main.tsx": Unit((Import(spec="./lib", names=("cn", "default", "*", "there")),)),
            "src/lib.ts": Unit(exports=("there", "other")),
        }
    )
    assert [problem.message for problem in graph.problems] == [
        '"src/lib.ts" does not export "cn"; it exports other, there'
    ]


def test_a_broken_file_is_the_only_problem() -> None:
    broken = Problem("src/App.tsx", "Unexpected token", line=3, column=7)
    graph = graph_of({"src/main.tsx": Unit((Import(spec="./App", names=("default",)),)), "src/App.tsx": broken})
    assert graph.problems == [broken]


def test_names_are_found_behind_export_all() -> None:
    units: dict[str, Unit | Problem] = {
        "src/main.tsx": Unit((Import(spec="./lib", names=("deep", "nowhere")),)),
        "src/lib.ts": Unit(imports("./a", "./lib2"), exports=("*:./a",)),
        "src/a.ts": Unit(imports("./lib"), exports=("deep", "default", "*:./lib")),
        "src/lib2.ts": Unit(exports=()),
    }
    assert [problem.message for problem in graph_of(units).problems] == [
        '"src/lib.ts" does not export "nowhere"; it exports deep'
    ]


def test_what_a_glob_finds_belongs_to_the_page() -> None:
    glob = Glob(key="glob:k", patterns=("./pages/*.tsx",), options={"eager": True})
    graph = graph_of({"src/main.tsx": Unit(globs=(glob,)), "src/pages/a.tsx": Unit(), "src/other.tsx": Unit()})
    assert graph.deps == {
        "src/main.tsx": {"glob:k": {"glob": {"./pages/a.tsx": "src/pages/a.tsx"}, "eager": True}},
        "src/pages/a.tsx": {},
    }


def test_chains_and_crowds_of_reexports_take_no_long_time_and_no_deep_stack() -> None:
    chain = {f"src/c{n}.ts": Unit(imports(f"./c{n + 1}"), exports=(f"*:./c{n + 1}",)) for n in range(2_000)}
    end = {"src/c2000.ts": Unit(exports=("v",))}
    main: dict[str, Unit | Problem] = {"src/main.tsx": Unit((Import(spec="./c0", names=("v",)),))}
    assert graph_of({**main, **chain, **end}).problems == []
    others = [f"./d{n}" for n in range(200)]
    stars = tuple(f"*:{one}" for one in others)
    crowd = {f"src/d{n}.ts": Unit(imports(*others), exports=stars) for n in range(200)}
    assert len(graph_of({"src/main.tsx": Unit(imports("./d0")), **crowd}).deps) == 201


def test_files_that_may_hold_secrets_are_kept_from_pages() -> None:
    secret = Unit(exports=("default",))
    graph = graph_of({"src/main.tsx": Unit(imports("../.env.local?raw")), ".env.local": secret})
    assert [problem.message for problem in graph.problems] == [
        'Cannot import "../.env.local?raw": such files may hold secrets, and are kept from the page'
    ]
    glob = Glob(key="g", patterns=("/**/*", "/.*"))
    graph = graph_of({"src/main.tsx": Unit(globs=(glob,)), ".env": secret, "src/key.pem": secret, "src/a.ts": secret})
    assert graph.deps["src/main.tsx"]["g"]["glob"] == {"/src/a.ts": "src/a.ts"}


def test_globs_that_find_everything_everywhere_are_a_problem() -> None:
    glob = Glob(key="g", patterns=("/**/*",))
    graph = graph_of({"src/main.tsx": Unit(globs=(glob,)), **{f"src/{n}.ts": Unit(globs=(glob,)) for n in range(200)}})
    assert graph.problems[0].message == "import.meta.glob: the app's patterns find more than 20,000 files in all"


def test_imports_beyond_number_are_a_problem() -> None:
    many = Unit(imports(*(f"./{n}" for n in range(30_000))))
    graph = graph_of({"src/main.tsx": Unit(imports("./a", "./b")), "src/a.ts": many, "src/b.ts": many})
    assert Problem("src/b.ts", "The app's modules have more than 50,000 imports in all") in graph.problems
