"""What runs locally can be deployed to Cloudflare as it is."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import jsonschema
import pytest

from edge import jsonc
from tests.patience import PATIENCE

EDGE = Path(__file__).parents[2] / "edge"
WRANGLER = EDGE / "node_modules/wrangler"
NODE = Path(sys.executable).with_name("node")
WORKERS = ("dispatch", "preview-worker")


def config(worker: str) -> dict[str, Any]:
    found: dict[str, Any] = jsonc.loads((EDGE / worker / "wrangler.jsonc").read_text())
    return found


@pytest.mark.parametrize("worker", WORKERS)
def test_wrangler_would_deploy_it(worker: str, tmp_path: Path, absent: Callable[[str], NoReturn]) -> None:
    if not WRANGLER.exists() or not NODE.exists():
        absent("wrangler")
    deploy = ["deploy", "--dry-run", "--outdir", str(tmp_path), "--config", str(EDGE / worker / "wrangler.jsonc")]
    command = [str(NODE), str(WRANGLER / "bin/wrangler.js"), *deploy]
    environment = {**os.environ, "HOME": str(tmp_path), "WRANGLER_SEND_METRICS": "false"}
    dry = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert dry.returncode == 0, dry.stderr
    assert "WARNING" not in dry.stdout + dry.stderr
    assert (tmp_path / "worker.js").stat().st_size < 64 * 1024


@pytest.mark.parametrize("worker", WORKERS)
def test_its_configuration_is_as_wrangler_describes_it(worker: str, absent: Callable[[str], NoReturn]) -> None:
    if not WRANGLER.exists():
        absent("wrangler")
    schema = json.loads((WRANGLER / "config-schema.json").read_text())
    jsonschema.validate(config(worker), schema)


#: What releases need; on Cloudflare nothing leads to any yet.
OF_RELEASES = {"ASSETS", "DOMAINS", "EDGE_KEY", "POINTERS", "POINTER_MS"}


def test_every_binding_that_dispatch_reads_is_bound() -> None:
    text = (EDGE / "dispatch/wrangler.jsonc").read_text()
    bound = {*re.findall(r'"binding": "(\w+)"', text), *config("dispatch")["vars"]}
    texts = [path.read_text() for path in (EDGE / "dispatch").glob("*.js")]
    read = set(re.findall(r"\benv\.([A-Z_]+)", "\n".join(texts)))
    assert bound | OF_RELEASES == read
    here = set(re.findall(r'name = "([A-Z_]+)"', (EDGE / "local/edge.capnp").read_text()))
    assert here >= OF_RELEASES


@pytest.mark.parametrize("worker", WORKERS)
def test_both_edges_run_the_same_files_as_of_the_same_day(worker: str) -> None:
    local = (EDGE / "local/edge.capnp").read_text()
    assert set(re.findall(r'compatibilityDate = "(.+?)"', local)) == {config(worker)["compatibility_date"]}
    shipped = {path.name for path in (EDGE / worker).glob("*.js") if not path.name.endswith(".test.js")}
    assert set(re.findall(rf'embed "\.\./{worker}/(.+?)"', local)) == shipped
