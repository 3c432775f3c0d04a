"""What an app wrote is run where it reaches nothing, and ends when it should."""

import os
import socket
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from edge.compiler_node import node
from edge.compiler_words import Failure
from edge.sandbox import Overrun, Sandbox, without_network


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


def vite(sandbox: Sandbox, code: str) -> Any:
    return sandbox.evaluate("vite", "vite.config.js", {"vite.config.js": code}, {})


def test_a_configuration_comes_back_as_data(sandbox: Sandbox) -> None:
    value = vite(sandbox, "const a = [1, 2].map(String); export default { define: { A: a.join() } }")
    assert value["define"] == {"A": "1,2"}


def test_it_runs_as_nobody_in_an_empty_folder_without_an_environment(sandbox: Sandbox) -> None:
    code = """const { constructor } = () => {}; const p = constructor("return process")();
    export default { define: { uid: p.getuid(), env: Object.keys(p.env).join(), cwd: p.cwd(), can: [
      p.permission.has("fs.read", "/etc/passwd"), p.permission.has("fs.write", "/tmp"), p.permission.has("child"),
      p.permission.has("worker")].join() } }"""
    told = vite(sandbox, code)
    assert not isinstance(told, Failure), told
    told = told["define"]
    assert told["can"] == "false,false,false,false"
    assert told["env"] in {"", "PWD"}
    assert "fleet-sandbox-" in told["cwd"]
    if os.geteuid() == 0:
        assert told["uid"] == 65_534


def test_it_runs_without_a_network(sandbox: Sandbox) -> None:
    if not without_network(sandbox.prefix):
        pytest.skip("this machine cannot take the network from a process")
    with socket.create_server(("127.0.0.1", 0)) as server:
        connect = f"fetch('http://127.0.0.1:{server.getsockname()[1]}').catch(e => console.log(e.cause.code))"
        ran = subprocess.run(
            [*sandbox.prefix, node(), "-e", connect], capture_output=True, text=True, env={}, check=True
        )
    assert ran.stdout.strip() in {"ENETUNREACH", "ECONNREFUSED"}, ran


@pytest.mark.parametrize(
    "code",
    [
        "while (true) {}",
        "const a = []; while (true) a.push(new Array(1e6).fill(1.5))",
        "const a = []; while (true) a.push(new Uint8Array(1e8).fill(1))",
        "await new Promise(() => {})",
    ],
)
def test_what_takes_too_much_is_ended(sandbox: Sandbox, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.sandbox._SECONDS", 3.0)
    found = vite(sandbox, f"export default async () => {{ {code} }}")
    assert isinstance(found, Failure)
    assert found.file == "vite.config.js"
    assert "too much memory" in found.message or "allocation failed" in found.message


def test_nobody_answers_for_the_sandbox_but_with_words(sandbox: Sandbox) -> None:
    write = '(() => {}).constructor("return process")().stdout.write'
    assert isinstance(vite(sandbox, f'{write}("nonsense\\n"); export default {{}}'), Overrun)
    assert isinstance(vite(sandbox, f'{write}("x".repeat(3e7)); export default {{}}'), Overrun)


def test_sheets_are_compiled_one_after_the_other_and_after_an_end(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.sandbox._SECONDS", 5.0)
    assert sandbox.preprocess("a.scss", "$c: red; .a { color: $c }", {}, {}) == ".a {\n  color: red;\n}"
    endless = sandbox.preprocess("a.scss", "@while true { .a { color: red } }", {}, {})
    assert isinstance(endless, Overrun)
    failed = sandbox.preprocess("a.less", ".a { color: @c }", {}, {})
    assert isinstance(failed, Failure)
    assert "@c" in failed.message
    assert "red" in str(sandbox.preprocess("a.less", "@c: red; .a { color: @c }", {}, {}))
