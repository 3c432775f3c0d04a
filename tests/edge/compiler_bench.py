"""`python -m tests.edge.compiler_bench`: what the compiler takes, asked from Python, one after the other."""

import time
from collections.abc import Callable

from rich.console import Console

from edge.compiler import Compiler
from edge.compiler_words import Compiled, Source
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
