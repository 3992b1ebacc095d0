"""Evaluation: request files, metrics with intervals, baselines, and the difference of two bundles."""
