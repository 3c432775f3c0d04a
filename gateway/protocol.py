"""HTTP/1.1 as uvicorn speaks it, with limits on what comes before a body, and a way to hang up at once."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MOST_HEAD_BYTES = 32 * 1024
_MOST_HEADERS = 100
_MOST_URL_BYTES = 8 * 1024
_HEAD_WITHIN = 15.0

_REFUSED = (
    "HTTP/1.1 {status}\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\nconnection: close\r\n"
    "content-length: {length}\r\n\r\n{body}"
)


class LimitedProtocol(HttpToolsProtocol):
    """Refuses heads that are too long, too many-headed or too slow."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the first request's head a while to arrive."""
        super().connection_made(transport)
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave no timer behind."""
        self._head_arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes before the head is complete."""
        if self._head_timer is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_timer is not None and self._head_bytes > _MOST_HEAD_BYTES:
            self._refuse("431 Request Header Fields Too Large", "the request's headers are too long")

    def on_message_begin(self) -> None:
        """Let the application hang up on a client that takes nothing."""
        super().on_message_begin()
        self.scope["extensions"] = {"fleet": {"abort": self.transport.abort}}
        self._await_head()

    def on_headers_complete(self) -> None:
        """Let a request in whose head is in order."""
        self._head_arrived()
        if self.transport.is_closing():
            return
        if len(self.url) > _MOST_URL_BYTES:
            self._refuse("414 URI Too Long", "the URL is too long")
        elif len(self.headers) > _MOST_HEADERS:
            self._refuse("431 Request Header Fields Too Large", "the request has too many headers")
        else:
            super().on_headers_complete()

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(_HEAD_WITHIN, self.transport.abort)

    def _head_arrived(self) -> None:
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, status: str, detail: str) -> None:
        self._head_arrived()
        code, _space, title = status.partition(" ")
        body = f'{{"type":"about:blank","title":"{title}","status":{code},"detail":"{detail}"}}'
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.abort()  # an answer is still on its way; this one cannot be put into the middle of it
        elif not self.transport.is_closing():
            self.transport.write(_REFUSED.format(status=status, length=len(body), body=body).encode())
            self.transport.close()

    def on_body(self, body: bytes) -> None:
        """Pass a body on, if its request was let in."""
        if self.cycle is not None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Likewise its end."""
        if self.cycle is not None:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP."""
        self._refuse("400 Bad Request", msg)
