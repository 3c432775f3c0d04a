"""Packages from a registry, resolved as npm does, and what happens when the registry or a package is hostile."""

import json
import tarfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from edge.compiler import Compiler
from edge.packages import folders, installer
from edge.packages.confined import Limits
from edge.packages.installer import Bundle, Installer, Refused
from edge.packages.locks import Locked, read
from edge.packages.tree import Tree
from edge.packages.wanted import Wanted, wanted
from tests.edge.registry import Registry, packed

Install = Callable[..., "Outcome"]


class Outcome:
    """What became of a question."""

    def __init__(self, tree: Tree, bundle: Bundle) -> None:
        self.tree, self.bundle = tree, bundle
        self.text = "\n".join(content.decode() for content in bundle.files.values())

    @property
    def versions(self) -> dict[str, str]:
        """Return what lies where."""
        return {
            place.removeprefix("node_modules/"): one["version"] for place, one in self.tree.packages.items() if place
        }


@pytest.fixture(scope="module")
def compiler() -> Iterator[Compiler]:
    with Compiler(children=1) as running:
        yield running


@pytest.fixture
def install(compiler: Compiler, registry: Registry) -> Iterator[Install]:
    """Install and bundle what a package.json asks for."""
    begun: list[Installer] = []

    def run(
        *specs: str, known: Tree | None = None, locked: Locked | None = None, limits: Limits | None = None, **json: Any
    ) -> Outcome:
        begun.append(Installer(compiler, installer.Registry(registry.url), limits))
        with begun[-1].begin(asked(specs, json, locked), known) as installation:
            return Outcome(installation.tree, installation.bundle(specs, lambda: None))

    yield run
    for one in begun:
        one.stop()
        one.close()


def asked(specs: tuple[str, ...], manifest: dict[str, Any], locked: Locked | None) -> Wanted:
    found = wanted(json.dumps(manifest), specs, locked or Locked())
    assert isinstance(found, Wanted), found
    return found


def refusal(install: Install, *specs: str, **asked: Any) -> str:
    with pytest.raises(Refused) as refused:
        install(*specs, **asked)
    return str(refused.value).removeprefix("The packages cannot be installed: ")


def test_versions_are_chosen_as_npm_does(registry: Registry, install: Install) -> None:
    for version in ("1.0.0", "1.5.0", "2.0.0"):
        registry.publish("ranged", version)
        registry.publish("tagged", version)
        registry.publish("@scope/real", version)
    registry.tag("tagged", "next", "1.5.0")
    found = install(
        "ranged",
        "tagged",
        "alias",
        dependencies={"ranged": "^1.0.0", "tagged": "next", "alias": "npm:@scope/real@~1.0"},
    )
    assert found.versions == {"alias": "1.0.0", "ranged": "1.5.0", "tagged": "1.5.0"}
    assert "ranged@1.5.0" in found.text
    assert "@scope/real@1.0.0" in found.text
    assert set(found.bundle.specs) == {"alias", "ranged", "tagged"}


def test_a_lock_file_narrows_versions_as_long_as_they_fit(registry: Registry, install: Install) -> None:
    for version in ("1.0.0", "1.5.0", "2.0.0"):
        registry.publish("below", version)
        registry.publish("above", version, dependencies={"below": "^1.0.0"})
        registry.publish("outgrown", version)
    locked = Locked({"above": ["1.0.0"], "below": ["1.0.0", "2.0.0"], "outgrown": ["1.0.0"]}, {"above": "1.0.0"})
    found = install("above", "outgrown", dependencies={"above": "^1.0.0", "outgrown": "^2.0.0"}, locked=locked)
    assert found.versions == {"above": "1.0.0", "below": "1.0.0", "outgrown": "2.0.0"}


def test_no_branch_of_a_tree_waits_for_another(registry: Registry, install: Install) -> None:
    for one, other in (("left", "right"), ("right", "left")):
        registry.publish(one, dependencies={f"{one}-below": "^1.0.0"})
        registry.publish(f"{one}-below")
        registry.after[f"/{one}-below"] = f"/{other}-below"
    found = install("left", "right", dependencies={"left": "^1.0.0", "right": "^1.0.0"})
    assert sorted(found.versions) == ["left", "left-below", "right", "right-below"]
    assert {registry.asked[f"/{name}"] for name in found.versions} == {1}


def test_overrides_are_npm_s_own(registry: Registry, install: Install) -> None:
    registry.publish("below", "1.0.0")
    registry.publish("below", "1.1.0")
    registry.publish("above", dependencies={"below": "*"})
    found = install("above", dependencies={"above": "1.0.0"}, overrides={"below": "1.0.0"})
    assert found.versions["below"] == "1.0.0"


def test_peers_come_along_in_the_app_s_version_and_optional_ones_only_if_it_names_them(
    registry: Registry, install: Install
) -> None:
    for version in ("1.0.0", "2.0.0"):
        registry.publish("peer", version)
        registry.publish("named", version)
        registry.publish("unnamed", version)
    peers = {"peer": "*", "named": "*", "unnamed": "*"}
    optional = {name: {"optional": True} for name in ("named", "unnamed")}
    registry.publish("above", peerDependencies=peers, peerDependenciesMeta=optional)
    found = install("above", dependencies={"above": "1.0.0", "peer": "^1.0.0", "named": "1.0.0"})
    assert found.versions == {"above": "1.0.0", "named": "1.0.0", "peer": "1.0.0"}


def test_peers_that_contradict_each_other_are_let_be_and_told(registry: Registry, install: Install) -> None:
    registry.publish("peer", "1.0.0")
    registry.publish("peer", "2.0.0")
    registry.publish("above", peerDependencies={"peer": "^1.0.0"})
    found = install("above", "peer", dependencies={"above": "1.0.0", "peer": "^2.0.0"})
    assert found.versions == {"above": "1.0.0", "peer": "2.0.0"}
    assert found.tree.legacy
    assert found.tree.conflict == "above asks for peer ^1.0.0, beside peer 2.0.0"
    assert Tree.parse(found.tree.text()) == found.tree


def test_an_optional_package_that_cannot_be_had_is_done_without(registry: Registry, install: Install) -> None:
    registry.publish("above", optionalDependencies={"absent": "^1.0.0"})
    assert "above" in install("above", dependencies={"above": "1.0.0"}).versions


@pytest.mark.parametrize("system", ["nowhere", "linux"])
def test_an_optional_package_that_nobody_vouches_for_is_done_without(
    registry: Registry, install: Install, system: str
) -> None:
    name, above = f"native-{system}", f"above-{system}"
    native = {"name": name, "version": "1.0.0", "os": [system]}
    registry.publish_tarball(native, packed({"package.json": json.dumps(native)}), integrity=None)
    registry.publish(above, optionalDependencies={name: "1.0.0"})
    entry = {"version": "1.0.0", "optional": True, "os": [system]}
    lock = {"packages": {f"node_modules/{above}": {"version": "1.0.0"}, f"node_modules/{name}": entry}}
    found = install(above, dependencies={above: "*"}, locked=read("package-lock.json", json.dumps(lock)))
    assert found.versions == {above: "1.0.0"}
    assert install(above, known=found.tree, dependencies={above: "*"}).text == found.text
    assert f"/{name}/-/1.0.0.tgz" not in registry.asked


def test_a_package_that_cannot_be_had_is_named_with_its_reason(registry: Registry, install: Install) -> None:
    registry.publish("known", "1.0.0")
    registry.publish("above", dependencies={"@scope/gone": "^1.0.0"})
    registry.publish("beyond", dependencies={"known": "^9.0.0"})
    registry.publish("foreign", dependencies={"repository": "github:somebody/something"})
    registry.publish("distant", dependencies={"address": "https://example.com/a.tgz"})
    wishes = {"absent": "1", "known": "^3.0.0", "above": "*", "beyond": "*", "foreign": "*", "distant": "*"}

    def said(name: str) -> str:
        return refusal(install, name, dependencies={name: wishes[name]})

    assert said("absent") == "absent is not in the registry"
    assert said("known") == 'There is no version of known that fits "^3.0.0"; the newest is 1.0.0'
    assert said("above") == "@scope/gone is not in the registry, but above asks for it"
    assert said("beyond").startswith('There is no version of known that fits "^9.0.0", but beyond asks for it')
    for one, asks in (("foreign", "repository@github:somebody"), ("distant", "address@https://example.com")):
        assert said(one).startswith(asks)
        assert f", but {one} asks for it; only versions that the registry has are installed" in said(one)


def test_nothing_of_a_package_runs(registry: Registry, install: Install) -> None:
    registry.publish("eager", scripts={"preinstall": "exit 1", "install": "exit 1", "postinstall": "exit 1"})
    assert "eager@1.0.0" in install("eager", dependencies={"eager": "1.0.0"}).text


def test_a_known_tree_is_installed_again_without_a_question(registry: Registry, install: Install) -> None:
    registry.publish("below", "1.0.0")
    registry.publish("above", dependencies={"below": "^1.0.0"}, files={"part.js": "export default 1;"})
    first = install("above", dependencies={"above": "^1.0.0"})
    registry.publish("above", "1.1.0")
    registry.publish("below", "1.1.0")
    registry.asked.clear()
    second = install("above", "above/part.js", dependencies={"above": "^1.0.0"}, known=Tree.parse(first.tree.text()))
    assert second.versions == first.versions == {"above": "1.0.0", "below": "1.0.0"}
    assert set(registry.asked) == {"/above/-/1.0.0.tgz", "/below/-/1.0.0.tgz"}


def test_every_tarball_comes_from_the_registry_itself(registry: Registry, install: Install) -> None:
    registry.publish_tarball(
        {"name": "elsewhere", "version": "1.0.0", "main": "index.js"},
        packed({"package.json": '{"name": "elsewhere"}', "index.js": "export default 'here';"}),
        tarball="http://192.0.2.1/elsewhere/-/1.0.0.tgz",
    )
    assert "here" in install("elsewhere", dependencies={"elsewhere": "1.0.0"}).text


def test_what_is_not_what_the_registry_announced_is_refused(registry: Registry, install: Install) -> None:
    about = {"name": "forged", "version": "1.0.0"}
    registry.publish_tarball(about, packed({"package.json": json.dumps(about)}), integrity="sha512-" + "A" * 86 + "==")
    assert "not what it announced" in refusal(install, "forged", dependencies={"forged": "1.0.0"})
    registry.publish_tarball({"name": "unvouched", "version": "1.0.0"}, b"", integrity=None)
    assert refusal(install, "unvouched", dependencies={"unvouched": "*"}) == "The registry has no checksum of unvouched"


@pytest.mark.parametrize(
    ("files", "limits", "reason"),
    [
        ({"large.bin": b"\0" * 30 * 2**20}, Limits(file_megabytes=5), "cannot be installed"),
        ({f"{n}.bin": b"\0" * 10 * 2**20 for n in range(12)}, Limits(megabytes=20), "larger than 20 MiB"),
        ({f"{n}.js": "" for n in range(30_000)}, Limits(files=1_000), "more than 1000 files"),
    ],
)
def test_a_bomb_is_ended_before_it_fills_the_disk(
    registry: Registry, install: Install, files: dict[str, str | bytes], limits: Limits, reason: str
) -> None:
    registry.publish("bomb", files=files)
    with pytest.raises(Refused, match=reason):
        install("bomb", dependencies={"bomb": "1.0.0"}, limits=limits)


def test_too_many_packages_are_refused(registry: Registry, install: Install) -> None:
    for n in range(12):
        registry.publish(f"link-{n}", dependencies={f"link-{n + 1}": "*"} if n < 11 else {})
    said = refusal(install, "link-0", dependencies={"link-0": "*"}, limits=Limits(packages=10))
    assert said == "The packages bring more than 10 others"


def test_a_registry_that_never_ends_its_answer_is_given_up(registry: Registry, install: Install) -> None:
    registry.publish("slow")
    registry.sends.clear()
    assert "not there within 4 s" in refusal(install, "slow", dependencies={"slow": "*"}, limits=Limits(seconds=4))


def test_a_registry_that_is_away_is_said_to_be(compiler: Compiler) -> None:
    one = Installer(compiler, installer.Registry("http://127.0.0.1:1/"))
    with (
        pytest.raises(Refused, match="registry cannot be reached"),
        one.begin(asked(("a",), {"dependencies": {"a": "*"}}, None), None),
    ):
        pass
    one.close()


def test_what_a_killed_process_left_behind_is_removed_and_nothing_else() -> None:
    with folders.own_folder() as living:
        killed = living.with_name(living.name + "-killed")
        killed.mkdir()
        (killed / "lock").touch()
        folders.sweep()
        assert living.exists()
        assert not killed.exists()


def test_a_link_or_a_path_that_leads_outside_is_never_unpacked(
    registry: Registry, install: Install, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.js"
    secret.write_text("export default 'secret'")
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in {"package/package.json": "{}", "package/../../../../escaped.js": "x", "/abs.js": "x"}.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, BytesIO(text.encode()))
        link = tarfile.TarInfo("package/index.js")
        link.type, link.linkname = tarfile.SYMTYPE, str(secret)
        tar.addfile(link)
    registry.publish_tarball({"name": "linked", "version": "1.0.0"}, buffer.getvalue())
    said = refusal(install, "linked", dependencies={"linked": "1.0.0"})
    assert 'Could not resolve "linked"' in said
    assert not list(tmp_path.rglob("escaped.js"))


@pytest.mark.parametrize("field", ["main", "module", "browser"])
def test_a_package_whose_entry_points_outside_is_refused(
    registry: Registry, install: Install, tmp_path: Path, field: str
) -> None:
    (tmp_path / "secret.js").write_text("the secret is not even JavaScript")
    entry: dict[str, Any] = {field: f"{'../' * 12}{tmp_path}/secret.js"}
    registry.publish("outward", **entry)
    said = refusal(install, "outward", dependencies={"outward": "1.0.0"})
    assert said == "A package reaches outside of its folder: secret.js"


def test_an_optional_peer_that_is_not_there_fails_only_whoever_uses_it(registry: Registry, install: Install) -> None:
    registry.publish(
        "above",
        files={"index.js": "import { one } from 'left-out/part'; export default () => one;"},
        peerDependencies={"left-out": "*"},
        peerDependenciesMeta={"left-out": {"optional": True}},
    )
    assert "left-out/part is not installed" in install("above", dependencies={"above": "1.0.0"}).text
    registry.publish("careless", files={"index.js": "import 'left-out';"})
    assert 'Could not resolve "left-out"' in refusal(install, "careless", dependencies={"careless": "1.0.0"})
