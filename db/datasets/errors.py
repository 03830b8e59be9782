"""What can be wrong with a data set as a whole; what is wrong with one entry is that record's `problem`."""

from db.errors import DataError


class DatasetError(DataError):
    """The data set cannot be read, loaded or written out as asked; the message says which file and why."""
