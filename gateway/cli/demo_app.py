"""The demo app: small enough to be read at once, and everything in it can be edited while it runs."""

APP_ID = "demo"

_PACKAGE = """{
  "name": "demo",
  "private": true,
  "type": "module",
  "dependencies": { "react": "^19.0.0", "react-dom": "^19.0.0" }
}
"""
_HTML = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="icon" href="/icon.svg" />
    <title>Made live</title>
  </head>
  <body>
    <div id="root"></div>
    <script type="module" src="/src/main.tsx"></script>
  </body>
</html>
"""
_ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="9" fill="#6d5df6"/>
<path d="M10 17l4 4 8-10" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>
"""
_CSS = """@import "tailwindcss";
@custom-variant dark (&:where(.dark, .dark *));

body {
  @apply bg-zinc-50 text-zinc-900 antialiased dark:bg-zinc-950 dark:text-zinc-100;
}
"""
_MAIN = """import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import App from "./App";
import "./index.css";

createRoot(document.getElementById("root")!).render(<StrictMode><App /></StrictMode>);
"""
_APP = """import { useEffect, useState } from "react";
import { Counter } from "./Counter";
import { Tasks } from "./Tasks";

export default function App() {
  const [dark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => void document.documentElement.classList.toggle("dark", dark), [dark]);
  return (
    <main className="mx-auto max-w-xl space-y-6 px-6 py-16">
      <header className="flex items-start justify-between gap-4">
        <div>
          <h1 className="text-3xl font-semibold tracking-tight">Made live</h1>
          <p className="mt-2 text-zinc-500 dark:text-zinc-400">Edit src/App.tsx: the count stays as it is.</p>
        </div>
        <button onClick={() => setDark(!dark)} className="rounded-full border border-zinc-300 px-4 py-1.5 text-sm
          hover:bg-zinc-100 dark:border-zinc-700 dark:hover:bg-zinc-800">{dark ? "Light" : "Dark"}</button>
      </header>
      <Counter />
      <Tasks />
    </main>
  );
}
"""
_COUNTER = """import { useState } from "react";

const button = "size-10 rounded-xl bg-violet-600 text-xl text-white hover:bg-violet-500 active:scale-95";

export function Counter() {
  const [count, setCount] = useState(0);
  return (
    <section className="flex items-center justify-between rounded-2xl bg-white p-6 shadow-sm dark:bg-zinc-900">
      <button className={button} aria-label="one less" onClick={() => setCount(count - 1)}>-</button>
      <output className="text-4xl font-semibold tabular-nums">{count}</output>
      <button className={button} aria-label="one more" onClick={() => setCount(count + 1)}>+</button>
    </section>
  );
}
"""
_TASKS = """import { useState } from "react";

export function Tasks() {
  const [tasks, setTasks] = useState(["Watch a change arrive", "Break something, and read why"]);
  const [text, setText] = useState("");
  const add = () => {
    if (text.trim()) setTasks([...tasks, text.trim()]);
    setText("");
  };
  return (
    <section className="rounded-2xl bg-white p-6 shadow-sm dark:bg-zinc-900">
      <form onSubmit={(event) => (event.preventDefault(), add())}>
        <input value={text} onChange={(event) => setText(event.target.value)} aria-label="a new task"
          placeholder="What next?" className="w-full rounded-xl border border-zinc-300 bg-transparent px-4 py-2
          outline-none focus:border-violet-500 dark:border-zinc-700" />
      </form>
      <ul className="mt-4 divide-y divide-zinc-100 dark:divide-zinc-800">
        {tasks.map((task, place) => (
          <li key={place} className="flex justify-between py-2">
            {task}
            <button aria-label={`done: ${task}`} className="text-violet-600 dark:text-violet-400"
              onClick={() => setTasks(tasks.filter((_, other) => other !== place))}>Done</button>
          </li>
        ))}
      </ul>
    </section>
  );
}
"""

FILES = {
    "package.json": _PACKAGE,
    "index.html": _HTML,
    "public/icon.svg": _ICON,
    "src/index.css": _CSS,
    "src/main.tsx": _MAIN,
    "src/App.tsx": _APP,
    "src/Counter.tsx": _COUNTER,
    "src/Tasks.tsx": _TASKS,
}
