"""A broker that runs out of something takes nothing more: that is said, and nothing is lost."""

import pytest

from tests.faults.ground import Ground
from tests.patience import until

BURST = 30
#: What an operator tells the broker to raise an alarm, and to end it.
ALARMS = {
    "memory": (("set_vm_memory_high_watermark", "absolute", "1"), ("set_vm_memory_high_watermark", "absolute", "1GB")),
    "disk": (("set_disk_free_limit", "1000000GB"), ("set_disk_free_limit", "200MB")),
}


@pytest.mark.parametrize("alarm", ALARMS)
def test_a_broker_without_room_is_said_and_nothing_is_lost(ground: Ground, app_id: str, alarm: str) -> None:
    raised, ended = ALARMS[alarm]
    ground.worker()
    ground.relay()
    gateway = ground.gateway()
    bus = ground.bus()
    for n in range(BURST):
        bus.publish("file-written", app_id, {"path": f"{n}.txt", "content": "x"})
    ground.rabbitmqctl(*raised)
    try:
        for _ in range(2):  # the first one finds it out
            refused = gateway.publish(app_id, {"path": "a.txt", "content": "1"}, "the same")
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0
        assert gateway.ready()["broker"] == "away"
        until(lambda: ground.stored([app_id]) >= BURST, "what was in the queue before")
    finally:
        ground.rabbitmqctl(*ended)
    until(lambda: gateway.ready().get("ready") is True, "ready again")
    assert gateway.publish(app_id, {"path": "a.txt", "content": "1"}, "the same").status_code == 202
    while bus.hear("file-stored", app_id)["data"]["path"] != "a.txt":
        pass
    assert ground.stored([app_id]) == BURST + 1
    bus.connection.close()
