"""Open an election: seal its base, its paper counts and its rules into a manifest that nothing can change afterwards.

Everything that the outcome will depend on is fixed here, in one transaction with the board entry that says so. Who
comes late votes from the next election on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from ballot_server.domain.contest import Contest as PlannedContest
from ballot_server.domain.contest import Wording
from ballot_server.domain.election import ElectionState, advance
from ballot_server.errors import BallotServerError
from ballot_server.rules.sealed import seal_rules
from ballot_server.services.board_view import read_ceremony
from ballot_server.services.election_plan import decode_plan
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.preview_election import Preview, SlipsMissingError, compute_preview
from ballot_server.services.watch_attendance import freeze_attendance
from ballot_server.storage.engine import Database
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
from crypto.manifest import Contest, CountSignature, Manifest, Option, Text, TrusteeSet
from crypto.slip import MeetingCode

CountSigner = Callable[[str, int, JsonObject], Sequence[JsonObject]]
"""From election id, slot and the six counts: the tellers' {trustee, signature}, by ascending trustee."""


class CountsChangedError(BallotServerError):
    """Attendance or slips changed while the tellers were signing; field: election."""


class TooFewCountSignaturesError(BallotServerError):
    """Fewer tellers than the key needs signed the paper counts; fields: election, signed, needed."""


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

    Raises: what `preview_election` raises; CeremonyMissingError; IllegalTransitionError, before anybody is asked to
    sign; CeremonyError or EncodingError for a wrong signature; TooFewCountSignaturesError; CountsChangedError;
    BoxNotEmptyError. Then the election stays as it was.
    """
    with database.read() as session:
        draft = _draft_manifest(session, board, meeting=meeting, election=election)
    # Tellers take their time to sign, and no transaction waits for them.
    signatures = _sign_counts(draft.manifest, draft.ceremony, sign_counts)
    manifest = replace(draft.manifest, count_signatures=signatures)
    data = encode_canonical(manifest.to_object())
    with database.write() as session:
        elections = ElectionRepository(session)
        elections.change_state(meeting, election, ElectionState.OPEN)
        if compute_preview(session, meeting, election) != draft.preview:
            raise CountsChangedError(election=election)
        elections.seal(meeting, election, manifest=data, election_hash=manifest.election_hash)
        ballots = BallotRepository(session).count(manifest.election_hash)
        if ballots:
            raise BoxNotEmptyError(ballots=ballots)
        board.append(session, EntryKind.MANIFEST, manifest.to_object())
        freeze_attendance(session, meeting, election, is_close=False)
    return manifest


@dataclass(frozen=True)
class _Draft:
    """A manifest without signatures, and what it was made from."""

    manifest: Manifest
    preview: Preview
    ceremony: Ceremony


def _draft_manifest(session: Session, board: Noticeboard, *, meeting: str, election: str) -> _Draft:
    record = ElectionRepository(session).get(meeting, election)
    advance(record.state, ElectionState.OPEN)
    if record.slot is None:
        raise SlipsMissingError(series="–")
    preview = compute_preview(session, meeting, election)
    ceremony = read_ceremony(session, meeting)
    held = MeetingRepository(session).get(meeting)
    plan = decode_plan(record)
    credentials = CredentialRepository(session)
    lists = [credentials.list_sorted(meeting, letter, record.slot) for letter in sorted(record.series)]
    manifest = Manifest(
        meeting=MeetingCode(meeting),
        election=election,
        title=translate_wording(plan.title),
        series=tuple(sorted(record.series)),
        slot=record.slot,
        contests=tuple(translate_contest(contest) for contest in plan.contests),
        key=ceremony.key,
        ceremony_hash=ceremony.ceremony_hash,
        trustees=TrusteeSet(ceremony.terms.count, ceremony.terms.threshold, ceremony.public_shares),
        credentials_hash=hash_credentials([[Element(public) for public in members] for members in lists]),
        credentials=sum(len(members) for members in lists),
        counts=preview.counts,
        count_signatures=(),
        server_key=board.server_key,
        rehearsal=held.rehearsal,
        floor=held.floor,
        rules=cast(JsonObject, seal_rules(preview.sealed)),
    )
    return _Draft(manifest=manifest, preview=preview, ceremony=ceremony)


def _sign_counts(manifest: Manifest, ceremony: Ceremony, sign_counts: CountSigner) -> tuple[CountSignature, ...]:
    election, slot, counts = manifest.election, manifest.slot, manifest.counts.to_object()
    signatures: dict[int, CountSignature] = {}
    for item in sign_counts(election, slot, counts):
        trustee = ceremony.verify_counts_signature(election, slot, counts, item)
        signatures[trustee] = CountSignature(trustee=trustee, signature=bytes.fromhex(str(item["signature"])))
    needed = ceremony.terms.threshold
    if len(signatures) < needed:
        raise TooFewCountSignaturesError(election=election, signed=len(signatures), needed=needed)
    return tuple(signatures[trustee] for trustee in sorted(signatures))


def translate_contest(contest: PlannedContest) -> Contest:
    """Return a planned contest as it is sealed."""
    return Contest(
        id=contest.id,
        text=translate_wording(contest.subject),
        options=tuple(Option(id=option.id, text=translate_wording(option.text)) for option in contest.options),
        marks=contest.marks,
    )


def translate_wording(wording: Wording) -> Text:
    """Return a text as it is sealed."""
    return Text(vi=wording.vi, en=wording.en)
