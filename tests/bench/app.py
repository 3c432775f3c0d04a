"""An app in the shape that AI app builders give it: many small ui components, pages, and a utils.ts that most import.

It is written anew for each run, is plain React 19 with Tailwind 4, and runs as it is under Vite. Pure.
"""

from tests.bench import app_pages, app_ui

#: What both sides install; nobody gets a newer one in the middle of a comparison.
PACKAGES = {
    "react": "19.3.1",
    "react-dom": "19.3.1",
    "react-router": "8.5.1",
    "class-variance-authority": "0.7.1",
    "clsx": "2.1.1",
    "lucide-react": "1.75.0",
    "tailwind-merge": "3.7.0",
}
TOOLS = {
    "@tailwindcss/vite": "4.3.5",
    "@vitejs/plugin-react": "6.3.0",
    "tailwindcss": "4.3.5",
    "tw-animate-css": "1.4.0",
    "vite": "8.3.8",
}
_HTML = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="icon" href="/icon.svg" />
    <title>Harbour</title>
  </head>
  <body>
    <div id="root"></div>
    <script type="module" src="/src/main.tsx"></script>
  </body>
</html>
"""
_ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" /></svg>\n'
_VITE = """import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
});
"""
_TSCONFIG = """{
  "compilerOptions": {
    "target": "ES2022", "lib": ["ES2022", "DOM", "DOM.Iterable"], "module": "ESNext", "moduleResolution": "bundler",
    "jsx": "react-jsx", "strict": true, "noEmit": true, "paths": { "@/*": ["./src/*"] }
  },
  "include": ["src"]
}
"""
_COLOURS = ("background", "foreground", "card", "primary", "secondary", "muted", "accent", "destructive", "border")
_UTILS = """import { type ClassValue, clsx } from "clsx";
import { twMerge } from "tailwind-merge";

export function cn(...inputs: ClassValue[]) {
  return twMerge(clsx(inputs));
}

export function money(cents: number) {
  return new Intl.NumberFormat("en", { style: "currency", currency: "EUR" }).format(cents / 100);
}

export function initials(name: string) {
  return name.split(" ").map((part) => part[0]).join("").toUpperCase();
}
"""
_COMMENTS = {"ts": "// {}\n", "tsx": "// {}\n", "css": "/* {} */\n", "html": "<!-- {} -->\n"}


def files(word: str = "") -> dict[str, str]:
    """Return all 87 files by path; with a word in each source, none of them is one that anybody compiled before."""
    written = {
        "package.json": _package(),
        "index.html": _HTML,
        "public/icon.svg": _ICON,
        "tsconfig.json": _TSCONFIG,
        "vite.config.ts": _VITE,
        "src/index.css": _styles(),
        "src/lib/utils.ts": _UTILS,
        **app_ui.files(),
        **app_pages.files(),
    }
    return {path: marked(path, text, word) for path, text in written.items()} if word else written


def _package() -> str:
    def listed(packages: dict[str, str]) -> str:
        return ", ".join(f'"{name}": "{version}"' for name, version in packages.items())

    parts = f'"dependencies": {{ {listed(PACKAGES)} }},\n  "devDependencies": {{ {listed(TOOLS)} }}'
    return f'{{\n  "name": "harbour",\n  "private": true,\n  "type": "module",\n  {parts}\n}}\n'


def _styles() -> str:
    def shades(light: int) -> str:
        return "\n".join(f"  --{name}: oklch(0.{light + n} 0.02 {n * 40});" for n, name in enumerate(_COLOURS))

    theme = "\n".join(f"  --color-{name}: var(--{name});" for name in _COLOURS)
    return f"""@import "tailwindcss";
@import "tw-animate-css";

@custom-variant dark (&:is(.dark *));

:root {{
  --radius: 0.625rem;
{shades(70)}
}}

.dark {{
{shades(20)}
}}

@theme inline {{
  --radius-lg: var(--radius);
{theme}
}}

@layer base {{
  * {{ @apply border-border; }}
  body {{ @apply bg-background text-foreground antialiased; }}
  h1 {{ letter-spacing: 0px; }}
}}
"""


def marked(path: str, text: str, word: str) -> str:
    """Put a comment at the end of a file that can bear one."""
    comment = _COMMENTS.get(path.rpartition(".")[2])
    return text + comment.format(word) if comment and path != "vite.config.ts" else text
