"""What a process of the service works with: the opened database, the server's own key and the unit's."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ballot_server.errors import BallotServerError
from ballot_server.services.server_key import KEY_FILE, load_server_seed
from ballot_server.services.unit_key import load_unit_seed
from ballot_server.storage.engine import Database, open_database
from crypto.group import RandomBytes
from crypto.signing import SigningSeed, VerificationKey, derive_verification_key

DATABASE_FILE = "phieukin.sqlite3"


class InstallationMissingError(BallotServerError):
    """The folder holds no data of the service; field: path."""


@dataclass(frozen=True)
class Installation:
    """An opened data folder; `seed` signs board entries and confirmations, `unit_seed` the reports that go up."""

    folder: Path
    database: Database
    seed: SigningSeed = field(repr=False)
    unit_seed: SigningSeed = field(repr=False)

    @property
    def server_key(self) -> VerificationKey:
        """The public half of the server's key."""
        return derive_verification_key(self.seed)

    @property
    def unit_key(self) -> VerificationKey:
        """The public half of the unit's key."""
        return derive_verification_key(self.unit_seed)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def open_installation(folder: Path, random_bytes: RandomBytes, database_url: str | None = None) -> Installation:
    """Open a data folder, making it and everything in it at the first call.

    database_url: another database than the SQLite file in the folder.
    Raises: ServerKeyDamagedError, UnitKeyDamagedError, DatabaseTooNewError, DatabaseUnusableError, DatabaseBusyError.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    seed = load_server_seed(folder, random_bytes)
    unit_seed = load_unit_seed(folder, random_bytes)
    url = database_url or f"sqlite:///{folder.resolve() / DATABASE_FILE}"
    return Installation(folder=folder, database=Database(open_database(url)), seed=seed, unit_seed=unit_seed)


def open_existing_installation(
    folder: Path, random_bytes: RandomBytes, database_url: str | None = None
) -> Installation:
    """Open a data folder that the service has used before; nothing is made where there is none.

    Raises: InstallationMissingError, and what `open_installation` raises.
    """
    if not (folder / KEY_FILE).is_file():
        raise InstallationMissingError(path=str(folder))
    return open_installation(folder, random_bytes, database_url)
