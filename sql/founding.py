"""An app's own row, as whoever began the app describes it."""

import json

from contracts.app import AppCreated
from sql.database import Tx
from sql.named import Named

QUERY = Named(__file__)


def describe(tx: Tx, app_id: str, said: AppCreated) -> None:
    """Create the app, or fill in what is known of it."""
    tx.execute(
        QUERY.describe,
        {
            "app_id": app_id,
            "name": said.name,
            "owner": said.owner,
            "template": said.template,
            "tier": said.tier,
            "strategy": None if said.strategy is None else json.dumps(said.strategy),
        },
    )
