"""Kernels: the loops of a request that take its time, compiled from C (``native/``); numpy does the same without."""
