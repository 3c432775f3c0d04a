"""Where pictures come from: a provider that speaks as OpenAI's image API does, or else a drawing of our own."""

import base64
import binascii
import hashlib
import html
import textwrap
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from contracts.settings import Settings
from edge.egress import Egress, Forbidden, Unreachable

_MOST_BYTES = 20_000_000
_MAGIC = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"RIFF", "webp"))
_WEBP = slice(8, 12)
#: Asked for where the model can: a picture that would be too large for a file of an app otherwise.
_SMALL = {"output_format": "webp", "output_compression": 85}
_BUSY = frozenset({408, 409, 425, 429})
_LAST_CLIENT_ERROR = 499


class Declined(Exception):
    """The provider will not make this picture; asking again would change nothing."""


class Unwell(Exception):
    """The provider cannot make it now; it may say when to come back."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


@dataclass(frozen=True)
class Picture:
    """A picture, and what kind of file it is."""

    content: bytes
    suffix: str
    provider: str


class Painter(Protocol):
    """Whoever makes pictures."""

    def paint(self, prompt: str, size: str, *, key: str, seconds: float) -> Picture:
        """Make one; the same key is the same request."""


def painter(settings: Settings, egress: Egress) -> Painter:
    """Return the provider that the settings name."""
    if settings.image_url is None:
        return Placeholder()
    secret = settings.image_key.get_secret_value() if settings.image_key else None
    return Provider(settings.image_url, secret, settings.image_model, egress)


@dataclass(frozen=True)
class Provider:
    """An image API over HTTP, in the shape of OpenAI's `POST /images/generations`."""

    url: str
    key: str | None
    model: str
    egress: Egress

    def paint(self, prompt: str, size: str, *, key: str, seconds: float) -> Picture:
        """Have it made."""
        asked: dict[str, Any] = {"prompt": prompt, "model": self.model, "n": 1, "size": size}
        asked |= _SMALL if self.model.startswith("gpt-image") else {}
        headers = {"idempotency-key": key} | ({"authorization": f"Bearer {self.key}"} if self.key else {})
        where = f"{self.url.rstrip('/')}/images/generations"
        try:
            answer = httpx.post(where, json=asked, headers=headers, timeout=httpx.Timeout(seconds, connect=10))
        except httpx.HTTPError as error:
            raise Unwell(f"the image provider does not answer: {type(error).__name__}") from error
        if answer.status_code != httpx.codes.OK:
            raise _refusal(answer)
        content = self._content(answer, seconds)
        return Picture(content, _suffix(content), self.model)

    def _content(self, answer: httpx.Response, seconds: float) -> bytes:
        """Return the picture, from the answer or from where the answer says it is."""
        try:
            made = answer.json()["data"][0]
            if made.get("b64_json"):
                return base64.b64decode(made["b64_json"], validate=True)
            url = str(made["url"])
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, binascii.Error):
            raise Unwell("the image provider answers something else than a picture") from None
        try:
            page = self.egress.get(url, seconds=seconds, most=_MOST_BYTES)
        except (Forbidden, Unreachable) as error:
            raise Unwell(f"the picture is not where the provider says: {error}") from error
        if page.status != httpx.codes.OK or page.truncated:
            raise Unwell(f"the picture is not where the provider says: {page.status}")
        return page.body


def _refusal(answer: httpx.Response) -> Declined | Unwell:
    """Say what an error means: whether to come back, or what is wrong."""
    status = answer.status_code
    if status in _BUSY or status > _LAST_CLIENT_ERROR:
        after = answer.headers.get("retry-after", "")
        return Unwell(f"the image provider answers {status}", float(after) if after.isdigit() else None)
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND}:
        return Declined(f"the image provider answers {status}: FLEET_IMAGE_URL, _KEY or _MODEL is wrong")
    try:
        reason = str(answer.json()["error"]["message"])[:500]
    except (ValueError, KeyError, TypeError):
        reason = f"it answers {status}"
    return Declined(f"the image provider declines: {reason}")


def _suffix(content: bytes) -> str:
    """Return what kind of picture it is; what is none of these is not given to an app's pages."""
    for magic, suffix in _MAGIC:
        if content.startswith(magic) and (suffix != "webp" or content[_WEBP] == b"WEBP"):
            return suffix
    raise Unwell("the image provider answers something else than a picture")


class Placeholder:
    """Draws a card with the prompt on it, always the same for the same words: no key, no network."""

    def paint(self, prompt: str, size: str, *, key: str, seconds: float) -> Picture:  # noqa: ARG002 - nothing to ask
        """Draw it."""
        width, height = map(int, size.split("x")) if size != "auto" else (1024, 1024)
        first, second = (hashlib.sha256(prompt.encode()).digest()[n] * 360 // 256 for n in (0, 1))
        lines = textwrap.wrap(prompt, 28)[:6] or [""]
        top = height / 2 - (len(lines) - 1) * 32
        text = "".join(
            f'<text x="50%" y="{top + n * 64:.0f}">{html.escape(line)}</text>' for n, line in enumerate(lines)
        )
        drawn = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}" role="img" aria-label="{html.escape(prompt)}">'
            f'<defs><linearGradient id="sky" x2="1" y2="1"><stop stop-color="hsl({first} 70% 60%)"/>'
            f'<stop offset="1" stop-color="hsl({second} 70% 35%)"/></linearGradient></defs>'
            f'<rect width="100%" height="100%" fill="url(#sky)"/>'
            f'<g fill="#fff" font-family="system-ui, sans-serif" font-size="48" text-anchor="middle">{text}</g></svg>\n'
        )
        return Picture(drawn.encode(), "svg", "placeholder")
