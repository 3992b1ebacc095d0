"""The service over HTTP: POST /resolve and /suggest with JSON, GET /health and /openapi.json.

Every answer is JSON, errors too: `{"error": "..."}` with status 400 (a field is wrong), 401 (the token), 404 (no such
bundle or address), 413 (too large). Answers take a millisecond, so they are given between two others, in one thread.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edge_er.errors import BundleNotFoundError, FilterError
from edge_er.service.answering import ANSWERS, Answer, RequestError
from edge_er.service.openapi import document
from edge_er.service.served import ServedBundles

__all__ = ["LOCAL_HOSTS", "http_application"]

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
_NAMED_LOCAL = ["localhost", "127.0.0.1", "[::1]"]  # as a Host header has them
_LARGEST = 256 * 1024  # bytes of a request
_Endpoint = Callable[[Request], Awaitable[Response]]


def http_application(bundles: ServedBundles, token: str | None = None) -> Starlette:
    """An ASGI application.

    Args:
        bundles: what answers.
        token: what `Authorization: Bearer` must say. Without one only requests to a local host are answered: no page
            of a browser can reach the service under another name.
    """

    def allowed(request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return token is None or hmac.compare_digest(given.encode(), f"Bearer {token}".encode())

    def answering(answer: Answer) -> _Endpoint:
        async def endpoint(request: Request) -> Response:
            if not allowed(request):
                raise HTTPException(401, "expected Authorization: Bearer with the token of this service")
            try:
                return JSONResponse(answer(bundles, await _json(request)))
            except BundleNotFoundError as error:
                raise HTTPException(404, str(error)) from error
            except (RequestError, FilterError, ValueError) as error:
                raise HTTPException(400, str(error)) from error

        return endpoint

    async def health(request: Request) -> Response:
        about = {"bundles": bundles.health()} if allowed(request) else {}
        return JSONResponse({"status": "ok", **about})

    described = document(token is not None)

    async def openapi(_: Request) -> Response:
        return JSONResponse(described)

    routes = [Route(f"/{name}", answering(answer), methods=["POST"]) for name, answer in ANSWERS.items()]
    routes += [Route("/health", health), Route("/openapi.json", openapi)]
    local = [Middleware(TrustedHostMiddleware, allowed_hosts=_NAMED_LOCAL, www_redirect=False)]
    return Starlette(
        routes=routes,
        middleware=local if token is None else [],
        exception_handlers={HTTPException: _error},
    )


async def _json(request: Request) -> object:
    """The body of a request, read no further than its bound."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            raise HTTPException(413, f"expected at most {_LARGEST:,} bytes")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"expected JSON: {error}") from error


async def _error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    about = error.detail
    if about == HTTPStatus(error.status_code).phrase:  # Starlette's own: no such address, or not this method
        about = f"{about}: expected POST /resolve or /suggest, GET /health or /openapi.json"
    return JSONResponse({"error": about}, error.status_code, error.headers)
