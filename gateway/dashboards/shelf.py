"""All dashboards, and what they still wait for."""

from gateway.dashboards import business, deploys, fleet, previews, streams, tenancy
from gateway.dashboards.panel import Dashboard

DASHBOARDS: tuple[Dashboard, ...] = (
    fleet.DASHBOARD,
    previews.DASHBOARD,
    deploys.DASHBOARD,
    streams.DASHBOARD,
    tenancy.DASHBOARD,
    business.DASHBOARD,
)

#: Metrics that are promised, and that no process takes yet: what asks for them shows nothing. Whoever adds one takes
#: it out of here, and lets `tests/flow/test_observed.py` see it under load.
AWAITED: frozenset[str] = frozenset(
    {
        "fleet_edge_budget_remaining",
        "fleet_edge_dispatch_seconds",
        "fleet_edge_scripts",
    }
)
