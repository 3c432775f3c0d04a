"""`fleet dead-letters`: what no actor could take, why, and what becomes of it."""

import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import running
from gateway.cli.console import Trouble, guarded, print_json, print_line, print_table

if TYPE_CHECKING:
    from gateway.cli.letters import Letter, LetterBox

app = typer.Typer(help="Events that no actor could take: list, show, requeue, drop.", no_args_is_help=True)

Actor = Annotated[str | None, typer.Option(help="only this actor's", show_default="every actor")]
Ids = Annotated[list[str] | None, typer.Argument(metavar="[EVENT_ID]...", help="as `list` names them")]
All = Annotated[bool, typer.Option("--all", help="every letter")]
#: The reason last: it may be long.
_COLUMNS = ("event_id", "actor", "failed_at", "error", "routing_key", "bytes", "reason")
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


@app.command("list")
@guarded
def list_(
    actor: Actor = None,
    limit: Annotated[int, typer.Option(min=1, help="at most so many of an actor")] = 100,
    as_json: AsJson = False,
) -> None:
    """List dead letters, the oldest first: reason, when, from where.

    Example: `fleet dead-letters list --actor store_file`
    """
    with _box() as box:
        found = [letter.about() for number, letter in _letters(box, actor) if number <= limit]
    if as_json:
        print_json(found)
    elif found:
        print_table(found, _COLUMNS)
    else:
        print_line("no dead letters")


@app.command()
@guarded
def show(event_id: str, actor: Actor = None, as_json: AsJson = False) -> None:
    """Show one dead letter whole: its headers and its body.

    Example: `fleet dead-letters show 0190f3a1-7c00-7000-8000-000000000001`
    """
    with _box() as box:
        meant = [letter for _number, letter in _letters(box, actor) if letter.letter_id == event_id]
    if not meant:
        raise Trouble(f"no dead letter has the id {event_id}")
    found = meant[0]
    whole: dict[str, Any] = {
        **found.about(),
        "content_type": found.properties.content_type,
        "headers": found.headers,
        "body": found.body.decode(errors="replace"),
    }
    if as_json:
        print_json(whole)
        return
    for name, value in whole.items():
        print_line(f"{name:<13} {value}")


@app.command()
@guarded
def requeue(event_ids: Ids = None, actor: Actor = None, everything: All = False, as_json: AsJson = False) -> None:
    """Give dead letters back to the actor that could not take them; the attempts already made stay counted.

    Example: `fleet dead-letters requeue --all --actor store_file`
    """
    _settle(event_ids, actor, everything, "requeue", as_json)


@app.command()
@guarded
def drop(
    event_ids: Ids = None,
    actor: Actor = None,
    everything: All = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete dead letters for good.

    Example: `fleet dead-letters drop 0190f3a1-7c00-7000-8000-000000000001 --yes`
    """
    if not yes:
        which = "every dead letter" if everything else f"{len(event_ids or ())} dead letters"
        typer.confirm(f"Delete {which} for good?", abort=True, err=True)
    _settle(event_ids, actor, everything, "drop", as_json)


def _settle(event_ids: list[str] | None, actor: str | None, everything: bool, verb: str, as_json: bool) -> None:
    """Do it to those that are meant, and leave the others where they are."""
    if bool(event_ids) == everything:
        raise Trouble("name event ids, or --all", 2)
    done = []
    with _box() as box:
        for _number, letter in _letters(box, actor):
            if everything or letter.letter_id in (event_ids or ()):
                getattr(box, verb)(letter)
                done.append(letter.about())
    if as_json:
        print_json(done)
    else:
        print_line(f"{verb}: {len(done)}")
    if missing := sorted(set(event_ids or ()) - {about["event_id"] for about in done}):
        raise Trouble(f"no dead letter has the id {', '.join(missing)}")


def _box() -> Any:
    from gateway.cli import letters

    return letters.opened(running.find().secret("amqp_url"))


def _letters(box: "LetterBox", actor: str | None) -> "Iterator[tuple[int, Letter]]":
    """Take letters in hand, each actor's numbered from 1."""
    if actor and box.count(actor) is None:
        raise Trouble(f"no actor is called {actor}; there are {', '.join(_actors())}")
    for name in [actor] if actor else _actors():
        yield from enumerate(box.letters(name), 1)


def _actors() -> list[str]:
    """Ask the fleet for its actors; the command line does not import them."""
    asked = subprocess.run(
        [sys.executable, "-P", "-m", "actors", "--names"], check=False, capture_output=True, text=True
    )
    if asked.returncode:
        raise Trouble("`python -m actors` does not work here: see `fleet doctor`")
    return asked.stdout.split()
