"""Whose call is next: one of each app in turn, so that nobody waits for all that another has asked for."""

from collections import OrderedDict, deque
from collections.abc import Iterable

from edge.compiler_call import Call
from edge.compiler_child import Child


class Turns:
    """Calls that no child has taken yet. Not thread-safe: the pool guards it."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[Call]] = OrderedDict()

    def add(self, call: Call) -> None:
        """Queue a call behind its own app's."""
        self._waiting.setdefault(call.app, deque()).append(call)

    def put_back(self, calls: Iterable[Call]) -> None:
        """Queue calls again that a child was given and has not come to, before all others."""
        for call in reversed(list(calls)):
            self._waiting.setdefault(call.app, deque()).appendleft(call)
            self._waiting.move_to_end(call.app, last=False)

    def take(self, index: int, child: Child) -> Call | None:
        """Return the next call that the child at the index may be given, and has room for."""
        for app, calls in self._waiting.items():
            if calls[0].pin in {None, index} and child.has_room(calls[0]):
                self._waiting.move_to_end(app)
                call = calls.popleft()
                if not calls:
                    del self._waiting[app]
                return call
        return None

    def wants(self, index: int) -> bool:
        """Tell whether somebody waits for the child at the index."""
        return any(calls[0].pin in {None, index} for calls in self._waiting.values())

    def clear(self) -> list[Call]:
        """Return everything that waits, and forget it."""
        left = [call for calls in self._waiting.values() for call in calls]
        self._waiting.clear()
        return left
