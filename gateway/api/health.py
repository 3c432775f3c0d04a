"""`/healthz`, `/readyz`, `/metrics` and the documents that describe the rest."""

import asyncio
from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from gateway.api import asyncapi
from gateway.parts import Parts


def router(parts: Parts) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["operations"])

    @routes.get("/healthz", summary="The process answers")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get("/readyz", summary="What it needs is there", responses={503: {"description": "Not ready"}})
    async def readyz(response: Response) -> dict[str, Any]:
        report = await parts.readiness.report()
        response.status_code = 200 if report.ready else 503
        return {"ready": report.ready, **report.parts}

    @routes.get("/metrics", summary="Prometheus metrics", response_class=Response)
    async def metrics() -> Response:
        _observe(parts)
        text = await asyncio.to_thread(_exposed, parts)
        return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})

    @routes.get("/asyncapi.json", summary="The events, as AsyncAPI 3")
    async def events_document() -> dict[str, Any]:
        return asyncapi.document()

    return routes


def _observe(parts: Parts) -> None:
    """Measure what is only worth measuring when somebody looks."""
    parts.metrics.sse_connections.set(len(parts.roster))
    for pool, connections in (("gateway", parts.pool), ("tenants", parts.runtime.tenants)):
        stats = connections.get_stats()
        idle = stats.get("pool_available", 0)
        states = {"idle": idle, "used": stats.get("pool_size", 0) - idle, "waiting": stats.get("requests_waiting", 0)}
        for state, count in states.items():
            parts.metrics.db_pool_connections.labels(pool, state).set(count)


def _exposed(parts: Parts) -> bytes:
    """Return this process's metrics, or those of all processes that share the folder."""
    if parts.metrics_folder is None:
        return generate_latest(parts.metrics.registry)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, parts.metrics_folder)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
