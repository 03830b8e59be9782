"""A studio that is killed under load: what it has acknowledged is there once, and nothing twice."""

from concurrent.futures import ThreadPoolExecutor

from benchmarks.studio_kill import kill_rounds


def test_kill_9_under_sixteen_clients_loses_and_doubles_nothing(tmp_path):
    # In a thread of its own: after the browser tests this one has Playwright's event loop running.
    with ThreadPoolExecutor(1) as other:
        killed = other.submit(kill_rounds, tmp_path, rounds=2, faces=5000).result()
    assert killed.tally.acknowledged >= 2 * 3 * 16
    assert (killed.tally.lost, killed.tally.doubled) == (0, 0)
