"""Voice: a catalog's names spoken by an offline voice and recognised."""

from __future__ import annotations

from catalog_tools.voice.simulation import VoiceSettings, simulate

__all__ = ["VoiceSettings", "simulate"]
