"""Migrations: the schema they build is the one the tables declare."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from ballot_server.storage.engine import open_database, open_engine
from ballot_server.storage.errors import DatabaseTooNewError
from ballot_server.storage.tables import Base


def read_schema(engine: Engine) -> dict[str, set[str]]:
    """Return each table's CREATE statement as a set of its clauses, so that their order does not matter."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        return {name: {line.strip().rstrip(",") for line in sql.splitlines()} for name, sql in rows}


def test_upgrade_from_empty_builds_the_declared_tables(tmp_path: Path) -> None:
    upgraded = open_database(f"sqlite:///{tmp_path / 'upgraded.sqlite3'}")
    with upgraded.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_upgrade_from_empty_builds_the_declared_constraints(tmp_path: Path) -> None:
    upgraded = open_database(f"sqlite:///{tmp_path / 'upgraded.sqlite3'}")
    declared = open_engine(f"sqlite:///{tmp_path / 'declared.sqlite3'}")
    Base.metadata.create_all(declared)
    found = read_schema(upgraded)
    del found["alembic_version"]
    assert found == read_schema(declared)


def test_upgrade_changes_nothing_the_second_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'twice.sqlite3'}"
    first = read_schema(open_database(url))
    assert read_schema(open_database(url)) == first


def test_upgrade_refuses_a_database_of_a_newer_version(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'newer.sqlite3'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNewError):
        open_database(str(engine.url))


def test_open_database_makes_the_missing_folder(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'deep' / 'folder' / 'new.sqlite3'}")
    assert inspect(engine).has_table("ballot")
