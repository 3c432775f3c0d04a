"""The one way out to a URL that somebody else names: it leads to public addresses, in little time and few bytes.

A name is resolved once, and what is connected to is the address that was checked; each redirect is a new URL.
"""

import socket
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Self

import httpx

from contracts.settings import Settings
from edge import addresses

_REDIRECTS = 5
_CONNECT_SECONDS = 5.0
_READ_SECONDS = 10.0
_CHUNK = 65_536
#: Nothing compressed: few bytes would become many here.
_HEADERS = {"accept-encoding": "identity", "user-agent": "overskill-fleet/1", "accept": "*/*"}


class Forbidden(Exception):
    """The URL leads where nobody may reach from here."""


class Unreachable(Exception):
    """Nothing answered as it should."""


@dataclass(frozen=True)
class Page:
    """What was found, in the end, at a URL."""

    url: str
    status: int
    content_type: str
    body: bytes
    truncated: bool


@dataclass(frozen=True)
class Egress:
    """What an operator lets out. `allowed` are hosts with their ports that may be reached wherever they are."""

    reach: Literal["public", "none"] = "public"
    allowed: Collection[str] = ()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return what the settings say."""
        return cls(settings.egress, frozenset(name.lower() for name in settings.egress_allow))

    def get(self, url: str, *, seconds: float, most: int) -> Page:
        """Fetch a page, or as much of it as may be; raise Forbidden or Unreachable."""
        until = time.monotonic() + seconds
        target = _parsed(url)
        for _ in range(_REDIRECTS + 1):
            with self._asked(target, until) as answer:
                if not answer.has_redirect_location:
                    return _page(target, answer, until, most)
                target = _parsed(answer.headers["location"], target)
        raise Unreachable(f"leads on and on, more than {_REDIRECTS} times")

    @contextmanager
    def _asked(self, url: httpx.URL, until: float) -> Iterator[httpx.Response]:
        """Ask the address that the name stands for now, under the name."""
        address = self._resolved(url)
        left = max(0.1, until - time.monotonic())
        timeout = httpx.Timeout(min(left, _READ_SECONDS), connect=min(left, _CONNECT_SECONDS))
        headers = {**_HEADERS, "host": url.netloc.decode()}
        try:
            with (
                httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False) as client,
                client.stream(
                    "GET", url.copy_with(host=address), headers=headers, extensions={"sni_hostname": url.host}
                ) as answer,
            ):
                yield answer
        except httpx.HTTPError as error:
            raise Unreachable(f"{url.host} does not answer: {type(error).__name__}") from error

    def _resolved(self, url: httpx.URL) -> str:
        """Return the one address to connect to, if every address that the name has may be reached."""
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        free = f"{url.host}:{port}" in self.allowed
        if not free and self.reach == "none":
            raise Forbidden("nothing outside is fetched here: FLEET_EGRESS is none")
        if not free and (flaw := addresses.port_flaw(port)):
            raise Forbidden(flaw)
        try:
            found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unreachable(f"{url.host} is no name that is known") from None
        known = [str(one[4][0]) for one in found]
        for address in () if free else known:
            if flaw := addresses.address_flaw(address):
                raise Forbidden(f"the address of {url.host} {flaw}")
        return known[0]


def _parsed(text: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        url = base.join(text) if base else httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise Forbidden("is not a URL") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise Forbidden("only http:// and https:// are fetched")
    if url.userinfo:
        raise Forbidden("a URL with a user's name or password is not fetched")
    return url


def _page(url: httpx.URL, answer: httpx.Response, until: float, most: int) -> Page:
    """Read a body for as long, and as far, as may be."""
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise Unreachable(f"{url.host} answers compressed, which was not asked for")
    body = bytearray()
    for chunk in answer.iter_raw(_CHUNK):
        body += chunk
        if len(body) > most:
            break
        if time.monotonic() > until:
            raise Unreachable(f"{url.host} takes too long")
    kind = answer.headers.get("content-type", "")
    return Page(str(url), answer.status_code, kind, bytes(body[:most]), truncated=len(body) > most)
