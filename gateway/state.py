"""An app as clients see it: one moment, with the place in its stream from which to go on."""

from typing import Any

from contracts.settings import Settings
from gateway import environments, sse
from gateway.history import PostgresHistory
from gateway.preview.passes import Passes
from sql import apps, catalogs
from sql.apps import State
from sql.database import enter


async def described(
    settings: Settings, history: PostgresHistory, passes: Passes, app_id: str, *, opens: bool = True
) -> dict[str, Any]:
    """Return the whole state, with what opens the preview for whom it is to open.

    An app that nobody created has no time of creation.
    """
    async with history.connection() as tx:
        epoch = history.epoch
        state = await apps.state(tx, app_id)
        deployed = await environments.read(settings, tx, app_id)
        async with tx.transaction():
            await enter(tx, app_id)
            catalog = await catalogs.load(tx, app_id)
    url = settings.preview_url(app_id)
    return {
        "app_id": app_id,
        "name": state.name,
        "owner": state.owner,
        "template": state.template,
        "tier": state.tier,
        "version": state.version,
        "created_at": state.created_at and state.created_at.isoformat(),
        "files": {"count": state.files, "bytes": state.bytes},
        "preview": {
            "url": url,
            "open_url": _open_url(url, passes.ticket(app_id) if opens else None) if state.private else f"{url}/",
            **_preview(epoch, state),
        },
        **deployed,
        "tables": [{"name": one.name, "access": one.access} for one in catalog.tables.values()],
        "stream": {"head": sse.cursor(epoch, state.head), "url": f"/v1/apps/{app_id}/events"},
    }


def _open_url(url: str, ticket: str | None) -> str | None:
    """Return nothing for who may follow the app, and not hold a pass to it."""
    return None if ticket is None else f"{url}/__fleet/open?ticket={ticket}"


def _preview(epoch: str, state: State) -> dict[str, Any]:
    there = state.revision > 0
    return {
        "revision": sse.cursor(epoch, state.revision) if there else None,
        "status": state.preview,
        "hot_reload": there,
        "last_update_at": state.drawn_at.isoformat() if there and state.drawn_at else None,
        "provision_seconds": state.provision_seconds,
        "private": state.private,
        "frame_ancestors": state.frame_ancestors,
    }
