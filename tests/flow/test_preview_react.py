"""What apps are built with: older Reacts, StrictMode, lazy routes, contexts, and packages that bring styles."""

import json

import pytest
from playwright.sync_api import expect

from tests.flow.previewed import PATIENCE_MS, Previewed, is_marked, mark

MAIN = """import { StrictMode, useEffect, useState, version } from "react";
import { createRoot } from "react-dom/client";
import { Title } from "./Title";

declare global { interface Window { mounted?: number } }

function App() {
  const [count, setCount] = useState(0);
  useEffect(() => { window.mounted = (window.mounted ?? 0) + 1; }, []);
  return <main><Title /><i>{version}</i><button onClick={() => setCount(count + 1)}>{count}</button></main>;
}

createRoot(document.getElementById("root")!).render(<StrictMode><App /></StrictMode>);
"""
TITLE = "export function Title() {\n  return <h1>Made live</h1>;\n}\n"
ROUTED = """import { lazy, Suspense, useState } from "react";

const pages = { "/": lazy(() => import("./pages/Home")), "/about": lazy(() => import("./pages/About")) };

export default function App() {
  const [path, setPath] = useState(location.pathname as keyof typeof pages);
  const Page = pages[path];
  const go = (to: keyof typeof pages) => { history.pushState({}, "", to); setPath(to); };
  return <><button onClick={() => go("/about")}>About</button><Suspense fallback="…"><Page /></Suspense></>;
}
"""
ABOUT = """import { useState } from "react";

export default function About() {
  const [open, setOpen] = useState(false);
  return <section><h2 onClick={() => setOpen(true)}>{open ? "About us" : "About"}</h2></section>;
}
"""
VOICE = """import { createContext, useContext, useState, type ReactNode } from "react";

const Voice = createContext({ loud: false, toggle: () => {} });
export const useVoice = () => useContext(Voice);

export function VoiceProvider({ children }: { children: ReactNode }) {
  const [loud, setLoud] = useState(false);
  return <Voice.Provider value={{ loud, toggle: () => setLoud(!loud) }}>{children}</Voice.Provider>;
}
"""
SAYING = """import { useVoice } from "./voice";

export function Saying() {
  const { loud, toggle } = useVoice();
  return <h1 onClick={toggle}>{loud ? "MADE LIVE" : "Made live"}</h1>;
}
"""


def package(**dependencies: str) -> str:
    return json.dumps({"name": "app", "private": True, "dependencies": dependencies})


@pytest.mark.parametrize("major", ["18", "19"])
def test_both_reacts_keep_state_in_strict_mode(app: Previewed, major: str) -> None:
    react = package(**{"react": f"^{major}.0.0", "react-dom": f"^{major}.0.0"})
    app.publish({"package.json": react, "src/main.tsx": MAIN, "src/Title.tsx": TITLE})
    page = app.open()
    assert page.locator("i").inner_text().startswith(f"{major}.")
    assert page.evaluate("window.mounted") == 2, "StrictMode of a development build mounts twice"
    page.get_by_role("button").click(click_count=3)
    mark(page)
    app.replace("src/Title.tsx", "Made live", "Made twice")
    expect(page.locator("h1")).to_have_text("Made twice")
    expect(page.get_by_role("button")).to_have_text("3")
    assert is_marked(page)


def test_a_lazy_route_loads_by_its_path_and_is_edited_in_place(app: Previewed) -> None:
    home = "export default () => <h1>Made live</h1>;\n"
    app.publish({"src/App.tsx": ROUTED, "src/pages/Home.tsx": home, "src/pages/About.tsx": ABOUT})
    page = app.open()
    page.get_by_role("button").click()
    page.locator("h2").click()
    expect(page.locator("h2")).to_have_text("About us")
    mark(page)
    app.replace("src/pages/About.tsx", "About us", "About all of us")
    expect(page.locator("h2")).to_have_text("About all of us")
    assert is_marked(page)
    page.reload()
    expect(page.locator("h2")).to_have_text("About")


def test_a_context_keeps_its_value_while_who_reads_it_is_edited(app: Previewed) -> None:
    root = 'import { Saying } from "./Saying";\nimport { VoiceProvider } from "./voice";\n'
    root += "export default function App() {\n  return <VoiceProvider><Saying /></VoiceProvider>;\n}\n"
    app.publish({"src/App.tsx": root, "src/voice.tsx": VOICE, "src/Saying.tsx": SAYING})
    page = app.open()
    page.locator("h1").click()
    expect(page.locator("h1")).to_have_text("MADE LIVE")
    mark(page)
    app.replace("src/Saying.tsx", "MADE LIVE", "MADE LOUD")
    expect(page.locator("h1")).to_have_text("MADE LOUD")
    app.replace("src/voice.tsx", "useState(false)", "useState(true)")
    page.wait_for_function("() => window.applied.length >= 3")
    page.locator("h1").click()
    expect(page.locator("h1")).to_have_text("Made live")
    assert is_marked(page)


def test_style_sheets_of_packages_are_in_the_page_before_the_apps_own(app: Previewed) -> None:
    react = {"react": "^19.0.0", "react-dom": "^19.0.0"}
    app.publish(
        {
            "package.json": package(**react, **{"@uiw/react-split": "^5.9.4", "normalize.css": "^8.0.1"}),
            "src/index.css": "body { margin: 7px }",
            "src/App.tsx": 'import "normalize.css";\nimport "@uiw/react-split/dist.css";\n'
            'import Split from "@uiw/react-split";\n'
            "export default () => <><h1>Made live</h1><Split><p>left</p><p>right</p></Split></>;\n",
        }
    )
    page = app.open()
    expect(page.locator(".w-split")).to_have_css("display", "flex")
    expect(page.locator("h1")).to_have_css("margin-top", "21.44px")
    expect(page.locator("body")).to_have_css("margin-top", "7px")
    assert page.locator("link[rel=stylesheet]").count() == 3
    mark(page)
    app.replace("src/App.tsx", 'import "normalize.css";\n', "")
    expect(page.locator("link[rel=stylesheet]")).to_have_count(2, timeout=PATIENCE_MS)
    assert [line for line in app.console if line.startswith("error")] == []
