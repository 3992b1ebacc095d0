"""What bundles, deltas, personal files and requests of strangers can do to the runtimes; see docs/trust.md."""
