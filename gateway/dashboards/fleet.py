"""Fleet: what comes in, how long it takes, what goes wrong, and what waits."""

from gateway.dashboards.panel import Ask, Dashboard, Variable, number, plot, rate, recent, spread

_ACTOR = 'actor=~"$actor"'
_QUEUE = 'queue=~"fleet[.].*"'

DASHBOARD = Dashboard(
    uid="overskill-fleet",
    title="OverSkill Fleet",
    means="Is work done as it comes in?",
    variables=(Variable("actor", "Actor", "label_values(fleet_event_seconds_count, actor)"),),
    rows=(
        (
            "At a glance",
            (
                number(
                    "Deliveries a second",
                    "Events that actors ended, however they ended.",
                    rate("fleet_events_consumed_total"),
                    "ops",
                ),
                number(
                    "Oldest unpublished",
                    "How long the oldest committed event waits for its publication; the relay takes it after 100 ms.",
                    "max(fleet_outbox_oldest_seconds)",
                    "s",
                    warn=5,
                    bad=30,
                ),
                number(
                    "Dead letters in an hour",
                    "Events given up; `fleet dead-letters list` has their reasons.",
                    recent("fleet_dead_letters_total"),
                    warn=1,
                    bad=10,
                    quiet=True,
                ),
                number(
                    "Waiting in queues",
                    "Messages that no worker has taken yet, all actors together.",
                    f"sum(rabbitmq_detailed_queue_messages_ready{{{_QUEUE}}})",
                    warn=1_000,
                    bad=20_000,
                ),
                number(
                    "Processes started in an hour",
                    "More than were wanted: something dies and is started again.",
                    recent("fleet_process_starts_total"),
                ),
            ),
        ),
        (
            "Work",
            (
                plot(
                    "Deliveries by actor",
                    "Each actor has a queue of its own; what stops here waits there.",
                    Ask(rate("fleet_events_consumed_total", "actor", where=_ACTOR), "{{actor}}"),
                    unit="ops",
                    stacked=True,
                ),
                plot(
                    "Time of a delivery",
                    "From taken to settled, without the wait in the queue.",
                    *spread("fleet_event_seconds", "actor", where=_ACTOR),
                    unit="s",
                ),
                plot(
                    "Facts",
                    "What was decided and committed, by kind.",
                    Ask(rate("fleet_events_emitted_total", "kind"), "{{kind}}"),
                    unit="ops",
                    stacked=True,
                ),
                plot(
                    "Files stored",
                    "From a file published until it is stored: what every follower waits for.",
                    *spread("fleet_file_sync_seconds"),
                    unit="s",
                ),
                plot(
                    "Tools",
                    "From a tool called until its result.",
                    *spread("fleet_tool_seconds", "tool"),
                    unit="s",
                ),
                plot(
                    "Requests by answer",
                    "What the gateway was asked, by status.",
                    Ask(rate("fleet_http_request_seconds_count", "status"), "{{status}}"),
                    unit="reqps",
                    stacked=True,
                ),
            ),
        ),
        (
            "Trouble",
            (
                plot(
                    "Endings other than settled",
                    "Retried and snoozed come back by themselves; repeated was settled before; others are dead.",
                    Ask(
                        rate("fleet_events_consumed_total", "actor", "outcome", where=f'{_ACTOR},outcome!="settled"'),
                        "{{actor}} {{outcome}}",
                    ),
                    unit="ops",
                    quiet=True,
                ),
                plot(
                    "Dead letters by reason",
                    "What was given up, and why.",
                    Ask(recent("fleet_dead_letters_total", "actor", "reason", where=_ACTOR), "{{actor}} {{reason}}"),
                    quiet=True,
                ),
                plot(
                    "Delivered again",
                    "Deliveries of what was settled already: after a crash, or when a publisher repeats itself.",
                    Ask(rate("fleet_deliveries_repeated_total", "actor", where=_ACTOR), "{{actor}}"),
                    unit="ops",
                    quiet=True,
                ),
                plot(
                    "Starts by process",
                    "A restart is one more; its log in the home of the fleet says why.",
                    Ask(recent("fleet_process_starts_total", "process", over="5m"), "{{process}}"),
                ),
            ),
        ),
        (
            "What waits",
            (
                plot(
                    "Outbox",
                    "Events committed and not yet published.",
                    Ask("max(fleet_outbox_pending)", "events"),
                ),
                plot(
                    "Ready by queue",
                    "A queue that only grows has too few workers: start another process of its group.",
                    Ask(f"sum by (queue) (rabbitmq_detailed_queue_messages_ready{{{_QUEUE}}})", "{{queue}}"),
                ),
                plot(
                    "In hand by queue",
                    "Taken by a worker, and not settled yet.",
                    Ask(f"sum by (queue) (rabbitmq_detailed_queue_messages_unacked{{{_QUEUE}}})", "{{queue}}"),
                ),
                plot(
                    "Consumers by queue",
                    "None at an actor's queue: nobody does its work. Dead letters have none.",
                    Ask(f"sum by (queue) (rabbitmq_detailed_queue_consumers{{{_QUEUE}}})", "{{queue}}"),
                ),
            ),
        ),
    ),
)
