"""V2: manifests and paper elections against the rest of the board. Their form is checked as they are read."""

from __future__ import annotations

from crypto.credential import hash_credentials
from crypto.manifest import Manifest
from crypto.verify.faults import V2, failing, require_equal
from crypto.verify.lists import CredentialLists
from crypto.verify.model import BoardRecord, CheckResult, ElectionRecord


def check_manifests(board: BoardRecord, lists: CredentialLists) -> CheckResult:
    """Check what every manifest says of server, meeting, key, trustees and list, and who names its hash.

    Raises: VerificationError.
    """
    for election in board.elections.values():
        number, manifest = election.manifest.number, election.manifest.body
        require_equal(V2, number, "the meeting", expected=board.meeting.body.code, found=manifest.meeting)
        rehearsal = board.meeting.body.rehearsal
        require_equal(V2, number, "the rehearsal mark", expected=rehearsal, found=manifest.rehearsal)
        if isinstance(manifest, Manifest):
            _check_key(board, number, manifest)
            _check_credentials(number, manifest, lists)
        _check_names(election)
    return CheckResult(V2, counted=len(board.elections))


def _check_key(board: BoardRecord, number: int, manifest: Manifest) -> None:
    server_key = board.meeting.body.server_key
    require_equal(V2, number, "the server key", expected=server_key, found=manifest.server_key)
    if board.ceremony is None:
        return  # Order has refused such a board already.
    ceremony = board.ceremony.body
    require_equal(V2, number, "the ceremony hash", expected=ceremony.ceremony_hash, found=manifest.ceremony_hash)
    require_equal(V2, number, "the joint key", expected=ceremony.key, found=manifest.key)
    trustees = manifest.trustees
    require_equal(V2, number, "the number of trustees", expected=ceremony.count, found=trustees.count)
    require_equal(V2, number, "the threshold", expected=ceremony.threshold, found=trustees.threshold)
    shares = b"".join(ceremony.public_shares)
    require_equal(V2, number, "the public shares", expected=shares, found=b"".join(trustees.public_shares))


def _check_credentials(number: int, manifest: Manifest, lists: CredentialLists) -> None:
    members = [lists[series, manifest.slot] for series in manifest.series]
    with failing(V2, number):
        digest = hash_credentials(members)
    require_equal(V2, number, "the hash of the list", expected=digest, found=manifest.credentials_hash)
    length = sum(len(credentials) for credentials in members)
    require_equal(V2, number, "the length of the list", expected=length, found=manifest.credentials)


def _check_names(election: ElectionRecord) -> None:
    expected = election.manifest.body.election_hash
    for placed in (election.closed, election.paper, election.aggregate, election.outcome):
        if placed is not None:
            require_equal(V2, placed.number, "the election hash", expected=expected, found=placed.body.election_hash)
