"""Files changed as somebody changes them who knows the format, for tests; the benchmarks of trust make them too."""

from benchmarks.trust.mutations import *  # noqa: F403
