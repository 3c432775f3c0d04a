"""deploy: the app, as it is by now, put where its users are."""

from typing import Literal

from actors.tools.hands import Hands
from actors.tools.tool import EVERYTHING, Asked, Course, Stage, Tool
from contracts.deploy import DeployRequested, Target
from contracts.event import Model

_STAGES = {"requesting": 20, "deploying": 50}


class Arguments(Model):
    """Where to."""

    environment: Literal["staging", "production"] = "production"
    target: Target | None = None


class Deploy(Tool[Arguments]):
    """Deploy the app to staging or production."""

    name = "deploy"
    aliases = ("deploy_app",)
    arguments = Arguments
    stages = _STAGES
    seconds = 600
    at_once = True
    asks = DeployRequested

    def touches(self, _arguments: Arguments) -> frozenset[str]:
        """Return everything: what was called before is in it, what is called after is not."""
        return frozenset({EVERYTHING})

    def run(self, arguments: Arguments, _hands: Hands) -> Course:
        """Have it deployed."""
        yield Stage("requesting", f"Asking for a deploy to {arguments.environment}")
        yield Stage("deploying", f"Deploying to {arguments.environment}")
        wanted = DeployRequested(environment=arguments.environment, target=arguments.target)
        return Asked(wanted, {"environment": arguments.environment})
