"""Training: requests -> teacher -> student -> export -> quality gate -> encoder folder.

torch lives here and nowhere else.
"""
