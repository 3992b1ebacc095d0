"""A bundle is signed: its manifest is sealed again, with a signature in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_er.bundle.bundle import write_files
from edge_er.bundle.contents import read_contents
from edge_er.bundle.delta import bundle_to_change, check_unchanged
from edge_er.bundle.manifest import counted_sizes, over_budget, seal
from edge_er.bundle.reader import MANIFEST
from edge_er.bundle.trust import Signer

__all__ = ["Signed", "sign_bundle"]

Signed = Mapping[str, Any]


def sign_bundle(bundle: str | os.PathLike[str], key: str | os.PathLike[str]) -> tuple[Path, Signed]:
    """Sign the bundle at a path with the private key in a file, in its place; returns the path and the new manifest.

    Whatever changes the bundle later (an update) takes the signature away; a delta to a signed bundle brings one.

    Raises:
        BundleError: the key cannot be used, or `cryptography` is not installed.
        BudgetExceededError: the signature does not fit the bundle's budget.
        BundleNotFoundError, BundleCorruptError, BundleBusyError: the bundle cannot be read or written.
    """
    signer = Signer.read(key)
    with bundle_to_change(bundle) as path:
        found = read_contents(path)
        budget = found.manifest["budget_bytes"]
        manifest, data = seal(found.manifest, found.files, budget, signer)
        files = {MANIFEST: data, **found.files}
        if budget is not None and manifest["size_bytes"] > budget:
            raise over_budget(path, counted_sizes(files), budget)
        check_unchanged(path, found.manifest["manifest_sha256"])
        write_files(path, files, as_zip=path.is_file())
    return path, manifest
