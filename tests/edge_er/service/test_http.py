"""The service over HTTP: answers, errors, the token, and bundles that change while it serves."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tiny import require_packages

from edge_er.errors import BundleNotFoundError
from edge_er.resolver import EntityResolver

require_packages("starlette", "uvicorn", "httpx")

from starlette.testclient import TestClient  # noqa: E402

from edge_er.service.http import http_application  # noqa: E402
from edge_er.service.openapi import document  # noqa: E402
from edge_er.service.running import ServiceSettings, listening_at  # noqa: E402
from edge_er.service.served import ServedBundles  # noqa: E402

LOCAL = "http://localhost"


@pytest.fixture
def bundles(bundle_dir: Path, engine: str) -> ServedBundles:
    return ServedBundles([bundle_dir])


@pytest.fixture
def client(bundles: ServedBundles) -> Iterator[TestClient]:
    with TestClient(http_application(bundles), base_url=LOCAL) as client:
        yield client


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize(
    "asked",
    [
        {"query": "pon la cadena ser"},
        {"query": "pon la cadena ser", "top_k": 2, "typed": True, "min_precision": 0.5},
        {"query": "kiss", "where": {"country": ["ES", "PT"]}, "ids": ["es-3", "es-4"]},
        {"query": ""},
    ],
)
def test_it_answers_as_the_resolver_does(
    client: TestClient, resolver: EntityResolver, asked: dict[str, Any]
) -> None:
    answer = client.post("/resolve", json=asked)
    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(resolver.resolve(**asked).to_dict()))


def test_several_texts(client: TestClient, resolver: EntityResolver) -> None:
    texts, weights = ["cadena ser", "los cuarenta"], [1.0, 3.5]
    answer = client.post("/resolve", json={"nbest": texts, "weights": weights}).json()
    assert answer == resolver.resolve(nbest=list(zip(texts, weights, strict=True))).to_dict() | {
        "matches": answer["matches"]
    }
    assert (
        answer["best"]["id"] == resolver.resolve(nbest=[("cadena ser", 1.0), ("los cuarenta", 3.5)]).best.id
    )  # type: ignore[union-attr]


def test_suggestions(client: TestClient, resolver: EntityResolver) -> None:
    answer = client.post("/suggest", json={"text": "cad", "top_k": 1}).json()
    assert [each["id"] for each in answer["suggestions"]] == [each.id for each in resolver.suggest("cad", 1)]


@pytest.mark.parametrize(
    ("path", "asked", "status", "message"),
    [
        ("/resolve", {}, 400, "expected either query or nbest"),
        ("/resolve", {"query": "a", "nbest": ["a"]}, 400, "expected either query or nbest"),
        ("/resolve", {"query": 1}, 400, "query: expected a text"),
        ("/resolve", {"query": "a", "topk": 1}, 400, "topk: expected no such field"),
        ("/resolve", {"query": "a", "top_k": 0}, 400, "top_k: expected a whole number from 1 to 100"),
        ("/resolve", {"query": "a", "top_k": 10**9}, 400, "top_k: expected"),
        ("/resolve", {"query": "a", "min_precision": 1}, 400, "min_precision: expected"),
        ("/resolve", {"query": "a", "typed": 1}, 400, "typed: expected"),
        ("/resolve", {"nbest": ["a"], "weights": [1, 2]}, 400, "weights: expected one for each text"),
        ("/resolve", {"query": "a", "weights": [1]}, 400, "weights: expected one for each text"),
        ("/resolve", {"nbest": ["a"] * 65}, 400, "nbest: expected a list of 1 to 64"),
        ("/resolve", {"query": "a", "where": {"colour": "red"}}, 400, "colour"),
        ("/resolve", {"query": "a", "where": {"country": {}}}, 400, "where.country: expected"),
        (
            "/resolve",
            {"query": "a", "bundle": "radio"},
            404,
            "no bundle 'radio' is served; there are: tiny_es",
        ),
        ("/resolve", ["a"], 400, "expected an object"),
        ("/suggest", {}, 400, "an object with text"),
        ("/other", {}, 404, "expected POST /resolve or /suggest"),
    ],
)
def test_what_is_wrong_is_said(client: TestClient, path: str, asked: Any, status: int, message: str) -> None:
    code, said = error(client.post(path, json=asked))
    assert (code, message in said) == (status, True), said


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_no_json(client: TestClient, body: bytes) -> None:
    code, said = error(client.post("/resolve", content=body))
    assert (code, said.startswith("expected JSON")) == (400, True)


def test_too_large(client: TestClient) -> None:
    code, said = error(client.post("/resolve", content=b" " * 300_000))
    assert (code, said) == (413, "expected at most 262,144 bytes")


def test_another_method(client: TestClient) -> None:
    assert error(client.get("/resolve"))[0] == 405


def test_a_page_under_another_name_gets_no_answer(bundles: ServedBundles) -> None:
    client = TestClient(http_application(bundles), base_url="http://evil.example")
    assert client.post("/resolve", json={"query": "kiss"}).status_code == 400


def test_the_token(bundles: ServedBundles) -> None:
    client = TestClient(http_application(bundles, "secret"), base_url="http://radio.example")
    assert error(client.post("/resolve", json={"query": "kiss"}))[0] == 401
    wrong = {"Authorization": "Bearer Secret"}
    assert client.post("/resolve", json={"query": "kiss"}, headers=wrong).status_code == 401
    right = {"Authorization": "Bearer secret"}
    assert client.post("/resolve", json={"query": "kiss"}, headers=right).status_code == 200
    assert client.get("/health").json() == {"status": "ok"}  # names nothing
    assert "tiny_es" in client.get("/health", headers=right).json()["bundles"]


def test_other_hosts_need_a_token() -> None:
    with pytest.raises(ValueError, match="a token is needed"):
        ServiceSettings(host="0.0.0.0")
    with pytest.raises(ValueError, match="the token is empty"):
        ServiceSettings(token="")
    assert ServiceSettings(host="0.0.0.0", token="secret").port == 8600


def test_the_document_describes_the_answers(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert described == document(token=False)
    asked = {"/resolve": {"query": "pon la cadena ser"}, "/suggest": {"text": "cad"}}
    for path, body in asked.items():
        operation = described["paths"][path]["post"]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(body)
        assert not Draft202012Validator(schema).is_valid({"other": 1})
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator({**answer, "components": described["components"]}).validate(
            client.post(path, json=body).json()
        )


def test_a_new_version_is_loaded(bundle_dir: Path, tmp_path: Path) -> None:
    place = tmp_path / "tiny_es"
    shutil.copytree(bundle_dir, place)
    bundles = ServedBundles([place])
    client = TestClient(http_application(bundles), base_url=LOCAL)
    assert bundles.reload_changed() == []
    manifest = place / "manifest.json"
    good = manifest.read_bytes()
    manifest.write_bytes(good[:-1])
    assert bundles.reload_changed() == []
    health = client.get("/health").json()["bundles"]["tiny_es"]
    assert "error" in health
    assert client.post("/resolve", json={"query": "cadena ser"}).json()["decision"] == "match"
    manifest.write_bytes(good)
    os.utime(manifest, ns=(1, 1))
    assert bundles.reload_changed() == ["tiny_es"]
    assert "error" not in client.get("/health").json()["bundles"]["tiny_es"]


def test_two_bundles_of_one_name(bundle_dir: Path, bundle_zip: Path) -> None:
    with pytest.raises(ValueError, match="two bundles are named 'tiny_es'"):
        ServedBundles([bundle_dir, bundle_zip])
    with pytest.raises(ValueError, match="at least one bundle"):
        ServedBundles([])
    with pytest.raises(BundleNotFoundError):
        ServedBundles(["no_such_bundle"])


def test_an_answer_is_sent_at_once() -> None:
    listening = listening_at("127.0.0.1", 0)
    with listening, socket.create_connection(listening.getsockname()):
        connection, _ = listening.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_sentences_of_a_home_need_wyoming(
    edge_er: Callable[..., tuple[int, str, str]], bundle_dir: Path
) -> None:
    code, _, err = edge_er("serve", bundle_dir, "--home")
    assert (code, "give --wyoming too" in " ".join(err.replace("│", " ").split())) == (2, True)


def test_the_command(bundle_dir: Path) -> None:
    command = [sys.executable, "-m", "edge_er", "serve", str(bundle_dir), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            address = next(word for word in process.stderr.readline().split() if word.startswith("http"))
            request = urllib.request.Request(
                address.rstrip(";"), b'{"query": "cadena ser"}', {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request) as answer:
                assert json.load(answer)["best"]["name"] == "Cadena SER"
        finally:
            process.terminate()
        assert process.wait(20) in (0, -15)
