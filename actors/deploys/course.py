"""Where a deployment goes on from, and what becomes of it when a step fails."""

from actors.deploys import ending
from actors.deploys.back import go_back, take_back
from actors.deploys.flip import show, undo
from actors.deploys.forward import go_forward
from actors.deploys.journey import Failed, Journey, Overtaken
from edge.targets.target import Refused
from sql import pointers
from sql.database import is_away

#: So often it may break, or whoever works on it go away.
_TRIES = 5


def run(journey: Journey) -> None:
    """Bring a deployment to its end, or as far as it can be brought now."""
    one = journey.deployment
    try:
        if one.step == "return":
            _return(journey, one.reason or "it was not shown")
        else:
            _go_on(journey)
    except Overtaken:
        return
    except (Failed, Refused) as failure:
        _return(journey, str(failure))
    except Exception as error:
        if is_away(error) or journey.turn.attempt < _TRIES:
            raise
        _return(journey, f"broke {_TRIES} times, last with {type(error).__name__}")


def _go_on(journey: Journey) -> None:
    one = journey.deployment
    if one.status == "lost":
        journey.step = "build"
        raise Failed(one.reason or "there is no build")
    if one.tries >= _TRIES:
        raise Failed(f"whoever works on it goes away: {_TRIES} times")
    if one.flipped:
        with journey.look() as tx:
            shown = pointers.read(tx, journey.app_id, journey.environment)
        show(journey, shown)
    elif one.kind == "deploy":
        go_forward(journey)
    elif one.kind == "rollback":
        go_back(journey)
    else:
        take_back(journey)


def _return(journey: Journey, reason: str) -> None:
    """Undo what visitors may have seen, then say why."""
    if journey.deployment.flipped or journey.deployment.step == "return":
        undo(journey, reason)
        journey.step = "flip"
    ending.fail(journey, reason)
