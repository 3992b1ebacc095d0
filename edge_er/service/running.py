"""The service runs: HTTP and Wyoming in one process, and a look at the bundles every few seconds."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn

from edge_er.service.http import LOCAL_HOSTS, http_application
from edge_er.service.served import ServedBundles

__all__ = ["ServiceSettings", "listening_at", "serve"]

_IDLE = 30  # seconds after which an idle connection is closed


@dataclass(frozen=True)
class ServiceSettings:
    """Where the service listens and what it asks of those who come.

    Attributes:
        host: an address of this machine; another than a local one needs a `token`.
        port: 0 takes a free one.
        token: what `Authorization: Bearer` must say.
        wyoming: "tcp://127.0.0.1:10500", "unix:///run/edge-er.sock" or "" for none. The protocol knows no token.
        home: recognise the sentences of a smart home (`HomeIntents`) over Wyoming.
        reload_every: seconds between two looks at the bundles; 0 for none.
        connections: at most so many at once; more are answered with status 503.
    """

    host: str = "127.0.0.1"
    port: int = 8600
    token: str | None = None
    wyoming: str = ""
    home: bool = False
    reload_every: float = 2.0
    connections: int = 256

    def __post_init__(self) -> None:
        if self.host not in LOCAL_HOSTS and not self.token:
            raise ValueError(f"host {self.host} can be reached by others: a token is needed")
        if self.token is not None and not self.token:
            raise ValueError("the token is empty")


async def serve(bundles: ServedBundles, settings: ServiceSettings, started: Callable[[str], None]) -> None:
    """Answer until the process is told to stop; `started` is called with the address of HTTP.

    Raises:
        OSError: the port is taken.
        ValueError: see `HomeIntents`.
    """
    app = http_application(bundles, settings.token)
    with listening_at(settings.host, settings.port) as listening:
        others = [asyncio.create_task(each) for each in _others(bundles, settings)]
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                lifespan="off",
                timeout_keep_alive=_IDLE,
                limit_concurrency=settings.connections,
                server_header=False,
            )
        )
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        started(f"http://{host}:{listening.getsockname()[1]}")
        http = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            await _first_end(http, others)
        finally:
            server.should_exit = True
            for each in others:
                each.cancel()
            await http


def listening_at(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Its connections send what they have at once: else the body of an answer, which is written after its head, waits
    40 ms until the client has acknowledged the head. asyncio sees to that only for sockets that it opened itself.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _others(bundles: ServedBundles, settings: ServiceSettings) -> Iterator[Coroutine[Any, Any, None]]:
    """What runs beside HTTP."""
    if settings.reload_every:
        yield _reloading(bundles, settings.reload_every)
    if settings.wyoming:
        yield _wyoming(bundles, settings)


async def _first_end(http: asyncio.Task[None], others: list[asyncio.Task[None]]) -> None:
    """Wait until HTTP ends; what goes wrong in another task is raised."""
    done, _ = await asyncio.wait([http, *others], return_when=asyncio.FIRST_COMPLETED)
    for each in done:
        each.result()


async def _reloading(bundles: ServedBundles, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        await asyncio.to_thread(bundles.reload_changed)


async def _wyoming(bundles: ServedBundles, settings: ServiceSettings) -> None:
    from wyoming.server import AsyncServer

    from edge_er.service.wyoming_service import by_bundles, wyoming_handler

    recognise = by_bundles(bundles)
    if settings.home:
        from edge_er.service.home_intents import HomeIntents

        recognise = HomeIntents(next(iter(bundles)))
    await AsyncServer.from_uri(settings.wyoming).run(wyoming_handler(recognise, bundles))
