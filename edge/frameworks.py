"""What an app is made with, where that is nothing that a preview runs. Pure."""

import json
import posixpath
from collections.abc import Mapping

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
#: What answers requests by itself.
_SERVERS = {
    "@nestjs/core": "NestJS",
    "express": "Express",
    "fastify": "Fastify",
    "koa": "Koa",
    "@hapi/hapi": "hapi",
    "hono": "Hono",
}
#: What brings a JSX of its own.
_JSX = {"solid-js": "Solid", "preact": "Preact", "@builder.io/qwik": "Qwik"}
_COMPONENTS = {".astro": "Astro", ".marko": "Marko", ".riot": "Riot"}
_SUPPORTED = "A preview runs what Vite serves from an index.html: React, Vue, Svelte, or plain HTML, CSS and JavaScript"


def other(package_json: str | None) -> str | None:
    """Say what an app without a page to show is made with, if that is why."""
    return _found(_OTHERS, _named(package_json), "an app of")


def server(package_json: str | None) -> str | None:
    """Say what an app is that has no page for it makes its pages itself."""
    return _found(_SERVERS, _named(package_json), "a server of")


def jsx(package_json: str | None) -> str | None:
    """Say whose JSX an app has that is not React's."""
    named = _named(package_json)
    return None if "react" in named else _found(_JSX, named, "an app of")


def _found(kinds: Mapping[str, str], named: set[str], what: str) -> str | None:
    found = next((name for name in kinds if name in named), None)
    return found and f"This is {what} {kinds[found]} (package.json names {found}). {_SUPPORTED}"


def _named(package_json: str | None) -> set[str]:
    try:
        manifest = json.loads(package_json or "{}")
    except (ValueError, RecursionError):
        return set()
    sections = [manifest.get(one) for one in ("dependencies", "devDependencies")] if isinstance(manifest, dict) else []
    return {name for section in sections if isinstance(section, dict) for name in section}


def component(spec: str, target: str) -> str | None:
    """Say why a component cannot be imported that none of our compilers knows."""
    kind = _COMPONENTS.get(posixpath.splitext(target)[1])
    return kind and f"Cannot import {json.dumps(spec)}: it is a component of {kind}. {_SUPPORTED}"
