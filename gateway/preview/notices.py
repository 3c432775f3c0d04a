"""Pages of our own, where there is no page of the app to show. They run nothing of the app's. Pure."""

import html
import json
import secrets
from dataclasses import dataclass

from starlette.responses import HTMLResponse

from edge.drawing import YET_TO_BEGIN
from gateway import sse
from gateway.preview import document
from sql.pages import Page

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f7f7f9, #121217);
  color: light-dark(#20202a, #e9e9f0); }
main { max-width: 34rem; padding: 2.5rem; margin: 1.5rem; border-radius: 1rem; background: light-dark(#fff, #1c1c24);
  box-shadow: 0 1px 2px #0002, 0 12px 40px #0002; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; margin: 0 0 .5rem; } p { margin: .5rem 0 0; color: light-dark(#5b5b6b, #a5a5b5); }
pre { overflow: auto; padding: .8rem 1rem; border-radius: .6rem; background: light-dark(#f1f1f5, #121217); }
code { font: .9em ui-monospace, monospace; }
.dot { display: inline-block; width: .6rem; height: .6rem; margin-right: .6rem; border-radius: 50%; background: #6d5df6;
  animation: beat 1.4s ease-in-out infinite; }
@keyframes beat { 50% { opacity: .25; } } @media (prefers-reduced-motion: reduce) { .dot { animation: none; } }
"""
#: Waits for the first revision; when nobody answers, it looks again in a while.
_WAIT = """
const again = () => location.reload();
const stream = new EventSource("/__fleet/updates?rev=%s");
for (const kind of ["update", "reload", "failed", "cleared"]) stream.addEventListener(kind, again);
stream.onerror = () => stream.readyState === EventSource.CLOSED && setTimeout(again, 2000);
"""
_AGAIN = "setTimeout(() => location.reload(), 1000);"


@dataclass(frozen=True, slots=True)
class Notice:
    """What to tell whoever looks."""

    status: int
    title: str
    says: str
    script: str = ""
    working: bool = False
    #: Modules that the page to come will ask for: fetched while there is time.
    ahead: str = ""

    def response(self) -> HTMLResponse:
        """Return it as a page that may do nothing but what it needs."""
        nonce = secrets.token_urlsafe(16)
        script = f'<script nonce="{nonce}">{self.script}</script>' if self.script else ""
        dot = '<span class="dot"></span>' if self.working else ""
        ahead = document.preload(self.ahead, nonce) if self.ahead else ""
        page = (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
            f'<title>{self.title}</title><style nonce="{nonce}">{_STYLE}</style>{ahead}</head>\n'
            f"<body><main><h1>{dot}{self.title}</h1>{self.says}</main>{script}</body></html>\n"
        )
        policy = f"default-src 'none'; connect-src 'self'; img-src data:; style-src 'nonce-{nonce}'"
        headers = {"cache-control": "no-store", "content-security-policy": f"{policy}; script-src 'nonce-{nonce}'"}
        return HTMLResponse(page, self.status, headers)


def waiting(epoch: str, shown: Page | None, runtime: str) -> Notice:
    """Say that there is nothing to see yet, and why, and look again by itself when there is."""
    script = _WAIT % sse.cursor(epoch, shown.revision if shown else 0)
    problem = json.loads(shown.failure) if shown and shown.failure else None
    if problem is None:
        return Notice(
            200, "Nothing to see yet", "<p>The preview appears here by itself.</p>", script, working=True, ahead=runtime
        )
    frame = f"<pre><code>{html.escape(str(problem['frame']))}</code></pre>" if problem.get("frame") else ""
    where = ":".join(str(problem[part]) for part in ("file", "line") if problem.get(part) is not None)
    says = f"<p><code>{html.escape(where)}</code> {html.escape(str(problem.get('message', '')))}</p>{frame}"
    begun = problem.get("message") not in {one.message for one in YET_TO_BEGIN}
    return Notice(200, "The app does not compile yet" if begun else "Nothing to see yet", says, script, ahead=runtime)


#: One answer for a preview that is private and for one that does not exist: nobody learns which apps there are.
LOCKED = Notice(
    401,
    "This preview is private",
    "<p>If it exists, whoever may see it opens it with a link from the editor, or with the one that"
    " <code>fleet link --app NAME</code> prints. Such a link is good for a minute.</p>",
)
EXPIRED = Notice(
    401,
    "This link is no longer good",
    "<p>Links to private previews are good for a minute, and for one app. Ask for another: in the editor, or with"
    " <code>fleet link --app NAME</code>.</p>",
)
AWAY = Notice(503, "One moment", "<p>The preview is back as soon as its database is.</p>", _AGAIN, working=True)
