"""The errors that training raises on purpose; each message says what, what was got, and what to do next."""

from model.errors import EmolaError


class TrainingError(EmolaError):
    """The training could not be done; what serves is untouched, and a checkpoint that was there still is."""


class DatasetError(TrainingError):
    """There is nothing to train on, or what there is would teach something wrong."""


class Stopped(TrainingError):
    """Somebody asked the training to stop; it goes on from its checkpoint when it is started again."""
