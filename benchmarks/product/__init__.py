"""How often answers are right: recall, confidence, ways of asking, other domains."""
