"""Workers, WebAssembly and addresses of files, as Vite has them."""

from playwright.sync_api import expect

from tests.flow.previewed import PATIENCE_MS, Previewed

#: (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
ADD = "AGFzbQEAAAABBwFgAn9/AX8DAgEABwcBA2FkZAAACgkBBwAgACABags="
DOUBLE = "export const double = (n: number) => n * 2;\n"
WORKER = """import { clsx } from "clsx";
import { double } from "@/lib/double";

self.onmessage = ({ data }: MessageEvent<number>) => self.postMessage(clsx("made", double(data)));
"""
APP = """import { useEffect, useState } from "react";
import Worker2 from "./made.worker?worker";
import add from "./add.wasm?init";

const dot = new URL("./dot.svg", import.meta.url).href;

export default function App() {
  const [said, setSaid] = useState<string[]>([]);
  useEffect(() => {
    const hear = ({ data }: MessageEvent<string>) => setSaid((before) => [...before, data].sort());
    const workers = [new Worker(new URL("./made.worker.ts", import.meta.url), { type: "module" }), new Worker2()];
    workers.forEach((one, n) => { one.onmessage = hear; one.postMessage(n + 1); });
    return () => { workers.forEach((one) => one.terminate()); setSaid([]); };
  }, []);
  const [sum, setSum] = useState(0);
  useEffect(() => void add({}).then((one) => setSum((one.exports.add as Function)(20, 22))), []);
  return <><h1>Made live</h1><output>{said.join(" | ")}</output><i>{sum}</i><img src={dot} alt="" width="9" /></>;
}
"""


def test_workers_run_the_apps_modules_and_an_edit_of_those_reloads_the_page(app: Previewed) -> None:
    package = app.files["package.json"].replace('"react":', '"clsx": "^2.1.1", "react":')
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="5" height="5"/>'
    files = {"src/App.tsx": APP, "src/made.worker.ts": WORKER, "src/lib/double.ts": DOUBLE, "src/dot.svg": svg}
    app.change({"path": "src/add.wasm", "content_base64": ADD})
    app.publish({"package.json": package, **files})
    page = app.open()
    expect(page.locator("output")).to_have_text("made 2 | made 4", timeout=PATIENCE_MS)
    expect(page.locator("i")).to_have_text("42")
    page.wait_for_function("document.images[0].naturalWidth === 5")
    app.replace("src/lib/double.ts", "n * 2", "n * 20")
    expect(page.locator("output")).to_have_text("made 20 | made 40")
    assert not [line for line in app.console if line.startswith("error")]
