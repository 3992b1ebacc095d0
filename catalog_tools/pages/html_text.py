"""Texts of others in HTML: neither markup nor anything that turns the direction of writing."""

from __future__ import annotations

import html

from edge_er.text.display import shown

__all__ = ["escape"]


def escape(text: str, quote: bool = True) -> str:
    """`text` as a page may show it; characters that steer a terminal or turn the direction are escapes."""
    return html.escape(shown(text), quote=quote)
