"""Texts of others in HTML: neither markup nor anything that turns the direction of writing."""

from __future__ import annotations

import html

from edge_er.text.display import shown

__all__ = ["escape", "scrolling"]


def escape(text: str, quote: bool = True) -> str:
    """`text` as a page may show it; characters that steer a terminal or turn the direction are escapes."""
    return html.escape(shown(text), quote=quote)


def scrolling(label: str, content: str) -> str:
    """`content` in a part of the page that scrolls sideways by itself, by keyboard too, where the screen is narrow."""
    return f'<div class="scroll" role="group" tabindex="0" aria-label="{escape(label)}">{content}</div>'
