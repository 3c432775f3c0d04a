"""Streams: who listens, how soon they hear, and how they come and go."""

from gateway.dashboards.panel import Ask, Dashboard, number, plot, quantile, rate, spread

DASHBOARD = Dashboard(
    uid="overskill-streams",
    title="OverSkill Streams",
    means="Does everybody who listens hear everything, at once?",
    rows=(
        (
            "At a glance",
            (
                number("Open streams", "Of all gateways together.", "sum(fleet_sse_connections)"),
                number(
                    "Delivery, p99",
                    "From a step committed until it is written to a stream. The bar is 25 ms with 10,000 of them.",
                    quantile(0.99, "fleet_sse_delivery_seconds"),
                    "s",
                    warn=0.1,
                    bad=1,
                ),
                number(
                    "Loop lag, p99",
                    "How late the gateway's event loop wakes: whatever blocks it delays everybody.",
                    quantile(0.99, "fleet_loop_lag_seconds"),
                    "s",
                    warn=0.05,
                    bad=0.5,
                ),
            ),
        ),
        (
            "Delivery",
            (
                plot(
                    "Steps in and out",
                    "In: taken from the bus. Out: written to streams, one for each listener.",
                    Ask(rate("fleet_sse_events_total", "direction"), "{{direction}}"),
                    unit="ops",
                ),
                plot("Delivery", "Committed until written.", *spread("fleet_sse_delivery_seconds"), unit="s"),
                plot("Open streams", "Of all gateways together.", Ask("sum(fleet_sse_connections)", "open")),
            ),
        ),
        (
            "Coming and going",
            (
                plot(
                    "Resumed",
                    "By where their past came from; reset is a past that was no longer kept.",
                    Ask(rate("fleet_sse_resumes_total", "source"), "{{source}}"),
                    unit="ops",
                    quiet=True,
                ),
                plot(
                    "Ended",
                    "By reason: client left by himself, slow did not keep up, shed came to a full house.",
                    Ask(rate("fleet_sse_disconnects_total", "reason"), "{{reason}}"),
                    unit="ops",
                    quiet=True,
                ),
            ),
        ),
        (
            "The gateway's own breath",
            (
                plot("Loop lag", "How late its event loop wakes.", *spread("fleet_loop_lag_seconds"), unit="s"),
                plot(
                    "Collector's pauses",
                    "Garbage collections worth saying, longer than a millisecond.",
                    *spread("fleet_gc_pause_seconds"),
                    unit="s",
                    quiet=True,
                ),
            ),
        ),
    ),
)
