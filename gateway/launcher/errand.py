"""Runs a program that is to end by itself, and returns what it said."""

import asyncio
from asyncio.subprocess import PIPE

from gateway.launcher.programs import Program


async def run(program: Program) -> tuple[int, str]:
    """Return exit status and output; whoever stops waiting ends the program too."""
    process = await asyncio.create_subprocess_exec(*map(str, program.arguments), stdout=PIPE, **program.options())
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, output.decode(errors="replace").strip()
