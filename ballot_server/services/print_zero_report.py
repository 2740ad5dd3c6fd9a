"""Print that the ballot box is empty: before an election is opened, or afterwards from what its opening sealed.

What does not follow from the database is refused: nothing is printed that says zero where there is something, or that
names a key whose trial decryption was not made.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ballot_server.domain.election import ElectionState, advance
from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language
from ballot_server.minutes.zero_report import (
    ServedFile,
    ZeroBox,
    ZeroCounts,
    ZeroKey,
    ZeroQuestion,
    ZeroReport,
    ZeroRules,
    ZeroServer,
    render_zero_report,
)
from ballot_server.rules.decide import describe_reachability
from ballot_server.rules.sealed import read_sealed_rules
from ballot_server.services.archive_standing import check_kept
from ballot_server.services.board_view import read_ceremony
from ballot_server.services.election_plan import decode_plan
from ballot_server.services.installation import Installation
from ballot_server.services.open_election import (
    CountsChangedError,
    TooFewCountSignaturesError,
    translate_contest,
    translate_wording,
)
from ballot_server.services.preview_election import Preview, compute_preview
from ballot_server.services.print_attendance import describe_paper
from ballot_server.services.sealed_election import decode_sealed
from ballot_server.services.show_election import write_preview
from ballot_server.services.trustee_progress import describe_counts
from ballot_server.services.trustee_room import CountsNotAskedError
from ballot_server.services.voter_view import CeremonyMissingError
from ballot_server.services.write_minutes import FINGERPRINT_WORDS
from ballot_server.storage.records import ElectionRecord, MeetingRecord
from ballot_server.storage.repositories import BallotRepository, ElectionRepository, MeetingRepository
from ballot_server.storage.repositories.trustees import TrusteeRepository
from ballot_server.storage.session import Session
from crypto.ceremony import Ceremony
from crypto.credential import compute_key_fingerprint, format_key_fingerprint
from crypto.manifest import Contest, Counts, Manifest, Text
from crypto.paper import PaperElection
from crypto.words import encode_words


@dataclass(frozen=True)
class VotersPages:
    """What the server sends to voters' phones: each file's name and SHA-256, and where it is fetched, if known."""

    files: tuple[tuple[str, str], ...]
    address: str = ""


class SlipsUsedError(BallotServerError):
    """The zero report is not zero: slips have ballots before the election opens; field: used."""


class TrialMissingError(BallotServerError):
    """The key is not made, so no trial decryption was done; field: meeting."""


def print_zero_report(
    installation: Installation, *, meeting: str, election: str, pages: VotersPages, language: Language
) -> bytes:
    """Return the report of an election that is ready to be opened, or of one that was, as at its opening.

    Raises: what `compose_zero_report` raises; TypesettingError.
    """
    server = ZeroServer(
        key=installation.server_key.hex(),
        files=tuple(ServedFile(name, digest) for name, digest in pages.files),
        address=pages.address,
    )
    with installation.database.read() as session:
        report = compose_zero_report(session, meeting, election, server=server, language=language)
    return render_zero_report(report, language)


def compose_zero_report(
    session: Session, meeting: str, election: str, *, server: ZeroServer, language: Language
) -> ZeroReport:
    """Return what the report says.

    Raises: MeetingUnknownError, ElectionMissingError, ArchiveDestroyedError; IllegalTransitionError for a draft. Before
    the opening: what `preview_election` raises; SlipsUsedError; TrialMissingError; CountsNotAskedError,
    CountsChangedError, TooFewCountSignaturesError while too few tellers have signed the counts as they are.
    """
    held = MeetingRepository(session).get(meeting)
    check_kept(session, meeting)
    record = ElectionRepository(session).get(meeting, election)
    if record.manifest is not None:
        return _compose_sealed(session, held, decode_sealed(record.manifest), server, language)
    advance(record.state, ElectionState.OPEN)
    preview = compute_preview(session, meeting, election)
    plan = decode_plan(record)
    report = _compose(
        held, translate_wording(plan.title), [translate_contest(each) for each in plan.contests], preview, language
    )
    if record.is_on_paper:
        return report
    box, ceremony = _look_into_box(session, record), _read_key(session, meeting)
    return replace(
        report,
        counts=replace(report.counts, beside=preview.paper),
        box=box,
        key=_describe_key(session, held, ceremony, _list_signers(session, record)),
        server=server,
    )


def _compose_sealed(
    session: Session, held: MeetingRecord, sealed: Manifest | PaperElection, server: ZeroServer, language: Language
) -> ZeroReport:
    rules = read_sealed_rules(sealed.rules)
    tests = describe_reachability(rules.rule_set, rules.base, rules.present)
    preview = Preview(sealed=rules, counts=sealed.counts, warnings=(), tests=tests)
    report = _compose(held, sealed.title, sealed.contests, preview, language)
    report = replace(report, sealed=sealed.election_hash.hex())
    if isinstance(sealed, PaperElection):
        return report
    return replace(
        report,
        # The election was opened, which is refused while the box holds anything.
        box=ZeroBox(ballots=0, slips_used=0),
        key=_describe_key(
            session, held, _read_key(session, held.code), tuple(each.trustee for each in sealed.count_signatures)
        ),
        server=server,
    )


def _compose(
    held: MeetingRecord,
    title: Text,
    contests: list[Contest] | tuple[Contest, ...],
    preview: Preview,
    language: Language,
) -> ZeroReport:
    words = write_preview(preview, language)

    def say(text: Text) -> str:
        return text.vi if language is Language.VIETNAMESE else text.en

    return ZeroReport(
        paper=describe_paper(held),
        title=say(title),
        questions=tuple(
            ZeroQuestion(say(each.text), tuple(say(option.text) for option in each.options), each.marks)
            for each in contests
        ),
        rules=ZeroRules(words.rule_title, words.version, words.base, words.needed, words.quorum),
        counts=_count(preview.counts, summoned=preview.sealed.summoned),
        box=None,
        key=None,
        server=None,
        tellers=held.tellers,
        chair=held.chair,
    )


def _count(counts: Counts, *, summoned: int) -> ZeroCounts:
    return ZeroCounts(
        summoned=summoned,
        present=counts.present,
        printed=counts.printed,
        handed_out=counts.handed_out,
        left_over=counts.left_over,
        void=counts.brought_back,
        lost=counts.lost,
        issued=counts.issued,
    )


def _look_into_box(session: Session, record: ElectionRecord) -> ZeroBox:
    """Return what is in the box, which is nothing: a slip's spent mark is its ballot. Raises: SlipsUsedError."""
    spent = (
        0 if record.slot is None else BallotRepository(session).count_spent(record.meeting, record.series, record.slot)
    )
    if spent:
        raise SlipsUsedError(used=spent)
    return ZeroBox(ballots=spent, slips_used=spent)


def _list_signers(session: Session, record: ElectionRecord) -> tuple[int, ...]:
    """Return which tellers signed the counts as they are now, enough of them to open."""
    counts = describe_counts(session, record.meeting, record.id)
    if not counts.attempt:
        raise CountsNotAskedError(election=record.title_vi)
    if not counts.is_current:
        raise CountsChangedError(election=record.title_vi)
    if not counts.can_open:
        raise TooFewCountSignaturesError(election=record.title_vi, signed=len(counts.signed), needed=counts.needed)
    return counts.signed


def _read_key(session: Session, meeting: str) -> Ceremony:
    """Return the finished ceremony, of which the trial decryption is a part. Raises: TrialMissingError."""
    try:
        return read_ceremony(session, meeting)
    except CeremonyMissingError:
        raise TrialMissingError(meeting=meeting) from None


def _describe_key(session: Session, held: MeetingRecord, ceremony: Ceremony, signers: tuple[int, ...]) -> ZeroKey:
    digest = compute_key_fingerprint(ceremony.ceremony_hash, ceremony.key)
    seats = {seat.seat: seat.name for seat in TrusteeRepository(session).list_seats(held.code)}
    # In a rehearsal without devices nobody takes a seat; shares go to the tellers in their order.
    seats = seats or dict(enumerate(held.tellers, start=1))
    indexes = range(1, ceremony.terms.count + 1)
    return ZeroKey(
        words=encode_words(digest, FINGERPRINT_WORDS),
        code=format_key_fingerprint(digest),
        threshold=ceremony.terms.threshold,
        tellers=tuple(seats.get(index, str(index)) for index in indexes),
        signed=tuple(seats.get(index, str(index)) for index in signers),
    )
