"""The `fleet` command: a table of its commands."""

import typer

from gateway.cli import (
    apps,
    contracts,
    dead_letters,
    demo,
    doctor,
    epoch,
    processes,
    publish,
    status,
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
app.command()(status.status)
app.command()(doctor.doctor)
app.command()(publish.publish)
app.command()(watch.watch)
app.command()(tail.tail)
app.command()(token.token)
app.command()(apps.apps)
app.command()(demo.demo)
app.command()(demo.link)
app.add_typer(dead_letters.app, name="dead-letters")
app.command()(contracts.contracts)
app.add_typer(epoch.app, name="epoch")
app.command()(processes.migrate)
app.command()(processes.worker)
app.command()(processes.relay)
app.command()(processes.gateway)
app.command()(processes.edge)


def main() -> None:
    """Run one command."""
    app(prog_name="fleet")


if __name__ == "__main__":
    main()
