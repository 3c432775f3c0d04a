"""An app as clients see it: one moment, with the place in its stream from which to go on."""

from typing import Any

from contracts.settings import Settings
from gateway import sse
from gateway.history import PostgresHistory
from sql import apps

_PREVIEW = ("open_url", "revision", "hot_reload", "last_update_at", "provision_seconds")


async def described(settings: Settings, history: PostgresHistory, app_id: str) -> dict[str, Any]:
    """Return the whole state; an app that nobody created has no time of creation."""
    async with history.connection() as tx:
        epoch = history.epoch
        state = await apps.state(tx, app_id)
    return {
        "app_id": app_id,
        "name": state.name,
        "owner": state.owner,
        "template": state.template,
        "tier": state.tier,
        "version": state.version,
        "created_at": state.created_at and state.created_at.isoformat(),
        "files": {"count": state.files, "bytes": state.bytes},
        "preview": {"url": settings.preview_url(app_id), "status": "none", **dict.fromkeys(_PREVIEW)},
        "environments": {},
        "releases": [],
        "builds": [],
        "deployments": [],
        "tables": [],
        "stream": {"head": sse.cursor(epoch, state.head), "url": f"/v1/apps/{app_id}/events"},
    }
