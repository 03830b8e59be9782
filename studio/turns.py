"""Whose turn it is to ask the model: it has one set of adapters switched on at a time, whoever asks.

The page's events also stand in one queue (`studio.demo.QUEUE`); this is for work that has none of it, such as
predicting ahead. Threads that wait are served between two faces.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

PATIENCE = 120.0
"""Seconds after which somebody who waits goes ahead: an answer that was given up must not hold all others."""

_turn = Lock()


@contextmanager
def turn(patience: float = PATIENCE) -> Iterator[None]:
    """Wait for one's turn, and hold it while the model is asked."""
    mine = _turn.acquire(timeout=patience)
    try:
        yield
    finally:
        if mine:
            _turn.release()
