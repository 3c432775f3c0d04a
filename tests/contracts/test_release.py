"""A release's name follows from what it is, and from nothing else."""

from contracts.release import Asset, Manifest, Module, Script

PAGE, CODE, SMALL, MAP = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)


def manifest(app_id: str = "demo") -> Manifest:
    return Manifest(
        app_id=app_id,
        files={"src/App.tsx": "e" * 64},
        assets={"/index.html": Asset(sha256=PAGE, type="text/html", bytes=3, gzip=SMALL)},
        script=Script(main="index.js", modules={"index.js": Module(sha256=CODE)}, compatibility_date="2026-11-01"),
        maps={"assets/index.js.map": MAP},
        built_by="x",
    )


def test_the_same_release_has_the_same_name_wherever_it_was_made() -> None:
    assert manifest().release_id == Manifest.read(manifest().text()).release_id
    assert manifest().release_id == "3554a75f35ff616c5e6a5a0cd1fe0f5503b1ddc10711c6f2a9e88998a3cf6e27"


def test_another_app_s_release_has_another_name() -> None:
    assert manifest().release_id != manifest("other").release_id


def test_sources_and_source_maps_never_reach_an_edge() -> None:
    assert "App.tsx" not in manifest().served()
    assert MAP not in manifest().served()
    assert manifest().contents() == {PAGE, CODE, SMALL}
    assert manifest().artifacts() == {PAGE, CODE, SMALL, MAP}
