"""What was measured on: without this no figure means anything."""

import os
import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg

from tests.bench.figures import spread
from tests.bench.ground import Ground

_LIBRARIES = ("dramatiq", "pika", "psycopg", "uvicorn", "uvloop", "httptools", "prometheus-client", "structlog")
_BLOCK = b"x" * 8192


def facts(ground: Ground) -> dict[str, Any]:
    """Return cores, versions and how long the disk takes."""
    with psycopg.connect(ground.postgres.url) as connection:
        server = connection.info.parameter_status("server_version")
    return {
        "cores": os.cpu_count(),
        "load_before": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        "kernel": platform.release(),
        "postgres": server,
        "rabbitmq": ground.rabbit_version(),
        "fsync_ms": fsync(ground.folder),
        "clock_ns": round(statistics.median(_tick() for _ in range(1000))),
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


def fsync(folder: Path, count: int = 200) -> dict[str, float]:
    """Return how long a page takes to the disk, one after the other."""
    path, samples = folder / "fsync", []
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        for n in range(count):
            os.pwrite(descriptor, _BLOCK, n % 64 * len(_BLOCK))
            began = time.perf_counter()
            os.fdatasync(descriptor)
            samples.append((time.perf_counter() - began) * 1e3)
    finally:
        os.close(descriptor)
        path.unlink()
    return {name: round(value, 3) for name, value in spread(samples).items()}


def _tick() -> int:
    return -(time.monotonic_ns() - time.monotonic_ns())
