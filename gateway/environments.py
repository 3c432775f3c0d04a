"""Where an app is live, and how it came there, as clients see it."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from contracts.settings import Settings
from sql import builds, deployments, pointers, releases
from sql.database import AsyncTx, enter
from sql.deployments import Listed

#: So many of each are a part of the whole state.
_LATEST = 10


async def environments(settings: Settings, tx: AsyncTx, app_id: str) -> dict[str, Any]:
    """Return what each environment shows that was ever deployed to."""
    return {
        each.environment: {
            "url": settings.app_url(app_id, each.environment),
            "release_id": each.release_id,
            "previous_release_id": each.previous_release_id,
            "canary": {"release_id": each.canary_release_id, "percent": each.canary_percent}
            if each.canary_release_id
            else None,
            "target": each.target,
            "deployment_id": each.deployment_id,
            "updated_at": each.updated_at.isoformat(),
        }
        for each in await pointers.read_list(tx, app_id)
    }


async def read(settings: Settings, tx: AsyncTx, app_id: str) -> dict[str, Any]:
    """Return what each environment shows, and the newest of what led there, in a transaction of its own."""
    async with tx.transaction():
        await enter(tx, app_id)
        return {
            "environments": await environments(settings, tx, app_id),
            "releases": [_plain(each) for each in await releases.read_list(tx, app_id, _LATEST)],
            "builds": [_plain(each) for each in await builds.read_list(tx, app_id, _LATEST)],
            "deployments": [view(each) for each in await deployments.read_page(tx, app_id, _LATEST)],
        }


def _plain(one: builds.Row | releases.Listed) -> dict[str, Any]:
    """Return a build or a release as JSON has it."""
    values = asdict(one)
    times = {name: value.isoformat() for name, value in values.items() if isinstance(value, datetime)}
    return {**values, **times, "sizes": json.loads(one.sizes) if one.sizes else None}


def view(one: Listed) -> dict[str, Any]:
    """Return a deployment as it is shown."""
    return {
        "deployment_id": one.deployment_id,
        "n": one.n,
        "environment": one.environment,
        "kind": one.kind,
        "target": one.target,
        "status": one.status,
        "step": one.step,
        "reason": one.reason,
        "build_id": one.build_id,
        "release_id": one.release_id,
        "from_release_id": one.from_release_id,
        "canary_percent": one.canary_percent,
        "seconds": None if one.seconds is None else round(one.seconds, 3),
        "story_id": one.story_id,
        "requested_at": one.requested_at.isoformat(),
        "ended_at": one.ended_at and one.ended_at.isoformat(),
    }
