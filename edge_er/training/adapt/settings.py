"""What an adaptation can be told beside its catalog, its requests and the place of the bundle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["AdaptSettings"]


@dataclass(frozen=True)
class AdaptSettings:
    """Settings of `adapt`.

    Attributes:
        encoder: train the encoder further by labels, before weights and confidence are fitted with it.
        teacher: train a teacher and a student from scratch instead; wins over ``encoder``.
        start: name of a shipped encoder, or an encoder folder; "" for that of the bundle, or the usual one.
        languages: codes of those who ask, the main one first; () for those that the requests name, else "en".
        locales: locale files (docs/locales.md) of languages that are not shipped.
        budget: size limit of the bundle, as in a build; "" for that of the bundle, or "2MB"; None for none.
        train_requests: how many requests training sees; 0 for the usual number.
        dev_share: share of the names that are asked for which nothing is fitted on: the figures are theirs.
        train_share: share of them that only the encoder is trained on, where it is.
        seed: the same seed, catalog and requests give the same bundle on the same machine.
        resume: go on with a run that was broken off.
    """

    encoder: bool = False
    teacher: bool = False
    start: str = ""
    languages: tuple[str, ...] = ()
    locales: tuple[Path, ...] = ()
    budget: str | int | None = ""
    train_requests: int = 0
    dev_share: float = 0.3
    train_share: float = 0.4
    seed: int = 1
    resume: bool = False

    @property
    def trains(self) -> bool:
        """Whether an encoder is trained."""
        return self.encoder or self.teacher
