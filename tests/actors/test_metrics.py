"""What an operator can see of the work: each thing that people wait for is measured where it happens."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import AsyncConnection

from actors.create_app import create_app
from actors.refresh_preview import refresh_preview
from actors.runtime.telemetry import seconds_since
from actors.store_file import store_file
from actors.worker import Crew
from contracts.topology import PREVIEWS
from sql import progress
from sql.database import role_url
from tests.actors.conftest import Bus
from tests.patience import until

PAGE = '<!doctype html><html><head></head><body><script type="module" src="/main.ts"></script></body></html>'
FILES = [{"path": "index.html", "content": PAGE}, {"path": "main.ts", "content": "document.title = `hello`;\n"}]


def test_files_previews_and_the_compiler_are_measured(
    crew: Callable[..., Crew], bus: Bus, app_id: str, database_url: str
) -> None:
    bus.channel.exchange_declare(PREVIEWS, "topic", durable=True)
    metrics = crew(store_file, create_app, refresh_preview).metrics

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(f"fleet_{name}", labels)

    bus.publish("file-written", app_id, {"files": FILES}, time=datetime.now(UTC).isoformat())
    ready = bus.hear("preview-ready", app_id)["data"]
    until(lambda: value("events_emitted_total", kind="preview-ready") == 1, "the preview is counted")
    assert value("preview_provision_seconds_sum") == ready["seconds"]
    compiled = value("compile_seconds_count", operation="compile") or 0
    assert compiled > 0
    assert value("file_sync_seconds_count") == 1
    bus.publish("file-written", app_id, {"path": "main.ts", "content": "document.title = `hello again`;\n"})
    bus.hear("preview-updated", app_id)
    until(lambda: value("events_emitted_total", kind="preview-updated") == 1, "the update is counted")
    assert value("compile_seconds_count", operation="compile") == compiled + 1
    assert value("preview_provision_seconds_count") == 1
    assert value("file_sync_seconds_count") == 1  # nobody knows when that event began
    assert asyncio.run(_active(database_url, timedelta(minutes=5))) > 0
    assert asyncio.run(_active(database_url, timedelta(0))) == 0


async def _active(database_url: str, within: timedelta) -> int:
    async with await AsyncConnection[tuple[Any, ...]].connect(role_url(database_url, "fleet_relay")) as tx:
        return await progress.active(tx, within)


@pytest.mark.parametrize("time", [None, "", "yesterday", "2026-01-31T12:00:60Z", "2026-01-31T12:00:00"])
def test_a_time_that_cannot_be_told_is_not_measured(time: str | None) -> None:
    assert seconds_since(time) is None


def test_a_clock_that_is_ahead_makes_no_negative_time() -> None:
    assert seconds_since((datetime.now(UTC) + timedelta(hours=1)).isoformat()) == 0
