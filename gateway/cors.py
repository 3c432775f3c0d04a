"""Which other sites' pages may call the gateway, and what every answer says to browsers. Pure."""

from collections.abc import Iterable

from gateway.guard import header

RawHeaders = list[tuple[bytes, bytes]]

#: The gateway serves data: none of it is to be run, framed or guessed at by a browser.
SECURITY: RawHeaders = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]

_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_HEADERS = b"authorization, content-type, if-match, if-none-match, last-event-id, traceparent, x-app-id"
_EXPOSED = b"content-disposition, etag, location, retry-after"
_A_DAY = b"86400"


class Cors:
    """The origins that an operator has named; a star means any, but then without cookies."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origins)

    def answer(self, request: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
        """Return what lets the calling page read the answer, if it may."""
        origin = header(request, b"origin")
        if origin is None or not self._origins:
            return []
        if origin in self._origins:
            allowed = [(b"access-control-allow-origin", origin.encode("latin-1")), _CREDENTIALS]
        elif "*" in self._origins:
            allowed = [(b"access-control-allow-origin", b"*")]
        else:
            return [(b"vary", b"origin")]
        return [*allowed, (b"access-control-expose-headers", _EXPOSED), (b"vary", b"origin")]

    def preflight(self, request: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
        """Return what a page may send, asked before it sends."""
        asked = [name.encode() + b", " for name in _foreign(request)]
        return [
            *self.answer(request),
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", b"".join(asked) + _HEADERS),
            (b"access-control-max-age", _A_DAY),
        ]


_CREDENTIALS = (b"access-control-allow-credentials", b"true")


def _foreign(request: Iterable[tuple[bytes, bytes]]) -> list[str]:
    """Return the CloudEvents headers that were asked for: their names are not all known beforehand."""
    asked = (header(request, b"access-control-request-headers") or "").lower().split(",")
    return [name for name in map(str.strip, asked) if name.startswith("ce-") and name[3:].isalnum() and name.isascii()]
