"""How the packages of an extra are installed, wherever this package came from: a checkout, a wheel or an index."""

from __future__ import annotations

from pathlib import Path

__all__ = ["install_command"]

_NAME = "edge-er"
_CHECKOUT = Path(__file__).resolve().parents[1]


def install_command(extra: str) -> str:
    """The command that installs the packages of `extra`: "pip install '/home/ana/edge-er[catalog]'"."""
    source = _source()
    if source is None:
        return f"pip install '{_NAME}[{extra}]'"
    if source.endswith((".whl", ".gz", ".zip")):
        return f"pip install '{_NAME}[{extra}] @ {source}'"
    return f"pip install '{source}[{extra}]'"


def _source() -> str | None:
    """The folder this package runs or was installed from, or the address of its archive; None for an index."""
    import json  # what follows is for errors alone
    from importlib.metadata import PackageNotFoundError, distribution
    from urllib.parse import unquote, urlsplit
    from urllib.request import url2pathname

    if _is_checkout(_CHECKOUT):
        return str(_CHECKOUT)
    try:
        written = distribution(_NAME).read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    try:
        address = str(json.loads(written or "{}").get("url", ""))
    except ValueError:
        return None
    parts = urlsplit(address)
    if parts.scheme != "file" or address.endswith(".whl"):
        return address or None
    folder = Path(url2pathname(unquote(parts.path)))
    return str(folder) if _is_checkout(folder) else None


def _is_checkout(folder: Path) -> bool:
    return (folder / "pyproject.toml").is_file() and (folder / "edge_er" / "installing.py").is_file()
