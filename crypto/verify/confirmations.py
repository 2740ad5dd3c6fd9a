"""V12: voters' confirmations against the closed ballots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crypto.confirmation import Confirmation, verify_confirmation
from crypto.errors import VerificationError
from crypto.verify.faults import V12, failing
from crypto.verify.model import BoardRecord, CheckResult, VerifiedBallots


def check_confirmations(
    board: BoardRecord, verified: Mapping[str, VerifiedBallots], confirmations: Sequence[bytes]
) -> CheckResult:
    """Check that the server signed each confirmation and that its ballot is among the closed ones.

    confirmations: as voters keep them, untrusted.

    Raises: VerificationError.
    """
    elections = {record.manifest.body.election_hash: name for name, record in board.elections.items()}
    for data in confirmations:
        with failing(V12, None):
            confirmation = Confirmation.decode(data)
            verify_confirmation(confirmation, board.meeting.body.server_key)
        name = elections.get(confirmation.election_hash)
        if name is None or name not in verified:
            found = confirmation.election_hash.hex()
            raise VerificationError(V12, "the confirmation names no closed election of this archive", found=found)
        if confirmation.ballot_hash not in verified[name].hashes:
            closed = board.elections[name].closed
            entry = None if closed is None else closed.number
            found = confirmation.ballot_hash.hex()
            raise VerificationError(V12, "the confirmed ballot is not among the ballots", entry=entry, found=found)
    return CheckResult(V12, counted=len(confirmations))
