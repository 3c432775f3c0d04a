"""Preview: how soon a new app is seen, and how soon a change is."""

from gateway.dashboards.panel import Ask, Dashboard, number, plot, quantile, rate, spread

_PAGES = 'route=~"preview.*"'
_FAILED = 'route=~"preview.*",status=~"5.."'

DASHBOARD = Dashboard(
    uid="overskill-preview",
    title="OverSkill Preview",
    means="Do people see what was written, at once?",
    rows=(
        (
            "At a glance",
            (
                number(
                    "Hot update, p95",
                    "From a file stored until a page that was open shows it. The bar is 50 ms, on a quiet machine.",
                    quantile(0.95, "fleet_hot_update_seconds"),
                    "s",
                    warn=0.1,
                    bad=1,
                ),
                number(
                    "New preview, p95",
                    "From the first files stored until the preview is there; packages never seen before take longer.",
                    quantile(0.95, "fleet_preview_provision_seconds"),
                    "s",
                    warn=1,
                    bad=10,
                ),
                number("Open previews", "Apps whose preview some page has open.", "sum(fleet_previews_active)"),
                number(
                    "Failed requests",
                    "Share of what previews asked for that was answered with a fault of ours.",
                    f"({rate('fleet_http_request_seconds_count', where=_FAILED)} or vector(0))"
                    f" / {rate('fleet_http_request_seconds_count', where=_PAGES)}",
                    "percentunit",
                    warn=0.001,
                    bad=0.01,
                ),
            ),
        ),
        (
            "How long it takes",
            (
                plot(
                    "Steps of a hot update, p50",
                    "Stored, compiled, its styles made, and all of it until it is seen.",
                    Ask(quantile(0.5, "fleet_file_sync_seconds"), "published until stored"),
                    Ask(quantile(0.5, "fleet_compile_seconds", "operation"), "{{operation}}"),
                    Ask(quantile(0.5, "fleet_hot_update_seconds"), "stored until seen"),
                    unit="s",
                ),
                plot(
                    "Hot update", "Stored until an open page shows it.", *spread("fleet_hot_update_seconds"), unit="s"
                ),
                plot("New preview", "Stored until it is there.", *spread("fleet_preview_provision_seconds"), unit="s"),
                plot(
                    "Pages and modules served",
                    "Time until the answer, by what was asked for.",
                    *spread("fleet_http_request_seconds", "route", where=_PAGES),
                    unit="s",
                ),
            ),
        ),
        (
            "Compiler",
            (
                plot(
                    "Asked for",
                    "What is not asked for was compiled before, for this app or for another.",
                    Ask(rate("fleet_compile_seconds_count", "operation"), "{{operation}}"),
                    unit="ops",
                ),
                plot("Time of an answer", "By operation.", *spread("fleet_compile_seconds", "operation"), unit="s"),
                plot(
                    "Drawn and not drawn",
                    "Previews that changed, and those that a mistake in the app keeps from changing.",
                    Ask(rate("fleet_events_emitted_total", "kind", where='kind=~"preview-.*"'), "{{kind}}"),
                    unit="ops",
                    stacked=True,
                ),
                plot(
                    "Turns held off",
                    "Apps that keep their workers busier than FLEET_MAX_APP_SECONDS allows, and so wait.",
                    Ask(rate("fleet_turns_held_off_total", "actor"), "{{actor}}"),
                    unit="ops",
                    quiet=True,
                ),
            ),
        ),
    ),
)
