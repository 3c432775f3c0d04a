"""Many apps at once: each becomes a preview, and what they have alike is made once for all of them."""

from collections.abc import Callable

from actors.create_app import create_app
from actors.refresh_preview import refresh_preview
from actors.store_file import store_file
from actors.worker import Crew
from contracts.topology import PREVIEWS
from tests.actors.conftest import Bus
from tests.actors.test_refresh_preview import APP

APPS = 40


def test_forty_apps_alike_are_all_shown_and_their_styles_are_made_a_few_times_at_most(
    crew: Callable[..., Crew], bus: Bus, app_id: str
) -> None:
    bus.channel.exchange_declare(PREVIEWS, "topic", durable=True)
    metrics = crew(store_file, create_app, refresh_preview).metrics
    files = [{"path": path, "content": text} for path, text in APP.items()]
    waiting = {f"{app_id}-{n}" for n in range(APPS)}
    for one in waiting:
        bus.publish("file-written", one, {"files": files})
    while waiting:
        waiting.discard(bus.hear("preview-ready")["subject"])
    made = metrics.registry.get_sample_value("fleet_compile_seconds_count", {"operation": "css"})
    assert made is not None
    assert made <= APPS / 2, "those that began at the same moment each made theirs"
