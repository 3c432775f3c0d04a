"""What leads out: public addresses and what an operator allows, and nothing by a detour."""

import socket
from collections.abc import Callable, Iterator

import pytest

from edge.addresses import address_flaw
from edge.egress import Egress, Forbidden, Page, Unreachable
from tests.edge.web import Web, web


@pytest.fixture
def site() -> Iterator[Web]:
    with web() as site:
        yield site


@pytest.fixture
def allowed(site: Web) -> Egress:
    return Egress("public", {site.address, f"site.test:{site.port}"})


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let names stand for addresses, one after the other each time they are asked for."""
    known: dict[str, list[str]] = {}
    really = socket.getaddrinfo

    def lookup(host: str, port: int, *rest: object, **more: object) -> object:
        if host not in known:
            return really(host, port, *rest, **more)  # type: ignore[arg-type]
        now = known[host].pop(0) if len(known[host]) > 1 else known[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in now.split()]

    def say(host: str, *addresses: str) -> None:
        known[host] = list(addresses)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return say


def get(egress: Egress, url: str, most: int = 1_000) -> Page:
    return egress.get(url, seconds=20, most=most)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:93.184.215.14",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::5db8:d70e",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert address_flaw(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_public_address_is_not(address: str) -> None:
    assert address_flaw(address) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://127.1:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f000001:{port}/",
        "http://0:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://user:secret@127.0.0.1:{port}/",
        "ftp://127.0.0.1:{port}/",
        "gopher://127.0.0.1:{port}/",
        "http://1.1.1.1:25/",
        "//nowhere",
        "http://",
    ],
)
def test_a_url_that_leads_inside_is_never_asked(site: Web, url: str) -> None:
    with pytest.raises((Forbidden, Unreachable)):
        get(Egress(), url.format(port=site.port))
    assert site.asked == []


def test_what_an_operator_allows_is_fetched_also_when_nothing_else_is(site: Web) -> None:
    site.says("/page", "hello")
    page = get(Egress("none", {site.address}), site.url("/page"))
    assert (page.status, page.body, page.content_type, page.truncated) == (200, b"hello", "text/plain", False)
    with pytest.raises(Forbidden, match="FLEET_EGRESS is none"):
        get(Egress("none"), "https://example.com/")


def test_a_redirect_is_looked_at_like_any_url(site: Web, allowed: Egress) -> None:
    site.says("/away", "", status=302, location=f"http://localhost:{site.port}/secret")
    site.says("/here", "", status=302, location="/page")
    site.says("/round", "", status=302, location="/round")
    site.says("/page", "hello")
    assert get(allowed, site.url("/here")).url == site.url("/page")
    with pytest.raises(Forbidden):
        get(allowed, site.url("/away"))
    with pytest.raises(Unreachable, match="leads on and on"):
        get(allowed, site.url("/round"))
    assert "/secret" not in {asked.path for asked in site.asked}


def test_a_name_is_resolved_once_and_that_address_is_connected_to(
    site: Web, allowed: Egress, names: Callable[..., None]
) -> None:
    site.says("/", "hello")
    names("site.test", "127.0.0.1", "10.255.255.1")  # what it stands for the second time would never answer
    assert get(allowed, f"http://site.test:{site.port}/").body == b"hello"
    assert site.asked[0].headers["host"] == f"site.test:{site.port}"


def test_a_name_with_one_address_inside_is_refused(names: Callable[..., None]) -> None:
    names("mixed.test", "93.184.215.14 127.0.0.1")
    with pytest.raises(Forbidden, match=r"the address of mixed\.test is not a public one"):
        get(Egress(), "http://mixed.test/")


def test_a_large_page_is_cut_and_a_compressed_one_refused(site: Web, allowed: Egress) -> None:
    site.says("/large", "x" * 5_000)
    site.says("/bomb", "x", content_encoding="gzip")
    page = get(allowed, site.url("/large"))
    assert (len(page.body), page.truncated) == (1_000, True)
    assert site.asked[0].headers["accept-encoding"] == "identity"
    with pytest.raises(Unreachable, match="compressed"):
        get(allowed, site.url("/bomb"))
