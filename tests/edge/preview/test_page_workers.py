"""Workers in a page run modules of the app; the page is loaded anew when one of those is edited, as by Vite."""

from tests.edge.preview.conftest import Show
from tests.edge.preview.counter import counter

APP = """
import { useEffect, useState } from "react";

export default function App() {
  const [said, setSaid] = useState("");
  const [count, setCount] = useState(0);
  useEffect(() => {
    const worker = new Worker(new URL("./made.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => setSaid(data);
    worker.postMessage(21);
    return () => worker.terminate();
  }, []);
  return <main><h1>{said}</h1><button onClick={() => setCount(count + 1)}>{count}</button></main>;
}
"""
MADE = """
import { version } from "react";
import { double } from "./double";
await Promise.resolve();
self.onmessage = ({ data }) => self.postMessage(`${double(data)} ${import.meta.env.VITE_TITLE} ${typeof version}`);
"""
DOUBLE = """
import { two } from "./two";
export const double = (n: number) => n * two();
"""
#: A circle of imports, as apps have them.
TWO = """
import * as double from "./double";
export const two = () => ("double" in double ? 2 : 0);
export function then() {}
"""


def test_a_worker_is_told_what_was_said_before_it_listened_and_follows_edits(show: Show, version: int) -> None:
    shown = show(counter(App__tsx=APP, made__ts=MADE, double__ts=DOUBLE, two__ts=TWO), version)
    shown.has("h1", "42 Shop string")
    shown.mark()
    shown.app.write({"src/two.ts": TWO.replace("? 2", "? 3")})
    shown.has("h1", "63 Shop string")
    assert not shown.is_marked


def test_an_error_in_a_worker_reaches_the_page(show: Show) -> None:
    shown = show(
        counter(
            App__tsx=APP.replace(
                "worker.postMessage", "worker.onerror = ({ message }) => setSaid(message); worker.postMessage"
            ),
            made__ts='throw new Error("Oh");',
        )
    )
    shown.has("h1", "Uncaught Error: Oh")
