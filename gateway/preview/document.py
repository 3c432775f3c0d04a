"""The HTML of an app's page: the app's own index.html with what the page's runtime needs put into it. Pure."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from edge import page
from gateway import sse
from gateway.preview.assets import looks_like_file
from sql.pages import Page


def at(drawn: Mapping[str, Any], path: str) -> dict[str, Any] | None:
    """Return what is drawn at a path: another page of the app, or else its own, where no file was asked for."""
    name = path.removeprefix("/").removesuffix("/")
    pages = drawn.get("pages", {})
    for one in (name, f"{name}.html", f"{name}/index.html"):
        if one in pages:
            return {**drawn, **pages[one]}
    return None if looks_like_file(path) and path != "/index.html" else dict(drawn)


def render(app_id: str, epoch: str, shown: Page, drawn: Mapping[str, Any], *, nonce: str, runtime: str) -> str:
    """Return a page of the newest revision."""
    rev = sse.cursor(epoch, shown.revision)
    about = {
        "app": app_id,
        "rev": rev,
        "entry": drawn["entry"],
        "env": drawn["env"],
        "deps": drawn["deps"],
        "nonce": nonce,
        "frame_ancestors": list(shown.access.frame_ancestors),
    }
    failed = json.loads(shown.failure) if shown.failure is not None else drawn.get("problem")
    if failed is not None:
        about["failed"] = {"rev": rev, **failed}
    book = f"/__fleet/app.js?v={rev}"
    head = [
        f'<meta name="fleet-revision" content="{rev}">',
        f'<script type="application/json" id="fleet-page">{page.embedded(about)}</script>',
        *(page.link(url) for url in drawn.get("links", ())),
        *(page.style(style_id, content.decode(errors="replace")) for style_id, content in _styles(shown, drawn)),
        preload(book),  # before the runtime: it is the largest, and takes the origin longest
        runtime,
        # One after the other is how they are evaluated; fetched and compiled they are all at once, meanwhile.
        *(preload(url) for url in _loads(drawn)),
    ]
    before, between, after = drawn["parts"]
    around = page.Page(before, between, after, drawn["entry"])
    return around.render("".join(head), f'<script type="module" src="{book}"></script>' if drawn["entry"] else "")


def _styles(shown: Page, drawn: Mapping[str, Any]) -> Iterable[tuple[str, bytes]]:
    """Return the style sheets of a page in its order; where there is but one page they are all its own."""
    if "styles" not in drawn:
        return shown.styles
    contents = dict(shown.styles)
    return [(one, contents[one]) for one in drawn["styles"] if one in contents]


def _loads(drawn: Mapping[str, Any]) -> Iterable[str]:
    """Return the packages' files that a page will ask for."""
    urls = [*(one["url"] for one in drawn["deps"].values()), *drawn.get("chunks", ())]
    return dict.fromkeys(url for url in drawn.get("loads", urls) if url)


def preload(path: str, nonce: str = "") -> str:
    """Return an element that lets a module be fetched before anything asks for it."""
    allowed = f' nonce="{nonce}"' if nonce else ""
    return f'<link rel="modulepreload" href="{path}"{allowed}>'


def frame_policy(ancestors: tuple[str, ...]) -> str:
    """Return who may frame a page: itself, and whom the setting names."""
    return " ".join(["frame-ancestors", "'self'", *ancestors])
