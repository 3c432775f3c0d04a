"""What the edge's own processes, and the fleet's, may ask the supervisor over its unix socket, and tell it."""

import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edge.local.judge import Judge
from edge.local.logs import Logs

Counts = Callable[[str], Awaitable[Any]]


class House:
    """How the apps that run here fare, and what they say."""

    def __init__(self, judge: Judge, logs: Logs, counts: Counts) -> None:
        self._judge, self._logs, self._counts = judge, logs, counts
        self.app = Starlette(
            routes=[
                Route("/logs", self._say, methods=["POST"]),
                Route("/logs/{app}", self._said),
                Route("/health/{environment}/{app}", self._health),
            ]
        )

    async def _say(self, request: Request) -> Response:
        said = json.loads(await request.body())
        self._logs.add(said["app"], said["environment"], said["script"], said["lines"])
        return Response(status_code=204)

    async def _said(self, request: Request) -> Response:
        asked = request.query_params
        after, environment = int(asked.get("after", 0)), asked.get("environment", "")
        return JSONResponse(self._logs.read(request.path_params["app"], after=after, environment=environment))

    async def _health(self, request: Request) -> Response:
        environment, app = request.path_params["environment"], request.path_params["app"]
        counted = await self._counts(f"{environment}/{app}")
        begins = f"{environment}/{app}--"
        strikes = {name: each.count for name, each in self._judge.strikes.items() if name.startswith(begins)}
        resting = self._judge.orders(time.monotonic())["resting"]
        left_out = next((str(cause) for name, cause in resting.items() if name.startswith(begins)), None)
        return JSONResponse({**counted, "strikes": strikes, "left_out": left_out})


class Server(uvicorn.Server):
    """uvicorn without its own ideas about signals."""

    def __init__(self, app: Any) -> None:
        super().__init__(uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield
