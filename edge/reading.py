"""What is found out about an app's modules in one turn: from memory, from the shelf, or by compiling them."""

import posixpath
import re
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Protocol

from edge import surveyor, unit
from edge.compiler import Compiler
from edge.compiler_words import Compiled, Failure, Source
from edge.configs import problem
from edge.conventions import Conventions
from edge.earlier import Earlier
from edge.graph import Graph, Meaning, Problem, Routes, Unit
from edge.memory import Memory
from edge.shapes import Shapes
from edge.surveyor import Surveyor

#: What the compiler puts into a style sheet by itself.
_OWN_SHEETS = re.compile(r"(?:tailwindcss|tw-animate-css)(?:/|$)")
#: Fewer modules than this that have just been written are compiled sooner than asked about.
_FEW = 4
#: What is remembered of one is mostly references to what is remembered of its files.
_APPS = 500


class Shelf(surveyor.Shelf, Protocol):
    """Where contents are, what was made of them before, and what is known of that."""

    def at_hand(self, sha256: bytes) -> bool:
        """Tell whether a content is here already."""

    def facts(self, keys: Collection[bytes]) -> Mapping[bytes, tuple[str, int]]:
        """Return what is known of units, and how long their code is."""


class Reader:
    """A compiler, and what is remembered of all that it made."""

    def __init__(self, compiler: Compiler, surveyor: Surveyor) -> None:
        self.compiler, self.surveyor = compiler, surveyor
        self.remembered: Memory[bytes, tuple[Compiled, int]] = Memory(5_000)
        self.shapes: Shapes[tuple[Unit, Meaning]] = Shapes()
        self._earlier: Memory[str, Earlier] = Memory(_APPS)

    def remember(self, kept: Mapping[bytes, tuple[str, int]]) -> None:
        """Remember what is on the shelf by now; sooner, another turn would rely on what may never get there."""
        for key, (facts, size) in kept.items():
            self.remembered.put(key, (unit.known(facts), size))

    def remember_app(self, app_id: str, read: Earlier) -> None:
        """Remember an app as it was read, all of which is on the shelf by now."""
        self._earlier.put(app_id, read)

    def begin(self, app_id: str, files: Mapping[str, bytes], shelf: Shelf, conventions: Conventions) -> "Reading":
        """Begin with an app as its files are now."""
        return Reading(self, files, shelf, conventions, self._earlier.get(app_id))


class Reading:
    """One app at one moment; `known` are the modules that were met, with the length of their code."""

    def __init__(
        self,
        reader: Reader,
        files: Mapping[str, bytes],
        shelf: Shelf,
        conventions: Conventions,
        earlier: Earlier | None = None,
    ) -> None:
        self.known: dict[str, tuple[Compiled, int]] = {}
        self._made: dict[bytes, tuple[Compiled, int]] = {}
        self._problems: dict[str, Problem] = {}
        self._keys: dict[str, bytes] = {}
        self._reader, self._files, self._shelf, self._conventions = reader, files, shelf, conventions
        self._earlier = earlier

    def follow(self, *entries: str) -> Earlier:
        """Find out what the entries reach, and compile what is met for the first time."""
        different = list(dict.fromkeys(entries))
        graphs = self._again(different) or self._walk(different)
        return Earlier(self._files, self._conventions, self.known, self._keys, graphs)

    def _again(self, entries: list[str]) -> Mapping[str, Graph] | None:
        """Compile what was edited; where it says the same about others as before, all else is as it was."""
        earlier = self._earlier
        edited = earlier.edited(entries, self._files, self._conventions) if earlier else None
        if earlier is None or edited is None:
            return None
        known: dict[str, tuple[Compiled, int]] = {}
        self._learn(edited, known)
        if edited - known.keys() or any(
            self._seen(one, made) != self._seen(one, earlier.known[one][0]) for one, (made, _size) in known.items()
        ):
            return None
        self.known = {**earlier.known, **known}
        self._keys = {**{one: earlier.keys[one] for one in earlier.known}, **self._keys}
        return earlier.graphs

    def _walk(self, entries: list[str]) -> Mapping[str, Graph]:
        """Walk from the entries, wave after wave."""
        known, problems = self.known, self._problems
        names, paths = self._files.keys(), self._conventions.paths
        routes = Routes(names, paths, self._reader.shapes.notes(names, paths))
        unknown = set(entries)
        while unknown:
            self._learn(unknown, known)
            learnt = [(one, self._seen(one, known[one][0])) for one in sorted(unknown) if one in known]
            reached = {target for one, made in learnt for target in routes.of(one, made).targets}
            unknown = reached - known.keys() - problems.keys()

        def unit_of(module_id: str) -> Unit | Problem:
            return problems.get(module_id) or self._seen(module_id, known[module_id][0])

        return {entry: routes.walk(entry, unit_of) for entry in entries}

    def _seen(self, module_id: str, compiled: Compiled) -> Unit:
        """Return what the graph has to know: of what a style sheet imports, the packages, whose sheets are linked."""
        seen = unit.seen_by_graph(compiled)
        if compiled.kind != "css":
            return seen
        return replace(seen, imports=tuple(one for one in compiled.imports if self._brings(module_id, one.spec)))

    def _brings(self, sheet: str, spec: str) -> bool:
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(sheet), spec))
        ours = beside in self._files or f"{beside}.css" in self._files or _OWN_SHEETS.match(spec)
        return not ours and not spec.startswith((".", "/", "@/"))

    def mentioned(self, pages: Iterable[str]) -> set[str]:
        """Return every class that the app's pages and modules mention."""
        page_only: dict[str, tuple[Compiled, int]] = {}
        self._learn({f"{path}?{unit.CLASSES}" for path in pages if path in self._files}, page_only)
        mentioned: set[str] = set()
        for compiled, _size in (*self.known.values(), *page_only.values()):
            mentioned.update(compiled.candidates)
        return mentioned

    def key(self, module_id: str) -> bytes:
        """Return the name of what is made of a module."""
        known = self._keys.get(module_id)
        if known is None:
            path = unit.wish(module_id)[0]
            version = self._reader.compiler.version
            version += self._reader.surveyor.salt(path, self._files, self._shelf, self._conventions)
            known = self._keys[module_id] = unit.key(module_id, self._files[path], version)
        return known

    def _learn(self, ids: AbstractSet[str], known: dict[str, tuple[Compiled, int]]) -> None:
        """Find out about modules."""
        missing: dict[bytes, str] = {}
        remembered, shelf = self._reader.remembered, self._shelf
        for one in ids - self._problems.keys():
            if unit.wish(one)[0] not in self._files:
                self._problems[one] = Problem(one, f"{one} does not exist")
            elif (found := self._made.get(key := self.key(one)) or remembered.get(key)) is not None:
                known[one] = found
            else:
                missing[key] = one
        few = len(missing) <= _FEW and all(shelf.at_hand(self._content(one)) for one in missing.values())
        for key, (facts, size) in shelf.facts(missing.keys()).items() if not few else ():
            known[missing.pop(key)] = remembered.put(key, (unit.known(facts), size))
        if missing:
            self._make(missing, known)

    def _make(self, missing: Mapping[bytes, str], known: dict[str, tuple[Compiled, int]]) -> None:
        contents = self._shelf.texts({self._content(one) for one in missing.values()})
        made: list[unit.Kept] = []
        sources: list[tuple[bytes, str, Source]] = []
        for key, one in missing.items():
            path, wish = unit.wish(one)
            if wish == "address":
                made.append(unit.of_address(key, path, self._files[path]))
                continue
            if wish == "init":
                made.append(unit.of_init(key, path, self._files[path]))
                continue
            if wish == "worker":
                made.append(unit.of_worker(key, one))
                continue
            text = contents[self._files[path]].decode(errors="replace")
            if wish == "text":
                made.append(unit.of_text(key, path, text))
            else:
                sources.append((key, one, unit.source(one, path, text)))
        made += self._compile(sources)
        self._shelf.put(made)
        for kept in made:
            known[missing[kept.key]] = self._made[kept.key] = unit.known(kept.facts), len(kept.code)

    def _compile(self, sources: Iterable[tuple[bytes, str, Source]]) -> list[unit.Kept]:
        plain: list[tuple[bytes, str, Source]] = []
        for key, one, source in sources:
            css = self._reader.surveyor.plain(source, self._files, self._shelf, self._conventions)
            if isinstance(css, Failure):
                self._problems[one] = problem(css)
            else:
                plain.append((key, one, css))
        answers = self._reader.compiler.compile_many([source for _, _, source in plain], self._conventions.define)
        made: list[unit.Kept] = []
        for (key, one, _source), answer in zip(plain, answers, strict=True):
            if isinstance(answer, Failure):
                self._problems[one] = problem(answer)
            else:
                made.append(unit.of_compiled(key, answer))
        return made

    def _content(self, module_id: str) -> bytes:
        return self._files[unit.wish(module_id)[0]]
