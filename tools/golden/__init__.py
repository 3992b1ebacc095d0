"""Golden files: what every runtime must answer, made from plain steps."""
