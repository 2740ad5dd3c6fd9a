"""A PostgreSQL server for the tests that ask for one, and an address of a new database of either kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import BACKENDS, POSTGRESQL, PostgreSQL, name_sqlite


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    """Run a server for the whole session."""
    server = PostgreSQL(tmp_path_factory.mktemp("postgresql"))
    yield server
    server.stop()


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database: the test runs once for each kind."""
    if request.param == POSTGRESQL:
        server: PostgreSQL = request.getfixturevalue("postgresql")
        return server.create()
    return name_sqlite(tmp_path)
