"""Tenancy: whether apps are kept apart, and how quickly their data is there."""

from gateway.dashboards.panel import Ask, Dashboard, number, plot, quantile, recent, spread

DASHBOARD = Dashboard(
    uid="overskill-tenancy",
    title="OverSkill Tenancy",
    means="Does each app see its own data alone, and soon?",
    rows=(
        (
            "At a glance",
            (
                number(
                    "Violations in an hour",
                    "Requests that named a tenant which is not theirs; one is a mistake, many are an attempt.",
                    recent("fleet_tenant_violations_total"),
                    warn=1,
                    bad=100,
                    quiet=True,
                ),
                number(
                    "Query, p95",
                    "The apps' own queries. The bar is 5 ms.",
                    quantile(0.95, "fleet_db_seconds"),
                    "s",
                    warn=0.02,
                    bad=0.1,
                ),
                number(
                    "Row policies",
                    "However many apps and tables there are, less than a hundred.",
                    "max(fleet_rls_policies)",
                    warn=90,
                    bad=100,
                ),
                number(
                    "Waiting for a connection",
                    "Requests that found the pool empty.",
                    'sum(fleet_db_pool_connections{state="waiting"})',
                    warn=1,
                    bad=20,
                ),
            ),
        ),
        (
            "Data",
            (
                plot("Time of a query", "By what is asked.", *spread("fleet_db_seconds", "query"), unit="s"),
                plot(
                    "Connections",
                    "To Postgres, by pool: used near idle is well, waiting is not.",
                    Ask("sum by (pool, state) (fleet_db_pool_connections)", "{{pool}} {{state}}"),
                    stacked=True,
                ),
                plot(
                    "Violations by reason",
                    "TENANT_MISMATCH and HMAC_MISMATCH are attempts or mixed-up keys; the rest are mistakes.",
                    Ask(recent("fleet_tenant_violations_total", "reason", over="5m"), "{{reason}}"),
                    quiet=True,
                ),
                plot("Stored", "By kind.", Ask("max by (kind) (fleet_storage_bytes)", "{{kind}}"), unit="bytes"),
            ),
        ),
    ),
)
