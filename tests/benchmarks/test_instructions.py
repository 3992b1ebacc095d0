"""A request takes no more instructions than it did: they are counted, for times would hang on what else is running."""

from __future__ import annotations

import pytest
from engines import kernels_here
from tiny import require

from benchmarks.cost import instructions

BOUND = 4.8  # millions of a request to radio_es; 4.3 were counted


def test_a_request_takes_no_more_instructions() -> None:
    require("kernels", kernels_here() is not None, "no C compiler is found")
    reason = instructions.missing()
    require("valgrind", reason is None, reason or "")
    assert 0.5 < instructions.instructions("radio_es") < BOUND


def test_a_process_that_fails_is_an_error() -> None:
    reason = instructions.missing()
    require("valgrind", reason is None, reason or "")
    with pytest.raises(RuntimeError, match="no_such_bundle"):
        instructions.instructions("no_such_bundle")
