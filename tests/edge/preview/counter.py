"""The app that most tests begin with: a counter that would lose its count if anything were lost."""

MAIN = """
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import App from "./App";
import "./index.css";

createRoot(document.getElementById("root")!).render(<StrictMode><App /></StrictMode>);
"""
APP = """
import { useState } from "react";
import { label } from "./label";

export default function App() {
  const [count, setCount] = useState(0);
  return (
    <main>
      <h1>First</h1>
      <button onClick={() => setCount(count + 1)}>{label(count)}</button>
    </main>
  );
}
"""
LABEL = """
export function label(count: number): string {
  return `${count} times`;
}
"""
STYLE = "h1 { color: rgb(1, 2, 3); }\n"


def counter(**more: str) -> dict[str, str]:
    """Return its files, and more by their paths in src (`__` for the dot)."""
    files = {"src/main.tsx": MAIN, "src/App.tsx": APP, "src/label.ts": LABEL, "src/index.css": STYLE}
    return files | {f"src/{name.replace('__', '.')}": text for name, text in more.items()}
