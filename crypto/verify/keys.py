"""V3: the key ceremony, and the trustees' word that their shares are destroyed."""

from __future__ import annotations

from crypto.ceremony import Ceremony
from crypto.encoding import JsonObject
from crypto.errors import VerificationError
from crypto.verify.faults import V3, failing
from crypto.verify.model import BoardRecord, CheckResult


def check_ceremony(board: BoardRecord) -> tuple[CheckResult, Ceremony | None]:
    """Check openings, possession, hash, joint key, public shares, confirmations and the destroyed entries.

    Returns: no ceremony for a board that has none, as when every vote was on paper.
    Raises: VerificationError.
    """
    if board.ceremony is None:
        return CheckResult(V3, counted=0), None
    meeting = board.meeting.body
    with failing(V3, board.ceremony.number):
        record = board.ceremony.body.record
        ceremony = Ceremony.from_body(record, meeting.server_key, rehearsal=meeting.rehearsal)
    for placed in board.destroyed:
        signed: JsonObject = {"trustee": placed.body.trustee, "signature": placed.body.signature.hex()}
        with failing(V3, placed.number):
            ceremony.verify_destroyed(signed)
    count = ceremony.terms.count
    return CheckResult(V3, counted=1, proofs=count, signatures=count + len(board.destroyed)), ceremony


def require_ceremony(ceremony: Ceremony | None) -> Ceremony:
    """Return the ceremony of a board that has elections. Raises: VerificationError if there is none."""
    if ceremony is None:
        raise VerificationError(V3, "the board has no ceremony")
    return ceremony
