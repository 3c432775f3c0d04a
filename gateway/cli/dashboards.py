"""`fleet dashboards`: what Prometheus and Grafana start from, written into a folder."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import running
from gateway.cli.console import Trouble, guarded, print_json, print_line


@guarded
def dashboards(
    folder: Annotated[Path, typer.Argument(help="where to write; what was there of ours is replaced")],
    scrape: Annotated[
        list[str] | None,
        typer.Option(help="JOB=HOST:PORT, of the fleet or of rabbitmq; repeat it", show_default="fleet=the gateway"),
    ] = None,
    prometheus: Annotated[str, typer.Option(help="where Grafana finds Prometheus")] = "http://127.0.0.1:9090",
    gateway: Annotated[
        str | None, typer.Option(help="where links to stories lead", show_default="this fleet's")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Write Grafana's dashboards and provisioning, and Prometheus's configuration and alert rules.

    `fleet up --observe` and docker compose start both from these. A name, unlike an address, is looked up again and
    again, and all that it leads to is asked.

    Example: `fleet dashboards ./observed --scrape fleet=127.0.0.1:8700 --scrape rabbitmq=127.0.0.1:15692`
    """
    from gateway.dashboards import files

    fleet = running.find()
    jobs: dict[str, list[str]] = {}
    for one in scrape or [f"fleet={fleet.url.removeprefix('http://')}"]:
        job, equals, address = one.partition("=")
        if not (job and equals and address.rpartition(":")[2].isdigit()):
            raise Trouble(f"--scrape {one}: must be JOB=HOST:PORT", 2)
        jobs.setdefault(job, []).append(address)
    files.write(folder, files.Observed(jobs, prometheus, gateway or fleet.url))
    written = sorted(str(path) for path in folder.rglob("*") if path.is_file())
    if as_json:
        print_json({"folder": str(folder), "files": written})
    else:
        print_line(
            f"{folder}: {len(written)} files; prometheus/prometheus.yml and grafana/provisioning lead to the rest"
        )
