"""What the fleet says about itself: structured logs and Prometheus metrics.

Labels come from closed sets, never from an app. Every process of one machine writes its counters into the same
folder (PROMETHEUS_MULTIPROC_DIR), so that they add up and outlive a worker.
"""

import json
import logging
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from structlog.tracebacks import ExceptionDictTransformer
from structlog.types import Processor

from contracts.event import Envelope, Event
from contracts.file import FileStored
from contracts.preview import PreviewReady
from contracts.settings import Settings

_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
#: What may have to wait for packages, which come from elsewhere.
_SLOW = (*_FAST, 30, 120)
_QUIET = {"pika": logging.CRITICAL, "dramatiq": logging.WARNING, "uvicorn.access": logging.CRITICAL}


def configure_logging(settings: Settings, process: str) -> None:
    """Send every log line of this process, ours and the libraries', to standard output in one shape."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    level = getattr(logging, settings.log_level.upper())
    renderer = _renderer(settings)
    structlog.configure(
        processors=[*shared, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    handler = logging.StreamHandler(sys.stdout)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
    )
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=max(level, logging.INFO), force=True)
    for name, quiet in _QUIET.items():
        logging.getLogger(name).setLevel(quiet)


def _renderer(settings: Settings) -> list[Processor]:
    console = settings.log_format == "console" or (settings.log_format == "auto" and sys.stdout.isatty())
    if console:
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    # Never the local variables: an event's content and a pool's password are among them.
    frames = ExceptionDictTransformer(show_locals=False)
    encode = json.JSONEncoder(default=repr).encode  # one for all lines: making it costs as much as using it
    renderer = structlog.processors.JSONRenderer(serializer=lambda line, **_: encode(line))
    return [structlog.processors.ExceptionRenderer(frames), renderer]


@dataclass(frozen=True)
class Metrics:
    """Every metric of the spine; what each means stands in its help text."""

    registry: CollectorRegistry
    process_starts: Counter
    events_consumed: Counter
    event_seconds: Histogram
    events_emitted: Counter
    deliveries_repeated: Counter
    turns_held_off: Counter
    dead_letters: Counter
    outbox_pending: Gauge
    outbox_oldest_seconds: Gauge
    apps_active: Gauge
    rls_policies: Gauge
    storage_bytes: Gauge
    file_sync_seconds: Histogram
    preview_provision_seconds: Histogram
    compile_seconds: Histogram
    compiler_restarts: Counter
    hot_update_seconds: Histogram
    tool_seconds: Histogram
    build_seconds: Histogram
    deploy_seconds: Histogram
    previews_active: Gauge
    sse_connections: Gauge
    sse_events: Counter
    sse_delivery_seconds: Histogram
    sse_disconnects: Counter
    sse_resumes: Counter
    http_request_seconds: Histogram
    tenant_violations: Counter
    db_pool_connections: Gauge
    db_seconds: Histogram
    loop_lag_seconds: Histogram
    gc_pause_seconds: Histogram

    def decided(self, cause: Envelope, facts: Iterable[Event]) -> None:
        """Count what was decided and committed, and measure what people wait for."""
        for fact in facts:
            self.events_emitted.labels(fact.kind).inc()
            match fact:
                case FileStored() if (seconds := seconds_since(cause.time)) is not None:
                    self.file_sync_seconds.observe(seconds)
                case PreviewReady(seconds=seconds):
                    self.preview_provision_seconds.observe(seconds)


def seconds_since(time: str | None) -> float | None:
    """Return how long ago that was, if it can be said; before it, by another clock, is no time ago."""
    try:
        then = datetime.fromisoformat(time or "")
    except ValueError:
        return None
    return None if then.tzinfo is None else max(0.0, (datetime.now(UTC) - then).total_seconds())


def new_metrics() -> Metrics:
    """Make the metrics of one process, in a registry of their own."""
    registry = CollectorRegistry()

    def counter(name: str, text: str, *labels: str) -> Counter:
        return Counter(f"fleet_{name}", text, labels, registry=registry)

    def histogram(name: str, text: str, *labels: str, buckets: tuple[float, ...] = _FAST) -> Histogram:
        return Histogram(f"fleet_{name}", text, labels, buckets=buckets, registry=registry)

    def gauge(name: str, text: str, *labels: str, over: str = "livesum") -> Gauge:
        return Gauge(f"fleet_{name}", text, labels, registry=registry, multiprocess_mode=over)  # type: ignore[arg-type]

    return Metrics(
        registry=registry,
        process_starts=counter("process_starts_total", "Processes begun; one more is a restart", "process"),
        events_consumed=counter("events_consumed_total", "Deliveries by how they ended", "actor", "outcome"),
        event_seconds=histogram("event_seconds", "Time an actor took for one delivery", "actor"),
        events_emitted=counter("events_emitted_total", "Facts decided and committed", "kind"),
        deliveries_repeated=counter("deliveries_repeated_total", "Deliveries of what was already settled", "actor"),
        turns_held_off=counter("turns_held_off_total", "Turns of apps that had had their share", "actor"),
        dead_letters=counter("dead_letters_total", "Events given up", "actor", "reason"),
        outbox_pending=gauge("outbox_pending", "Events committed but not yet published", over="mostrecent"),
        outbox_oldest_seconds=gauge("outbox_oldest_seconds", "Age of the oldest of them", over="mostrecent"),
        apps_active=gauge("apps_active", "Apps of which something was told within five minutes", over="mostrecent"),
        rls_policies=gauge("rls_policies", "Row policies, in all", over="mostrecent"),
        storage_bytes=gauge("storage_bytes", "What Postgres stores, with indexes", "kind", over="mostrecent"),
        file_sync_seconds=histogram("file_sync_seconds", "file-written published until file-stored committed"),
        preview_provision_seconds=histogram(
            "preview_provision_seconds", "file-stored until the app's first preview is there", buckets=_SLOW
        ),
        compile_seconds=histogram(
            "compile_seconds", "What the compiler was asked for until it answered", "operation", buckets=_SLOW
        ),
        compiler_restarts=counter("compiler_restarts_total", "Compilers that ended at work, and were replaced"),
        hot_update_seconds=histogram("hot_update_seconds", "file-stored until a page that was open shows it"),
        tool_seconds=histogram("tool_seconds", "A tool called until its result", "tool", "outcome", buckets=_SLOW),
        build_seconds=histogram("build_seconds", "A build from its turn to its end", "environment", buckets=_SLOW),
        deploy_seconds=histogram(
            "deploy_seconds", "A deployment asked for until its end", "target", "outcome", buckets=_SLOW
        ),
        previews_active=gauge("previews_active", "Apps whose preview some page has open"),
        sse_connections=gauge("sse_connections", "Open streams"),
        sse_events=counter("sse_events_total", "Steps taken in from the bus and written to streams", "direction"),
        sse_delivery_seconds=histogram("sse_delivery_seconds", "Step committed until written to a stream"),
        sse_disconnects=counter("sse_disconnects_total", "Streams that ended", "reason"),
        sse_resumes=counter("sse_resumes_total", "Streams resumed, by where their past came from", "source"),
        http_request_seconds=histogram("http_request_seconds", "Requests", "route", "status"),
        tenant_violations=counter("tenant_violations_total", "Requests for what was not the caller's", "reason"),
        db_pool_connections=gauge("db_pool_connections", "Connections to Postgres", "pool", "state"),
        db_seconds=histogram("db_seconds", "An app's rows asked for until they are there", "query"),
        loop_lag_seconds=histogram("loop_lag_seconds", "How late the gateway's event loop woke"),
        gc_pause_seconds=histogram("gc_pause_seconds", "Garbage collector pauses of the gateway"),
    )
