"""Opens the database and the pictures for commands that need no model and no page."""

from db.errors import DataError
from db.migrate import migrate
from db.session import Database, open_database
from db.store import PictureStore


def open_data(values: dict[str, str]) -> tuple[Database, PictureStore]:
    """Return what the settings name, the database up to date. Raises DataError where it cannot be had."""
    try:
        database = open_database(values["database"])
        migrate(database)
        return database, PictureStore(values["pictures"])
    except OSError as error:
        raise DataError(f"The database or the pictures cannot be opened: {error}.") from error
