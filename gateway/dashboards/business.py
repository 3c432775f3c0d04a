"""Business: how much is made with it, and what that costs at the provider's prices."""

from gateway.dashboards.panel import Ask, Dashboard, Variable, number, plot, rate, recent

_MONTH = 30 * 24 * 3600
_APPS = "max(fleet_apps_active)"
_MADE = 'kind=~"file-stored|preview-ready|preview-updated|build-succeeded|deploy-succeeded"'
_PAGES = 'route=~"preview.*"'
_ASKED = f"{rate('fleet_http_request_seconds_count', where=_PAGES)} * {_MONTH}"
_REQUESTS = f"{_ASKED} / 1e6 * $request_price"
_SCRIPTS = "sum(fleet_edge_scripts) * $script_price"
_STORAGE = "sum(max by (kind) (fleet_storage_bytes)) / 1e9 * $storage_price"

DASHBOARD = Dashboard(
    uid="overskill-business",
    title="OverSkill Business",
    means="What is made, and what does an app cost?",
    variables=(
        Variable("base_price", "Plan, $ a month", value="25"),
        Variable("request_price", "$ a million requests", value="0.30"),
        Variable("script_price", "$ a script and month", value="0.02"),
        Variable("storage_price", "$ a gigabyte and month", value="0.015"),
    ),
    rows=(
        (
            "At a glance",
            (
                number("Active apps", "Something was told of them within five minutes.", _APPS),
                number("Open previews", "Apps that somebody looks at now.", "sum(fleet_previews_active)"),
                number(
                    "New apps a day",
                    "Apps that got their first preview.",
                    recent("fleet_preview_provision_seconds_count", over="1d"),
                ),
                number(
                    "Requests, $ an active app and month",
                    "The plan, and what previews are asked for, if it goes on like this. The goal is $0.01.",
                    f"($base_price + {_REQUESTS}) / clamp_min({_APPS}, 1)",
                    "currencyUSD",
                ),
                number("Scripts, $ a month", "Apps without server code have none.", _SCRIPTS, "currencyUSD"),
                number("Storage, $ a month", "All that is kept of apps.", _STORAGE, "currencyUSD"),
            ),
        ),
        (
            "What is made",
            (
                plot(
                    "Tools a minute",
                    "What AIs do, by tool.",
                    Ask(f"{rate('fleet_tool_seconds_count', 'tool')} * 60", "{{tool}}"),
                    stacked=True,
                ),
                plot(
                    "Files, previews, builds and deploys a minute",
                    "What became of it.",
                    Ask(
                        f"{rate('fleet_events_emitted_total', 'kind', where=_MADE)} * 60",
                        "{{kind}}",
                    ),
                ),
                plot(
                    "Active apps",
                    "Within five minutes.",
                    Ask(_APPS, "active"),
                    Ask("sum(fleet_previews_active)", "looked at"),
                ),
                plot(
                    "Requests of previews, a month at this pace",
                    "What the provider would count.",
                    Ask(_ASKED, "requests"),
                ),
            ),
        ),
    ),
)
