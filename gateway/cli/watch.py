"""`fleet watch`: any local folder, live."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import running
from gateway.cli.console import complain, guarded


@guarded
def watch(
    directory: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="the folder to publish")],
    app: Annotated[str, typer.Option(help="the app that it becomes")],
    as_json: Annotated[bool, typer.Option("--json", help="print the answers as JSON, one a line")] = False,
) -> None:
    """Publish a folder as one event, then every change to it; .gitignore is honoured.

    What an earlier watch has published of it, and you have deleted since, is deleted from the app at the start, unless
    somebody has changed it there. Nothing that others wrote into the app is ever deleted.

    Example: `fleet watch ./my-app --app demo`
    """
    from gateway.cli.folder import Folder
    from gateway.cli.watching import Watch

    fleet = running.find()
    app_id = running.checked_app(app)
    folder = Folder(directory, fleet.settings.max_file_bytes, lambda line: complain(line, "yellow"))
    asyncio.run(Watch(fleet, folder, app_id, as_json=as_json).run())
