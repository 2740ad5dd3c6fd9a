"""Migrations: the schema they build is the one the tables declare."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from ballot_server.storage.engine import open_database, open_engine
from ballot_server.storage.errors import DatabaseTooNewError
from ballot_server.storage.migrations import upgrade
from ballot_server.storage.tables import Base


def read_schema(engine: Engine) -> dict[str, set[str]]:
    """Return each table's CREATE statement as a set of its clauses, so that their order does not matter."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        # A table that was made anew under another name has quotes around its own.
        return {name: set(split_clauses(sql.replace('"', ""))) for name, sql in rows}


def split_clauses(statement: str) -> list[str]:
    """Return a statement's clauses: a column that was added later stands on the last line, behind the constraints."""
    clauses, depth = [""], 0
    for character in " ".join(statement.split()):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character in "(,)" and depth <= 1 and (character == "," or depth == (character == "(")):
            clauses.append("")
        else:
            clauses[-1] += character
    return [clause.strip() for clause in clauses]


def test_upgrade_from_empty_builds_the_declared_tables(database_url: str) -> None:
    upgraded = open_database(database_url)
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


def build_at(url: str, revision: str) -> Engine:
    """Return a database as an earlier version of the program left it."""
    engine = open_engine(url)
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(upgrade.__file__).parent))
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, revision)
    return engine


def test_upgrade_to_0002_adds_the_staff_and_keeps_the_meetings(tmp_path: Path) -> None:
    old = build_at(f"sqlite:///{tmp_path / 'old.sqlite3'}", "0001")
    with old.begin() as connection:
        connection.execute(
            text("INSERT INTO meeting VALUES ('M0000001', '', '', '', '2026-01-15', '', '', '[]', '', 3, 0)")
        )
    new = build_at(str(old.url), "0002")
    with new.connect() as connection:
        assert connection.execute(text("SELECT code FROM meeting")).scalars().all() == ["M0000001"]
    assert {"staff", "staff_session", "staff_link"} <= set(inspect(new).get_table_names())


def test_upgrade_to_0007_keeps_the_accounts_and_ends_the_sessions(tmp_path: Path) -> None:
    old = build_at(f"sqlite:///{tmp_path / 'old.sqlite3'}", "0006")
    with old.begin() as connection:
        connection.execute(text("INSERT INTO staff VALUES ('Hà', 'hà', 'chair', NULL)"))
        moment = "'2026-01-15 18:00:00'"
        connection.execute(
            text(f"INSERT INTO staff_session VALUES (x'00', 'Hà', {moment}, {moment}, {moment}, x'00', '')")
        )
    new = build_at(str(old.url), "0007")
    with new.begin() as connection:
        connection.execute(text("INSERT INTO staff VALUES ('Máy 1', 'máy 1', 'kiosk', NULL)"))
        assert connection.execute(text("SELECT name FROM staff ORDER BY name")).scalars().all() == ["Hà", "Máy 1"]
        assert connection.execute(text("SELECT count(*) FROM staff_session")).scalar() == 0


def test_upgrade_to_0010_gives_earlier_meetings_no_network(tmp_path: Path) -> None:
    old = build_at(f"sqlite:///{tmp_path / 'old.sqlite3'}", "0009")
    with old.begin() as connection:
        connection.execute(
            text("INSERT INTO meeting VALUES ('M0000001', '', '', '', '2026-01-15', '', '', '[]', '', 3, 0)")
        )
    new = build_at(str(old.url), "0010")
    with new.connect() as connection:
        assert connection.execute(text("SELECT code, wifi FROM meeting")).all() == [("M0000001", "")]


def test_upgrade_to_0011_keeps_the_archives_and_adds_what_is_known_of_their_end(tmp_path: Path) -> None:
    old = build_at(f"sqlite:///{tmp_path / 'old.sqlite3'}", "0010")
    with old.begin() as connection:
        connection.execute(
            text("INSERT INTO meeting VALUES ('M0000001', '', '', '', '2026-01-15', '', '', '[]', '', 3, 0, '')")
        )
        connection.execute(text("INSERT INTO board_entry VALUES ('M0000001', 0, 'meeting', x'7b7d')"))
    new = build_at(str(old.url), "0011")
    with new.connect() as connection:
        assert connection.execute(text("SELECT kind FROM board_entry")).scalars().all() == ["meeting"]
    assert {"archive_keeping", "archive_destruction", "kept_result"} <= set(inspect(new).get_table_names())


def test_upgrade_to_0012_adds_the_tables_of_reports(tmp_path: Path) -> None:
    old = build_at(f"sqlite:///{tmp_path / 'old.sqlite3'}", "0011")
    before = set(inspect(old).get_table_names())
    new = build_at(str(old.url), "0012")
    assert set(inspect(new).get_table_names()) - before == {"report_collection", "received_report"}
