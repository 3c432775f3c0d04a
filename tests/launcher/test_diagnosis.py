"""What the doctor says of a machine is what that machine lets happen."""

import pytest

from edge.sandbox import confinement
from gateway.launcher.diagnosis import of_sandbox


@pytest.mark.parametrize("prefix", [[], ["/usr/bin/setpriv", "--reuid=65534"]])
def test_the_doctor_warns_where_configurations_could_reach_the_network(prefix: list[str]) -> None:
    finding = of_sandbox(prefix)
    assert finding.verdict == "warning"
    assert "unshare" in finding.what
    assert finding.mend


def test_the_doctor_is_content_where_a_network_of_its_own_is_given_to_them() -> None:
    assert of_sandbox(["/usr/bin/unshare", "--user", "--net"]).verdict == "well"


def test_a_machine_that_lets_nothing_be_unshared_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.defpath", "/nowhere")
    assert of_sandbox(confinement()).verdict == "warning"
