"""The database: opening it durably, and the two kinds of transaction.

SQLite runs in WAL mode with `synchronous=FULL`, so that what was committed survives a power cut, and a write
transaction begins with BEGIN IMMEDIATE, so that cast and close take one lock. PostgreSQL behaves alike: a write
transaction begins with the one advisory lock that all writers share, a read sees one snapshot, and who waits too long
for a lock is told that the database is busy.

Connections are not pooled: a session may run in a native thread beside the server's event loop, and a pool's locks
would be shared between the two. One idle connection stays open, or SQLite would fold the journal back at every close.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from ballot_server.storage.errors import DatabaseBusyError, DatabaseUnusableError, RewriteIncompleteError
from ballot_server.storage.migrations.upgrade import upgrade_schema

BUSY_TIMEOUT_MILLISECONDS = 5_000
_SQLITE_SETTINGS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
)
_IMMEDIATE = "phieukin_immediate"
_WRITERS_LOCK = 0x70686965756B696E
"""The number of the advisory lock, of this program's choosing: "phieukin" in ASCII."""

_GIVE_UP_STATES = frozenset({"55P03", "40P01"})
"""PostgreSQL's codes for a lock that was not to be had in time, and for a deadlock."""


class Database:
    """Sessions on one opened database; safe to share between threads and greenlets."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reader = engine
        self._writer = engine.execution_options(**{_IMMEDIATE: True})
        if engine.dialect.name == "postgresql":
            self._reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            # Whatever the server's default is: a writer must see what was committed while it waited for the lock.
            self._writer = self._writer.execution_options(isolation_level="READ COMMITTED")
        self._anchor: Connection | None = engine.connect()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one moment of the database and is rolled back at the end.

        Raises: DatabaseBusyError, DatabaseUnusableError.
        """
        with _translated_failures(), Session(self._reader, autoflush=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session that holds the write lock from its start; commit durably at the end, or roll back.

        Raises: DatabaseBusyError, DatabaseUnusableError; then nothing is stored.
        """
        with _translated_failures(), Session(self._writer) as session, session.begin():
            connection = session.connection()
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_WRITERS_LOCK)))
            yield session

    def compact(self) -> None:
        """Write a SQLite file anew without its freed pages, and empty its journal.

        Raises: RewriteIncompleteError if a reader holds the journal; DatabaseBusyError.
        """
        with _translated_failures(), self.engine.connect() as connection:
            driver = connection.connection.driver_connection
            if not isinstance(driver, SQLiteConnection):
                raise TypeError("only a SQLite file is compacted")
            driver.execute("VACUUM").close()
            is_held = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if is_held:
            raise RewriteIncompleteError

    def compact_tables(self, tables: Sequence[str]) -> None:
        """Write tables of a PostgreSQL database anew without their dead rows. Raises: DatabaseBusyError."""
        with _translated_failures(), self.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in tables:
                alone.exec_driver_sql(f"VACUUM FULL {table}")

    def close(self) -> None:
        """Let go of the files; the last one to close folds SQLite's journal into the database."""
        if self._anchor is not None:
            self._anchor.close()
            self._anchor = None
        self.engine.dispose()


def open_database(url: str, *, busy_timeout_milliseconds: int = BUSY_TIMEOUT_MILLISECONDS) -> Engine:
    """Open a database, create it if it is new, and bring its schema up to this version.

    Raises: DatabaseTooNewError, DatabaseUnusableError, DatabaseBusyError.
    """
    with _translated_failures():
        engine = open_engine(url, busy_timeout_milliseconds=busy_timeout_milliseconds)
        upgrade_schema(engine)
        return engine


def open_engine(url: str, *, busy_timeout_milliseconds: int = BUSY_TIMEOUT_MILLISECONDS) -> Engine:
    """Return an engine with the durable settings, its schema untouched; a SQLite file's folder is made if missing."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        options = {"options": f"-c lock_timeout={busy_timeout_milliseconds} -c synchronous_commit=on"}
        return create_engine(parsed.set(drivername="postgresql+psycopg"), poolclass=NullPool, connect_args=options)
    engine = create_engine(parsed, poolclass=NullPool)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings = (f"PRAGMA busy_timeout={busy_timeout_milliseconds}", *_SQLITE_SETTINGS)
        event.listen(engine, "connect", partial(_set_up_connection, settings))
        event.listen(engine, "begin", _begin)
    return engine


def _set_up_connection(settings: Sequence[str], connection: SQLiteConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver would begin transactions by itself, and too late: only `_begin` does.
    connection.isolation_level = None
    for setting in settings:
        connection.execute(setting).close()


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(_IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def _translated_failures() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state in _GIVE_UP_STATES or (state is None and ("locked" in str(error.orig) or "busy" in str(error.orig))):
            raise DatabaseBusyError from error
        raise DatabaseUnusableError(str(error.orig)) from error
    except DBAPIError as error:
        # Constraint violations that a repository expects never come here: it has named them by then.
        raise DatabaseUnusableError(str(error.orig)) from error
