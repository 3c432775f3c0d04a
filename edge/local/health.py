"""Whether an edge answers: one request for the landing page, through the dispatch worker.

`python -m edge.local.health` asks the one on this machine, for a container's health check.
"""

import asyncio
import sys

from contracts.settings import Settings


async def answers(address: str, zone: str, timeout: float = 1) -> bool:  # noqa: ASYNC109 - said by who asks
    """Tell whether the edge at `host:port` shows the landing page of a zone."""
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(timeout):
            return await _status(host.strip("[]"), int(port), zone) == b"200"
    except (OSError, ValueError):  # nobody listens, it hangs up, or it takes too long
        return False


async def _status(host: str, port: int, zone: str) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"GET / HTTP/1.1\r\nHost: {zone}\r\nConnection: close\r\n\r\n".encode())
        _, _, rest = (await reader.readline()).partition(b" ")
        return rest[:3]
    finally:
        writer.close()


def main() -> int:
    """Ask once, and return the exit status."""
    settings = Settings()
    port = settings.edge_http.rpartition(":")[2]
    return int(not asyncio.run(answers(f"127.0.0.1:{port}", settings.zones[0], timeout=3)))


if __name__ == "__main__":
    sys.exit(main())
