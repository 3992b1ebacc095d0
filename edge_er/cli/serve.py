"""The commands for a service: serve, and home, which reads the catalog of a smart home."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_er.cli.common import JsonOption, echo, extra, fail, print_json
from edge_er.cli.trust import TrustedOption

if TYPE_CHECKING:
    from edge_er.service.served import ServedBundles

__all__ = ["register"]

_TOKEN = "EDGE_ER_TOKEN"


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(serve)
    app.command()(home)


def serve(
    bundles: Annotated[
        list[str],
        typer.Argument(metavar="BUNDLE...", help="Shipped names (edge-er list), directories or .zip files."),
    ],
    host: Annotated[
        str, typer.Option(help="Address to listen on; another than a local one needs a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8600,
    wyoming: Annotated[
        str, typer.Option(metavar="URI", help="Answer voice pipelines too: tcp://127.0.0.1:10500.")
    ] = "",
    home_sentences: Annotated[
        bool,
        typer.Option("--home", help="Recognise the sentences of a smart home over Wyoming (edge-er home)."),
    ] = False,
    trusted: TrustedOption = None,
    reload_every: Annotated[
        float, typer.Option(min=0, help="Seconds between two looks whether a bundle has changed; 0 for none.")
    ] = 2.0,
) -> None:
    """Answer over HTTP, for programs that cannot link the library; the token is in EDGE_ER_TOKEN."""
    if home_sentences and not wyoming:
        raise typer.BadParameter(
            "sentences are answered over Wyoming alone: give --wyoming too", param_hint="--home"
        )
    with extra("home" if home_sentences else "serve"):
        import asyncio

        from edge_er.service.running import ServiceSettings, serve
        from edge_er.service.served import ServedBundles

        token = os.environ.get(_TOKEN)
        try:
            settings = ServiceSettings(host, port, token, wyoming, home_sentences, reload_every)
        except ValueError as error:
            raise typer.BadParameter(f"{error} (set {_TOKEN})", param_hint="--host") from error
        try:
            served = ServedBundles(bundles, trusted_keys=trusted or None)
            asyncio.run(serve(served, settings, lambda address: _say(address, served, settings.wyoming)))
        except ValueError as error:
            fail(str(error))
        except KeyboardInterrupt:
            pass


def _say(address: str, bundles: ServedBundles, wyoming: str) -> None:
    names = ", ".join(each.name for each in bundles)
    echo(f"{names}: {address}/resolve{f' and {wyoming}' if wyoming else ''}; Ctrl-C stops", err=True)


def home(
    storage: Annotated[Path, typer.Argument(help="The folder .storage of Home Assistant's configuration.")],
    out: Annotated[Path, typer.Option(help="Catalog to write, JSON lines, for edge-er build.")],
    as_json: JsonOption = False,
) -> None:
    """Read what Home Assistant's assistant may use: exposed entities, areas and floors, as a catalog."""
    from collections import Counter

    from catalog_tools.readers.convert import write_records
    from catalog_tools.readers.home import home_records

    records = list(home_records(storage))
    write_records(records, out)
    counts = Counter(str(record.metadata["kind"]) for record in records)
    if as_json:
        print_json({"out": str(out), **counts})
    else:
        found = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
        echo(f"{out}: {found or 'nothing'}; next: edge-er build --catalog {out} --out home")
