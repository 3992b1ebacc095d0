"""Who made a bundle: pinned by its checksum, or signed by a key that is trusted; nobody else's is loaded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from mutations import contents, sealed, written
from tiny import ENTITIES, make_bundle, require_packages

from catalog_tools.build.delta import make_delta
from catalog_tools.build.update import update_bundle
from edge_er.bundle import trust
from edge_er.bundle.bundle import Bundle, read_bundle, write_bundle
from edge_er.bundle.delta import apply_delta
from edge_er.bundle.signing import sign_bundle
from edge_er.bundle.trust import make_keys, trust_of
from edge_er.errors import BudgetExceededError, BundleCorruptError, BundleError, BundleUntrustedError
from edge_er.resolver import EntityResolver

Run = Callable[..., tuple[int, str, str]]
GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "signed"


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    require_packages("cryptography")
    return make_keys(tmp_path / "key")


@pytest.mark.parametrize("name", ["b", "b.zip"])
def test_a_signed_bundle_is_loaded_with_its_key_alone(
    bundle: Bundle, tmp_path: Path, keys: tuple[Path, Path], name: str
) -> None:
    path, (private, public) = tmp_path / name, keys
    write_bundle(path, bundle)
    with pytest.raises(BundleUntrustedError, match="not signed"):
        EntityResolver.load(path, trusted_keys=[public])
    before = read_bundle(path)
    _, manifest = sign_bundle(path, private)
    assert read_bundle(path).manifest == manifest
    assert list(read_bundle(path).entities) == list(before.entities)
    size = path.stat().st_size if path.is_file() else sum(file.stat().st_size for file in path.iterdir())
    assert manifest["size_bytes"] <= size
    other = make_keys(tmp_path / "other")[1]
    for given in ([public], [other, public], [public.read_text()], public, public.read_text()):
        assert EntityResolver.load(path, trusted_keys=given).resolve("kiss fm").best is not None
    with pytest.raises(BundleUntrustedError, match="none of the 1 trusted ones"):
        EntityResolver.load(path, trusted_keys=[other])
    assert EntityResolver.load(path).selftest() == 4


def test_nothing_of_a_signed_manifest_can_be_changed(
    bundle: Bundle, tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    path, (private, public) = tmp_path / "b", keys
    write_bundle(path, bundle)
    sign_bundle(path, private)
    files = contents(path)
    whole = json.loads(files["manifest.json"])
    other = make_keys(tmp_path / "other")[1]
    changes: dict[str, Callable[[dict], object]] = {
        "name": lambda m: m.update(name="other"),
        "another key": lambda m: m["signature"].update(key=trust.PublicKey.read(other).id),
        "another value": lambda m: m["signature"].update(value="1" * 128),
        "zeros": lambda m: m["signature"].update(value="0" * 128),
        "a second value": lambda m: m.update(
            {"format_version": m.pop("format_version"), "x": {"value": "0" * 128}}
        ),
    }
    for what, change in changes.items():
        manifest = json.loads(files["manifest.json"])
        change(manifest)
        changed = {**files, "manifest.json": sealed(manifest, files)}
        with pytest.raises(BundleUntrustedError):
            read_bundle(written(tmp_path / "c", changed), trust_of(None, [public, other]))
            pytest.fail(what)
    assert json.loads(files["manifest.json"]) == whole
    for wrong in ("", "x", 3, None):  # found without any key
        manifest = json.loads(files["manifest.json"])
        manifest["signature"]["value"] = wrong
        with pytest.raises(BundleCorruptError, match=r"signature\.value"):
            read_bundle(written(tmp_path / "c", {**files, "manifest.json": sealed(manifest, files)}))


def test_deltas_are_applied_if_their_result_is_signed(
    bundle: Bundle, encoder_files: dict[str, bytes], tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    old, new, (private, public) = tmp_path / "old", tmp_path / "new", keys
    write_bundle(old, bundle)
    write_bundle(new, make_bundle(ENTITIES[2:], encoder_files))
    unsigned = make_delta(old, new, tmp_path / "unsigned.delta").path
    sign_bundle(new, private)
    signed = make_delta(old, new, tmp_path / "signed.delta").path
    whole = contents(old)
    with pytest.raises(BundleUntrustedError, match="not signed"):
        apply_delta(old, unsigned, [public])
    with pytest.raises(BundleUntrustedError, match="none of the 1"):
        apply_delta(old, signed, [make_keys(tmp_path / "other")[1]])
    assert contents(old) == whole
    assert apply_delta(old, signed, [public]).changed
    assert EntityResolver.load(old, trusted_keys=[public]).resolve("kiss fm").best is not None
    update_bundle(old, remove=["es-7"])
    with pytest.raises(BundleUntrustedError, match="not signed"):  # it is another bundle now
        EntityResolver.load(old, trusted_keys=[public])


def test_a_signature_counts_for_the_budget(bundle: Bundle, tmp_path: Path, keys: tuple[Path, Path]) -> None:
    size = write_bundle(tmp_path / "b", bundle)["size_bytes"]
    write_bundle(tmp_path / "b", bundle, size + 10)
    with pytest.raises(BudgetExceededError):
        sign_bundle(tmp_path / "b", keys[0])


@pytest.mark.parametrize("name", ["bundle_dir", "bundle_zip"])
def test_a_bundle_is_pinned_by_its_checksum(name: str, request: pytest.FixtureRequest) -> None:
    path: Path = request.getfixturevalue(name)
    sha256 = read_bundle(path).manifest["manifest_sha256"]
    assert EntityResolver.load(path, sha256=sha256).name == "tiny_es"
    with pytest.raises(BundleUntrustedError, match="another bundle than the pinned one"):
        EntityResolver.load(path, sha256="0" * 64)
    for wrong in ("x", sha256.upper(), sha256[:-1], 3):
        with pytest.raises(ValueError, match="64 hexadecimal digits"):
            EntityResolver.load(path, sha256=wrong)  # type: ignore[arg-type]


def test_keys_that_are_none(bundle_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_text("no key")
    for wrong in ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", tmp_path / "key.pub"):
        with pytest.raises(BundleError, match=r"expected a public key of P-256"):
            EntityResolver.load(bundle_dir, trusted_keys=[wrong])
    with pytest.raises(BundleError, match="cannot be read"):
        EntityResolver.load(bundle_dir, trusted_keys=[tmp_path / "none"])
    with pytest.raises(ValueError, match="one key in trusted_keys at least"):
        EntityResolver.load(bundle_dir, trusted_keys=[])


def test_without_the_package_the_error_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "edge_er.bundle.ecdsa", None)
    with pytest.raises(BundleError, match=r"pip install '.*\[sign\]'"):
        make_keys(tmp_path / "key")
    assert not list(tmp_path.iterdir())


def test_the_signature_that_all_runtimes_check(tmp_path: Path) -> None:
    """Made once by this package; Java and JavaScript check the same files."""
    require_packages("cryptography")
    key = GOLDEN / "key.pub"
    read_bundle(GOLDEN / "signed.zip", trust_of(None, [key]))
    for name in ("other_key.zip", "unsigned.zip"):
        with pytest.raises(BundleUntrustedError):
            read_bundle(GOLDEN / name, trust_of(None, [key]))


def test_the_commands(bundle_dir: Path, tmp_path: Path, edge_er: Run) -> None:
    require_packages("cryptography")
    path = Path(shutil.copytree(bundle_dir, tmp_path / "b"))
    code, out, _ = edge_er("keygen", "--out", tmp_path / "key", "--json")
    assert code == 0
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert edge_er("keygen", "--out", tmp_path / "key")[0] == 1
    code, text, _ = edge_er("verify", path)
    assert (code, "not signed" in text) == (0, True)
    assert edge_er("sign", path, "--key", tmp_path / "key")[0] == 0
    code, found, _ = edge_er("verify", path, "--trusted", tmp_path / "key.pub", "--json")
    assert code == 0
    assert json.loads(found)["key"] == json.loads(out)["key"]
    assert edge_er("verify", path, "--sha256", json.loads(found)["sha256"])[0] == 0
    code, _, err = edge_er("verify", path, "--sha256", "0" * 64)
    assert (code, "pinned" in err) == (1, True)
