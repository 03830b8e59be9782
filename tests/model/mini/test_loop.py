"""The training loop: killed and gone on is never killed, and what is wrong stops it with a sentence."""

import numpy as np
import pytest
import torch
from torch import nn

from model.mini import loop
from model.mini.loop import run

pytestmark = pytest.mark.usefixtures("one_thread")


class Killed(Exception):
    """Somebody pulled the plug."""


def train(folder, steps=7, dies_at=None, spoilt_at=None):
    """A tiny net with dropout, trained in `folder`, from the same beginning each time."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.3), nn.Linear(8, 1))
    seen = []

    def step(n, rng):
        if n == dies_at:
            raise Killed
        x = torch.from_numpy(rng.normal(size=(16, 3)).astype(np.float32))
        loss = (net(x)[:, 0] - x.sum(1)).square().mean()
        seen.append(n)
        return loss * (float("nan") if n == spoilt_at else 1), {"error": float(loss.detach())}

    groups = [{"params": list(net.parameters()), "lr": 1e-2}]
    run("tiny", net, groups, steps, step, folder, warmup=2)
    return net.state_dict(), seen


@pytest.fixture
def saving_always(monkeypatch):
    monkeypatch.setattr(loop, "SAVE_EVERY", -1.0)


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def test_killed_and_gone_on_equals_never_killed(tmp_path, saving_always):
    whole, _ = train(tmp_path / "whole")
    with pytest.raises(Killed):
        train(tmp_path / "killed", dies_at=4)
    torch.rand(5)  # another process has other random numbers before it goes on
    resumed, seen = train(tmp_path / "killed")
    assert seen == [4, 5, 6]
    assert same(whole, resumed)


def test_a_finished_run_is_not_run_again(tmp_path):
    first, _ = train(tmp_path)
    again, seen = train(tmp_path)
    assert seen == [] and same(first, again)


def test_a_kill_while_saving_leaves_the_checkpoint_before(tmp_path, saving_always):
    whole, _ = train(tmp_path / "whole")
    with pytest.raises(Killed):
        train(tmp_path / "killed", dies_at=3)
    (tmp_path / "killed" / "tiny.part").write_bytes(b"half a check")
    assert same(whole, train(tmp_path / "killed")[0])


def test_it_learns(tmp_path, capsys):
    train(tmp_path, steps=120)
    errors = [float(line.split("error ")[1].split()[0]) for line in capsys.readouterr().out.splitlines()]
    assert errors[-1] < errors[0] / 2


def test_a_loss_that_is_no_number_stops_it_and_names_the_checkpoint(tmp_path, saving_always):
    with pytest.raises(FloatingPointError, match="step 2.*tiny.pt"):
        train(tmp_path, spoilt_at=2)
    assert torch.load(tmp_path / "tiny.pt", weights_only=True)["step"] == 2
