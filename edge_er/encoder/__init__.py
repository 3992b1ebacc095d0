"""Encoder: canonical text to token ids and unit vectors, int8 vectors, and the pair head."""
