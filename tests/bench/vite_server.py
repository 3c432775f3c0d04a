"""Vite's dev server on a folder of its own, as `npm run dev` starts it."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM

from edge.compiler_node import node
from gateway.launcher import ports
from gateway.launcher.programs import Program, end

_PATIENCE = 60
_INSTALL_SECONDS = 300


class Vite:
    """The app's files on the disk, with what they need installed beside them."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        self.folder = folder
        self.pid = 0
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            self.write(path, text)
        self._install()

    def write(self, path: str, text: str) -> None:
        """Write a file as editors do."""
        (self.folder / path).write_text(text)

    def forget(self) -> None:
        """Remove what it has bundled before."""
        shutil.rmtree(self.folder / "node_modules" / ".vite", ignore_errors=True)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Run it with its own settings until the block ends, and say where it is once it says so."""
        port = ports.choose(1)[0]
        log = self.folder.with_suffix(".log")
        arguments = ["--host", "127.0.0.1", "--port", str(port), "--strictPort"]
        program = Program(
            arguments=[node(), self.folder / "node_modules/vite/bin/vite.js", *arguments],
            environment=self._environment(),
            directory=self.folder,
        )
        with log.open("wb") as output:
            process = program.spawn(output)
        self.pid = process.pid
        try:
            _until(log, process, "Local:")
            yield f"http://127.0.0.1:{port}/"
        finally:
            end(process, SIGTERM, _PATIENCE)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the programs that are installed beside it, to its end."""
        command = [str(node()), str(self.folder / "node_modules" / program), *arguments]
        environment = {name: str(value) for name, value in self._environment().items()}
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stderr[-2000:]}")

    def _install(self) -> None:
        npm = node().parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--no-update-notifier")
        program = Program(
            arguments=[node(), npm, "install", *options],
            environment=self._environment(),
            directory=self.folder,
        )
        log = self.folder.with_suffix(".npm.log")
        with log.open("wb") as output:
            process = program.spawn(output)
        try:
            process.wait(_INSTALL_SECONDS)
        finally:
            end(process, SIGTERM, _PATIENCE)
        if process.returncode != 0:
            raise RuntimeError(f"npm did not install Vite: {log.read_text()[-2000:]}")

    def _environment(self) -> dict[str, str]:
        kept = ("HOME", "NODE_EXTRA_CA_CERTS", "npm_config_registry")
        return {"PATH": os.defpath, **{name: os.environ[name] for name in kept if name in os.environ}}


def _until(log: Path, process: subprocess.Popen[bytes], word: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while word not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"Vite did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.005)
