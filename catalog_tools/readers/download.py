"""A source behind a URL that the user gave: fetched whole into a temporary file, within a limit of size and silence."""

from __future__ import annotations

import http.client
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import urlsplit

from catalog_tools.readers.options import SourceOptions
from edge_er import __version__
from edge_er.errors import CatalogError

__all__ = ["fetched", "is_url"]

_CHUNK = 1 << 16
_SUFFIXES = {
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/vcard": ".vcf",
    "audio/x-mpegurl": ".m3u",
    "application/vnd.apple.mpegurl": ".m3u8",
    "audio/x-scpls": ".pls",
}


def is_url(path: str | Path) -> bool:
    """Whether a source is an http or https address."""
    return isinstance(path, str) and path.lower().startswith(("http://", "https://"))


@contextmanager
def fetched(url: str, options: SourceOptions) -> Iterator[Path]:
    """The answer as a temporary file, named after the URL or after what the server says it is.

    Raises:
        CatalogError: the server cannot be reached, refuses, is silent for longer than the timeout, or sends more than
            the limit or less than it announced.
    """
    request = urllib.request.Request(url, headers={"User-Agent": f"edge-er/{__version__}"})
    with tempfile.TemporaryDirectory(prefix="edge-er-") as folder:
        try:
            with _opener().open(request, timeout=options.timeout) as answer:
                file = Path(folder) / _name(url, answer.headers.get_content_type())
                with file.open("wb") as out:
                    _copy(answer, out, url, options.download_limit)
        except urllib.error.HTTPError as error:
            raise CatalogError(
                f"the server answers {error.code} {error.reason}; check the URL", file=url
            ) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise CatalogError(
                f"cannot be fetched ({reason}); check the URL and the connection, or save the file yourself",
                file=url,
            ) from error
        yield file


def _opener() -> urllib.request.OpenerDirector:
    """Http and https only, also where a server sends on to another address."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener


def _copy(answer: http.client.HTTPResponse, out: BinaryIO, url: str, limit: int) -> None:
    size = 0
    while data := answer.read(_CHUNK):
        size += len(data)
        if size > limit:
            raise CatalogError(
                f"more than {limit:,} bytes; expected a catalog, not a stream; save it, or raise download_limit",
                file=url,
            )
        out.write(data)
    announced = answer.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) != size:
        raise CatalogError(f"breaks off after {size:,} of {int(announced):,} bytes; try again", file=url)


def _name(url: str, content_type: str) -> str:
    name = PurePosixPath(urlsplit(url).path).name or "source"
    if PurePosixPath(name).suffix:
        return name
    return name + _SUFFIXES.get(content_type, "")
