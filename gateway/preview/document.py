"""The HTML of an app's page: the app's own index.html with what the page's runtime needs put into it. Pure."""

import json
from typing import Any

from edge import page
from gateway import sse
from sql.pages import Page


def render(app_id: str, epoch: str, shown: Page, *, nonce: str, runtime: str) -> str | None:
    """Return the page of the newest revision; nothing where none has ever compiled."""
    drawn: dict[str, Any] = json.loads(shown.page)
    if not drawn:
        return None
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
    if shown.failure is not None:
        about["failed"] = {"rev": rev, **json.loads(shown.failure)}
    urls = [one["url"] for one in drawn["deps"].values()]
    book = f"/__fleet/app.js?v={rev}"
    head = [
        f'<meta name="fleet-revision" content="{rev}">',
        f'<script type="application/json" id="fleet-page">{page.embedded(about)}</script>',
        *(page.link(url) for url in drawn.get("links", ())),
        *(page.style(style_id, content.decode(errors="replace")) for style_id, content in shown.styles),
        preload(book),  # before the runtime: it is the largest, and takes the origin longest
        runtime,
        # One after the other is how they are evaluated; fetched and compiled they are all at once, meanwhile.
        *(preload(url) for url in dict.fromkeys([*urls, *drawn.get("chunks", ())]) if url),
    ]
    before, between, after = drawn["parts"]
    around = page.Page(before, between, after, drawn["entry"])
    return around.render("".join(head), f'<script type="module" src="{book}"></script>')


def preload(path: str, nonce: str = "") -> str:
    """Return an element that lets a module be fetched before anything asks for it."""
    allowed = f' nonce="{nonce}"' if nonce else ""
    return f'<link rel="modulepreload" href="{path}"{allowed}>'


def frame_policy(ancestors: tuple[str, ...]) -> str:
    """Return who may frame a page: itself, and whom the setting names."""
    return " ".join(["frame-ancestors", "'self'", *ancestors])
