"""The commands as a person runs them: what they print, and the exit status."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jwt
import pytest
from typer.testing import CliRunner, Result

from contracts import catalog
from gateway.cli.console import print_table
from gateway.cli.demo_app import FILES
from gateway.cli.main import app
from gateway.launcher.home import Home, replace
from tests.gateway.cli.conftest import SECRET, Script

OURS = ("publish", "watch", "tail", "token", "apps", "contracts", "dead-letters list", "dead-letters show",
        "dead-letters requeue", "dead-letters drop", "epoch bump", "demo", "link", "access",
        "story", "bench", "logs")  # fmt: skip


def fleet(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin, catch_exceptions=False)


@pytest.mark.parametrize("command", OURS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = fleet(*command.split(), "--help")
    assert result.exit_code == 0
    assert f"Example: fleet {command}" in " ".join(result.output.split()) or command == "token"


@pytest.mark.usefixtures("gateway")
def test_publish_prints_the_events_id(script: Script) -> None:
    result = fleet("publish", "build-requested", "--app", "demo", "--data", '{"environment": "preview"}')
    assert result.exit_code == 0
    (event,) = script.events
    assert result.stdout.strip() == event["id"]
    assert (event["type"], event["subject"]) == ("overskill.build-requested", "demo")
    assert event["data"] == {"environment": "preview"}


@pytest.mark.usefixtures("gateway")
def test_publish_takes_files_data_and_a_message(script: Script, tmp_path: Path) -> None:
    (tmp_path / "a.tsx").write_text("é")
    (tmp_path / "b.gif").write_bytes(b"\xff\x00")
    (tmp_path / "data.json").write_text('{"version_name": "First"}')
    files = ["--file", f"src/a.tsx={tmp_path}/a.tsx", "--file", f"b.gif={tmp_path}/b.gif"]
    assert fleet("publish", "file-written", "--app", "demo", "--data", f"@{tmp_path}/data.json", *files,
                 "--message-id", "m").exit_code == 0  # fmt: skip
    (event,) = script.events
    written = [{"path": "src/a.tsx", "content": "é"}, {"path": "b.gif", "content_base64": "/wA="}]
    assert event["data"] == {"message_id": "m", "version_name": "First", "files": written}
    assert event["messageid"] == "m"


@pytest.mark.usefixtures("gateway")
def test_a_busy_gateway_gets_the_same_event_again(script: Script) -> None:
    script.answers = [503, 429]
    assert fleet("publish", "message-cancelled", "--app", "demo", "--data", '{"message_id": "m"}').exit_code == 0
    assert len(script.events) == 3
    assert len({event["id"] for event in script.events}) == 1


@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense", "--app", "demo"], "not a kind"),
        (["file-stored", "--app", "demo"], "said by the fleet itself"),
        (["file-written", "--app", "demo", "--data", "{"], "--data"),
        (["file-written", "--app", "demo", "--data", "[]"], "JSON object"),
        (["file-written", "--app", "demo", "--data", '{"path": "a", "content": "\\ud800"}'], "--data: is not JSON"),
        (["file-written", "--app", "demo", "--data", "@/nowhere"], "--data"),
        (["file-written", "--app", "demo", "--file", "a=/nowhere"], "--file"),
        (["file-written", "--app", "demo", "--data", '{"path": "../a", "content": ""}'], "path: must not contain"),
        (["file-written", "--app", "Demo"], "--app"),
        (["file-written"], "--app"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_what_is_asked_wrongly_is_status_2_and_says_what(script: Script, arguments: list[str], said: str) -> None:
    result = fleet("publish", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not script.events


@pytest.mark.usefixtures("gateway")
def test_what_the_gateway_refuses_is_status_1_and_says_which_field(script: Script) -> None:
    script.answers = [422]
    result = fleet("publish", "message-cancelled", "--app", "demo", "--data", '{"message_id": "m"}')
    assert result.exit_code == 1
    assert "data.path: is odd" in result.stderr


def test_nothing_running_says_how_to_start_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FLEET_HOME", str(tmp_path))
    monkeypatch.setenv("FLEET_HTTP", "127.0.0.1:1")
    for command in (
        ["tail", "--app", "demo"],
        ["apps"],
        ["dead-letters", "list"],
        ["epoch", "bump"],
        ["token", "--app", "demo"],
    ):
        result = fleet(*command)
        assert (result.exit_code, "start it with `make up`" in result.stderr) == (1, True), command


def test_the_fleet_is_found_by_the_file_that_up_has_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gateway: Any, script: Script
) -> None:
    for name in ("FLEET_HTTP", "FLEET_JWT_SECRET"):
        monkeypatch.delenv(name)
    (tmp_path / "home").mkdir()
    lines = f"FLEET_HTTP=127.0.0.1:{gateway.server_port}\nFLEET_JWT_SECRET='{SECRET}'\n"
    (tmp_path / "home" / "env").write_text(lines)
    assert fleet("publish", "message-cancelled", "--app", "demo", "--data", '{"message_id": "m"}').exit_code == 0
    assert script.events


def test_an_address_stays_whole_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FLEET_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "40")
    url = "postgresql://127.0.0.1:25735/fleet"
    process = {"name": "postgres", "kind": "postgres", "pid": 1, "state": "ready", "restarts": 0, "url": url}
    home = Home(tmp_path)
    home.create()
    with home.held():
        replace(home.state, json.dumps({"home": str(tmp_path), "state": "ready", "processes": [process]}))
        assert url in fleet("status").stdout


def test_a_token_says_who_may_do_what_for_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEET_JWT_SECRET", SECRET)
    result = fleet("token", "--app", "demo", "--role", "publisher", "--ttl", "2h")
    claims = jwt.decode(result.stdout.strip(), SECRET, algorithms=["HS256"], audience="fleet")
    assert (claims["role"], claims["apps"], claims["exp"] - claims["iat"]) == ("publisher", ["demo"], 7_200)


def test_a_stream_token_is_for_one_app_and_a_quarter_of_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEET_JWT_SECRET", SECRET)
    minted = json.loads(fleet("token", "--app", "demo", "--stream", "--json").stdout)["token"]
    claims = jwt.decode(minted, SECRET, algorithms=["HS256"], audience="fleet-stream")
    assert (claims["role"], claims["apps"], claims["exp"] - claims["iat"]) == ("viewer", ["demo"], 900)
    for wrong in (["--ttl", "1h"], ["--app", "other"], ["--role", "operator"]):
        assert fleet("token", "--app", "demo", "--stream", *wrong).exit_code == 2


@pytest.mark.parametrize("ttl", ["", "0", "-1", "1w", "1.5h", "h", "\u0661h"])
def test_a_time_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, ttl: str) -> None:
    monkeypatch.setenv("FLEET_JWT_SECRET", SECRET)
    assert fleet("token", "--app", "demo", "--ttl", ttl).exit_code == (0 if not ttl else 2)


def test_contracts_prints_every_tool() -> None:
    tools = json.loads(fleet("contracts", "--tools", "--json").stdout)
    assert tools["os-write"]["stages"]["updating_preview"] == 60
    assert set(tools["generate_image"]["arguments"]["properties"]) == {"prompt", "file_path", "size"}
    assert "create_table: Create a table" in fleet("contracts", "--tools").stdout


def test_contracts_prints_every_schema() -> None:
    printed = json.loads(fleet("contracts", "--json").stdout)
    assert printed == {kind: catalog.schema(event) for kind, event in catalog.KINDS.items()}
    assert json.loads(fleet("contracts", "file-stored", "--json").stdout) == printed["file-stored"]
    text = fleet("contracts").stdout
    assert all(f"{kind}: " in text for kind in catalog.KINDS)
    assert fleet("contracts", "nonsense").exit_code == 2


def test_the_demo_is_written_where_nothing_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "a new/demo"
    result = fleet("demo", "--to", str(folder))
    assert (result.exit_code, "watch '" in result.stdout) == (0, True)
    written = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert written == FILES
    (folder / "src/App.tsx").write_text("mine")
    for taken in (folder, folder / "package.json"):
        result = fleet("demo", "--to", str(taken))
        assert (result.exit_code, "not an empty folder" in result.stderr) == (2, True)
    assert (folder / "src/App.tsx").read_text() == "mine"


@pytest.mark.usefixtures("gateway")
def test_apps_are_listed_and_cannot_paint_the_terminal() -> None:
    assert json.loads(fleet("apps", "--json").stdout) == [{"app_id": "demo"}, {"app_id": "sh\x1b[31mop"}]
    text = fleet("apps").stdout
    assert "demo" in text
    assert "\x1b[31m" not in text


def test_a_row_stays_one_line_that_can_be_searched_and_copied(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    event_id, reason = "6ba43548-a0c4-4ab2-8f4c-1d3f5b5a5a55", "content-type: is missing: " + "send it " * 20
    print_table([{"event_id": event_id, "名": "ファイル", "reason": reason}, {"event_id": "e"}])
    head, row, other = capsys.readouterr().out.splitlines()
    assert row == f"{event_id}  ファイル  {reason}".rstrip()
    assert head == "event_id" + " " * 30 + "名" + " " * 8 + "reason"
    assert other == "e"


STEPS: list[dict[str, Any]] = [
    {"event_id": "a", "kind": "progress", "stage": "x", "progress": 5},
    {"event_id": "b", "kind": "file-stored", "path": "a.ts", "version": 3, "bytes": 5},
    {"event_id": "c", "kind": "preview-failed", "message": "no \x1b[31m", "cause_id": "b", "at": ":00.019+00:00"},
    {"event_id": "d", "kind": "file-rejected", "field": "path", "reason": "is odd", "cause_id": "unknown"},
]


@pytest.mark.usefixtures("gateway")
def test_a_story_is_a_tree_with_times(script: Script) -> None:
    steps = [{**step, "at": f"2026-01-31T12:00{step.get('at', ':00.000+00:00')}"} for step in STEPS]
    script.story = {"app_id": "demo", "story_id": "a/b", "steps": steps}
    assert fleet("story", "a/b", "--app", "demo").exit_code == 0
    assert fleet("story", "a/b").stdout.splitlines() == [
        "2026-01-31T12:00:00.000+00:00  a/b in demo",
        "       +0 ms  ├─ progress    5 %  x",
        "       +0 ms  ├─ file-stored  a.ts  version 3, 5 bytes",
        "      +19 ms  │  └─ preview-failed  message=no ·[31m",
        "       +0 ms  └─ file-rejected  path: is odd",
    ]
    assert [one["path"] for one in script.asked] == ["/v1/stories/a%2Fb"] * 2
    assert [one["query"] for one in script.asked] == [{"app_id": ["demo"]}, {}]


def test_bench_measures_this_checkout() -> None:
    command = [sys.executable, "-m", "gateway.cli.main", "bench", "nonsense"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, "there is no nonsense" in ran.stderr) == (2, True)


STORY = '"app_id": "demo", "seq": 1, "at": "2026-01-31T12:00:00.123Z"'


@pytest.mark.usefixtures("gateway")
def test_tail_prints_plain_lines_where_there_is_no_terminal(script: Script) -> None:
    rejected, writing = (
        f'event: file-rejected\ndata: {{{STORY}, "path": "a\\u001b[31mb", "field": "path", "reason": "is odd"}}\n\n',
        f'event: progress\ndata: {{{STORY}, "stage": "writing", "message": "…", "progress": 30, "tool_index": 1}}\n\n',
    )
    script.streams = [(rejected + writing).encode(), 403]
    result = fleet("tail", "--app", "demo")
    assert result.exit_code == 1  # the second connection was refused, which is no interruption
    first, second = result.stdout.splitlines()
    assert first.split() == ["12:00:00.123", "file-rejected", "a·[31mb", "path:", "is", "odd"]
    assert second.split() == ["12:00:00.123", "progress", "30", "%", "writing", "…"]


@pytest.mark.usefixtures("gateway")
def test_tail_prints_json_for_programs(script: Script) -> None:
    script.streams = [f'id: e.1\nevent: build-superseded\ndata: {{{STORY}, "by": "b"}}\n\n'.encode(), 403]
    (line,) = fleet("tail", "--app", "demo", "--json").stdout.splitlines()
    fact = json.loads(line)
    assert fact["kind"] == "build-superseded"
    assert fact["id"] == "e.1"  # what --since takes
