"""How many pages may follow previews: whoever brings no pass is a stranger, and takes no place kept for others.

Anybody can open a public preview, as often as they like. So strangers fill at most an app's share, their network's
share, and never the last places of a gateway: those are for whoever brings a token or a pass.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from contracts.settings import Settings
from gateway.roster import Roster

#: Of all streams, those of one app's pages, where no setting says otherwise: a fourth.
_APPS_PART = 4
#: Who holds one address of IPv6 holds at least as many as this leaves open.
_HOUSE_BITS = 64


@dataclass(frozen=True, slots=True)
class Page:
    """A page that wants to follow its app."""

    app_id: str
    has_pass: bool
    network: str | None

    @property
    def is_strangers(self) -> bool:
        """Tell whether nobody has vouched for it."""
        return not self.has_pass


class Pages:
    """Counts the pages that are open."""

    def __init__(self, roster: Roster, settings: Settings) -> None:
        self._roster = roster
        self._per_app = settings.max_app_pages or max(1, settings.max_streams // _APPS_PART)
        self._per_network = settings.max_address_pages
        self._open: Counter[tuple[str, bool] | str] = Counter()

    def have_room(self, page: Page) -> bool:
        """Tell whether one more may come in."""
        if self._roster.full or (page.is_strangers and self._roster.crowded):
            return False
        return all(self._open[share] < most for share, most in self._shares(page))

    @contextmanager
    def with_one_more(self, page: Page) -> Iterator[None]:
        """Count a page for as long as it is open."""
        shares = [share for share, _most in self._shares(page)]
        self._open.update(shares)
        try:
            yield
        finally:
            self._open.subtract(shares)
            for share in shares:
                if not self._open[share]:
                    del self._open[share]

    def _shares(self, page: Page) -> Iterator[tuple[tuple[str, bool] | str, int]]:
        """Go through what a page takes a part of; strangers and others of one app do not crowd each other."""
        yield (page.app_id, page.has_pass), self._per_app
        if page.is_strangers and page.network is not None:
            yield page.network, self._per_network


def network(address: str | None) -> str | None:
    """Return whose an address is; one that is not the internet's is a proxy's, and stands for anybody."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if not found.is_global:
        return None
    return str(found) if found.version == 4 else str(ip_network((found, _HOUSE_BITS), strict=False))  # noqa: PLR2004
