"""The shards of a build on a Ray cluster: `map_batches` of Ray Data with an actor class that holds the encoder.

A cluster of this machine is started where no address is given, and stopped afterwards. An actor that dies is started
again by Ray and its shard computed again. Results come to the machine that builds, which keeps and merges them as those
of its own processes: the bytes are the same.
"""

from __future__ import annotations

import json
import logging
import os
import socket
from collections.abc import Sequence
from typing import Any

import numpy as np

from catalog_tools.build.shards import Results, Shard, ShardWorker
from edge_er.errors import BuildError

__all__ = ["RayActors"]

# A cluster of one's own reports nothing to anybody; one that runs already has its own settings.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

_REACHED_IN = 10  # seconds
_Batch = dict[str, Any]


class RayActors:
    """Computes shards by ``actors`` actors, one core each.

    Args:
        worker: what each actor holds.
        actors: how many.
        address: of a running cluster ("auto", "host:6379", "ray://host:10001"), whose machines have this package with
            the extra ``[ray]``; None for a cluster of this machine.

    Raises:
        BuildError: no cluster at that address.
    """

    def __init__(self, worker: ShardWorker, actors: int, address: str | None = None) -> None:
        import ray

        self._ray, self._worker, self._actors = ray, worker, actors
        self._started = not ray.is_initialized()
        if self._started:
            own: dict[str, Any] = {} if address else {"num_cpus": actors, "include_dashboard": False}
            try:
                _reach(address)
                ray.init(address or "local", logging_level=logging.ERROR, log_to_driver=False, **own)
            except (OSError, ValueError, RuntimeError) as error:
                raise BuildError(
                    f"no Ray cluster at {address or 'this machine'} ({error}); start one with: ray start --head, "
                    "or leave --ray-address out for one of this machine"
                ) from error

    def run(self, shards: Sequence[Shard]) -> Results:
        """See `Engine`.

        Raises:
            BuildError: the cluster is gone, or an actor cannot compute a shard.
        """
        from ray.exceptions import RayError

        if not shards:
            return
        held = self._ray.put(self._worker)  # sent once, however many actors are started
        context = self._ray.data.DataContext.get_current()
        logging.getLogger("ray.data").setLevel(logging.ERROR)  # the build shows its own progress
        context.enable_progress_bars = context.print_on_execution_start = False
        rows = [{"key": key, "step": step, "texts": json.dumps(texts)} for key, step, texts in shards]
        # one block a shard, so that a shard is what is scheduled, and done again where an actor dies
        results = self._ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            ShardActor,
            fn_constructor_args=(held,),
            batch_size=1,
            compute=self._ray.data.ActorPoolStrategy(size=min(self._actors, len(rows))),
            num_cpus=1,
        )
        try:
            for row in results.iter_rows():
                yield row["key"], row["result"]
        except RayError as error:
            raise BuildError(
                f"Ray stopped ({str(error).strip().splitlines()[-1]}); finished shards are kept, run the same again"
            ) from error

    def close(self) -> None:
        """See `Engine`."""
        if self._started:
            self._ray.shutdown()


def _reach(address: str | None) -> None:
    """OSError where nobody listens at host:port; Ray itself would try for many minutes."""
    host, _, port = (address or "").removeprefix("ray://").rpartition(":")
    if port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=_REACHED_IN).close()


class ShardActor:
    """A `ShardWorker`, found under a reference, for `map_batches`."""

    def __init__(self, worker: Any) -> None:
        import ray

        self._worker: ShardWorker = ray.get(worker)

    def __call__(self, batch: _Batch) -> _Batch:
        """Columns "key", "step" and "texts" (JSON) become "key" and "result" (bytes)."""
        results = [
            self._worker(step, json.loads(texts))
            for step, texts in zip(batch["step"], batch["texts"], strict=True)
        ]
        return {"key": batch["key"], "result": np.array(results, dtype=object)}
