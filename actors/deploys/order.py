"""Which of an environment's deployments is next, and which have become pointless. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from sql.deployments import Deployment


@dataclass(frozen=True)
class Order:
    """What to do with what is pending."""

    pointless: Sequence[tuple[Deployment, Deployment]]
    chosen: Deployment | None


def decide(pending: Sequence[Deployment]) -> Order:
    """Take what has already been flipped, else the first that goes back, else the newest.

    To go back takes no time, so each does so in its turn; of what goes forward only the newest matters, and nothing
    that was asked for before somebody wanted to go back.
    """
    if flipped := next((each for each in pending if _is_begun(each)), None):
        return Order((), flipped)
    chosen = next((each for each in pending if each.kind != "deploy"), None) or (pending[-1] if pending else None)
    if chosen is None:
        return Order((), None)
    pointless = [(each, chosen) for each in pending if each.n < chosen.n and each.status != "lost"]
    lost = next((each for each in pending if each.status == "lost"), None)
    if lost is not None:
        return Order((), lost)
    return Order(pointless, None if chosen.status == "building" else chosen)


def why(chosen: Deployment) -> str:
    """Say what made a deployment pointless."""
    if chosen.kind == "deploy":
        return f"a newer deployment was asked for: {chosen.deployment_id}"
    return "it was to be taken back before it was live"


def _is_begun(deployment: Deployment) -> bool:
    """Tell whether visitors may have seen something of it, so that it has to be brought to its end first."""
    return deployment.flipped or deployment.step == "return"
