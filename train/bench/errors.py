"""What the benchmark refuses to score."""

from model.errors import EmolaError


class BenchError(EmolaError):
    """The truth or the answers cannot be scored; the message names the file, the entry and what to do."""
