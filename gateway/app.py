"""The web application: every route but the stream, with all errors as problems."""

from fastapi import FastAPI

from gateway import problems
from gateway.api import (
    apps,
    archives,
    builds,
    deployments,
    differences,
    events,
    files,
    health,
    logs,
    messages,
    previews,
    releases,
    sign_in,
    tables,
    versions,
)
from gateway.demo import page as demo
from gateway.front import Front
from gateway.openapi import complete
from gateway.parts import Parts


def build(parts: Parts) -> Front:
    """Return the gateway as an ASGI application."""
    web = FastAPI(
        title="OverSkill fleet",
        version="1",
        description="The open back-end of an AI app builder: events in, previews, builds and progress out.",
        docs_url=None,
        redoc_url=None,
        exception_handlers=problems.HANDLERS,
    )
    files_of = (files, versions, differences, archives)
    of_releases = (builds, releases, deployments, logs)
    for part in (events, apps, messages, *files_of, *of_releases, tables, previews, sign_in, health, demo):
        web.include_router(part.router(parts))
    web.include_router(parts.runtime.router())
    complete(web)
    return Front(web, parts.streams, parts.cors, parts.metrics)
