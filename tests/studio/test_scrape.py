"""studio.scrape: what Prometheus is given, and where."""

from dataclasses import replace
from types import SimpleNamespace
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from db.events.sync import State
from model.errors import EmolaError
from studio import metrics, scrape
from studio.errors import for_the_page


def scraped(work) -> dict[tuple, float]:
    """Each sample's value, by its name and labels."""
    server, thread = scrape.serve(work, "0")
    try:
        assert server.server_address[0] == "127.0.0.1"
        with urlopen(f"http://127.0.0.1:{server.server_port}/metrics") as answer:
            text = answer.read().decode()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_what_happens_is_counted_and_how_it_stands_is_looked_up(work):
    before = scraped(work)
    metrics.saved("labels")
    metrics.leased("renewed", 3)
    metrics.predicted(["emotion", "au"], 0.3)
    metrics.requested("GET", "/healthz", 200, 0.002)
    now = scraped(work)

    def grown(*key) -> float:
        return now[key] - before.get(key, 0)

    assert grown("emola_annotations_total", "labels") == 1
    assert grown("emola_leases_total", "renewed") == 3
    assert grown("emola_prediction_seconds_count", "au+emotion") == 1
    assert grown("emola_prediction_seconds_bucket", "0.5", "au+emotion") == 1
    assert grown("emola_http_requests_total", "/healthz", "200", "GET") == 1
    assert now["emola_promotions", "nothing"] == 1 and now["emola_promotions", "refused"] == 0
    assert now["emola_model_info", work.serving.revision[:12]] == 1
    assert now["emola_leases_held",] == 0
    assert not [key for key in now if "sync" in key[0]]


def test_the_hub_is_told_of_where_there_is_one(work):
    sync = SimpleNamespace(state=lambda: State(True, 4, refused="no"), seconds_behind=lambda: 7.5)
    now = scraped(replace(work, sync=sync))
    assert now["emola_sync_waiting",] == 4 and now["emola_sync_lag_seconds",] == 7.5
    assert now["emola_sync_refused",] == 1


def test_an_event_that_fails_is_counted_by_its_kind_and_not_its_words(work):
    def broken(which: str):
        raise (EmolaError if which == "ours" else RuntimeError)("Anna")

    for which in ("ours", "theirs"):
        with pytest.raises(Exception, match="Anna"):
            for_the_page(broken)(which)
    now = scraped(work)
    assert now["emola_event_errors_total", "EmolaError", "broken"] == 1
    assert now["emola_event_errors_total", "RuntimeError", "broken"] == 1
    assert not [key for key in now if "Anna" in key]


def test_a_database_that_is_away_leaves_the_rest(work):
    work.database.close()
    broken = replace(work, database=SimpleNamespace(reads=SimpleNamespace(begin=_away)))
    now = scraped(broken)
    assert ("emola_promotions", "nothing") in now and ("emola_leases_held",) not in now


def _away():
    from sqlalchemy.exc import OperationalError

    raise OperationalError("SELECT", {}, Exception("away"))


@pytest.mark.parametrize("where", ["yes", "70000", "localhost:", "-1"])
def test_what_is_no_port_is_refused(work, where):
    with pytest.raises(scrape.NoSuchPort, match="give a port, as in 9464, or host:port"):
        scrape.serve(work, where)


def test_a_port_that_is_taken_is_refused(work):
    server, _ = scrape.serve(work, "0")
    with pytest.raises(scrape.NoSuchPort, match="Give another"):
        scrape.serve(work, str(server.server_port))
    server.shutdown()
    server.server_close()
