"""The Review tab."""

from studio.workplace import Workplace


def build_tab(work: Workplace) -> None:
    """Lay out the tab inside the current Blocks and wire it."""
