"""The catalog holds every kind that outsiders rely on, with its fields; it only ever grows."""

import pytest

from contracts import catalog
from contracts.errors import BadEvent
from contracts.settings import Settings

#: What was promised to publishers: the kinds that may come from outside, with their fields.
UPSTREAM = {
    "app-created": "name template owner tier strategy",
    "file-written": "path content content_base64 operation from_path files message_id tool_index",
    "tool-called": "message_id tool_index iteration tool",
    "message-cancelled": "message_id",
    "build-requested": "environment release_id deploy",
    "deploy-requested": "environment build_id release_id target canary_percent",
    "rollback-requested": "environment release_id",
    "schema-changed": "change dry_run",
}

#: What was promised to listeners.
FOLLOW_UPS = {
    "env-changed": "environment key version",
    "file-stored": "path paths operation sha256 bytes lines version unchanged",
    "file-rejected": "path field reason",
    "preview-ready": "url revision files seconds",
    "preview-updated": "revision modules css reload milliseconds",
    "preview-failed": "revision file line column message frame",
    "preview-acknowledged": "revision",
    "preview-errored": "revision message file line stack count trusted",
    "build-succeeded": "build_id environment release_id seconds sizes warnings",
    "build-failed": "build_id environment step file line message log_url",
    "build-superseded": "build_id by",
    "deploy-succeeded": "deployment_id environment url release_id target namespace script_name seconds",
    "deploy-failed": "deployment_id environment step reason target fallback_triggered",
    "deploy-rolled-back": "environment release_id from_release_id because",
    "fallback-needed": "deployment_id environment reason",
    "schema-applied": "table change schema_version",
    "schema-rejected": "table change field reason",
    "tool-completed": "message_id tool_index tool attempt details",
    "tool-failed": "message_id tool_index tool attempt reason nearest",
    "progress": "stage message progress message_id tool_index attempt details",
}


def test_every_promised_kind_is_there() -> None:
    assert set(catalog.KINDS) >= UPSTREAM.keys() | FOLLOW_UPS.keys()
    assert {event.kind for event in catalog.ASKED} >= UPSTREAM.keys()
    assert not {event.kind for event in catalog.ASKED} & FOLLOW_UPS.keys()


@pytest.mark.parametrize(("kind", "fields"), (UPSTREAM | FOLLOW_UPS).items())
def test_every_promised_field_is_in_the_schema(kind: str, fields: str) -> None:
    assert set(catalog.schema(catalog.KINDS[kind])["properties"]) >= set(fields.split())


def test_no_schema_shows_what_is_ours_alone() -> None:
    assert "listed" not in catalog.schema(catalog.KINDS["file-written"])["properties"]


def test_kinds_are_distinct() -> None:
    assert len(catalog.KINDS) == len(catalog.ASKED) + len(catalog.SAID)


def test_every_kind_says_what_it_means() -> None:
    assert all(event.__doc__ for event in catalog.KINDS.values())


@pytest.mark.parametrize("kind", UPSTREAM)
def test_what_upstream_publishes_is_accepted(kind: str) -> None:
    assert catalog.asked_for(kind).kind == kind


@pytest.mark.parametrize(
    ("kind", "why"), [("file-stored", "said by the fleet itself"), ("file-writen", "there are app-created")]
)
def test_what_upstream_may_not_publish_is_refused_with_the_reason(kind: str, why: str) -> None:
    with pytest.raises(BadEvent, match=why) as caught:
        catalog.asked_for(kind)
    assert [flaw.field for flaw in caught.value.flaws] == ["type"]


def test_the_endings_of_a_kind_are_facts_of_the_fleet() -> None:
    assert catalog.endings("file-written") == {"file-stored", "file-rejected"}
    assert catalog.endings("file-stored") == frozenset()
    for kind in UPSTREAM:
        assert catalog.endings(kind) <= FOLLOW_UPS.keys()


def test_settings_keep_secrets_out_of_their_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEET_DATABASE_URL", "postgresql://fleet:5up3r53cr37@localhost/fleet")
    monkeypatch.setenv("FLEET_JWT_SECRET", "5up3r53cr37" * 4)
    assert "5up3r" not in repr(Settings())


def test_settings_read_lists_and_ignore_empty_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEET_ZONES", "overskill.app, overskill.com")
    monkeypatch.setenv("FLEET_AMQP_URL", "")
    settings = Settings()
    assert settings.zones == ("overskill.app", "overskill.com")
    assert settings.amqp_url is None
