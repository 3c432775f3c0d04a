"""A deployment on its way to visitors: a release is found or built, published, and looked at before anybody sees it."""

from functools import partial
from typing import cast

from actors.deploys.content import Contents
from actors.deploys.flip import flip
from actors.deploys.journey import Failed, Journey
from contracts.build import BuildRequested, Environment
from contracts.release import Manifest, short
from sql import deployments, releases
from sql.database import Tx

_VERIFY_SECONDS = 12


def go_forward(journey: Journey) -> None:
    """Show a release, unless there has to be a build first."""
    if journey.environment == "preview":
        raise Failed("a preview shows the app as it is: deploy to staging or production")
    place = journey.place
    release_id = _release(journey)
    if release_id is None:
        return
    manifest = publish(journey, release_id)
    journey.enter("verify", f"Looking at release {short(release_id)} before anybody else does")
    journey.until_good(partial(place.check, journey.environment, manifest), _VERIFY_SECONDS)
    flip(journey, lambda now: now.deployed(release_id, journey.deployment.canary_percent), watched=release_id)


def publish(journey: Journey, release_id: str) -> Manifest:
    """Bring a release to its place."""
    with journey.turn.meanwhile() as tx:
        manifest = releases.manifest(tx, journey.app_id, release_id)
        deployments.begin(tx, journey.app_id, journey.deployment.deployment_id, release_id)
    if manifest is None:
        raise Failed(f"release {short(release_id)} is not kept any more")
    if journey.deployment.kind == "deploy":
        journey.enter("publish", f"Publishing release {short(release_id)}")
    journey.place.publish(manifest, Contents(journey.turn.pool, journey.app_id, manifest.contents()))
    return manifest


def named(tx: Tx, app_id: str, name: str) -> str:
    """Return the release whose name begins so."""
    found = releases.named(tx, app_id, name)
    if len(found) != 1:
        raise Failed(f"no release is called {name}" if not found else f"several releases are called {name}…")
    return found[0]


def _release(journey: Journey) -> str | None:
    """Return what to show; where nothing was built, ask for a build and let it come."""
    one = journey.deployment
    with journey.look() as tx:
        if one.release_id is not None:
            return named(tx, journey.app_id, one.release_id)
        if one.build_id is not None:
            release_id, status = deployments.built(tx, journey.app_id, one.build_id) or (None, "not known")
            if release_id is None:
                raise Failed(f"build {one.build_id} is {status}")
            return release_id
    _ask_for_build(journey)
    return None


def _ask_for_build(journey: Journey) -> None:
    wanted = BuildRequested(environment=cast("Environment", journey.environment), deploy=True)
    asked = journey.cause.follow_up(journey.turn.actor, wanted)
    journey.enter("build", "Building the app as it is now")
    with journey.turn.meanwhile() as tx:
        deployments.wait_for(tx, journey.app_id, journey.deployment.deployment_id, asked.event_id)
        journey.turn.emit(wanted, journey.cause)
