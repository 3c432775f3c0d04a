"""What the previews' side of a gateway is made of."""

from dataclasses import dataclass
from typing import Any

from actors.runtime.telemetry import Metrics
from actors.runtime.wire import Subscription
from contracts.topology import PREVIEWS
from edge.packages.disk import DiskPackages
from edge.preview import files
from gateway.front import Application
from gateway.history import PostgresHistory
from gateway.holding import Holder
from gateway.hub import Hub
from gateway.pages import Pages
from gateway.preview.desk import Desk
from gateway.preview.gate import Gate
from gateway.preview.guests import Guests
from gateway.preview.history import PreviewHistory
from gateway.preview.library import Library
from gateway.preview.origin import Origin
from gateway.preview.passes import Passes
from gateway.preview.reports import Reports
from gateway.preview.told import Teller
from gateway.preview.watched import Watched
from gateway.pushes import Pushes
from gateway.roster import Roster

#: A push bears the code of a revision; who missed some reads them.
_MOST_PUSHES = 2_000


@dataclass(frozen=True)
class Previews:
    """The log of revisions, whoever follows it, and who may."""

    history: PreviewHistory
    hub: Hub
    passes: Passes
    watched: Watched
    guests: Guests
    library: Library

    @classmethod
    def on(cls, history: PostgresHistory, key: bytes, metrics: Metrics) -> "Previews":
        """Put them on a gateway's history."""
        revisions = PreviewHistory(history)
        return cls(revisions, Hub(revisions), Passes(key), Watched(metrics), Guests(history), Library(history))

    def subscription(self, metrics: Metrics) -> Subscription:
        """Return how they hear of new revisions."""
        pushes = Pushes(self.hub, self.history, metrics, timed=False)

        def take(app_id: str, headers: dict[str, Any], body: bytes) -> None:
            self.watched.told(app_id, headers)
            pushes.take(app_id, headers, body)
            if headers.get("kind") == "reload" and self.watched.looked_at(app_id):
                self.library.prepare(app_id)

        return Subscription(PREVIEWS, "#", take, max_length=_MOST_PUSHES)

    async def close(self) -> None:
        """End whatever is under way."""
        await self.hub.close()
        await self.history.close()


def origin(
    previews: Previews,
    history: PostgresHistory,
    teller: Teller,
    *,
    packages: DiskPackages | None,
    roster: Roster,
    pages: Pages,
    metrics: Metrics,
    api: Application,
) -> Origin:
    """Return the application that the edge asks."""
    desk = Desk(
        history=history,
        era=previews.history,
        gate=Gate(history, previews.passes),
        passes=previews.passes,
        library=previews.library,
        reports=Reports(history, previews.passes, teller, previews.watched),
        runtime=files.read(),
        packages=packages,
    )
    holder = Holder(previews.hub, previews.history, roster, metrics)
    return Origin(desk, holder, metrics, watched=previews.watched, guests=previews.guests, pages=pages, api=api)
