"""The database as a line of events: each write is one, and the line makes the same database again.

For a SQLite file on a disk that does not last, such as a Space's: what is written is also an event, in the
same transaction, so that none can be missing; events are sent elsewhere in order, and an empty disk is filled
from them. A server's database needs none of this: it has backups and replicas of its own.
"""
