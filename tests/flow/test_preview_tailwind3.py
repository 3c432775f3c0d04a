"""Apps as AI builders have made them until now: shadcn on Tailwind 3, Vite's aliases and names, .env files, Sass."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.flow.previewed import PATIENCE_MS, Previewed, is_marked, mark
from tests.flow.stream import following, wait_for

PACKAGE: dict[str, Any] = {
    "name": "vite_react_shadcn_ts",
    "private": True,
    "type": "module",
    "dependencies": {
        "@radix-ui/react-slot": "^1.1.0",
        "class-variance-authority": "^0.7.1",
        "clsx": "^2.1.1",
        "react": "^18.3.1",
        "react-dom": "^18.3.1",
        "tailwind-merge": "^2.5.2",
        "tailwindcss-animate": "^1.0.7",
    },
    "devDependencies": {"autoprefixer": "^10.4.20", "postcss": "^8.4.47", "tailwindcss": "^3.4.11", "sass": "^1.79.0"},
}
TAILWIND = """import type { Config } from "tailwindcss";

export default {
  darkMode: ["class"],
  content: ["./pages/**/*.{ts,tsx}", "./src/**/*.{ts,tsx}"],
  prefix: "",
  theme: {
    container: { center: true, padding: "2rem", screens: { "2xl": "1400px" } },
    extend: {
      colors: {
        border: "hsl(var(--border))",
        background: "hsl(var(--background))",
        primary: { DEFAULT: "hsl(var(--primary))", foreground: "hsl(var(--primary-foreground))" },
      },
      borderRadius: { lg: "var(--radius)", md: "calc(var(--radius) - 2px)" },
      keyframes: { "accordion-down": { from: { height: "0" }, to: { height: "var(--h)" } } },
      animation: { "accordion-down": "accordion-down 0.2s ease-out" },
    },
  },
  plugins: [require("tailwindcss-animate")],
} satisfies Config;
"""
CSS = """@tailwind base;
@tailwind components;
@tailwind utilities;

@layer base {
  :root { --background: 0 0% 100%; --primary: 240 100% 50%; --primary-foreground: 0 0% 100%; --border: 0 0% 80%;
    --radius: 8px; }
  .dark { --primary: 120 100% 25%; }
  * { @apply border-border; }
  body { @apply bg-background; }
}
@layer components { .card { @apply rounded-lg p-4; } }
"""
VITE = """import { defineConfig } from "vite";
import react from "@vitejs/plugin-react-swc";
import path from "path";
import { componentTagger } from "lovable-tagger";

export default defineConfig(({ mode }) => ({
  server: { host: "::", port: 8080 },
  plugins: [react(), mode === "development" && componentTagger()].filter(Boolean),
  define: { __RELEASE__: JSON.stringify("r7") },
  resolve: { alias: { "@": path.resolve(__dirname, "./src"), "@ui": path.resolve(__dirname, "./src/components/ui") } },
}));
"""
BUTTON = """import * as React from "react";
import { Slot } from "@radix-ui/react-slot";
import { cva, type VariantProps } from "class-variance-authority";
import { cn } from "@/lib/utils";

const buttonVariants = cva("inline-flex select-none rounded-md px-4 py-2", {
  variants: { variant: { default: "bg-primary text-primary-foreground hover:bg-primary/90", outline: "border" } },
  defaultVariants: { variant: "default" },
});

export interface ButtonProps
  extends React.ButtonHTMLAttributes<HTMLButtonElement>, VariantProps<typeof buttonVariants> { asChild?: boolean }

const Button = React.forwardRef<HTMLButtonElement, ButtonProps>(
  ({ className, variant, asChild = false, ...props }, ref) => {
    const Comp = asChild ? Slot : "button";
    return <Comp className={cn(buttonVariants({ variant, className }))} ref={ref} {...props} />;
  },
);
Button.displayName = "Button";
export { Button, buttonVariants };
"""
APP = """import { useState } from "react";
import { useRegisterSW } from "virtual:pwa-register/react";
import { Button } from "@ui/button";
import { version } from "../package.json";
import styles from "./App.module.scss";

declare const __RELEASE__: string;

export default function App() {
  const [count, setCount] = useState(0);
  const { needRefresh: [isOld] } = useRegisterSW();
  return (
    <main className="card animate-in" hidden={isOld}>
      <h1 className={styles.title}>Made live</h1>
      <Button onClick={() => setCount(count + 1)}>{count}</Button>
      <output>{[__RELEASE__, import.meta.env.VITE_NAME, import.meta.env.SECRET ?? "kept", version].join(" ")}</output>
    </main>
  );
}
"""
FILES = {
    "package.json": json.dumps({**PACKAGE, "version": "1.2.3"}),
    "tailwind.config.ts": TAILWIND,
    "postcss.config.js": "export default { plugins: { tailwindcss: {}, autoprefixer: {}, 'postcss-own': {} } };\n",
    "vite.config.ts": VITE,
    "tsconfig.json": '{ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./src/*"] } } }',
    ".env": "NAME=shop\nVITE_NAME=$NAME\nSECRET=s3cret\n",
    ".env.development": "VITE_NAME=${NAME}-dev\n",
    "index.html": '<!doctype html><html><head><title>%VITE_NAME%</title><link rel="icon" href="data:,"></head>'
    '<body><div id="root"></div><script type="module" src="/src/main.tsx"></script></body></html>',
    "src/main.tsx": 'import { createRoot } from "react-dom/client";\nimport App from "./App";\nimport "./index.css";\n'
    'createRoot(document.getElementById("root")!).render(<App />);\n',
    "src/index.css": CSS,
    "src/App.tsx": APP,
    "src/App.module.scss": '@use "./styles/theme";\n.title { color: theme.$ink; &:hover { color: red; } }\n',
    "src/styles/_theme.scss": "$ink: rgb(10, 20, 30);\n",
    "src/components/ui/button.tsx": BUTTON,
    "src/lib/utils.ts": 'import { type ClassValue, clsx } from "clsx";\nimport { twMerge } from "tailwind-merge";\n'
    "export function cn(...inputs: ClassValue[]) {\n  return twMerge(clsx(inputs));\n}\n",
}


@pytest.fixture
def page(app: Previewed) -> Page:
    """The app, shown."""
    app.publish(FILES)
    page = app.tab(app.link())
    expect(page.locator("output")).to_have_text("r7 shop-dev kept 1.2.3", timeout=PATIENCE_MS)
    return page


def css(page: Page, selector: str, name: str) -> str:
    found: str = page.locator(selector).evaluate("(one, name) => getComputedStyle(one)[name]", name)
    return found


def test_it_looks_as_it_is_meant_to_and_says_what_is_left_out(app: Previewed, page: Page) -> None:
    assert page.title() == "shop-dev"
    assert css(page, "button", "backgroundColor") == "rgb(0, 0, 255)"
    assert css(page, "main", "borderRadius") == "8px"
    assert css(page, "main", "animationName") == "enter"
    assert css(page, "h1", "color") == "rgb(10, 20, 30)"
    app.until_said("the PostCSS plugin postcss-own is left out")
    assert not [line for line in app.console if line.startswith("error")]
    assert "s3cret" not in page.content()


def test_classes_themes_sheets_and_sass_change_in_place(app: Previewed, page: Page) -> None:
    page.get_by_role("button").click(click_count=3)
    mark(page)
    app.replace("src/App.tsx", "card animate-in", "card animate-in mt-[13px] md:pl-[17px]")
    expect(page.locator("main")).to_have_css("margin-top", "13px")
    expect(page.locator("main")).to_have_css("padding-left", "17px")
    app.replace("src/index.css", "--primary: 240 100% 50%", "--primary: 0 100% 50%")
    expect(page.locator("button")).to_have_css("background-color", "rgba(255, 0, 0, 0.9)")  # under the pointer
    app.replace("tailwind.config.ts", 'lg: "var(--radius)"', 'lg: "21px"')
    expect(page.locator("main")).to_have_css("border-radius", "21px")
    app.replace("src/styles/_theme.scss", "rgb(10, 20, 30)", "rgb(40, 50, 60)")
    expect(page.locator("h1")).to_have_css("color", "rgb(40, 50, 60)")
    expect(page.get_by_role("button")).to_have_text("3")
    assert is_marked(page)


def test_what_is_wrong_in_a_sheet_or_a_configuration_is_shown_at_its_place(app: Previewed, page: Page) -> None:
    shown = page.locator("fleet-overlay section")
    app.replace("src/index.css", "@apply rounded-lg p-4;", "@apply rounded-lg nope;")
    expect(shown).to_contain_text("src/index.css:12:29")
    expect(shown).to_contain_text("`nope` class does not exist")
    app.publish({"src/index.css": CSS, "tailwind.config.ts": TAILWIND.replace("tailwindcss-animate", "left-pad")})
    expect(shown).to_contain_text('The plugin "left-pad" cannot be used in a preview')
    app.publish({"tailwind.config.ts": TAILWIND, "src/App.module.scss": ".title { color: $gone; }"})
    expect(shown).to_contain_text("src/App.module.scss:1")
    app.publish({"src/App.module.scss": FILES["src/App.module.scss"]})
    expect(page.locator("fleet-overlay")).to_have_count(0)


def test_a_configuration_that_has_to_be_run_is_run(app: Previewed, page: Page) -> None:
    own = TAILWIND.replace(
        "[require", "[({ addUtilities }: any) => addUtilities({ '.inked': { color: brand } }), require"
    )
    own = own.replace("colors: {", "colors: { brand,")
    brand = 'export const brand: string = "rgb(1, 2, 3)";\n'
    app.publish({"src/brand.ts": brand, "tailwind.config.ts": f'import {{ brand }} from "./src/brand";\n{own}'})
    app.replace("src/App.tsx", '"card animate-in"', '"card inked border-brand"')
    expect(page.locator("main")).to_have_css("color", "rgb(1, 2, 3)")
    expect(page.locator("main")).to_have_css("border-color", "rgb(1, 2, 3)")


def test_the_environment_and_defined_names_reload_the_page(app: Previewed, page: Page) -> None:
    app.publish({".env.local": "VITE_NAME=mine\n"})
    expect(page.locator("output")).to_have_text("r7 shop-dev kept 1.2.3")
    app.publish({".env.development.local": "VITE_NAME=mine\n", "vite.config.ts": VITE.replace("r7", "r8")})
    expect(page.locator("output")).to_have_text("r8 mine kept 1.2.3")


def test_a_sheet_may_import_the_sheets_of_packages(app: Previewed, page: Page) -> None:
    with_styles = {
        **PACKAGE,
        "version": "1.2.3",
        "dependencies": {**PACKAGE["dependencies"], "normalize.css": "^8.0.1"},
    }
    app.publish({"package.json": json.dumps(with_styles), "src/index.css": f'@import "normalize.css";\n{CSS}'})
    expect(page.locator("link[rel=stylesheet]")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator("button")).to_have_css("background-color", "rgb(0, 0, 255)")


def test_two_apps_with_different_themes_do_not_meet(write: Callable[[], Previewed]) -> None:
    apps = [write(), write()]
    for app, color in zip(apps, ("1, 1, 1", "2, 2, 2"), strict=True):
        app.publish({**FILES, "tailwind.config.ts": TAILWIND.replace("hsl(var(--primary))", f"rgb({color})")})
    for app, color in zip(apps, ("1, 1, 1", "2, 2, 2"), strict=True):
        with following(app.fleet, app.app_id) as steps:
            wait_for(steps, "preview-ready")
        page = app.tab(app.link())
        expect(page.locator("button")).to_have_css("background-color", f"rgb({color})", timeout=PATIENCE_MS)
