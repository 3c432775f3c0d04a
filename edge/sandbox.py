"""Where what an app wrote is run: in a Node of nobody's, without network, files or environment, and with limits."""

import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Literal, cast

from edge import compiler_node
from edge.compiler_words import Failure
from edge.packages.folders import user

Kind = Literal["tailwind", "plugin", "vite", "postcss"]

_PROGRAM = compiler_node.HERE / "compiler" / "sandbox.js"
_SECONDS = 10.0
_HEAP = 256
#: A gigabyte of data, a minute of a processor, no file; where a limit is unknown, the others hold.
_ULIMITS = 'for limit in "-d 1048576" "-t 60" "-f 0" "-c 0"; do ulimit $limit 2>/dev/null; done; exec "$0" "$@"'
_LONGEST_ANSWER = 16 * 2**20
_AT_ONCE = 2


class Overrun(Failure):
    """It took too long, or too much memory."""


class _Child:
    """One process that answers a line with a line."""

    def __init__(self, task: str, prefix: list[str], folder: str) -> None:
        edge = compiler_node.HERE
        node = [str(compiler_node.node()), "--permission", f"--allow-fs-read={edge}"]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            ["/bin/sh", "-c", _ULIMITS, *prefix, *node, f"--max-old-space-size={_HEAP}", str(_PROGRAM), task],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={},
        )
        self._input, self._output = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        self._greeted = False
        self.was_late = False

    def ask(self, request: Mapping[str, object], seconds: float) -> dict[str, Any] | None:
        """Return the answer, or nothing if it did not come; then there is no process any more."""
        late = threading.Timer(seconds, self._be_late)
        late.start()
        try:
            with suppress(BrokenPipeError):
                self._input.write(json.dumps(request).encode() + b"\n")
                self._input.flush()
            if not self._greeted:
                self._greeted = bool(self._output.readline(_LONGEST_ANSWER))
            answer = json.loads(self._output.readline(_LONGEST_ANSWER))
        except ValueError:
            self.end()
            return None
        finally:
            late.cancel()
        return answer if isinstance(answer, dict) and "ok" in answer else None

    def _be_late(self) -> None:
        self.was_late = True
        self._process.kill()

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        with suppress(BrokenPipeError):
            self._input.close()
        self._output.close()


class Sandbox:
    """Thread-safe. What an app wrote is run in a process that is ended afterwards; style sheets share one."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="fleet-sandbox-")
        Path(self._folder).chmod(0o711)
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._lock = threading.Lock()
        self._styles: _Child | None = None

    def evaluate(
        self, kind: Kind, path: str, files: Mapping[str, str], env: Mapping[str, str], mode: str = "development"
    ) -> Any | Failure:
        """Return what a configuration comes to, as data."""
        request = {"op": "evaluate", "kind": kind, "path": path, "files": dict(files), "env": dict(env)}
        request["mode"] = mode
        with self._turns:
            child = _Child("evaluate", self.prefix, self._folder)
            try:
                answer = child.ask(request, _SECONDS)
            finally:
                child.end()
        if answer is None:
            return _overrun(path, "when it was run")
        return answer.get("value") if answer["ok"] else Failure(**answer["error"])

    def preprocess(self, path: str, source: str, files: Mapping[str, str], options: Mapping[str, Any]) -> str | Failure:
        """Return the CSS of a Sass or Less sheet; `files` are all that it may import."""
        request = {"op": "preprocess", "path": path, "source": source, "files": dict(files), "options": dict(options)}
        with self._lock:
            answer = self._ask_styles(request)
        if answer is None:
            return _overrun(path, "to be compiled")
        return str(answer["css"]) if answer["ok"] else Failure(**answer["error"])

    def close(self) -> None:
        """End what runs."""
        with self._lock:
            if self._styles is not None:
                self._styles.end()
                self._styles = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ask_styles(self, request: Mapping[str, object]) -> dict[str, Any] | None:
        """Ask the process for style sheets; one that has grown old is replaced, and asked again."""
        was_there = self._styles is not None
        if self._styles is None:
            self._styles = _Child("preprocess", self.prefix, self._folder)
        child = self._styles
        answer = child.ask(request, _SECONDS)
        if answer is None:
            child.end()
            self._styles = None
            return self._ask_styles(request) if was_there and not child.was_late else None
        return answer

    @cached_property
    def prefix(self) -> list[str]:
        """Say how a program is started here."""
        return confinement()


def confinement() -> list[str]:
    """Say how a program is started without network, and as nobody if that is ours to say, where that is allowed."""
    unshare, setpriv = (shutil.which(name, path=os.defpath) for name in ("unshare", "setpriv"))
    ways: list[list[str]] = []
    if unshare and setpriv and user() is not None:
        nobody = [f"--reuid={user()}", f"--regid={user()}", "--clear-groups", "--no-new-privs"]
        ways += [[unshare, "--net", setpriv, *nobody], [setpriv, *nobody]]
    elif unshare:
        ways += [[unshare, "--net"], [unshare, "--user", "--net"]]
    return next((way for way in ways if _works(way)), [])


def without_network(prefix: list[str]) -> bool:
    """Tell whether a program that is started so reaches no network."""
    return "--net" in prefix


def _works(prefix: list[str]) -> bool:
    tried = [*prefix, str(compiler_node.node()), "--version"]
    return subprocess.run(tried, capture_output=True, env={}, check=False).returncode == 0  # noqa: S603 - our own


def _overrun(path: str, how: str) -> Overrun:
    message = f"This took longer than {_SECONDS:g} s, or too much memory, {how}"
    return Overrun(file=path, line=1, column=1, message=message, frame="")
