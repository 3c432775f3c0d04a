"""The compiler, as the fleet asks it: files, stylesheets and dependencies into what a preview loads."""

import time
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from edge import compiler_node
from edge.compiler_call import Call
from edge.compiler_pool import Limits, Pool
from edge.compiler_words import Compiled, Failure, Prebundled, Read, Source, Stylesheet, Word

Answer = TypeVar("Answer", bound=Word)


def _unheard(*_: object) -> None:
    """Hear nothing."""


class Compiler:
    """Thread-safe: any number of worker threads may ask at once, and each waits for its own answers.

    `observe` hears (operation, seconds) of each answer, `restarted` the reason of each end of a child.
    """

    def __init__(
        self,
        *,
        children: int = 2,
        limits: Limits | None = None,
        observe: Callable[[str, float], None] = _unheard,
        restarted: Callable[[str], None] = _unheard,
    ) -> None:
        self.version = compiler_node.version()
        self._limits = limits or Limits()
        self.observe = observe
        self._children = children
        self.restarted = restarted
        self._pool = Pool(children, self._limits, self._ended)

    def _ended(self, reason: str) -> None:
        self.restarted(reason)  # whoever hears that now

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def compile_many(
        self, files: Sequence[Source], define: Mapping[str, str] | None = None
    ) -> list[Compiled | Failure]:
        """Compile each file by itself, all at once; the answers stand in the order of the files.

        `define` are the texts that stand for names in scripts.
        """
        more = {"define": dict(define)} if define else {}
        together = str(id(files))  # one app's draw, which takes turns with others
        calls = [
            self._call(
                "compile", file.path, self._limits.compile_seconds, together, path=file.path, source=file.text, **more
            )
            for file in files
        ]
        for call in calls:
            self._pool.submit(call)
        return [_read(call, Compiled) for call in calls]

    def css(
        self,
        app: str,
        entry: Source,
        files: Mapping[str, str],
        added: Sequence[str],
        every: Callable[[], Collection[str]],
        *,
        setup: Mapping[str, object] | None = None,
    ) -> Stylesheet | Failure:
        """Make the text of an entry, with the classes `added` since last time; all are asked for if that was forgotten.

        `files` are the stylesheets that may be imported, by the app's path or by a package's specifier; `setup` is how
        the app has set Tailwind up.
        """
        request = {"app": app, "entry": entry.path, "source": entry.text, "files": dict(files)}
        setup = setup or {}
        named = {"key": setup["key"]} if "key" in setup else setup
        made = self._css(app, entry, {**request, "candidates": list(added), "fresh": False, "setup": named})
        if isinstance(made, Stylesheet) and made.missing:
            made = self._css(app, entry, {**request, "candidates": list(every()), "fresh": True, "setup": setup})
        return made

    def blame(self, file: Source, spec: str, message: str) -> Failure:
        """Say what is wrong with an import, and where it stands in its file."""
        request = {"path": file.path, "source": file.text, "spec": spec, "message": message}
        call = self._call("blame", file.path, self._limits.compile_seconds, "", **request)
        self._pool.submit(call)
        answer = call.answer.result()
        return Failure(**answer if answer["ok"] else answer["error"])

    def config(self, kind: str, file: Source, mode: str = "development") -> Read | Failure:
        """Read a configuration without running it, or say why it has to be run."""
        request = {"kind": kind, "path": file.path, "source": file.text, "mode": mode}
        call = self._call("config", file.path, self._limits.compile_seconds, "", **request)
        self._pool.submit(call)
        return _read(call, Read)

    def prebundle(self, root: Path, specs: Sequence[str], out: Path) -> Prebundled | Failure:
        """Bundle what is installed under `root` into `out`, in a child of its own, for it takes long."""
        request = {"root": str(root), "specs": sorted(set(specs)), "out": str(out)}
        call = self._call("prebundle", "package.json", self._limits.prebundle_seconds, "", **request)
        self._pool.submit_alone(call)
        return _read(call, Prebundled)

    def pids(self) -> list[int]:
        """List the processes that run now."""
        return self._pool.pids()

    def busy(self) -> bool:
        """Tell whether a file is being compiled now."""
        return self._pool.busy()

    def close(self) -> None:
        """End every child; whoever still waits is told."""
        self._pool.close()

    def _css(self, app: str, entry: Source, request: Mapping[str, object]) -> Stylesheet | Failure:
        call = self._call("css", entry.path, self._limits.css_seconds, app, **request)
        call.pin = zlib.crc32(app.encode()) % self._children  # its Tailwind compiler is kept in one child
        self._pool.submit(call)
        return _read(call, Stylesheet)

    def _call(self, operation: str, subject: str, limit: float, turn: str, **request: object) -> Call:
        call = Call(operation, subject, request, limit, turn)
        asked = time.monotonic()

        def observe(_: Future[dict[str, Any]]) -> None:
            self.observe(operation, time.monotonic() - asked)

        call.answer.add_done_callback(observe)
        return call


def _read(call: Call, kind: type[Answer]) -> Answer | Failure:
    answer = call.answer.result()
    return kind(**{"path": call.subject, **answer}) if answer["ok"] else Failure(**answer["error"])
