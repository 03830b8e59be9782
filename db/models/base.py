"""What all tables share: names of constraints, moments in UTC, JSON, row ids that are never used again."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, DateTime, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

# Without names, constraints could not be changed by a migration.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A moment in time: an aware datetime going in, one in UTC coming out, on every engine."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Raise TypeError where the moment has no time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"{value!r} has no time zone. Give an aware datetime, such as datetime.now(UTC).")
        value = value.astimezone(UTC)
        # SQLite keeps text, which compares as time only where all of it is of one zone.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# JSONB, since PostgreSQL cannot compare JSON.
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def utc_now() -> datetime:
    """Return this computer's time; leases go by `db.clock.now`, which several computers share."""
    return datetime.now(UTC)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """Return the constraint that a column holds one of these names; a new name needs no new type."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Base(DeclarativeBase):
    """The declarative base. Ids are never used again: a fact about an erased row must not meet a new row."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {datetime: Moment, dict[str, Any]: Json, list[Any]: Json}
    __table_args__: Any = {"sqlite_autoincrement": True}


AUTOINCREMENT = {"sqlite_autoincrement": True}
"""To end `__table_args__` with, where a table has constraints of its own."""
