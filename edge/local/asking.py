"""One HTTP request over a unix socket: short, and given up in time."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx

from edge.local.sockets import near


async def ask(folder: Path, name: str, path: str, *, body: object = None, seconds: float = 5) -> Any:
    """Return the JSON that whoever listens there answers with; a body is put."""
    with near(folder) as short:
        transport = httpx.AsyncHTTPTransport(verify=False, uds=str(short / name))
        async with httpx.AsyncClient(transport=transport, base_url="http://edge", timeout=seconds) as client:
            content = None if body is None else json.dumps(body)
            answer = await client.request("GET" if body is None else "PUT", path, content=content)
    answer.raise_for_status()
    return answer.json()


async def is_well(folder: Path, name: str, seconds: float) -> bool:
    """Tell whether somebody answers there; asked often, so with as little as there is to it."""
    try:
        async with asyncio.timeout(seconds):
            with near(folder) as short:
                reader, writer = await asyncio.open_unix_connection(str(short / name))
            try:
                writer.write(b"GET / HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n")
                return (await reader.readline()).split(b" ")[1:2] == [b"200"]
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
