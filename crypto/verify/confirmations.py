"""V12: voters' confirmations against the closed ballots."""

from __future__ import annotations

from collections.abc import Sequence

from crypto.confirmation import Confirmation, verify_confirmation
from crypto.errors import VerificationError
from crypto.manifest import Manifest
from crypto.verify.ballots import list_ballot_hashes
from crypto.verify.faults import V12, failing
from crypto.verify.model import BoardRecord, CheckResult


def check_confirmations(board: BoardRecord, confirmations: Sequence[bytes]) -> CheckResult:
    """Check that the server signed each confirmation and that its ballot is among the closed ones.

    confirmations: as voters keep them, untrusted.

    Raises: VerificationError.
    """
    elections = {record.manifest.body.election_hash: record for record in board.elections.values()}
    for data in confirmations:
        with failing(V12, None):
            confirmation = Confirmation.decode(data)
            verify_confirmation(confirmation, board.meeting.body.server_key)
        record = elections.get(confirmation.election_hash)
        manifest = None if record is None else record.manifest.body
        if record is None or record.closed is None or not isinstance(manifest, Manifest):
            found = confirmation.election_hash.hex()
            raise VerificationError(V12, "the confirmation names no closed election of this archive", found=found)
        if confirmation.ballot_hash not in list_ballot_hashes(record.closed.body, manifest.context):
            entry, found = record.closed.number, confirmation.ballot_hash.hex()
            raise VerificationError(V12, "the confirmed ballot is not among the ballots", entry=entry, found=found)
    return CheckResult(V12, counted=len(confirmations))
