"""An app as AI app builders have made them by the thousand: shadcn/ui over Radix, on React 18 with Tailwind 3.

Written anew for each run around the pages of `app`: with charts, forms, motion, and a primitive behind each component
that has one. Pure.
"""

import json

from tests.bench import app, app_ui
from tests.bench.real_parts import CONFIG, GALLERY, PARTS, STYLES

_RADIX = (
    "accordion alert-dialog aspect-ratio avatar checkbox collapsible context-menu dialog dropdown-menu hover-card "
    "label menubar navigation-menu popover progress radio-group scroll-area select separator slider switch tabs tooltip"
)
RADIX = tuple(_RADIX.split())
PACKAGES = {
    "react": "18.3.1",
    "react-dom": "18.3.1",
    "react-router": "^7.0.0",
    "@hookform/resolvers": "^3.9.0",
    "class-variance-authority": "0.7.1",
    "clsx": "2.1.1",
    "framer-motion": "^12.0.0",
    "lucide-react": app.PACKAGES["lucide-react"],
    "react-hook-form": "^7.54.0",
    "recharts": "^2.15.0",
    "tailwind-merge": "^2.6.0",
    "zod": "^3.24.0",
    **{f"@radix-ui/react-{one}": "*" for one in RADIX},
}
TOOLS = {
    "@vitejs/plugin-react": app.TOOLS["@vitejs/plugin-react"],
    "autoprefixer": "^10.4.0",
    "postcss": "^8.5.0",
    "tailwindcss": "^3.4.17",
    "tailwindcss-animate": "^1.0.7",
    "vite": app.TOOLS["vite"],
}
_VITE = """import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
});
"""
_POSTCSS = "export default { plugins: { tailwindcss: {}, autoprefixer: {} } };\n"


def files(word: str = "") -> dict[str, str]:
    """Return all files by path; with a word in each source, none of them is one that anybody compiled before."""
    plain = app.files()
    package = {"name": "harbour", "private": True, "type": "module", "dependencies": PACKAGES, "devDependencies": TOOLS}
    written = {
        **plain,
        "package.json": json.dumps(package, indent=2),
        "vite.config.ts": _VITE,
        "postcss.config.js": _POSTCSS,
        "tailwind.config.ts": CONFIG,
        "src/index.css": STYLES,
        "src/components/Layout.tsx": _layout(plain["src/components/Layout.tsx"]),
        **{path: _based(path, text) for path, text in app_ui.files().items()},
        **PARTS,
    }
    return {path: app.marked(path, text, word) for path, text in written.items()} if word else written


def _based(path: str, text: str) -> str:
    """Put the primitive behind a component, where there is one."""
    slot = path.rpartition("/")[2].removesuffix(".tsx")
    name = next(name for name in app_ui.NAMES if app_ui.slot(name) == slot)
    if slot not in RADIX:
        return text
    return (
        f'import * as {name}Parts from "@radix-ui/react-{slot}";\n{text}\nexport const {name}Root = {name}Parts.Root;\n'
    )


def _layout(text: str) -> str:
    imports = "".join(f'import {{ {name} }} from "@/components/{name}";\n' for name in GALLERY)
    shown = "\n        ".join(f"<{name} />" for name in GALLERY if name != "Reveal")
    return imports + text.replace("<Outlet />", f"<Reveal>\n          <Outlet />\n        </Reveal>\n        {shown}")
