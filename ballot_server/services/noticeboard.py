"""The meeting's board as the services write it: one entry at a time, in the order that every verifier demands.

The folded state of the board is kept between appends, and rebuilt from the stored lines when a transaction was rolled
back, another writer got ahead or the program was started anew.
"""

from __future__ import annotations

from hashlib import sha256

from ballot_server.services.archive_standing import check_kept
from ballot_server.storage.repositories import BoardRepository
from ballot_server.storage.session import Session
from crypto.board import Entry, append_entry, fold_entries
from crypto.board_state import BoardState
from crypto.bodies import EntryKind
from crypto.encoding import JsonObject
from crypto.signing import SigningSeed, VerificationKey, derive_verification_key


class Noticeboard:
    """The writing end of one meeting's board. Not safe to share between threads."""

    def __init__(self, meeting: str, seed: SigningSeed) -> None:
        self._meeting = meeting
        self._seed = seed
        self._state = BoardState()

    @property
    def server_key(self) -> VerificationKey:
        """The key that every entry verifies under."""
        return derive_verification_key(self._seed)

    def read_state(self, session: Session) -> BoardState:
        """Return the board's folded state as stored. Raises: ArchiveDestroyedError."""
        check_kept(session, self._meeting)
        repository = BoardRepository(session)
        last = repository.find_last(self._meeting)
        stored = bytes(32) if last is None else sha256(last).digest()
        if self._state.previous != stored:
            self._state = fold_entries(Entry.decode(line) for line in repository.list_all(self._meeting))
        return self._state

    def append(self, session: Session, kind: EntryKind, body: JsonObject) -> Entry:
        """Sign and store the next entry in the session's transaction.

        Raises: BoardError if an entry of this kind may not come now; EncodingError for a body of another form;
        ArchiveDestroyedError.
        """
        self._state, entry = append_entry(self.read_state(session), kind, body, self._seed)
        BoardRepository(session).append(self._meeting, entry.number, kind.value, entry.encode())
        return entry
