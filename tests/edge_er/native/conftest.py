from __future__ import annotations

import pytest
from engines import kernels_here
from tiny import require

from edge_er.native.library import Kernels


@pytest.fixture(scope="session")
def kernels() -> Kernels:
    """The compiled kernels of this checkout."""
    found = kernels_here()
    require("kernels", found is not None, "no C compiler is found")
    assert found
    return found
