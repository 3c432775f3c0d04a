"""The origin as the edge sees it: what it serves, for how long that may be kept, and what it does not serve."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import httpx
import psycopg
import pytest

from edge.packages.disk import DiskPackages
from edge.preview import files
from gateway.preview.passes import Passes
from sql.database import transaction
from sql.packages import PostgresPackages
from tests.gateway.conftest import Author, Gateway
from tests.gateway.preview.conftest import edge, revise, store
from tests.patience import until


def get(origin: httpx.Client, app_id: str, path: str, **more: str) -> httpx.Response:
    return origin.get(path, headers=edge(app_id, **more))


def about(html: str) -> dict[str, object]:
    found = re.search(r'id="fleet-page">(.*?)</script>', html)
    assert found
    told: dict[str, object] = json.loads(found[1])
    return told


def test_who_is_not_the_edge_is_sent_away(origin: httpx.Client) -> None:
    assert origin.get("/").status_code == 421


@pytest.mark.parametrize("path", ["/", "/some/where", "/index.html"])
def test_the_page_is_the_apps_with_what_its_runtime_needs(
    origin: httpx.Client, author: Author, public: str, passes: Passes, path: str
) -> None:
    rev = revise(author, public, main="1")
    answer = get(origin, public, path)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"] == "frame-ancestors 'self'"
    assert answer.text.index("fleet-revision") < answer.text.index("fleet-page") < answer.text.index("/__fleet/client/")
    told = about(answer.text)
    assert (told["app"], told["rev"]) == (public, rev)
    assert passes.is_nonce(str(told["nonce"]), public)
    assert "failed" not in told
    assert f'src="/__fleet/app.js?v={rev}"' in answer.text


def test_a_page_names_all_its_modules_before_they_are_asked_for_one_by_one(
    origin: httpx.Client, author: Author, public: str
) -> None:
    rev = revise(author, public, main="1")
    ahead = re.findall(r'<link rel="modulepreload" href="(.*?)">', get(origin, public, "/").text)
    runtime = files.read()
    assert ahead[0] == f"/__fleet/app.js?v={rev}"
    assert {*ahead[1:], runtime.path} == {runtime.path, "/__fleet/deps/set/react.js", "/__fleet/deps/set/chunk.js"}


def test_a_page_that_waits_fetches_the_runtime_meanwhile(origin: httpx.Client, public: str) -> None:
    answer = get(origin, public, "/")
    ahead = re.findall(r'<link rel="modulepreload" href="(.*?)" nonce="(.*?)">', answer.text)
    assert [path for path, _nonce in ahead] == [files.read().path]
    assert len({nonce for _path, nonce in ahead}) == 1
    assert f"script-src 'nonce-{ahead[0][1]}'" in answer.headers["content-security-policy"].split("; ")


def test_a_page_made_while_the_app_is_broken_says_so(origin: httpx.Client, author: Author, public: str) -> None:
    revise(author, public, main="1")
    rev = revise(author, public, "failed")
    assert about(get(origin, public, "/").text)["failed"] == {"rev": rev, "message": "broken"}


def test_head_is_get_without_a_body(origin: httpx.Client, author: Author, public: str) -> None:
    revise(author, public, main="1")
    head, full = origin.head("/", headers=edge(public)), get(origin, public, "/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == full.headers["content-length"]


def test_all_modules_are_one_script_that_is_asked_for_once_a_revision(
    origin: httpx.Client, author: Author, public: str
) -> None:
    revise(author, public, main="one", other="two")
    rev = revise(author, public, main="three")
    answer = get(origin, public, f"/__fleet/app.js?v={rev}")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert [answer.text.count(word) for word in ("one", "two", "three", "__fleet.start();")] == [0, 1, 1, 1]
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    again = get(origin, public, f"/__fleet/app.js?v={rev}", if_none_match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert get(origin, public, f"/__fleet/app.js.map?v={rev}").json()["version"] == 3
    assert get(origin, public, "/__fleet/app.js.map?v=x.1").status_code == 404


def test_a_source_map_is_made_once_a_revision(
    origin: httpx.Client, author: Author, public: str, database_url: str
) -> None:
    def mapped(code: str, told: str | None) -> None:
        with psycopg.connect(database_url) as tx:
            tx.execute("update fleet.units set map = %s where code = %s", (told, code))

    rev = revise(author, public, main=f"of {public}")
    mapped(f"of {public}", '{"version": 3, "sources": ["src/main.tsx"], "names": [], "mappings": "AAAA"}')
    first = get(origin, public, f"/__fleet/app.js.map?v={rev}")
    assert "src/main.tsx" in first.text
    mapped(f"of {public}", None)
    again = get(origin, public, f"/__fleet/app.js.map?v={rev}")
    assert again.content == first.content, "it was read anew"
    newer = revise(author, public, main="other")
    assert "src/main.tsx" not in get(origin, public, f"/__fleet/app.js.map?v={newer}").text
    assert get(origin, public, f"/__fleet/app.js.map?v={rev}").status_code == 404


def test_modules_that_are_newer_than_they_are_asked_for_are_not_kept(
    origin: httpx.Client, author: Author, public: str
) -> None:
    older, newer = revise(author, public, main="one"), revise(author, public, main="two")
    answer = get(origin, public, f"/__fleet/app.js?v={older}")
    assert (answer.headers["etag"], answer.headers["cache-control"]) == (f'"{newer}"', "private, no-cache")


def test_a_page_gets_no_modules_that_are_older_than_itself(
    origin: httpx.Client, author: Author, public: str, database_url: str
) -> None:
    rev = revise(author, public, main="1")
    with psycopg.connect(database_url) as lock, ThreadPoolExecutor() as pool:
        lock.execute("lock table fleet.units")  # whoever reads now knows the first revision, and waits for its code
        first = pool.submit(get, origin, public, f"/__fleet/app.js?v={rev}")
        until_somebody_waits(database_url)
        newer = revise(author, public, "failed")
        second = pool.submit(get, origin, public, f"/__fleet/app.js?v={newer}")
        lock.rollback()
        assert [first.result().headers["etag"], second.result().headers["etag"]] == [f'"{rev}"', f'"{newer}"']


def until_somebody_waits(database_url: str) -> None:
    """Wait until a lock keeps somebody waiting."""
    with psycopg.connect(database_url, autocommit=True) as look:
        until(lambda: look.execute("select 1 from pg_locks where not granted").fetchone() is not None, "somebody waits")


def test_no_ticket_reaches_the_log(origin: httpx.Client, gateway: Gateway, app_id: str, passes: Passes) -> None:
    ticket = passes.ticket(app_id)
    assert get(origin, app_id, f"/__fleet/open?ticket={ticket}").status_code == 303
    until(lambda: any(line.get("query") == "ticket=…" for line in gateway.lines), "the visit is logged")
    assert not [line for line in gateway.lines if ticket in json.dumps(line)]


def test_the_runtime_is_kept_for_ever(origin: httpx.Client, app_id: str) -> None:
    answer = get(origin, app_id, files.read().path)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert get(origin, app_id, "/__fleet/deps/none/such.js").status_code == 404


def test_files_of_packages_come_from_the_database_and_from_the_folder(
    origin: httpx.Client, author: Author, app_id: str, home: Path
) -> None:
    before, since = (f"{app_id.removeprefix('app-')}{n}" for n in range(2))
    for packages, name in ((PostgresPackages(author.pool), before), (DiskPackages(home / "packages"), since)):
        packages.put_bundle(name.encode(), name, "{}", {"deep/a.js": name.encode()})
    for name in (before, since):
        answer = get(origin, app_id, f"/__fleet/deps/{name}/deep/a.js")
        assert (answer.text, answer.headers["content-type"]) == (name, "text/javascript; charset=utf-8")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert get(origin, app_id, f"/__fleet/deps/{name}/..%2f{name}").status_code == 404


@pytest.fixture
def assets(author: Author, public: str) -> str:
    """An app with files of all sorts."""
    revise(author, public, main="1")
    store(
        author,
        public,
        public_in_robots__txt=b"all",
        src_in_logo__svg=b"<svg/>",
        src_in_secret__ts=b"export {}",
        __env=b"KEY=1",
        public_in___hidden__txt=b"x",
    )
    return public


def test_files_of_the_page_are_served_and_others_are_not(origin: httpx.Client, assets: str) -> None:
    robots, logo = get(origin, assets, "/robots.txt"), get(origin, assets, "/src/logo.svg")
    assert (robots.text, robots.headers["content-type"]) == ("all", "text/plain; charset=utf-8")
    assert logo.headers["content-type"] == "image/svg+xml"
    for path in (
        "/src/secret.ts",
        "/.env",
        "/public/.hidden.txt",
        "/.hidden.txt",
        "/none.png",
        "/a%00.png",
        "/..%2fx.svg",
    ):
        assert get(origin, assets, path).status_code == 404, path


def test_files_beside_the_page_are_those_of_the_root(origin: httpx.Client, author: Author, assets: str) -> None:
    with transaction(author.pool, assets) as tx:
        tx.execute("""update fleet.previews set page = '{"root": "src/"}' where app_id = %s""", (assets,))
    assert get(origin, assets, "/logo.svg").text == "<svg/>"
    assert get(origin, assets, "/robots.txt").text == "all"
    assert get(origin, assets, "/secret.ts").status_code == 404


def test_an_address_that_names_the_content_is_kept(origin: httpx.Client, assets: str) -> None:
    named = sha256(b"export {}").hexdigest()[:8]
    answer = get(origin, assets, f"/src/secret.ts?v={named}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, max-age=31536000, immutable")
    logo = get(origin, assets, "/src/logo.svg?v=00000000")
    assert logo.headers["cache-control"] == "private, no-cache"
    assert get(origin, assets, "/src/logo.svg", if_none_match=logo.headers["etag"]).status_code == 304


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/"),
        ("GET", "/__fleet/ack"),
        ("DELETE", "/src/logo.svg"),
        ("POST", "/__fleet/updates"),
        ("DELETE", "/__fleet/updates?rev=x.0"),
    ],
)
def test_what_is_not_possible_is_a_405(origin: httpx.Client, app_id: str, method: str, path: str) -> None:
    assert origin.request(method, path, headers=edge(app_id)).status_code == 405


def test_what_the_apps_own_api_has_not_is_a_problem(origin: httpx.Client, public: str) -> None:
    answer = origin.post("/api/nothing", headers=edge(public), json={})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_an_app_without_a_revision_waits_for_its_first(origin: httpx.Client, public: str) -> None:
    answer = get(origin, public, "/")
    assert answer.status_code == 200
    assert '.0"' in answer.text
    assert "script-src 'nonce-" in answer.headers["content-security-policy"]


def test_a_cookie_of_tls_is_for_the_host_alone_and_of_no_use_elsewhere(
    origin: httpx.Client, author: Author, app_id: str, passes: Passes
) -> None:
    revise(author, app_id, main="1")
    opened = get(origin, app_id, f"/__fleet/open?ticket={passes.ticket(app_id)}", x_forwarded_proto="https")
    (cookie,) = opened.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-")
    assert {"Secure", "HttpOnly", "Partitioned", "SameSite=None", "Path=/"} <= set(cookie.split("; "))
    bearer = cookie.partition(";")[0]
    assert get(origin, app_id, "/", cookie=f"a=b; {bearer}", x_forwarded_proto="https").status_code == 200
    assert get(origin, app_id, "/", cookie=bearer).status_code == 401
    assert get(origin, f"{app_id}x", "/", cookie=bearer, x_forwarded_proto="https").status_code == 401
