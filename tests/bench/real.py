"""A shadcn app as people have them, beside Vite: shown for the first time, edited, and loaded again; what it takes."""

import psutil
import psycopg

from sql.database import enter, role_url
from tests.bench import real_app
from tests.bench.figures import Findings
from tests.bench.ground import Ground
from tests.bench.vite import chromium
from tests.bench.vite_cold import cold
from tests.bench.vite_hot import hot
from tests.bench.vite_server import Vite
from tests.bench.vite_sides import Fleet, Side, fleet

_NAME = "shadcn"
#: Its packages are many: a round takes several times as long as one of the plain app.
_FEWER = 3


def real(ground: Ground, findings: Findings) -> None:
    """Show it over and over, then edit it; then see what was compiled, and who holds how much memory."""

    def few(count: int) -> int:
        return ground.few(max(1, count // _FEWER))

    files = real_app.files()
    with fleet(ground) as ours, chromium() as browser:
        theirs = Vite(ground.folder / "vite-real", files)
        cold(ours, theirs, browser, findings, few, files=real_app.files, of=_NAME)
        _compiled(ground, findings)
        side = ours.app("real")
        ours.write("real", files)
        with theirs.serving() as url:
            hot(side, Side(url, theirs.write), browser, findings, few, files=files, of=_NAME)
            _memory(ours, theirs, findings)


def _compiled(ground: Ground, findings: Findings) -> None:
    """Tell how many modules all apps show together, and how few had to be compiled for that."""
    keys: list[bytes] = []
    with psycopg.connect(role_url(ground.postgres.url, "fleet_gateway")) as database:
        apps = [app_id for (app_id,) in database.execute("select app_id from fleet.apps").fetchall()]
        for app_id in apps:
            enter(database, app_id)
            shown = database.execute("select key from fleet.preview_modules where app_id = %s", (app_id,))
            keys += [key for (key,) in shown.fetchall()]
    values = {"shown": len(keys), "compiled": len(set(keys)), "hits, %": 100 * (1 - len(set(keys)) / len(keys))}
    findings.add(f"{_NAME}: modules of {len(apps)} apps", "", values)


def _memory(ours: Fleet, theirs: Vite, findings: Findings) -> None:
    """Tell what is resident: ours for all apps that were shown, theirs for the one."""
    values = {"ours": _tree(ours.drawing.process.pid), "theirs": _tree(theirs.pid)}
    findings.add(f"{_NAME}: memory of the previews' worker, for all of them, and of Vite for one", "MB", values)


def _tree(pid: int) -> float:
    process = psutil.Process(pid)
    return float(sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))) / 1e6
