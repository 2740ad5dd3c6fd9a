"""The settings of the service, read once from the command line and the environment, and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ballot_server.errors import BallotServerError

DEFAULT_DATA_FOLDER = Path("data")
DEFAULT_HOST = "0.0.0.0"  # noqa: S104 - phones in the room and the staff's devices must reach it.
DEFAULT_VOTERS_PORT = 8080
DEFAULT_STAFF_PORT = 8443
DEFAULT_LAPTOP_PORT = 8444
DATABASE_VARIABLE = "PHIEUKIN_DATABASE_URL"


class PortOutOfRangeError(BallotServerError):
    """A port is not 0 … 65535; field: port."""

    def __init__(self, port: int) -> None:
        super().__init__(port=port)


class PortsEqualError(BallotServerError):
    """Two listening sockets were given one port; field: port."""

    def __init__(self, port: int) -> None:
        super().__init__(port=port)


@dataclass(frozen=True)
class Settings:
    """Where the service listens and keeps its data.

    host: the name or address to listen on; the laptop's port listens on the loopback only; port 0 lets the system
    choose; database_url: None for the SQLite file in the data folder.
    """

    data_folder: Path = DEFAULT_DATA_FOLDER
    host: str = DEFAULT_HOST
    voters_port: int = DEFAULT_VOTERS_PORT
    staff_port: int = DEFAULT_STAFF_PORT
    laptop_port: int = DEFAULT_LAPTOP_PORT
    database_url: str | None = None

    def __post_init__(self) -> None:
        ports = (self.voters_port, self.staff_port, self.laptop_port)
        for port in ports:
            if not 0 <= port <= 65535:
                raise PortOutOfRangeError(port)
            if port != 0 and ports.count(port) > 1:
                raise PortsEqualError(port)


def read_database_url(environment: Mapping[str, str]) -> str | None:
    """Return the database that the environment names, or None: a password has no place on a command line."""
    return environment.get(DATABASE_VARIABLE) or None
