"""A message's tools as one picture: the same for whoever fetched it whole, followed it live, or did both in turn."""

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from edge.compiler_node import node
from gateway import conversation

MODULE = Path(conversation.__file__).with_name("demo") / "conversation.js"
FOLD = f"""
import {{ empty, take }} from {json.dumps(MODULE.as_uri())};
const stories = JSON.parse(await new Response(process.stdin).text());
const pictures = stories.map((steps) => steps.reduce((all, step) => (take(all, step), all), empty("m")));
process.stdout.write(JSON.stringify(pictures));
"""


def step(seq: int, kind: str = "progress", index: int | None = 0, **fact: Any) -> dict[str, Any]:
    about = {"seq": seq, "kind": kind, "message_id": "m", "at": f"2026-01-31T12:00:{seq:02}.000+00:00", "attempt": 1}
    return {**about, **({} if index is None else {"tool_index": index}), **fact}


def picture(*steps: dict[str, Any]) -> dict[str, Any]:
    return conversation.whole("m", steps)


def only(found: dict[str, Any]) -> dict[str, Any]:
    ((call,),) = [group["calls"] for group in found["conversation_flow"]]
    return dict(call)


def test_calls_stand_by_iteration_and_in_index_order_however_they_come() -> None:
    found = picture(
        step(1, index=3, iteration=1, stage="analyzing", progress=10),
        step(2, index=1, iteration=0, stage="writing", progress=30),
        step(3, "tool-completed", index=0, iteration=0, tool="os-write", details={"lines": 3}),
        step(4, "tool-completed", index=3, iteration=1, tool="os-read", details={}),
    )
    groups = found["conversation_flow"]
    assert [(one["type"], one["iteration"], [call["tool_index"] for call in one["calls"]]) for one in groups] == [
        ("grouped_tools", 0, [0, 1]),
        ("grouped_tools", 1, [3]),
    ]
    assert [(one["status"], one["progress"]) for one in (found, *groups)] == [
        ("executing", 82),
        ("executing", 65),
        ("completed", 100),
    ]


def test_a_call_tells_its_stages_its_times_and_what_came_of_it() -> None:
    call = only(
        picture(
            step(1, tool_name="os-write", stage="analyzing", progress=10),
            step(2, tool_name="os-write", stage="writing", progress=30, message="src/App.tsx"),
            step(3, tool_name="os-write", stage="writing", progress=40),
            step(4, "tool-completed", tool="os-write", details={"lines": 3}),
        )
    )
    assert [(one["stage"], one["progress"]) for one in call["stages"]] == [("analyzing", 10), ("writing", 30)]
    assert (call["tool"], call["status"], call["progress"], call["details"]) == (
        "os-write",
        "completed",
        100,
        {"lines": 3},
    )
    assert (call["started_at"][17:19], call["ended_at"][17:19]) == ("01", "04")


def test_a_failure_keeps_how_far_it_came_and_says_why() -> None:
    found = picture(
        step(1, stage="writing", progress=30),
        step(2, "tool-failed", tool="os-wirte", reason="there is no such tool", nearest=["os-write"]),
    )
    call = only(found)
    assert (call["status"], call["progress"], call["nearest"]) == ("failed", 30, ["os-write"])
    assert (found["status"], found["progress"], found["ended_at"][17:19]) == ("failed", 100, "02")


def test_what_was_mended_in_a_later_iteration_does_not_fail_the_message() -> None:
    failed = step(1, "tool-failed", iteration=0, tool="os-line-replace", reason="is not in the file")
    found = picture(failed, step(2, "tool-completed", index=1, iteration=1, tool="os-write", details={}))
    assert [one["status"] for one in found["conversation_flow"]] == ["failed", "completed"]
    assert found["status"] == "completed"


def test_a_later_attempt_supersedes_and_late_words_change_nothing() -> None:
    begun = step(1, stage="writing", progress=60, message="the first try")
    failed = step(2, "tool-failed", tool="os-write", reason="the first try")
    again = step(3, stage="analyzing", progress=10, attempt=2)
    late = [step(4, stage="validating", progress=80), step(5, "tool-completed", tool="os-write", details={})]
    call = only(picture(begun, failed, again, *late))
    assert (call["attempt"], call["status"], call["progress"], call["reason"]) == (2, "executing", 10, None)
    assert [one["stage"] for one in call["stages"]] == ["analyzing"]
    over = only(picture(again, step(4, "tool-completed", tool="os-write", details={}, attempt=2), {**begun, "seq": 5}))
    assert (over["status"], over["progress"]) == ("completed", 100)


def test_what_an_actor_gave_up_has_failed() -> None:
    call = only(picture(step(1, stage="writing", progress=30), step(2, stage="failed", progress=0, message="8 times")))
    assert (call["status"], call["progress"], call["reason"]) == ("failed", 30, "8 times")


STEPS = some.lists(
    some.fixed_dictionaries(
        {
            "kind": some.sampled_from(["progress", "progress", "progress", "tool-completed", "tool-failed", "other"]),
            "message_id": some.sampled_from(["m", "m", "m", "another"]),
            "attempt": some.integers(1, 3),
            "at": some.integers(10, 59).map(lambda second: f"2026-01-31T12:00:{second}.000+00:00"),
        },
        optional={
            "tool_index": some.integers(0, 3),
            "iteration": some.integers(0, 2),
            "tool": some.sampled_from(["os-write", "os-read"]),
            "tool_name": some.sampled_from(["os-write", "os-read"]),
            "stage": some.sampled_from(["analyzing", "writing", "failed"]),
            "progress": some.integers(0, 100),
            "message": some.text(max_size=3),
            "details": some.just({"lines": 1}),
            "reason": some.just("is so"),
        },
    ),
    max_size=20,
).map(lambda steps: [{**one, "seq": seq} for seq, one in enumerate(steps, 1)])


@given(STEPS, some.data())
def test_to_go_on_from_any_place_is_to_have_followed_from_the_beginning(
    steps: list[dict[str, Any]], data: some.DataObject
) -> None:
    fetched = data.draw(some.integers(0, len(steps)))
    found = json.loads(json.dumps(conversation.whole("m", steps[:fetched])))  # as it comes over the wire
    again = data.draw(some.integers(0, fetched))  # a stream may say once more what was fetched already
    for one in steps[again:]:
        conversation.take(found, one)
    whole = conversation.whole("m", steps)
    assert found == whole


def test_a_browser_makes_the_same_of_it() -> None:
    stories: list[list[dict[str, Any]]] = []

    @given(STEPS)
    def collect(steps: list[dict[str, Any]]) -> None:
        stories.append(steps)

    collect()
    ours = [conversation.whole("m", copy.deepcopy(steps)) for steps in stories]
    command = [str(node()), "--input-type=module", "-e", FOLD]
    found = subprocess.run(command, input=json.dumps(stories), capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout) == ours
