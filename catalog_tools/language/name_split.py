"""Splits by name: what is tested must not have been trained on, under any spelling of its name."""

from __future__ import annotations

import hashlib
import re

from edge_er.text.canonical import canonical_text

__all__ = ["held_out", "name_cluster"]

_ARTICLES = ("the", "der", "die", "das", "le", "la", "les", "il", "lo", "gli", "el", "los", "las", "l")


def name_cluster(name: str) -> str:
    """The key by which names are split: without accents, spaces, "radio", "FM", articles and frequency.

    A name that is nothing else keeps them.
    """
    words = canonical_text(re.sub(r"\d+[.,]\d+", " ", name)).split()
    kept = [word for word in words if word not in ("radio", "fm", *_ARTICLES)]
    return "".join(kept or words) or canonical_text(name).replace(" ", "")


def held_out(cluster: str, share: float) -> bool:
    """True for the ``share`` of name clusters that encoders are not trained on; the same clusters everywhere."""
    digest = hashlib.blake2b(cluster.encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") < share * 2**32
