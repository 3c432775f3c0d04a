"""Follow-ups: what an actor makes of an event has the same name however often it is decided."""

from dataclasses import replace
from uuid import UUID

from contracts.event import Envelope
from contracts.progress import Progress
from contracts.schema import SchemaApplied

CAUSE = Envelope(
    event_id="e-1",
    source="/rails",
    kind="schema-changed",
    app_id="demo",
    data={},
    story_id="s-1",
    message_id="m-1",
    traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)
FACT = SchemaApplied(table="pots", change="create_table", schema_version=2)


def test_deciding_twice_is_one_event() -> None:
    assert CAUSE.follow_up("apply_schema", FACT) == CAUSE.follow_up("apply_schema", FACT.model_copy())


def test_the_name_is_the_same_in_every_process_for_ever() -> None:
    assert UUID(CAUSE.follow_up("apply_schema", FACT).event_id).version == 5
    assert CAUSE.follow_up("apply_schema", FACT).event_id == "2d45e1d2-ad12-5e47-83b6-4c669e8d2b5f"


def test_another_cause_actor_kind_or_fact_is_another_event() -> None:
    others = [
        CAUSE.follow_up("apply_schema", FACT),
        CAUSE.follow_up("run_tool", FACT),
        CAUSE.follow_up("apply_schema", FACT.model_copy(update={"schema_version": 3})),
        CAUSE.follow_up("apply_schema", Progress(stage="done", progress=100)),
        replace(CAUSE, event_id="x").follow_up("apply_schema", FACT),
        replace(CAUSE, source="x").follow_up("apply_schema", FACT),
        replace(CAUSE, app_id="x").follow_up("apply_schema", FACT),
    ]
    assert len({event.event_id for event in others}) == len(others)


def test_a_follow_up_stays_in_its_story() -> None:
    event = CAUSE.follow_up("apply_schema", FACT)
    assert (event.story_id, event.causation_id, event.message_id) == ("s-1", "e-1", "m-1")
    assert (event.app_id, event.source, event.kind) == ("demo", "overskill/apply_schema", "schema-applied")
    assert event.sequence is None


def test_a_follow_up_of_a_storys_first_event_names_that_event_as_the_story() -> None:
    assert replace(CAUSE, story_id="").follow_up("apply_schema", FACT).story_id == "e-1"


def test_the_trace_goes_on_under_a_new_span() -> None:
    event = CAUSE.follow_up("apply_schema", FACT)
    version, trace, span, flags = (event.traceparent or "").split("-")
    assert (version, trace, flags) == ("00", "4bf92f3577b34da6a3ce929d0e0e4736", "01")
    assert len(span) == 16
    assert span != "00f067aa0ba902b7"
    assert replace(CAUSE, traceparent=None).follow_up("apply_schema", FACT).traceparent is None


def test_data_is_kept_out_of_an_envelopes_repr() -> None:
    assert "5up3r" not in repr(replace(CAUSE, data={"content": "5up3r53cr37"}))
