"""What storage refuses or cannot do. No field holds a secret, a ballot or a name."""

from __future__ import annotations

from ballot_server.errors import BallotServerError


class StorageError(BallotServerError):
    """The database could not do what was asked; nothing was stored."""


class DatabaseBusyError(StorageError):
    """Another transaction held the database longer than the time allowed: ask again."""


class DatabaseUnusableError(StorageError):
    """The database cannot be read or written (disk full, read-only, damaged); field: problem."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem=problem)


class DatabaseTooNewError(StorageError):
    """The database was written by a newer version of the program; field: revision."""

    def __init__(self, revision: str) -> None:
        super().__init__(revision=revision)


class RewriteIncompleteError(StorageError):
    """The journal could not be emptied after the sorted rewrite, because a reader held it: run the rewrite again."""


class MeetingUnknownError(StorageError):
    """No meeting has this code; field: meeting."""

    def __init__(self, meeting: str) -> None:
        super().__init__(meeting=meeting)


class ElectionMissingError(StorageError):
    """The meeting has no election of this id; fields: meeting, election."""

    def __init__(self, meeting: str, election: str) -> None:
        super().__init__(meeting=meeting, election=election)


class SeriesUnknownError(StorageError):
    """The meeting has no series of this letter; fields: meeting, letter."""

    def __init__(self, meeting: str, letter: str) -> None:
        super().__init__(meeting=meeting, letter=letter)


class MemberMissingError(StorageError):
    """The meeting's roll has no such card number; fields: meeting, card_number."""

    def __init__(self, meeting: str, card_number: str) -> None:
        super().__init__(meeting=meeting, card_number=card_number)


class CollectionUnknownError(StorageError):
    """No collection of reports has this number; field: collection."""

    def __init__(self, collection: int) -> None:
        super().__init__(collection=collection)


class CredentialSpentError(StorageError):
    """A ballot of this election is stored under the credential already."""


class CiphertextRepeatedError(StorageError):
    """A ciphertext of this ballot stands in another ballot of the election: a copied ballot."""
