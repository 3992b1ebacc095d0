"""An address is fetched when it is read, within its limits, and never another one than http."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from source_samples import STATION

from catalog_tools.readers.sources import SourceOptions, read_records
from edge_er.errors import CatalogError


@pytest.fixture(scope="module")
def server():
    """Answers by path: stations, something endless, a page that is not there, one that breaks off, one elsewhere."""

    class AnswerBuilder(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/none":
                self.send_error(404)
                return
            if self.path == "/elsewhere":
                self.send_response(302)
                self.send_header("Location", "file:///etc/hostname")
                self.end_headers()
                return
            body = b"name\nA\n" * 5_000 if self.path == "/big.csv" else json.dumps([STATION]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body) + (9 if self.path == "/short" else 0)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), AnswerBuilder)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def test_a_url_is_fetched_when_it_is_read(server):
    reader = read_records(f"{server}/json/stations/bycountry/ES")
    assert [one.name for one in reader] == ["Cadena SER"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/none", "404"),
        ("/big.csv", "more than 20,000 bytes"),
        ("/short", "breaks off|IncompleteRead"),
        ("/elsewhere", "cannot be fetched|302"),
    ],
)
def test_a_url_that_cannot_be_read_is_named(server, path, says):
    with pytest.raises(CatalogError, match=says) as caught:
        list(read_records(server + path, SourceOptions(download_limit=20_000)))
    assert caught.value.file == server + path
