"""studio.direct: endpoints past Gradio's sessions, in Gradio's form."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from model.errors import EmolaError
from studio import direct
from studio.workplace import Workplace


def echo(work: Workplace, person, first: int, second: str = "b", third: dict | None = None) -> dict:
    """What came in."""
    if first == 13:
        raise EmolaError("<Thirteen> is refused.")
    if first == 14:
        raise RuntimeError("a secret of the inside")
    return {"person": person.name, "got": [first, second, third]}


@pytest.fixture
def client(work):
    routes = direct.routes(work, "reviewer", [echo])
    return TestClient(Starlette(routes=routes), base_url="http://127.0.0.1", raise_server_exceptions=False)


def post(client, body):
    answer = client.post("/gradio_api/run/echo", content=body)
    return answer.status_code, answer.json()


def test_arguments_go_in_order_and_the_last_may_be_left_out(client):
    assert post(client, '{"data": [1]}') == (200, {"data": [{"person": "local", "got": [1, "b", None]}]})
    assert post(client, '{"data": [1, "x", {"a": 2}]}')[1]["data"][0]["got"] == [1, "x", {"a": 2}]


def test_what_a_client_adds_for_gradio_is_passed_over(client):
    assert post(client, '{"data": [1], "session_hash": "abc", "fn_index": 3}')[0] == 200


@pytest.mark.parametrize(
    "body, told",
    [
        ("", "as JSON"),
        ("{", "as JSON"),
        ("[1]", "as JSON"),
        ('"data"', "as JSON"),
        ('{"data": [NaN]}', "without NaN"),
        ('{"data": {"0": 1}}', "no list was sent"),
        ('{"data": []}', "1 to 3 arguments in order; 0 were sent"),
        ('{"data": [1, 2, 3, 4]}', "4 were sent"),
        ('{"data": [1, "' + "x" * direct.MOST_BYTES + '"]}', "more than 1,048,576 bytes"),
    ],
    ids=range(9),
)
def test_what_is_no_call_is_refused_with_a_sentence(client, body, told):
    status, answer = post(client, body)
    assert status == 500 and answer["title"] == "Error" and told in answer["error"]


def test_our_errors_come_as_text_that_is_safe_in_a_page(client):
    assert post(client, '{"data": [13]}')[1]["error"] == "&lt;Thirteen&gt; is refused."


def test_a_failure_is_logged_and_tells_nothing(client, caplog):
    assert post(client, '{"data": [14]}') == (500, {"error": None})
    assert "secret" in caplog.text


def test_another_web_site_is_refused(client):
    answer = client.post(
        "/gradio_api/run/echo", content='{"data": [1]}', headers={"Origin": "http://evil.example"}
    )
    assert answer.status_code == 500 and answer.json()["title"] == "Not allowed"
