"""Migrated databases on both engines, as the database's own tests have them."""

from tests.db.conftest import database, maker, postgresql_server, session, template, things, url

__all__ = ["database", "maker", "postgresql_server", "session", "template", "things", "url"]
