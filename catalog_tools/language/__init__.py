"""Language: how names are said, written and asked for in a language."""

from __future__ import annotations

from catalog_tools.language.language import LANGUAGES, Language, language, read_locale

__all__ = ["LANGUAGES", "Language", "language", "read_locale"]
