"""The ballot box, and the rewrite at close that removes what its pages betray of the order of arrival."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Table, delete, func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.schema import DropTable

from ballot_server.storage.engine import Database
from ballot_server.storage.errors import CiphertextRepeatedError, CredentialSpentError
from ballot_server.storage.records import OpenedBallot, StoredBallot
from ballot_server.storage.tables import BallotCiphertextRow, BallotRow, Base, CredentialRow, TestedBallotRow
from ballot_server.storage.tested_tables import TestedOpeningRow

REWRITTEN = ("ballot", "ballot_ciphertext", "void_credential", "tested_ballot", "tested_opening")
"""Every table that fills one by one while an election is open; of those erased at close, dead rows tell the order."""


class BallotRepository:
    """The ballots of sealed elections, keyed by election hash and ballot hash (32 bytes each)."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, election_hash: bytes, ballot_hash: bytes) -> bool:
        """Tell whether this very ballot is stored."""
        query = select(func.count()).where(
            BallotRow.election_hash == election_hash, BallotRow.ballot_hash == ballot_hash
        )
        return bool(self._session.scalar(query))

    def find_by_credential(self, election_hash: bytes, public: bytes) -> bytes | None:
        """Return the hash of the ballot stored under a credential, or None."""
        query = select(BallotRow.ballot_hash).where(
            BallotRow.election_hash == election_hash, BallotRow.public == public
        )
        return self._session.scalar(query)

    def insert(
        self,
        election_hash: bytes,
        ballot_hash: bytes,
        public: bytes,
        data: bytes,
        ciphertext_digests: Sequence[bytes],
    ) -> None:
        """Store a ballot and the digests (16 bytes each) of its ciphertexts.

        Ask `find` first, in the same write transaction: the same ballot again raises CredentialSpentError here.
        After an error the transaction must end without a commit.
        Raises: CredentialSpentError, CiphertextRepeatedError.
        """
        try:
            self._session.execute(
                insert(BallotRow),
                {"election_hash": election_hash, "ballot_hash": ballot_hash, "public": public, "data": data},
            )
        except IntegrityError as error:
            _require_unique_violation(error)
            raise CredentialSpentError from None
        self._insert_ciphertexts(election_hash, ciphertext_digests)

    def count(self, election_hash: bytes) -> int:
        """Return how many ballots are stored."""
        query = select(func.count()).where(BallotRow.election_hash == election_hash)
        return self._session.scalar(query) or 0

    def count_spent(self, meeting: str, series: Sequence[str], slot: int) -> int:
        """Return how many slips of some series have a ballot under their credential of a slot, in whatever election."""
        listed = select(CredentialRow.public).where(
            CredentialRow.meeting == meeting, CredentialRow.series.in_(series), CredentialRow.slot == slot
        )
        return self._session.scalar(select(func.count()).where(BallotRow.public.in_(listed))) or 0

    def list_sorted(self, election_hash: bytes) -> Iterator[StoredBallot]:
        """Yield the ballots, ascending by ballot hash."""
        query = (
            select(BallotRow.ballot_hash, BallotRow.public, BallotRow.data)
            .where(BallotRow.election_hash == election_hash)
            .order_by(BallotRow.ballot_hash)
        )
        for ballot_hash, public, data in self._session.execute(query):
            yield StoredBallot(ballot_hash=ballot_hash, public=public, data=data)

    def delete_ciphertexts(self, election_hash: bytes) -> None:
        """Erase what only an open election needs: the digests of ciphertexts, and the openings of tested ballots."""
        self._session.execute(delete(BallotCiphertextRow).where(BallotCiphertextRow.election_hash == election_hash))
        self._session.execute(delete(TestedOpeningRow).where(TestedOpeningRow.election_hash == election_hash))

    def insert_opened(
        self, election_hash: bytes, public: bytes, opened: OpenedBallot, ciphertext_digests: Sequence[bytes]
    ) -> None:
        """Store a tested ballot with its opening; its ciphertexts can stand in no other ballot any more.

        Ask `list_tested` first, in the same write transaction. After an error it must end without a commit.
        Raises: CiphertextRepeatedError.
        """
        self.add_tested(election_hash, opened.ballot_hash)
        values = {
            "election_hash": election_hash,
            "ballot_hash": opened.ballot_hash,
            "public": public,
            "data": opened.data,
            "opening": opened.opening,
        }
        self._session.execute(insert(TestedOpeningRow), values)
        self._insert_ciphertexts(election_hash, ciphertext_digests)

    def count_opened(self, election_hash: bytes, public: bytes) -> int:
        """Return how many ballots a credential has tested in an open election."""
        query = select(func.count()).where(
            TestedOpeningRow.election_hash == election_hash, TestedOpeningRow.public == public
        )
        return self._session.scalar(query) or 0

    def find_opened(self, election_hash: bytes, ballot_hash: bytes) -> OpenedBallot | None:
        """Return a tested ballot of an open election with its opening, or None."""
        row = self._session.get(TestedOpeningRow, (election_hash, ballot_hash))
        return None if row is None else OpenedBallot(row.ballot_hash, row.data, row.opening)

    def add_tested(self, election_hash: bytes, ballot_hash: bytes) -> None:
        """Record a ballot that was opened as a test; a second time changes nothing."""
        if self._session.get(TestedBallotRow, (election_hash, ballot_hash)) is None:
            self._session.add(TestedBallotRow(election_hash=election_hash, ballot_hash=ballot_hash))
            self._session.flush()

    def list_tested(self, election_hash: bytes) -> tuple[bytes, ...]:
        """Return the hashes of tested ballots, ascending."""
        query = (
            select(TestedBallotRow.ballot_hash)
            .where(TestedBallotRow.election_hash == election_hash)
            .order_by(TestedBallotRow.ballot_hash)
        )
        return tuple(self._session.scalars(query))

    def _insert_ciphertexts(self, election_hash: bytes, digests: Sequence[bytes]) -> None:
        rows = [{"election_hash": election_hash, "digest": digest} for digest in sorted(digests)]
        try:
            if rows:
                self._session.execute(insert(BallotCiphertextRow), rows)
        except IntegrityError as error:
            _require_unique_violation(error)
            raise CiphertextRepeatedError from None


def rewrite_ballots_sorted(database: Database) -> None:
    """Write every ballot anew in the order of its hash, and leave no older copy in the database's files.

    Run after the commit of each close, outside any transaction. It may be run again at any time.
    Raises: RewriteIncompleteError if a reader kept SQLite's journal from being emptied; DatabaseBusyError.
    """
    with database.write() as session:
        connection = session.connection()
        for table in REWRITTEN:
            _rewrite_table(connection, Base.metadata.tables[table])
    if database.engine.dialect.name == "sqlite":
        database.compact()


def _rewrite_table(connection: Connection, table: Table) -> None:
    # A truncated and refilled relation (PostgreSQL) gives all rows one transaction id, so that not even the system
    # columns keep the order. In SQLite the temporary table lives in memory.
    kept = select(table).order_by(*table.primary_key.columns).into(f"sorted_{table.name}", temporary=True)
    connection.execute(kept)
    is_sqlite = connection.dialect.name == "sqlite"
    connection.execute(delete(table) if is_sqlite else text(f"TRUNCATE {table.name}"))
    rows = select(kept.table).order_by(*(kept.table.c[column.name] for column in table.primary_key.columns))
    connection.execute(insert(table).from_select([column.name for column in table.columns], rows))
    connection.execute(DropTable(kept.table))


def _require_unique_violation(error: IntegrityError) -> None:
    """Let pass only a broken UNIQUE or primary key; any other broken constraint is a fault of the program."""
    if getattr(error.orig, "sqlstate", None) == "23505" or "UNIQUE" in str(error.orig):
        return
    raise error
