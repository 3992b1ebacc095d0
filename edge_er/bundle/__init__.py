"""Bundle: entities, manifest, files on disk, verification and deltas."""
