"""The only module that imports onnxruntime. It turns the telemetry off first.

Since version 1.30 onnxruntime sends telemetry to its maker: some seconds after the import it opens sockets, and it
writes a device id and a database under the home folder. Only an environment variable stops this, and only if it is set
before the first import. A value that the host application has set is kept.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any

from edge_er.errors import EncoderError

__all__ = ["TELEMETRY_SWITCH", "import_onnxruntime", "open_session"]

TELEMETRY_SWITCH = "ORT_DISABLE_TELEMETRY"
_TELEMETRY_SINCE = (1, 30)


def import_onnxruntime() -> Any:
    """The onnxruntime module, with its telemetry off unless the host application has decided otherwise.

    Warns once, with a `RuntimeWarning`, if the host application imported it earlier without the variable.
    """
    earlier = sys.modules.get("onnxruntime")
    if earlier is not None and TELEMETRY_SWITCH not in os.environ and _sends_telemetry(earlier):
        warnings.warn(
            f"onnxruntime {earlier.__version__} was imported before edge_er loaded a bundle and without "
            f"{TELEMETRY_SWITCH}=1, so it sends telemetry and writes files under the home folder; set the environment "
            f"variable {TELEMETRY_SWITCH}=1 before the first import of onnxruntime (or =0 to allow it)",
            RuntimeWarning,
            stacklevel=2,
        )
    os.environ.setdefault(TELEMETRY_SWITCH, "1")
    import onnxruntime

    return onnxruntime


def open_session(onnx: bytes, file: str, threads: int) -> Any:
    """An onnxruntime session of a graph, on `threads` cores.

    Raises:
        EncoderError: onnxruntime cannot load the graph; the message names `file`.
    """
    onnxruntime = import_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        # Its fallback tries the same again and prints to standard output, which is not ours.
        return onnxruntime.InferenceSession(
            onnx, options, providers=["CPUExecutionProvider"], enable_fallback=0
        )
    except Exception as error:  # onnxruntime has no common error class
        raise EncoderError(f"{file}: onnxruntime cannot load it ({error}); export it again") from error


def _sends_telemetry(onnxruntime: Any) -> bool:
    major, minor, *_ = onnxruntime.__version__.split(".")
    return (int(major), int(minor)) >= _TELEMETRY_SINCE
