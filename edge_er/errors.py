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
    """The root of all errors of this package.

    Examples:
        >>> try:
        ...     EntityResolver.load("radio_sp")
        ... except EdgeERError as error:
        ...     print(type(error).__name__)
        BundleNotFoundError
    """


class BundleError(EdgeERError):
    """Something is wrong with a bundle.

    Examples:
        >>> issubclass(BundleCorruptError, BundleError), issubclass(CatalogError, BundleError)
        (True, False)
    """


class BundleNotFoundError(BundleError):
    """There is no bundle under that name or path.

    Examples:
        >>> EntityResolver.load("radio_sp")
        Traceback (most recent call last):
        edge_er.errors.BundleNotFoundError: no bundle 'radio_sp': ... did you mean radio_es ...
    """


class BundleCorruptError(BundleError):
    """A file of the bundle is missing, damaged, or not what its manifest says.

    Examples:
        >>> Path("cut").mkdir()
        >>> _ = Path("cut/manifest.json").write_text('{"format_version": 2, "name": "c')
        >>> EntityResolver.load("cut")
        Traceback (most recent call last):
        edge_er.errors.BundleCorruptError: ...
    """


class BundleVersionError(BundleError):
    """The bundle was written by a newer version of this package.

    Examples:
        >>> raise BundleVersionError("radio_es: format 9, and this version reads 1 and 2; update edge-er")
        Traceback (most recent call last):
        edge_er.errors.BundleVersionError: radio_es: format 9, and this version reads 1 and 2; update edge-er
    """


class BundleBusyError(BundleError):
    """Somebody else is replacing or writing the file or bundle; try again when that is done.

    Examples:
        >>> raise BundleBusyError("radio_es is being written by process 7; try again")
        Traceback (most recent call last):
        edge_er.errors.BundleBusyError: radio_es is being written by process 7; try again
    """


class BundleUntrustedError(BundleError):
    """Another bundle than the pinned one, or one that nobody who is trusted has signed.

    Examples:
        >>> EntityResolver.load("radio_es", sha256="0" * 64)
        Traceback (most recent call last):
        edge_er.errors.BundleUntrustedError: ...another bundle than the pinned one...
    """


class DeltaError(BundleError):
    """A delta that is damaged, was made for another bundle, or cannot be made.

    Examples:
        >>> raise DeltaError("a.delta: made for another bundle")
        Traceback (most recent call last):
        edge_er.errors.DeltaError: a.delta: made for another bundle
    """


class BudgetExceededError(BundleError):
    """The bundle would be larger than its budget.

    `sizes` holds the size in bytes of each file that counts, `budget` the bytes allowed.

    Examples:
        >>> error = BudgetExceededError("over the budget", sizes={"encoder.onnx": 741_440}, budget=500_000)
        >>> error.sizes["encoder.onnx"] > error.budget
        True
    """

    def __init__(self, message: str, *, sizes: Mapping[str, int], budget: int) -> None:
        super().__init__(message)
        self.sizes = dict(sizes)
        self.budget = budget


class CatalogError(EdgeERError):
    """A catalog cannot be used.

    `row` counts from 1 as an editor shows the file's lines; None where the whole file is meant. `reason` is the
    message without the place.

    Examples:
        >>> error = CatalogError("a row without a name", file="stations.csv", row=3, column="name")
        >>> str(error), error.reason
        ("stations.csv, row 3, column 'name': a row without a name", 'a row without a name')
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
    """A build stopped: a worker died, or the work folder cannot be written; what is finished is kept.

    Examples:
        >>> raise BuildError("a worker was killed; the same command goes on from what is finished")
        Traceback (most recent call last):
        edge_er.errors.BuildError: a worker was killed; the same command goes on from what is finished
    """


class RequestFileError(EdgeERError):
    """A file of requests cannot be used.

    `row` counts from 1 as an editor shows the file's lines; None where the whole file is meant.

    Examples:
        >>> error = RequestFileError("expected a string", file="requests.jsonl", row=1, field="query")
        >>> str(error)
        "requests.jsonl, row 1, field 'query': expected a string"
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
    """A filter that names no field of the catalog, or a value that cannot be compared.

    Examples:
        >>> EntityResolver.load("radio_es").resolve("kiss fm", where={"land": "ES"})
        Traceback (most recent call last):
        edge_er.errors.FilterError: where: no entity has a field 'land'; the catalog has: country, tags
    """


class EncoderError(EdgeERError):
    """An encoder folder cannot be loaded or used.

    Examples:
        >>> Encoder.load("nothing")
        Traceback (most recent call last):
        edge_er.errors.EncoderError: ...encoder.onnx: cannot be read...
    """


class QualityGateError(EncoderError):
    """An exported encoder lost more Recall@1 than the gate allows.

    Examples:
        >>> issubclass(QualityGateError, EncoderError)
        True
    """


class EngineError(EdgeERError):
    """The compiled kernels were asked for, and none are installed for this machine.

    Examples:
        >>> raise EngineError("no kernels for this machine")
        Traceback (most recent call last):
        edge_er.errors.EngineError: no kernels for this machine
    """


class RecipeError(EdgeERError):
    """A recipe has a missing or wrong setting.

    Examples:
        >>> raise RecipeError("student.toml: no setting 'steps'")
        Traceback (most recent call last):
        edge_er.errors.RecipeError: student.toml: no setting 'steps'
    """


class VoiceError(EdgeERError):
    """A voice or a recogniser is not installed, does not know the language, or cannot be used.

    Examples:
        >>> raise VoiceError("no voice speaks 'nl'")
        Traceback (most recent call last):
        edge_er.errors.VoiceError: no voice speaks 'nl'
    """


def _located(message: str, file: str | Path | None, row: int | None, part: str, name: str | None) -> str:
    """'stations.csv, row 3, column 'name': message', leaving out what is not known."""
    place = [str(file)] if file is not None else []
    if row is not None:
        place.append(f"row {row}")
    if name is not None:
        place.append(f"{part} {name!r}")
    return f"{', '.join(place)}: {message}" if place else message
