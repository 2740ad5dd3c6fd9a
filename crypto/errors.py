"""What can go wrong in the protocol: one class per cause that a caller can act on.

No message and no field ever holds a secret. `ballot_server.i18n` has a sentence for each class in each language,
with the class's fields as its placeholders.
"""

from __future__ import annotations


class CryptoError(Exception):
    """Any failure of the protocol; the attributes set by a subclass are its data."""

    def __reduce__(self) -> tuple[object, ...]:
        """Let an error come back from another process, whatever its class's constructor takes."""
        return _restore_error, (type(self), self.args, vars(self))


def _restore_error(kind: type[CryptoError], arguments: tuple[object, ...], state: dict[str, object]) -> CryptoError:
    error = kind.__new__(kind)
    error.args = arguments
    vars(error).update(state)
    return error


class EncodingError(CryptoError):
    """Bytes are not the one canonical encoding of what they claim to be."""

    def __init__(self, what: str, problem: str) -> None:
        super().__init__(f"{what}: {problem}")
        self.what = what
        self.problem = problem


class InvalidElementError(EncodingError):
    """Thirty-two bytes are not the canonical encoding of a group element, or are the identity where it is barred."""


class InvalidScalarError(EncodingError):
    """Thirty-two bytes are not a scalar below the group order."""


class InvalidSlipError(CryptoError):
    """A slip code is not 20 characters of the alphabet with a right check character."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"slip code: {problem}")
        self.problem = problem


class InvalidProofError(CryptoError):
    """A proof does not hold for its statement.

    `where` names the statement, for example ``contest 2, option 0``.
    """

    def __init__(self, where: str) -> None:
        super().__init__(f"proof does not hold: {where}")
        self.where = where


class InvalidSignatureError(CryptoError):
    """A signature does not hold for its message; `what` names the message."""

    def __init__(self, what: str) -> None:
        super().__init__(f"signature does not hold: {what}")
        self.what = what


class InvalidBallotError(CryptoError):
    """A ballot's layout, selection or election is not what its manifest asks for."""

    def __init__(self, problem: str, *, expected: object = None, got: object = None) -> None:
        super().__init__(f"ballot: {problem} (expected {expected}, got {got})")
        self.problem = problem
        self.expected = expected
        self.got = got


class OpeningError(CryptoError):
    """What was published to open a tested ballot does not give its ciphertexts back; `problem` says where."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"opening: {problem}")
        self.problem = problem


class CeremonyError(CryptoError):
    """The key ceremony cannot go on; `trustee` is the index of who caused it, or None."""

    def __init__(self, problem: str, *, trustee: int | None = None) -> None:
        super().__init__(f"ceremony: {problem}" + (f" (trustee {trustee})" if trustee is not None else ""))
        self.problem = problem
        self.trustee = trustee


class DecryptionRefusedError(CryptoError):
    """A trustee's device refuses to decrypt; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"decryption refused: {reason}")
        self.reason = reason


class TallyError(CryptoError):
    """A total cannot be found; `contest` and `option` name it."""

    def __init__(self, problem: str, *, contest: int, option: int) -> None:
        super().__init__(f"tally of contest {contest}, option {option}: {problem}")
        self.problem = problem
        self.contest = contest
        self.option = option


class NotEnoughSharesError(CryptoError):
    """Fewer than the threshold of partial decryptions hold; `rejected` lists the trustees whose share was wrong."""

    def __init__(self, *, threshold: int, valid: int, rejected: tuple[int, ...]) -> None:
        super().__init__(f"{valid} valid partial decryptions, {threshold} needed; rejected: {list(rejected)}")
        self.threshold = threshold
        self.valid = valid
        self.rejected = rejected


class BoardError(CryptoError):
    """An entry cannot be appended to the board in its present state."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"board: {problem}")
        self.problem = problem


class VerificationError(CryptoError):
    """A named check of the archive failed.

    `check` is its name ("V1" … "V12"), `entry` the number of the board entry (None when no single one is at fault).
    """

    def __init__(
        self,
        check: str,
        problem: str,
        *,
        entry: int | None = None,
        expected: object = None,
        found: object = None,
    ) -> None:
        super().__init__(f"{check}: {problem}; entry {entry}; expected {expected}; found {found}")
        self.check = check
        self.problem = problem
        self.entry = entry
        self.expected = expected
        self.found = found


class InvalidManifestError(EncodingError):
    """A manifest has another key, type or value than its form allows; `what` names where, `problem` says what."""
