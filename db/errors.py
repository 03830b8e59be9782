"""The errors that the database's functions raise on purpose; each message can be shown as it is."""


class DataError(Exception):
    """What was asked of the database cannot be done; the message says why and what to do next."""


class NotFound(DataError):
    """There is no such row; it was erased, or it never existed."""


class NotYours(DataError):
    """Somebody else's assignment. Ask for one of your own."""


class SaveConflict(DataError):
    """One save's id was used for two different saves. Give each save an id of its own."""


class NothingToUndo(DataError):
    """This face has no save of yours in force."""


class SchemaError(DataError):
    """The database's tables are not those that this version of the studio knows."""


class PictureError(DataError):
    """A picture is missing from the store, damaged there, or cannot be stored."""


class BackupError(DataError):
    """The copy could not be made, or is not what it says it is."""
