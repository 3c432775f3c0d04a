"""The `fleet` command: a table of its commands."""

import sys

import typer
from pydantic import ValidationError

from contracts.settings import complaints
from gateway.cli import (
    access,
    apps,
    builds,
    contracts,
    dashboards,
    dead_letters,
    demo,
    deploys,
    doctor,
    epoch,
    logs,
    processes,
    publish,
    status,
    story,
    tables,
    tail,
    token,
    up,
    watch,
)

app = typer.Typer(
    name="fleet",
    help="The open back-end of an AI app builder: events in, live previews, builds and progress out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="markdown",
)

app.command()(up.up)
app.command()(up.down)
app.command()(dashboards.dashboards)
app.command()(status.status)
app.command()(doctor.doctor)
app.command()(publish.publish)
app.command()(watch.watch)
app.command()(tail.tail)
app.command()(story.story)
app.command()(deploys.deploy)
app.command()(deploys.promote)
app.command()(deploys.rollback)
app.command()(deploys.deployments)
app.command()(token.token)
app.command()(apps.apps)
app.command()(builds.build)
app.command()(builds.releases)
app.command()(logs.logs)
app.command()(tables.tables)
app.command()(demo.demo)
app.command()(demo.link)
app.command()(access.access)
app.add_typer(dead_letters.app, name="dead-letters")
app.command()(contracts.contracts)
app.add_typer(epoch.app, name="epoch")
app.command()(processes.migrate)
app.command()(processes.worker)
app.command()(processes.relay)
app.command()(processes.gateway)
app.command()(processes.edge)
app.command()(processes.bench)


def main() -> None:
    """Run one command; settings that cannot be are told by their names."""
    try:
        app(prog_name="fleet")
    except ValidationError as error:
        sys.exit(_told(*complaints(error)))
    except OSError as error:
        if error.filename is None:
            raise
        sys.exit(_told(f"{error.filename}: {error.strerror}"))


def _told(*complaints: str) -> int:
    sys.stderr.write("".join(f"fleet: {complaint}\n" for complaint in complaints))
    return 2


if __name__ == "__main__":
    main()
