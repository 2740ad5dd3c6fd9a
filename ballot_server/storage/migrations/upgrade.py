"""Bringing a database's schema up to this version, inside one transaction."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from ballot_server.storage.errors import DatabaseTooNewError

_FOLDER = Path(__file__).parent


def upgrade_schema(engine: Engine) -> None:
    """Run the missing migrations, all or none. Raises: DatabaseTooNewError for a revision this version lacks."""
    configuration = Config()
    configuration.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(configuration)
    with engine.execution_options(phieukin_immediate=True).begin() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision == scripts.get_current_head():
            return
        known = {script.revision for script in scripts.walk_revisions()}
        if revision is not None and revision not in known:
            raise DatabaseTooNewError(revision)
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
