"""Which children there are, and which of them has which place. Not thread-safe: the pool guards it."""

from collections.abc import Callable

from edge.compiler_child import Child

#: So many may be left alone at once with what takes long.
MOST_ALONE = 2


class Places:
    """A child for each place; those that are away from theirs; spare ones; and those that never had one."""

    def __init__(self, count: int, start: Callable[[], Child]) -> None:
        self._start = start
        self._shared: list[Child | None] = [None] * count
        self._spares: list[Child] = []
        self._away: dict[Child, int] = {}
        #: Whether what it does is known to take long, and is none of what others may not do meanwhile.
        self._lone: dict[Child, bool] = {}
        self._troubled = False
        for index in range(count):
            self.at(index)

    def __len__(self) -> int:
        """Return how many places there are."""
        return len(self._shared)

    def at(self, index: int) -> Child:
        """Return the child that has a place; a fresh one if it was left."""
        child = self._shared[index]
        if child is None:
            child = self._shared[index] = self._spares.pop() if self._spares else self._start()
        return child

    def of(self, child: Child) -> int | None:
        """Return the place of a child, if it has one."""
        return self._shared.index(child) if child in self._shared else None

    def every(self) -> list[Child]:
        """Return all children."""
        return [child for child in (*self._shared, *self._spares, *self._away, *self._lone) if child]

    def crowded(self) -> bool:
        """Tell whether enough are alone with something already."""
        return len(self._away) + sum(not long for long in self._lone.values()) >= MOST_ALONE

    def send_away(self, child: Child, index: int) -> None:
        """Let another have the place while a child is busy."""
        self._troubled = True
        self._away[child] = index
        self._shared[index] = None

    def take_back(self, child: Child) -> None:
        """Give a child its place again, for the stylesheets that it has; unless it has to stay behind all others."""
        if child not in self._away or child.load:
            return
        index = self._away.pop(child)
        if not child.nice(0):
            self._retire(child)
            return
        child.alone = False
        if (other := self._shared[index]) is not None and self._spares:
            self._retire(other)
        elif other is not None:
            self._spares.append(other)
        self._shared[index] = child

    def add_lone(self, child: Child, *, long: bool) -> None:
        """Note a child that has no place."""
        self._lone[child] = long

    def remove(self, child: Child, *, in_trouble: bool = False) -> None:
        """Forget a child that has ended."""
        self._troubled = self._troubled or in_trouble
        self._away.pop(child, None)
        self._lone.pop(child, None)
        self._spares = [one for one in self._spares if one is not child]
        self._shared = [None if one is child else one for one in self._shared]

    def prepare(self) -> None:
        """Once there was trouble, have a child ready for the next time."""
        if self._troubled and not self._spares:
            self._spares.append(self._start())

    def _retire(self, child: Child) -> None:
        """Let a child end when it has answered what it was asked."""
        self._lone[child] = True
        child.finish()
