"""The `fleet` command: a table of its commands."""

import typer

from gateway.cli import doctor, processes, status, up

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
app.command()(processes.migrate)
app.command()(processes.worker)
app.command()(processes.relay)
app.command()(processes.gateway)


def main() -> None:
    """Run one command."""
    app()


if __name__ == "__main__":
    main()
