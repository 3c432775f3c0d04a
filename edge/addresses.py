"""Which addresses a URL that somebody else names may lead to: public ones, none that only looks like one. Pure."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

#: What carries another address inside, and so leads where that one does: translated, tunnelled, mapped.
_CARRIERS = tuple(
    map(IPv6Network, ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"))
)
#: Public by their number, and yet a network's own: Azure and Oracle answer their machines here.
_OWN = tuple(map(ip_network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")))

_WEB = (80, 443)
_LAST_WELL_KNOWN = 1023


def address_flaw(text: str) -> str | None:
    """Say why an address must not be connected to, or nothing."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and any(address in network for network in _CARRIERS):
        return "carries another address inside"
    if not _is_public(address):
        return "is not a public one"
    return None


def port_flaw(port: int) -> str | None:
    """Say why a port is none to fetch pages from, or nothing."""
    if port not in _WEB and port <= _LAST_WELL_KNOWN:
        return f"port {port} is not the web's"
    return None


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not special and not any(address in network for network in _OWN)
