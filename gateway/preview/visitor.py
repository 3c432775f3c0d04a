"""Who asks the origin: what the edge says of a request, and what the browser's cookies allow."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.guard import header
from gateway.preview.passes import Passes
from sql.pages import Access

#: Whoever follows an app for longer is looked at again, and given another nonce.
_LONGEST = 3_600.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """One request as the edge handed it on; only the edge reaches the socket on which its headers count."""

    app_id: str
    safe: bool
    cookies: str
    #: Another site's page had the browser ask: the cookies went along, and nobody meant them to.
    foreign: bool = False

    def until(self, access: Access | None, passes: Passes) -> float | None:
        """Return until when the visitor may look, if at all; an app that says nothing of itself is private."""
        latest = time.time() + _LONGEST
        if access is not None and not access.private:
            return latest
        until = self._pass_until(passes)
        return None if until is None else min(until, latest)

    def has_pass(self, passes: Passes) -> bool:
        """Tell whether a link from the editor let the visitor in, be it that everybody may look."""
        return self._pass_until(passes) is not None

    def _pass_until(self, passes: Passes) -> float | None:
        return None if self.foreign else passes.expiry(self.cookies, self.app_id, safe=self.safe)


def visitor(headers: Iterable[tuple[bytes, bytes]], method: str = "GET") -> Visitor | None:
    """Read what the edge has set; without it, this is not the edge."""
    found = list(headers)
    app_id = header(found, b"x-edge-app")
    if app_id is None or header(found, b"x-edge-environment") != "preview":
        return None
    cookies = "; ".join(value.decode("latin-1") for name, value in found if name == b"cookie")
    safe = header(found, b"x-forwarded-proto") == "https"
    return Visitor(app_id, safe, cookies, _is_foreign(found, method))


def _is_foreign(headers: list[tuple[bytes, bytes]], method: str) -> bool:
    """Tell whether a browser says that another site's page asks, other than to go to the app or to frame it."""
    if header(headers, b"sec-fetch-site") in {None, "same-origin", "none"}:
        return False
    return header(headers, b"sec-fetch-mode") != "navigate" or method not in {"GET", "HEAD"}
