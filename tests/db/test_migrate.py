"""Migrations: from nothing and from an old database to tables that are the models', and nothing else."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, inspect, text

from db.errors import SchemaError
from db.guards import FOR_EVER, OF_A_FACE
from db.migrate import migrate, schema_revision
from db.models import Base
from db.session import open_database
from db.snapshots import newest

OLDEST = "0001"


@pytest.fixture
def empty(empty_url):
    database = open_database(empty_url)
    yield database
    database.close()


def differences(database) -> list:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return compare_metadata(context, Base.metadata)


def checks(database) -> dict:
    """Each table's CHECK constraints, by name, as the engine has them."""
    found = inspect(database.engine)
    return {
        table: {check["name"]: check["sqltext"] for check in found.get_check_constraints(table)}
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def test_an_empty_database_gets_the_models_tables(empty):
    migrate(empty)
    assert differences(empty) == []


def test_check_constraints_are_the_models(empty, maker):
    migrate(empty)
    url = maker.empty()
    direct = open_database(url)
    Base.metadata.create_all(direct.engine)
    assert checks(direct) == checks(empty)
    direct.close()
    maker.remove(url)


def test_an_old_database_keeps_its_rows_and_gets_the_models_tables(empty):
    migrate(empty, OLDEST)
    with empty.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO subjects (name, consent, created_at) VALUES ('S1', 'given', '2026-01-01 12:00')"
            )
        )
    assert migrate(empty) != OLDEST
    assert differences(empty) == []
    with empty.engine.connect() as connection:
        assert connection.scalar(text("SELECT name FROM subjects")) == "S1"


def test_snapshots_of_before_count_as_frozen_in_their_order(empty):
    migrate(empty, "0006")
    moment = "2026-01-01 12:00"
    with empty.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO datasets (name, purpose, created_at) VALUES ('gold', 'gold', :at)"),
            {"at": moment},
        )
        for content in ("a", "b"):
            connection.execute(
                text(
                    "INSERT INTO snapshots (dataset_id, sha256, faces, options, created_at) "
                    "VALUES (1, :content, 0, '{}', :at)"
                ),
                {"content": content * 64, "at": moment},
            )
    migrate(empty)
    with empty.reads.begin() as session:
        assert newest(session, "gold", "gold").sha256 == "b" * 64


def test_every_fact_is_guarded_after_migrating_an_old_database(empty):
    migrate(empty, OLDEST)
    migrate(empty)
    with empty.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        else:
            query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        triggers = set(connection.scalars(text(query)))
    for table in OF_A_FACE + FOR_EVER:
        assert {f"{table}_never_changed", f"{table}_never_removed"} <= triggers


def test_migrating_again_changes_nothing(empty):
    assert migrate(empty) == migrate(empty)


def test_a_database_of_a_newer_studio_is_refused_and_left_alone(empty):
    migrate(empty)
    with empty.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="9999.*newer studio"):
        migrate(empty)
    with empty.engine.connect() as connection:
        assert schema_revision(connection) == "9999"


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty, monkeypatch):
    def fail(connection):
        raise RuntimeError("power cut")

    monkeypatch.setattr("db.guards.install", fail)
    with pytest.raises(RuntimeError):
        migrate(empty)
    assert inspect(empty.engine).get_table_names() == []


def test_processes_that_start_at_once_migrate_once(empty_url):
    databases = [open_database(empty_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        revisions = list(pool.map(migrate, databases))
    assert len(set(revisions)) == 1 and differences(databases[0]) == []
    for database in databases:
        database.close()


def test_every_table_of_the_models_has_named_constraints():
    metadata: MetaData = Base.metadata
    unnamed = [
        (table.name, constraint)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert not unnamed
