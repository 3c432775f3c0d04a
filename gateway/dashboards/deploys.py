"""Deploys: what is built and published, how soon, and what is taken back."""

from gateway.dashboards.panel import Ask, Dashboard, Variable, number, plot, quantile, rate, recent, spread

_HERE = 'environment=~"$environment"'
_FAILED = 'outcome="failed"'

DASHBOARD = Dashboard(
    uid="overskill-deploys",
    title="OverSkill Deploys",
    means="Does what was asked for go live, soon and well?",
    variables=(Variable("environment", "Environment", "label_values(fleet_build_seconds_count, environment)"),),
    rows=(
        (
            "At a glance",
            (
                number(
                    "Deploys that failed, a day",
                    "Share of all. The objective is 0.1 %.",
                    f"({recent('fleet_deploy_seconds_count', where=_FAILED, over='1d')} or vector(0))"
                    f" / {recent('fleet_deploy_seconds_count', over='1d')}",
                    "percentunit",
                    warn=0.001,
                    bad=0.01,
                ),
                number(
                    "Deploy, p95",
                    "From asked for until proven live.",
                    quantile(0.95, "fleet_deploy_seconds"),
                    "s",
                    warn=1,
                    bad=30,
                ),
                number(
                    "Build, p95",
                    "A production build; a warm one is to take a second.",
                    quantile(0.95, "fleet_build_seconds", where=_HERE),
                    "s",
                    warn=3,
                    bad=30,
                ),
                number(
                    "Calls left at the provider",
                    "Of 1,200 in five minutes; what is beyond waits.",
                    "min(fleet_edge_budget_remaining)",
                ),
            ),
        ),
        (
            "Builds and deploys",
            (
                plot(
                    "Time of a build",
                    "By environment.",
                    *spread("fleet_build_seconds", "environment", where=_HERE),
                    unit="s",
                ),
                plot("Time of a deploy", "By target.", *spread("fleet_deploy_seconds", "target"), unit="s"),
                plot(
                    "Deploys by outcome",
                    "By target.",
                    Ask(rate("fleet_deploy_seconds_count", "target", "outcome"), "{{target}} {{outcome}}"),
                    unit="ops",
                    stacked=True,
                ),
                plot(
                    "Builds, deploys and what was taken back",
                    "Facts by kind; a rollback that nobody asked for is a release that sickened.",
                    Ask(
                        recent("fleet_events_emitted_total", "kind", where='kind=~"build-.*|deploy-.*"', over="5m"),
                        "{{kind}}",
                    ),
                    quiet=True,
                ),
            ),
        ),
        (
            "The edge",
            (
                plot(
                    "Calls left",
                    "The provider's budget by account.",
                    Ask("min by (account) (fleet_edge_budget_remaining)", "{{account}}"),
                ),
                plot(
                    "Dispatch",
                    "A request at the edge, by environment.",
                    *spread("fleet_edge_dispatch_seconds", "environment"),
                    unit="s",
                ),
                plot(
                    "Scripts",
                    "Uploaded at the provider; each costs.",
                    Ask("sum by (namespace) (fleet_edge_scripts)", "{{namespace}}"),
                ),
            ),
        ),
    ),
)
