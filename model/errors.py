"""The errors that EmoLA Studio raises on purpose.

Each message says what was wrong, what was got, what is allowed, and what to do next; the pages show it as it
is.
"""


class EmolaError(Exception):
    """Something you gave cannot be used; the message says what and what to do next."""


class ImageError(EmolaError):
    """The file could not be read as a picture."""


class NoFaceFound(EmolaError):
    """No face was found in the picture. Try one where the face is larger, sharper and seen from the front."""


class LandmarkExpertError(EmolaError):
    """The landmark expert could not be loaded, or is not the one that the adapter was trained with."""


class CheckpointError(EmolaError):
    """A base model or adapter on disk is incomplete, damaged, unsafe, or made for something else."""


class BulkError(EmolaError):
    """A job over many pictures could not be started, or could not go on."""
