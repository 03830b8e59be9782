"""A studio that is killed under load: what it has acknowledged is there once, and nothing twice."""

from benchmarks.studio_kill import kill_rounds


def test_kill_9_under_sixteen_clients_loses_and_doubles_nothing(tmp_path):
    killed = kill_rounds(tmp_path, rounds=2, faces=5000)
    assert killed.tally.acknowledged >= 2 * 3 * 16
    assert (killed.tally.lost, killed.tally.doubled) == (0, 0)
