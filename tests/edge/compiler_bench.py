"""`python -m tests.edge.compiler_bench`: what the compiler takes, asked from Python, one after the other."""

import time
from collections.abc import Callable

from rich.console import Console

from edge.compiler import Compiler
from edge.compiler_words import Compiled, Failure, Source
from tests.bench.figures import Bar, Findings, spread

ROUNDS = 500
PART = """
export function Card{n}({{ title, children }}: Props) {{
  const [open, setOpen] = useState<boolean>(false);
  const label = useMemo(() => (open ? "Hide" : "Show") + " " + title, [open, title]);
  return (
    <section className={{cn("rounded-xl border bg-card p-{n} text-card-foreground shadow-sm", open && "ring-2")}}>
      <header className="flex items-center justify-between gap-4 border-b pb-2">
        <h2 className="text-lg font-semibold tracking-tight">{{title}}</h2>
        <Button variant="outline" size="sm" onClick={{() => setOpen((o) => !o)}} aria-expanded={{open}}>
          {{label}}
        </Button>
      </header>
      {{open ? <div className="mt-3 grid gap-2 md:grid-cols-2">{{children}}</div> : null}}
    </section>
  );
}}
"""
HEAD = """import { useMemo, useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/utils";

interface Props { title: string; children?: ReactNode }
"""

SHEET_3 = """@tailwind base;
@tailwind components;
@tailwind utilities;
@layer base { :root { --border: 0 0% 80%; --primary: 240 100% 50%; } * { @apply border-border; } }
@layer components { .panel { @apply rounded-lg p-4; } }
"""
CONFIG_3 = {
    "darkMode": ["class"],
    "theme": {
        "container": {"center": True, "padding": "2rem"},
        "extend": {
            "colors": {"border": "hsl(var(--border))", "primary": {"DEFAULT": "hsl(var(--primary))"}},
            "borderRadius": {"lg": "var(--radius)"},
        },
    },
    "plugins": [{"$plugin": "tailwindcss-animate"}],
}


def component(lines: int, version: int) -> str:
    """Return a TSX file of so many lines that nobody has compiled before."""
    parts = [PART.format(n=n) for n in range((lines - HEAD.count("\n")) // PART.count("\n"))]
    text = HEAD + "".join(parts)
    return text + f"// {version}\n" * (lines - text.count("\n"))


def measure(findings: Findings) -> None:
    """Measure a file, a whole app, a new class, and an edited stylesheet."""
    with Compiler() as compiler:
        entry = Source("src/index.css", '@import "tailwindcss";')
        app = [Source(f"src/{n}.tsx", component(150, n)) for n in range(87)]
        used = [word for file in compiler.compile_many(app) if isinstance(file, Compiled) for word in file.candidates]

        def edit(n: int) -> None:
            (made,) = compiler.compile_many([Source("src/App.tsx", component(150, 1_000 + n))])
            assert isinstance(made, Compiled), made

        def classes(n: int) -> None:
            compiler.css("app", entry, {}, [f"p-[{n}px]"], lambda: used)

        def restyle(n: int) -> None:
            compiler.css("app", Source(entry.path, f"{entry.text} .x {{ margin: {n}px }}"), {}, [], lambda: used)

        findings.add("150-line TSX, asked and answered", "ms", timed(edit, ROUNDS), Bar("p50", 1))
        findings.add("87 such files at once", "ms", timed(lambda _: compiler.compile_many(app), 20))
        findings.add("a class that is new", "ms", timed(classes, 100))
        findings.add("an edited stylesheet", "ms", timed(restyle, 40))
        measure_three(findings, compiler, used)


def measure_three(findings: Findings, compiler: Compiler, used: list[str]) -> None:
    """Measure the same with Tailwind 3: a sheet, a configuration and Autoprefixer as shadcn has them."""
    entry = Source("src/index.css", SHEET_3)
    setup = {"major": 3, "prefix": True, "config": CONFIG_3}

    def css(app: str, source: Source, added: list[str]) -> None:
        made = compiler.css(app, source, {}, added, lambda: used, setup=setup)
        assert not isinstance(made, Failure), made

    def restyle(n: int) -> None:
        css("three", Source(entry.path, f"{entry.text} .x {{ margin: {n}px }}"), [])

    findings.add("Tailwind 3: a class that is new", "ms", timed(lambda n: css("three-new", entry, [f"p-[{n}px]"]), 100))
    findings.add("Tailwind 3: an edited stylesheet", "ms", timed(restyle, 40))
    findings.add("Tailwind 3: an app that is new", "ms", timed(lambda n: css(f"three-{n}", entry, []), 20))


def timed(act: Callable[[int], object], rounds: int) -> dict[str, float]:
    """Return the spread of so many rounds, after a fifth as many that warm up."""
    samples: list[float] = []
    for n in range(-rounds // 5, rounds):
        began = time.perf_counter()
        act(n)
        if n >= 0:
            samples.append((time.perf_counter() - began) * 1e3)
    return {**spread(samples), "min": min(samples)}


def main() -> None:
    """Print the figures."""
    findings = Findings()
    measure(findings)
    for figure in findings.figures:
        Console().print_json(data=figure.as_json(), indent=None)


if __name__ == "__main__":
    main()
