"""What an app is made with, where that is nothing that a preview runs. Pure."""

import json
import posixpath

#: By the package that says so, the name that people know; what builds on another comes first.
_OTHERS = {
    "next": "Next.js",
    "nuxt": "Nuxt",
    "astro": "Astro",
    "@sveltejs/kit": "SvelteKit",
    "@remix-run/dev": "Remix",
    "@react-router/dev": "React Router's framework mode",
    "@tanstack/react-start": "TanStack Start",
    "gatsby": "Gatsby",
    "@angular/core": "Angular",
    "@builder.io/qwik": "Qwik",
    "expo": "Expo",
    "react-scripts": "Create React App",
}
_COMPONENTS = {".astro": "Astro", ".marko": "Marko", ".riot": "Riot"}
_SUPPORTED = "A preview runs what Vite serves from an index.html: React, Vue, Svelte, or plain HTML, CSS and JavaScript"


def other(package_json: str | None) -> str | None:
    """Say what an app without a page to show is made with, if that is why."""
    try:
        manifest = json.loads(package_json or "{}")
    except (ValueError, RecursionError):
        return None
    sections = [manifest.get(one) for one in ("dependencies", "devDependencies")] if isinstance(manifest, dict) else []
    named = {name for section in sections if isinstance(section, dict) for name in section}
    found = next((name for name in _OTHERS if name in named), None)
    return found and f"This is an app of {_OTHERS[found]} (package.json names {found}). {_SUPPORTED}"


def component(spec: str, target: str) -> str | None:
    """Say why a component cannot be imported that none of our compilers knows."""
    kind = _COMPONENTS.get(posixpath.splitext(target)[1])
    return kind and f"Cannot import {json.dumps(spec)}: it is a component of {kind}. {_SUPPORTED}"
