"""A folder of the shape that `npm create vite` gives one: react-ts, or react in plain JavaScript."""

import json
import struct
import zlib
from pathlib import Path

APP = """import { useState } from 'react'
import heroImg from './assets/hero.png'
import reactLogo from './assets/react.svg'
import viteLogo from '/vite.svg'
import './App.css'

function App() {
  const [count, setCount] = useState(0)

  return (
    <>
      <img src={heroImg} className="base" alt="" />
      <img src={reactLogo} alt="React logo" />
      <img src={viteLogo} alt="Vite logo" />
      <h1>Get started</h1>
      <button type="button" className="counter" onClick={() => setCount((count) => count + 1)}>
        Count is {count}
      </button>
      <svg className="icon" role="presentation"><use href="/icons.svg#square"></use></svg>
    </>
  )
}

export default App
"""
MAIN = """import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './index.css'
import App from './App.%s'

createRoot(document.getElementById('root')%s).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
"""
HTML = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="UTF-8" />
    <link rel="icon" type="image/svg+xml" href="/vite.svg" />
    <meta name="viewport" content="width=device-width, initial-scale=1.0" />
    <title>my-app</title>
  </head>
  <body>
    <div id="root"></div>
    <script type="module" src="/src/main.%s"></script>
  </body>
</html>
"""
CSS = ":root {\n  --accent: #aa3bff;\n  color-scheme: light dark;\n}\n\nbody {\n  margin: 0;\n}\n"
APP_CSS = ".counter {\n  color: var(--accent);\n\n  &:hover {\n    border-color: var(--accent);\n  }\n}\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="32"><symbol id="square" viewBox="0 0 1 1"/></svg>\n'
LINT = "import js from '@eslint/js'\n\nexport default [{ ignores: ['dist'] }, js.configs.recommended]\n"
CONFIG = """import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// https://vite.dev/config/
export default defineConfig({
  plugins: [react()],
})
"""
IGNORED = "# Logs\n*.log\n\nnode_modules\ndist\n*.local\n\n# Editor directories and files\n.vscode/*\n*.sw?\n"
SOLUTION = (
    '{\n  "files": [],\n  "references": [{ "path": "./tsconfig.app.json" }, { "path": "./tsconfig.node.json" }]\n}\n'
)
COMPILED = """{
  "compilerOptions": {
    "target": "es2023",
    "types": ["vite/client"],
    "module": "esnext",

    /* Bundler mode */
    "moduleResolution": "bundler",
    "allowImportingTsExtensions": true,
    "jsx": "react-jsx",
  },
  "include": ["%s"]
}
"""


def write(folder: Path, *, typed: bool) -> None:
    """Write the folder, with packages installed and something built: what a person's folder looks like."""
    ending, script = ("tsx", "ts") if typed else ("jsx", "js")
    texts = {
        "index.html": HTML % ending,
        "package.json": _package(typed=typed),
        ".gitignore": IGNORED,
        "README.md": "# React + Vite\n",
        "eslint.config.js": LINT,
        f"vite.config.{script}": CONFIG,
        "public/vite.svg": SVG % 31,
        "public/icons.svg": SVG % 16,
        f"src/main.{ending}": MAIN % (ending, "!" if typed else ""),
        f"src/App.{ending}": APP,
        "src/App.css": APP_CSS,
        "src/index.css": CSS,
        "src/assets/react.svg": SVG % 36,
        "node_modules/react/index.js": "module.exports = 'of another time'\n",
        "dist/index.html": "built long ago\n",
        ".env.local": "SECRET=of its owner\n",
    }
    if typed:
        texts |= {
            "tsconfig.json": SOLUTION,
            "tsconfig.app.json": COMPILED % "src",
            "tsconfig.node.json": COMPILED % "vite.config.ts",
            "src/vite-env.d.ts": '/// <reference types="vite/client" />\n',
        }
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    (folder / "src/assets/hero.png").write_bytes(_png(17, 9))


def _package(*, typed: bool) -> str:
    development = {"@vitejs/plugin-react": "^6.1.2", "eslint": "^9.39.1", "vite": "^8.3.4"}
    development |= {"@types/react": "^19.2.7", "typescript": "~5.9.3"} if typed else {}
    scripts = {"dev": "vite", "build": "tsc -b && vite build" if typed else "vite build", "lint": "eslint ."}
    about = {"name": "my-app", "private": True, "version": "0.0.0", "type": "module", "scripts": scripts}
    react = {"react": "^19.2.0", "react-dom": "^19.2.0"}
    return json.dumps({**about, "dependencies": react, "devDependencies": development}, indent=2) + "\n"


def _png(width: int, height: int) -> bytes:
    """Return a picture of one colour."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\xaa\x3b\xff" * width) * height
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(data)) + kind + data + _crc(kind + data) for kind, data in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _crc(data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(data))
