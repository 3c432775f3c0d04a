"""`fleet epoch`: which history the streams tell."""

import asyncio

import typer

from gateway.cli import running
from gateway.cli.console import Trouble, guarded, print_line

app = typer.Typer(help="Which history the streams tell.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `bump` a command of its own."""


@app.command()
@guarded
def bump() -> None:
    """Make every client fetch its state anew: for after a restore that Postgres itself does not show.

    Example: `fleet epoch bump`
    """
    print_line(asyncio.run(_bump(running.find().secret("database_url"))))


async def _bump(database_url: str) -> str:
    import psycopg

    from sql import progress
    from sql.database import AsyncTx

    try:
        async with await AsyncTx.connect(database_url, autocommit=True, connect_timeout=5) as tx:
            await progress.bump_epoch(tx)
            return await progress.epoch(tx)
    except psycopg.OperationalError:
        raise Trouble("the database cannot be reached: see `fleet doctor`") from None
