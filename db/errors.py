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


class ReadOnly(DataError):
    """Nothing can be saved in this studio just now; reading goes on."""


class BackupError(DataError):
    """The copy could not be made, or is not what it says it is."""


class NameRefused(DataError):
    """Somebody else has this name, or it cannot be a name. Choose another."""


class LastAdmin(DataError):
    """This would leave nobody who may do everything. Make somebody else an admin first."""


class RoleBySetting(DataError):
    """What this person may do is said by the studio's settings. Change it there."""


class InvitationRefused(DataError):
    """This invitation cannot be made or used: it was used, withdrawn, or is too old. Ask for another."""


class HubError(DataError):
    """The repository of events could not be read or written just now; trying again may help.

    `after`: seconds that the hub asks to wait, or 0. `passing`: whether time alone may put it right.
    """

    def __init__(self, message: str, *, after: float = 0, passing: bool = True):
        super().__init__(message)
        self.after, self.passing = after, passing


class HubMoved(HubError):
    """Somebody has written to the repository of events since it was last read."""


class HubRefused(HubError):
    """The repository is not what it must be, or not ours to write to: nothing is written to it."""

    def __init__(self, message: str):
        super().__init__(message, passing=False)
