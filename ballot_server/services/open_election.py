"""Open an election: seal its base, its paper counts and its rules into a manifest that nothing can change afterwards.

Everything that the outcome will depend on is fixed here, in one transaction with the board entry that says so. Who
comes late votes from the next election on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from ballot_server.domain.contest import Contest as PlannedContest
from ballot_server.domain.contest import Wording
from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.rules.sealed import seal_rules
from ballot_server.services.board_view import read_ceremony
from ballot_server.services.election_plan import decode_plan
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.preview_election import Preview, compute_preview
from ballot_server.storage.engine import Database
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.repositories import (
    BallotRepository,
    CredentialRepository,
    ElectionRepository,
    MeetingRepository,
)
from ballot_server.storage.session import Session
from crypto.bodies import EntryKind
from crypto.ceremony import Ceremony
from crypto.credential import hash_credentials
from crypto.encoding import JsonObject, encode_canonical
from crypto.group import Element
from crypto.manifest import Contest, Counts, CountSignature, Manifest, Option, Text, TrusteeSet
from crypto.slip import MeetingCode

CountSigner = Callable[[str, int, JsonObject], Sequence[JsonObject]]
"""From election id, slot and the six counts: the tellers' {trustee, signature}, by ascending trustee."""


class CountsChangedError(BallotServerError):
    """Attendance or slips changed while the tellers were signing; field: election."""


class BoxNotEmptyError(BallotServerError):
    """The zero report is not zero: the election has ballots before it opens; field: ballots."""


def make_ready(database: Database, meeting: str, election: str) -> None:
    """Move a draft to *ready*. Raises: ElectionMissingError, IllegalTransitionError."""
    with database.write() as session:
        ElectionRepository(session).change_state(meeting, election, ElectionState.READY)


def open_election(
    database: Database, board: Noticeboard, *, meeting: str, election: str, sign_counts: CountSigner
) -> Manifest:
    """Seal and open an election; return its manifest.

    Raises: what `preview_election` raises; CeremonyMissingError; IllegalTransitionError; CountsChangedError;
    BoxNotEmptyError; CeremonyError or EncodingError for a wrong signature. Then the election stays as it was.
    """
    with database.read() as session:
        preview = compute_preview(session, meeting, election)
        record = ElectionRepository(session).get(meeting, election)
        ceremony = read_ceremony(session, meeting)
        manifest = _build_manifest(session, record, preview, ceremony, board, sign_counts)
    data = encode_canonical(manifest.to_object())
    with database.write() as session:
        if compute_preview(session, meeting, election) != preview:
            raise CountsChangedError(election=election)
        elections = ElectionRepository(session)
        elections.change_state(meeting, election, ElectionState.OPEN)
        elections.seal(meeting, election, manifest=data, election_hash=manifest.election_hash)
        ballots = BallotRepository(session).count(manifest.election_hash)
        if ballots:
            raise BoxNotEmptyError(ballots=ballots)
        board.append(session, EntryKind.MANIFEST, manifest.to_object())
    return manifest


def _build_manifest(
    session: Session,
    record: ElectionRecord,
    preview: Preview,
    ceremony: Ceremony,
    board: Noticeboard,
    sign_counts: CountSigner,
) -> Manifest:
    meeting = MeetingRepository(session).get(record.meeting)
    slot = record.position if record.slot is None else record.slot
    plan = decode_plan(record)
    credentials = CredentialRepository(session)
    lists = [credentials.list_sorted(record.meeting, letter, slot) for letter in record.series]
    return Manifest(
        meeting=MeetingCode(record.meeting),
        election=record.id,
        title=_translate_wording(plan.title),
        series=tuple(sorted(record.series)),
        slot=slot,
        contests=tuple(_translate_contest(contest) for contest in plan.contests),
        key=ceremony.key,
        ceremony_hash=ceremony.ceremony_hash,
        trustees=TrusteeSet(ceremony.terms.count, ceremony.terms.threshold, ceremony.public_shares),
        credentials_hash=hash_credentials([[Element(public) for public in members] for members in lists]),
        credentials=sum(len(members) for members in lists),
        counts=preview.counts,
        count_signatures=_sign_counts(record.id, slot, preview.counts, ceremony, sign_counts),
        server_key=board.server_key,
        rehearsal=meeting.rehearsal,
        floor=meeting.floor,
        rules=cast(JsonObject, seal_rules(preview.sealed)),
    )


def _sign_counts(
    election: str, slot: int, counts: Counts, ceremony: Ceremony, sign_counts: CountSigner
) -> tuple[CountSignature, ...]:
    signed = sign_counts(election, slot, counts.to_object())
    signatures = []
    for item in signed:
        trustee = ceremony.verify_counts_signature(election, slot, counts.to_object(), item)
        signatures.append(CountSignature(trustee=trustee, signature=bytes.fromhex(str(item["signature"]))))
    return tuple(sorted(signatures, key=lambda signature: signature.trustee))


def _translate_contest(contest: PlannedContest) -> Contest:
    return Contest(
        id=contest.id,
        text=_translate_wording(contest.subject),
        options=tuple(Option(id=option.id, text=_translate_wording(option.text)) for option in contest.options),
        marks=contest.marks,
    )


def _translate_wording(wording: Wording) -> Text:
    return Text(vi=wording.vi, en=wording.en)
