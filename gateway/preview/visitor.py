"""Who asks the origin: what the edge says of a request, and what the browser's cookies allow."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.guard import header
from gateway.preview.passes import Passes
from sql.pages import Access

#: A stream of a public page is looked at again after this long: the app may have become private.
_PUBLIC_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """One request as the edge handed it on; only the edge reaches the socket on which its headers count."""

    app_id: str
    safe: bool
    cookies: str

    def until(self, access: Access | None, passes: Passes) -> float | None:
        """Return until when the visitor may look, if at all; an app that says nothing of itself is private."""
        if access is not None and not access.private:
            return time.time() + _PUBLIC_SECONDS
        return self._pass_until(passes)

    def has_pass(self, passes: Passes) -> bool:
        """Tell whether a link from the editor let the visitor in, be it that everybody may look."""
        return self._pass_until(passes) is not None

    def _pass_until(self, passes: Passes) -> float | None:
        return passes.expiry(self.cookies, self.app_id, safe=self.safe)


def visitor(headers: Iterable[tuple[bytes, bytes]]) -> Visitor | None:
    """Read what the edge has set; without it, this is not the edge."""
    found = list(headers)
    app_id = header(found, b"x-edge-app")
    if app_id is None or header(found, b"x-edge-environment") != "preview":
        return None
    cookies = "; ".join(value.decode("latin-1") for name, value in found if name == b"cookie")
    return Visitor(app_id, header(found, b"x-forwarded-proto") == "https", cookies)
