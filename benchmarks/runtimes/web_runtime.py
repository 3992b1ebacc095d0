"""The JavaScript runtime beside Python on recognised speech: the same answers, the same Recall@1, how fast, how large.

    python -m benchmarks.runtimes.web_runtime
    python -m benchmarks.runtimes.web_runtime --onnxruntime-web node_modules/onnxruntime-web

Needs Node, and for the times in a browser Chromium and `npm ci --prefix tests/web`. Each is measured with the kernels
(WebAssembly) and in plain JavaScript. With `--onnxruntime-web` the encoder is timed by onnxruntime too, from that npm
package. All times are of one thread.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.lib.measured_models import uses
from benchmarks.lib.results_file import LANGUAGES, add_data_option, data_folder, markdown_table, write_result
from edge_er.evaluation.evaluate import resolve_all
from edge_er.evaluation.metrics import evaluate_answers
from edge_er.evaluation.requests_file import Request
from edge_er.resolver import EntityResolver
from edge_er.training.data.voice_requests import station_requests
from web_demo.assemble import assemble

HERE = Path(__file__).resolve().parent
SCRIPT = HERE / "web_runtime.mjs"
STRATA = ("text", "asr", "noisy")
ENGINES = ("wasm", "javascript")
IN_BROWSER = 5  # every fifth request is asked in the browser too
ORT_MODULE = "ort/dist/ort.wasm.min.mjs"
ORT_FILES = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")


class Handler(SimpleHTTPRequestHandler):
    """A file server whose pages get a fine clock (they are cross-origin isolated)."""

    extensions_map = {  # noqa: RUF012
        **SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def end_headers(self) -> None:
        """Add what isolation wants."""
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server to whom a browser that goes away is no error."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder."""
    server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def run_node(jobs: dict[str, list[str]], *arguments: str) -> dict[str, Any]:
    """What web_runtime.mjs finds."""
    node = shutil.which("node") or sys.exit("Node is not installed")
    done = subprocess.run(
        [node, SCRIPT, *arguments],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        sys.exit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def compared(name: str, requests: Sequence[Request], answers: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """JavaScript's first candidates and decisions beside Python's, and the Recall@1 of both by stratum."""
    resolver = EntityResolver.load(name)
    python, resolutions = resolve_all(resolver, requests, 1)
    index_of = {entity.id: index for index, entity in enumerate(resolver.entities)}
    firsts = [[index_of[first]] if first is not None else [] for first, _, _ in answers]
    javascript = evaluate_answers(firsts, resolver.entities, requests, 1)
    ours = [
        (one.matches[0].id if one.matches else None, one.decision, one.matches[0].confidence)
        for one in resolutions
    ]
    figures: dict[str, Any] = {
        "requests": len(requests),
        "same_first": sum(one[0] == other[0] for one, other in zip(ours, answers, strict=True)),
        "same_decision": sum(one[1] == other[1] for one, other in zip(ours, answers, strict=True)),
        "confidence_off_by": max(abs(one[2] - other[2]) for one, other in zip(ours, answers, strict=True)),
    }
    for stratum in STRATA:
        rows = [row for row, request in enumerate(requests) if request.stratum == stratum]
        figures[stratum] = {
            "python": float((python.ranks[rows] == 1).mean()),
            "javascript": float((javascript.ranks[rows] == 1).mean()),
        }
    return figures


def sizes(folder: Path, ort: Path | None) -> dict[str, Any]:
    """Bytes of the runtime, of its tables, of the whole page, and of onnxruntime-web."""
    page = [path for path in folder.rglob("*") if path.is_file() and "bundles" not in path.parts]
    kinds = {
        "runtime": [path for path in page if "edge-er" in path.parts and path.parent.name != "data"],
        "tables": [path for path in page if path.parent.name == "data"],
        "page": [path for path in page if path.suffix in (".html", ".css", ".js", ".svg", ".webmanifest")],
        "onnxruntime-web": [ort / "dist" / name for name in ORT_FILES] if ort else [],
    }
    return {
        kind: {
            "bytes": sum(path.stat().st_size for path in paths),
            "gzip": sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths),
        }
        for kind, paths in kinds.items()
        if paths
    }


def markdown(report: dict[str, Any]) -> str:
    """The whole report."""
    answers = [
        [
            lang,
            f"{cell['requests']:,}",
            f"{cell['same_first']:,}",
            f"{cell['same_decision']:,}",
            *(f"{cell[s]['javascript']:.4f} / {cell[s]['python']:.4f}" for s in STRATA),
        ]
        for lang, cell in report["answers"].items()
    ]
    heading = [
        "",
        "requests",
        "same first",
        "same decision",
        *(f"Recall@1, {s}: JS / Python" for s in STRATA),
    ]
    parts = [
        "# The JavaScript runtime",
        markdown_table(heading, answers),
        engines(report),
        times(report),
        space(report["sizes"]),
    ]
    return "\n\n".join(part for part in parts if part)


def times(report: dict[str, Any]) -> str:
    """Milliseconds in Node and in the browser, by the kernels and without."""
    rows = []
    for place in ("node", "chromium"):
        cells = [
            (f"{place}, {lang}, {engine}", cells[engine])
            for lang, cells in report.get(place, {}).items()
            for engine in ENGINES
        ]
        for what, cell in cells:
            encoded = [f"{cell['encode']['p50']:.2f}"]
            encoded += [f"{cell['onnxruntime']['encode']['p50']:.2f}"] if "onnxruntime" in cell else ["-"]
            whole = [f"{cell['resolve'][share]:.2f}" for share in ("p50", "p90", "p99")]
            rows.append([what, *whole, *encoded, f"{cell['load']:.0f}", f"{cell['first']:.1f}"])
    heading = [
        "milliseconds",
        "resolve, p50",
        "p90",
        "p99",
        "encoder, p50",
        "onnxruntime-web, p50",
        "load",
        "first answer after",
    ]
    return markdown_table(heading, rows)


def space(sizes: dict[str, Any]) -> str:
    """Bytes."""
    rows = [[kind, f"{cell['bytes']:,}", f"{cell['gzip']:,}"] for kind, cell in sizes.items()]
    return markdown_table(["bytes", "as they are", "gzip"], rows)


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    parser.add_argument("--onnxruntime-web", type=Path, help="folder of the npm package, to time it too")
    options = parser.parse_args()
    uses(*(f"radio_{lang}" for lang in options.languages))
    data = data_folder(options.data)
    requests = {f"radio_{lang}": station_requests(data, lang) for lang in options.languages}
    jobs = {name: [request.query for request in rows] for name, rows in requests.items()}
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "page"
        assemble(folder, list(jobs))
        report: dict[str, Any] = {"sizes": sizes(folder, options.onnxruntime_web)}
        in_node = run_node(jobs, "node", str(folder))
        if chromium:
            shutil.copy(HERE / "web_measure.mjs", folder)
            if options.onnxruntime_web:
                shutil.copytree(options.onnxruntime_web / "dist", folder / "ort" / "dist")
            with served(folder) as address:
                ort = [ORT_MODULE] if options.onnxruntime_web else []
                some = {name: queries[::IN_BROWSER] for name, queries in jobs.items()}
                in_browser = run_node(some, chromium, address, *ort)
            report["agent"] = in_browser.pop("agent")
            report["chromium"] = {name: _without_answers(cell) for name, cell in in_browser.items()}
            report["chromium_same_as_node"] = all(
                cells[engine]["answers"] == in_node[name][engine]["answers"][::IN_BROWSER]
                for name, cells in in_browser.items()
                for engine in ENGINES
            )
    report["node"] = {name: _without_answers(cell) for name, cell in in_node.items()}
    report["answers"] = {
        name: compared(name, rows, in_node[name]["wasm"]["answers"]) for name, rows in requests.items()
    }
    report["engines"] = {name: differences(cells) for name, cells in in_node.items()}
    text = markdown(report)
    write_result("runtimes.web_runtime", "web_runtime", report, text)
    print(text)


def differences(cells: dict[str, Any]) -> dict[str, Any]:
    """In how many requests plain JavaScript answers otherwise than the kernels, and how far confidences are apart."""
    pairs = list(zip(*(cells[engine]["answers"] for engine in ENGINES), strict=True))
    return {
        "requests": len(pairs),
        "other_first": sum(one[0] != other[0] for one, other in pairs),
        "other_decision": sum(one[1] != other[1] for one, other in pairs),
        "confidence_off_by": max(abs(one[2] - other[2]) for one, other in pairs),
        "confidence_off": sum(abs(one[2] - other[2]) > 1e-6 for one, other in pairs),
        "resolve_ratio": cells["wasm"]["resolve"]["p50"] / cells["javascript"]["resolve"]["p50"],
        "encode_ratio": cells["wasm"]["encode"]["p50"] / cells["javascript"]["encode"]["p50"],
    }


def engines(report: dict[str, Any]) -> str:
    """The kernels beside plain JavaScript: answers and times of one run in Node."""
    rows = [
        [
            name,
            *(
                f"{cell[field]:,}"
                for field in ("requests", "other_first", "other_decision", "confidence_off")
            ),
            f"{cell['confidence_off_by']:.1e}",
            *(f"{1 / cell[field]:.1f}" for field in ("resolve_ratio", "encode_ratio")),
        ]
        for name, cell in report["engines"].items()
    ]
    heading = [
        *("wasm beside javascript, Node", "requests", "another first", "another decision"),
        *("confidence off by more than 1e-6", "at most by", "times as fast, resolve", "encoder"),
    ]
    return markdown_table(heading, rows)


def _without_answers(cells: dict[str, Any]) -> dict[str, Any]:
    return {
        engine: {name: value for name, value in cell.items() if name != "answers"}
        for engine, cell in cells.items()
    }


if __name__ == "__main__":
    main()
