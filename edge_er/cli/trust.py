"""The commands about who made a bundle: keygen, sign, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from edge_er.cli.common import BundleArgument, JsonOption, echo, print_json

__all__ = ["TrustedOption", "register"]

TrustedOption = Annotated[
    Optional[list[Path]],  # noqa: UP045
    typer.Option("--trusted", metavar="KEY.pub", help="A public key; one of them must have signed. Repeat."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    for command in (keygen, sign, verify):
        app.command()(command)


def keygen(
    out: Annotated[Path, typer.Option(help="File of the private key; the public one goes to OUT.pub.")],
    as_json: JsonOption = False,
) -> None:
    """Make a key to sign bundles with (ECDSA, P-256); the private half is for its owner's eyes alone."""
    from edge_er.bundle.trust import PublicKey, make_keys

    private, public = make_keys(out)
    key = PublicKey.read(public).id
    if as_json:
        print_json({"private": str(private), "public": str(public), "key": key})
    else:
        echo(f"{private}: keep it secret; {public}: give it to those who trust you (key {key})")


def sign(
    bundle: BundleArgument,
    key: Annotated[Path, typer.Option(help="File of the private key.")],
    as_json: JsonOption = False,
) -> None:
    """Sign BUNDLE in its place; a delta to a signed bundle brings its signature along."""
    from edge_er.bundle.signing import sign_bundle

    path, manifest = sign_bundle(bundle, key)
    if as_json:
        about = {"sha256": manifest["manifest_sha256"], "key": manifest["signature"]["key"]}
        print_json({"path": str(path), **about})
    else:
        echo(
            f"{path}: signed by the key {manifest['signature']['key']}; sha256 {manifest['manifest_sha256']}"
        )


def verify(
    bundle: BundleArgument,
    trusted: TrustedOption = None,
    sha256: Annotated[Optional[str], typer.Option(help="manifest_sha256 of the only right bundle.")] = None,  # noqa: UP045
    as_json: JsonOption = False,
) -> None:
    """Check every file of BUNDLE, every entity, and who signed it."""
    from edge_er.bundle.bundle import read_bundle
    from edge_er.bundle.entity_store import EntityStore
    from edge_er.bundle.trust import trust_of

    try:
        trust = trust_of(sha256, trusted or None)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--sha256") from error
    found = read_bundle(bundle, trust)
    if isinstance(found.entities, EntityStore):
        found.entities.check()
    manifest = found.manifest
    key = manifest.get("signature", {}).get("key")
    if as_json:
        about = {"name": manifest["name"], "sha256": manifest["manifest_sha256"], "key": key}
        print_json({**about, "trusted": trusted is not None and key is not None})
        return
    by = "not signed" if key is None else f"signed by the key {key}"
    checked = "" if key is None or trusted else ", which was not checked (--trusted)"
    echo(f"{manifest['name']}: whole, sha256 {manifest['manifest_sha256']}; {by}{checked}")
