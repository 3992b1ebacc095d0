"""Ranking: candidates, the evidence for each of them, and one order."""
