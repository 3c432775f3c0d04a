"""How a build ended: for its row, for its story, and what there is to keep."""

import json
from dataclasses import dataclass

from actors.builds.run import Run, Source
from contracts.build import BuildFailed, BuildSucceeded, Sizes
from contracts.deploy import DeployRequested
from contracts.event import Event
from edge.builder.room import Built
from edge.graph import Problem
from sql import builds, releases
from sql.builds import End
from sql.database import Tx

#: Name, sizes, report and warnings of a release.
Made = tuple[str, str, str, list[str]]


@dataclass(frozen=True)
class Verdict:
    """An end, the facts that follow, and under which key a release is kept, if one was made."""

    end: End
    facts: tuple[Event, ...]
    built: tuple[Built, Source, bytes] | None = None

    def keep(self, tx: Tx, run: Run) -> None:
        """Write down what came of it, and the release."""
        app_id, build_id = run.turn.app_id, run.build.build_id
        if self.built is not None:
            built, source, key = self.built
            name, sizes, report = built.manifest.release_id, self.end.sizes or "{}", self.end.report or "[]"
            release = releases.Release(name, key, built.manifest, sizes, report, built.warnings)
            releases.keep(tx, app_id, release, built.contents, app_version=source.version, build_id=build_id)
        builds.end(tx, app_id, build_id, self.end)


def succeeded(run: Run, made: Made, built: tuple[Built, Source, bytes] | None = None) -> Verdict:
    """Say what was made, and ask for its deploy where that is wanted."""
    build, asked = run.build, run.asked
    release_id, sizes, report, warnings = made
    for warning in warnings:
        run.note(f"warning: {warning}")
    run.note(f"release {release_id}")
    fact = BuildSucceeded(
        build_id=build.build_id,
        environment=asked.environment,
        release_id=release_id,
        seconds=run.seconds,
        sizes=Sizes(**json.loads(sizes)),
        warnings=tuple(warnings),
    )
    deploy = (DeployRequested(environment=asked.environment, build_id=build.build_id),) if asked.deploy else ()
    end = End("succeeded", run.seconds, release_id, None, None, sizes, report, warnings, run.text)
    return Verdict(end, (fact, *deploy), built)


def failed(run: Run, step: str, problem: Problem) -> Verdict:
    """Say what is wrong, and where."""
    build, asked = run.build, run.asked
    place = ":".join(str(one) for one in (problem.file, problem.line) if one)
    run.note(f"{step} failed: {place} {problem.message}\n{problem.frame or ''}".rstrip())
    fact = BuildFailed(
        build_id=build.build_id,
        environment=asked.environment,
        step=step,
        file=problem.file or None,
        line=problem.line if problem.file else None,
        message=problem.message,
        log_url=f"/v1/apps/{build.cause.app_id}/builds/{build.build_id}/log",
    )
    return Verdict(End("failed", run.seconds, step=step, problem=problem.message, log=run.text), (fact,))
