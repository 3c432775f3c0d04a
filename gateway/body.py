"""A request's body, read in full and no further than allowed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from fastapi import Request
from starlette.requests import ClientDisconnect

from gateway.problem import Problem

_PATIENCE = 60.0
_LINGER, _LINGER_BYTES = 2.0, 32 * 1024 * 1024


async def read(request: Request, most: int) -> bytes:
    """Return the body, or say 413 as soon as it is too long, whatever its length was said to be."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(415, "compressed bodies are not understood: send it as it is")
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        if request.headers.get("expect", "").lower() != "100-continue":
            await _linger(request.stream())
        raise _too_long(most)
    body = bytearray()
    chunks = request.stream()
    try:
        async with asyncio.timeout(_PATIENCE):
            async for chunk in chunks:
                body += chunk
                if len(body) > most:
                    await _linger(chunks)
                    raise _too_long(most)
    except TimeoutError:
        raise Problem(408, f"the body took longer than {_PATIENCE:.0f} s", headers={"Connection": "close"}) from None
    except ClientDisconnect:
        raise Problem(400, "the body ended early") from None
    return bytes(body)


async def _linger(chunks: AsyncIterator[bytes]) -> None:
    """Let a client that is still sending come to an end: hung up on, it would never see the answer."""
    room = _LINGER_BYTES
    with suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(_LINGER):
            async for chunk in chunks:
                room -= len(chunk)
                if room < 0:
                    break


def _too_long(most: int) -> Problem:
    return Problem(413, f"the body is longer than {most} bytes", headers={"Connection": "close"})
