"""What deployments are made with: the places, the settings, and who counts them."""

from collections.abc import Callable

from actors.runtime.telemetry import Metrics
from contracts.settings import Settings
from edge.targets.places import Places
from edge.targets.target import Target


class Desk:
    """One a process."""

    def __init__(self, settings: Settings, places: Places | None = None) -> None:
        self.settings = settings
        self.places = places or Places(settings)
        self._observe: Callable[[str, str, float], None] = lambda *_: None

    def place(self, name: str) -> Target:
        """Return a place by name, or refuse."""
        return self.places.named(name)

    def measure(self, metrics: Metrics) -> None:
        """Let it be seen how long deployments take."""
        self._observe = lambda target, outcome, seconds: metrics.deploy_seconds.labels(target, outcome).observe(seconds)

    def ended(self, target: str, outcome: str, seconds: float) -> None:
        """Count one that has ended."""
        self._observe(target, outcome, seconds)

    def close(self) -> None:
        """Hang up."""
        self.places.close()
