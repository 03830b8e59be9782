"""studio.access: what is noted of a request, and what is not."""

import logging

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from studio import access, metrics


async def told(request):
    if request.path_params.get("token") == "broken":
        raise RuntimeError("Anna")
    return PlainTextResponse("here", 503 if "full" in request.query_params else 200)


async def files(scope, receive, send):
    await PlainTextResponse("file")(scope, receive, send)


@pytest.fixture
def client():
    routes = [Route("/invitation/{token}", told), Route("/healthz", told), Mount("/look", files)]
    app = Starlette(routes=routes, middleware=[Middleware(access.Access, routes)])
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def noted(caplog):
    caplog.set_level(logging.INFO, "studio.access")
    return lambda: [(each.method, each.route, each.status) for each in caplog.records]


def test_the_declared_route_is_noted_and_nothing_that_was_asked(client, noted, caplog):
    client.get("/invitation/a-secret?name=Anna")
    client.get("/look/0f3a/style.css")
    client.get("/Anna/Kowalska")
    client.request("ANNA", "/invitation/x")
    assert noted() == [
        ("GET", "/invitation/{token}", 200),
        ("GET", "/look", 200),
        ("GET", "none", 404),
        ("other", "/invitation/{token}", 405),
    ]
    assert not [each for each in caplog.records if {"Anna", "secret"} & set(map(str, vars(each).values()))]
    assert all(each.ms >= 0 for each in caplog.records)


def test_an_error_is_noted_as_500(client, noted):
    assert client.get("/invitation/broken").status_code == 500
    assert noted() == [("GET", "/invitation/{token}", 500)]


def test_who_watches_is_logged_only_where_something_fails(client, noted):
    def count() -> float:
        return metrics.COUNTED.get_sample_value(
            "emola_http_requests_total", {"method": "GET", "route": "/healthz", "status": "200"}
        )

    client.get("/healthz")
    before = count()
    client.get("/healthz")
    client.get("/healthz?full")
    assert count() == before + 1 and noted() == [("GET", "/healthz", 503)]
