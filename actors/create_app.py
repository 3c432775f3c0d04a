"""app-created → progress.

Gives an app its row. The same app may be described again: what is said last holds, what is left out stays.
"""

from actors.runtime.actor import actor
from actors.runtime.job import Job
from contracts.app import AppCreated
from contracts.progress import Progress
from sql import founding


@actor(on=AppCreated, emits=(Progress,), ordered=True)
def create_app(event: AppCreated, job: Job) -> None:
    """Write down what is said of the app, and say that it is there."""
    with job.settle() as tx:
        founding.describe(tx, job.app_id, event)
        job.progress(Progress(stage="created", message="The app is there", progress=100))
