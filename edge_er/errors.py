"""Every error the package raises on purpose.

    EdgeERError
    ├── BundleError
    │   ├── BundleNotFoundError    no bundle of that name or path (the nearest names are listed)
    │   ├── BundleCorruptError     a file is missing, damaged, or not what the manifest says
    │   ├── BundleVersionError     written by a newer version of this package
    │   ├── BundleBusyError        somebody else is replacing or writing it
    │   ├── BundleUntrustedError   another one than was pinned, unsigned, or signed by nobody who is trusted
    │   ├── DeltaError             damaged, or made for another bundle
    │   └── BudgetExceededError    larger than its budget (each file's size is listed)
    ├── CatalogError               a catalog that cannot be used: file, row, column
    ├── BuildError                 a build that stopped: a worker died, the work folder cannot be written
    ├── RequestFileError           a file of requests that cannot be used: file, row, field
    ├── FilterError                a filter that no catalog field fits, or a value that cannot be compared
    ├── EncoderError               an encoder folder that cannot be loaded or used
    │   └── QualityGateError       an exported encoder that lost too much Recall@1
    ├── EngineError                the compiled kernels were asked for, and there are none
    ├── RecipeError                a recipe with a missing or wrong setting
    └── VoiceError                 a voice or recogniser that is not there, or cannot be used

A message says what is wrong, where, what was expected, what was found, and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class EdgeERError(Exception):
    """The root of all errors of this package."""


class BundleError(EdgeERError):
    """Something is wrong with a bundle."""


class BundleNotFoundError(BundleError):
    """There is no bundle under that name or path."""


class BundleCorruptError(BundleError):
    """A file of the bundle is missing, damaged, or not what its manifest says."""


class BundleVersionError(BundleError):
    """The bundle was written by a newer version of this package."""


class BundleBusyError(BundleError):
    """Somebody else is replacing or writing the file or bundle; try again when that is done."""


class BundleUntrustedError(BundleError):
    """Another bundle than the pinned one, or one that nobody who is trusted has signed."""


class DeltaError(BundleError):
    """A delta that is damaged, was made for another bundle, or cannot be made."""


class BudgetExceededError(BundleError):
    """The bundle would be larger than its budget.

    `sizes` holds the size in bytes of each file that counts, `budget` the bytes allowed.
    """

    def __init__(self, message: str, *, sizes: Mapping[str, int], budget: int) -> None:
        super().__init__(message)
        self.sizes = dict(sizes)
        self.budget = budget


class CatalogError(EdgeERError):
    """A catalog cannot be used.

    `row` counts from 1 as an editor shows the file's lines; None where the whole file is meant. `reason` is the
    message without the place.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | Path | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(_located(message, file, row, "column", column))
        self.reason = message
        self.file = file
        self.row = row
        self.column = column


class BuildError(EdgeERError):
    """A build stopped: a worker died, or the work folder cannot be written; what is finished is kept."""


class RequestFileError(EdgeERError):
    """A file of requests cannot be used.

    `row` counts from 1 as an editor shows the file's lines; None where the whole file is meant.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | Path | None = None,
        row: int | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(_located(message, file, row, "field", field))
        self.file = file
        self.row = row
        self.field = field


class FilterError(EdgeERError, ValueError):
    """A filter that names no field of the catalog, or a value that cannot be compared."""


class EncoderError(EdgeERError):
    """An encoder folder cannot be loaded or used."""


class QualityGateError(EncoderError):
    """An exported encoder lost more Recall@1 than the gate allows."""


class EngineError(EdgeERError):
    """The compiled kernels were asked for, and none are installed for this machine."""


class RecipeError(EdgeERError):
    """A recipe has a missing or wrong setting."""


class VoiceError(EdgeERError):
    """A voice or a recogniser is not installed, does not know the language, or cannot be used."""


def _located(message: str, file: str | Path | None, row: int | None, part: str, name: str | None) -> str:
    """'stations.csv, row 3, column 'name': message', leaving out what is not known."""
    place = [str(file)] if file is not None else []
    if row is not None:
        place.append(f"row {row}")
    if name is not None:
        place.append(f"{part} {name!r}")
    return f"{', '.join(place)}: {message}" if place else message
