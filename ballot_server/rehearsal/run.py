"""Rehearse a meeting from its scenario: the real server, real messages, simulated people.

The server is private to this machine and lives in a temporary folder. The clerk's, the chair's and the tellers' acts
call the services that their pages call; the voters' acts go over HTTP to the addresses that phones use.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ballot_server.domain.result import ElectionResult
from ballot_server.domain.scenario import Scenario, ScenarioElection, VoteMode
from ballot_server.domain.series import Series
from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language
from ballot_server.minutes.docx import render_minutes_docx
from ballot_server.minutes.render_minutes import render_minutes
from ballot_server.minutes.slips import SlipSheet, name_occasion, render_slips
from ballot_server.rehearsal.casting import Voter, Workers, cast_ballots
from ballot_server.rehearsal.paper import (
    SPARE_BALLOTS,
    count_people_on_paper,
    count_twice,
    fill_sheet,
    split_ballots,
)
from ballot_server.rehearsal.plans import list_present, mark_ballots, plan_elections, record_meeting
from ballot_server.rehearsal.tellers import Tellers
from ballot_server.services.close_election import close_election
from ballot_server.services.create_meeting import create_meeting
from ballot_server.services.hand_out_slips import count_handed_out
from ballot_server.services.installation import Installation, open_installation
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.open_election import make_ready, open_election
from ballot_server.services.open_paper_election import open_paper_election
from ballot_server.services.paper_ballots import PaperNumbers, count_paper_ballots
from ballot_server.services.post_paper_counts import draft_paper_counts, post_paper_counts, tally_paper_election
from ballot_server.services.preview_election import preview_election
from ballot_server.services.print_slips import print_slips
from ballot_server.services.record_ceremony import record_ceremony
from ballot_server.services.tally_election import publish_election, tally_election
from ballot_server.services.verify_results import RulesReport, verify_results
from ballot_server.services.voter_view import read_board
from ballot_server.services.write_minutes import FINGERPRINT_WORDS, Minutes, end_board, write_minutes
from ballot_server.web.processes import start_private_server
from crypto.ballot import Selection
from crypto.board import format_head
from crypto.ceremony import Ceremony, CeremonyTerms
from crypto.closed import ClosedElection
from crypto.credential import compute_key_fingerprint, format_key_fingerprint
from crypto.decryption import PartialDecryption
from crypto.group import RandomBytes
from crypto.slip import MeetingCode, generate_meeting_code
from crypto.verify import Report, review_closed_board, verify_archive
from crypto.words import encode_words

SPARE_SLIPS = 2
"""Printed beyond those present, so that even the last to draw has a choice."""

Progress = Callable[[str, int, int], None]
"""Called with the key of a stage, how much of it is done, and how much there is."""


@dataclass(frozen=True)
class Rehearsed:
    """What a rehearsal made. `slips` are the printed sheets by series letter, `head` 32 bytes."""

    results: tuple[ElectionResult, ...]
    minutes: bytes
    minutes_docx: bytes
    slips: dict[str, bytes]
    archive: bytes
    head: bytes
    report: Report
    rules: RulesReport


def rehearse(
    scenario: Scenario, *, data_folder: Path, workers: Workers, language: Language, on_progress: Progress
) -> Rehearsed:
    """Hold the whole meeting of a scenario and verify its archive as a stranger would.

    data_folder: an empty folder for the private server.

    Raises: BallotServerError or CryptoError for whatever goes wrong; VerificationError if the archive does not hold.
    """
    random_bytes = secrets.token_bytes
    installation = open_installation(data_folder, random_bytes)
    try:
        with start_private_server(data_folder) as server:
            meeting = _Meeting(scenario, installation, server.address, workers, language, on_progress, random_bytes)
            meeting.prepare()
            for election in scenario.elections:
                meeting.vote(election)
            minutes, archive = meeting.finish()
    finally:
        installation.close()
    on_progress("verify", 0, 1)
    report = verify_archive(
        archive, head=format_head(minutes.head), confirmations=meeting.confirmations, map_ballots=workers.map
    )
    rules = verify_results(report)
    on_progress("verify", 1, 1)
    return Rehearsed(
        results=minutes.results,
        minutes=minutes.pdf,
        minutes_docx=render_minutes_docx(minutes.record, language),
        slips=meeting.slips,
        archive=archive,
        head=minutes.head,
        report=report,
        rules=rules,
    )


class MoreBallotsThanSlipsError(BallotServerError):
    """A scenario marks more ballots than people may vote; fields: election, ballots, slips."""


class MorePaperThanPeopleError(BallotServerError):
    """More people would take paper than may vote in every election; fields: people, missing."""


class _Meeting:
    """One meeting under way: who drew which slip is known here alone, as it is in the voters' hands."""

    def __init__(
        self,
        scenario: Scenario,
        installation: Installation,
        address: str,
        workers: Workers,
        language: Language,
        on_progress: Progress,
        random_bytes: RandomBytes,
    ) -> None:
        self._scenario = scenario
        self._database = installation.database
        self._address = address
        self._workers = workers
        self._language = language
        self._on_progress = on_progress
        self._random_bytes = random_bytes
        self._code: MeetingCode = generate_meeting_code(random_bytes)
        self._board = Noticeboard(self._code, installation.seed)
        self._plans = {plan.id: plan for plan in plan_elections(scenario)}
        self._people_on_paper = count_people_on_paper(scenario)
        self._tellers: Tellers | None = None
        if scenario.meeting.mode is not VoteMode.PAPER:
            terms = CeremonyTerms(
                ceremony=random_bytes(16),
                server_key=installation.server_key,
                count=scenario.trustees.count,
                threshold=scenario.trustees.threshold,
                rehearsal=True,
            )
            self._tellers = Tellers(terms, random_bytes)
        self._series: tuple[Series, ...] = ()
        self._drawn: dict[str, list[str]] = {}
        self.slips: dict[str, bytes] = {}
        self.confirmations: list[bytes] = []

    def prepare(self) -> None:
        """Create the meeting, make the key, print slips and let those who use one draw it."""
        scenario = self._scenario
        self._on_progress("prepare", 0, 3)
        record = record_meeting(scenario, self._code)
        plans = tuple(self._plans.values())
        # Nobody comes late to a rehearsal.
        self._series = create_meeting(
            self._database, self._board, record, scenario.roll, plans, planning_roll=scenario.roll
        )
        self._on_progress("prepare", 1, 3)
        if self._tellers is not None:
            ceremony = self._tellers.hold_ceremony()
            record_ceremony(self._database, self._board, meeting=self._code, ceremony=ceremony)
            self._on_progress("prepare", 2, 3)
            without_slip = self._people_on_paper
            for series in self._series:
                present = len(series.members & list_present(scenario))
                # Whoever takes paper takes it in every election.
                votes_always = series.elections == frozenset(self._plans)
                without = min(without_slip, present) if votes_always else 0
                without_slip -= without
                self._print_and_draw(series, ceremony, present - without)
            if without_slip:
                raise MorePaperThanPeopleError(people=self._people_on_paper, missing=without_slip)
        for election in scenario.elections:
            make_ready(self._database, self._code, election.id)
        self._on_progress("prepare", 3, 3)

    def vote(self, election: ScenarioElection) -> None:
        """Open one election, let the voters vote, close it, count it and publish it."""
        if self._tellers is None:
            self._vote_on_paper(election)
        else:
            self._vote_by_phone(election, self._tellers)
        publish_election(self._database, meeting=self._code, election=election.id)
        self._on_progress(f"tally {election.id}", 1, 1)

    def _vote_by_phone(self, election: ScenarioElection, tellers: Tellers) -> None:
        names = {"meeting": self._code, "election": election.id}
        marked = mark_ballots(election, secrets.SystemRandom().shuffle)
        on_phones, on_paper = split_ballots(election, marked, self._people_on_paper)
        if self._people_on_paper:
            people = self._people_on_paper
            numbers = PaperNumbers(printed=people + SPARE_BALLOTS, handed_out=people)
            count_paper_ballots(self._database, **names, numbers=numbers)
        manifest = open_election(self._database, self._board, **names, sign_counts=tellers.sign_counts)
        voters = self._choose_voters(election, on_phones)
        self.confirmations += cast_ballots(
            self._workers, manifest.election_hash, voters, partial(self._on_progress, f"cast {election.id}")
        )
        close_election(self._database, self._board, **names)
        self._on_progress(f"tally {election.id}", 0, 1)
        if self._people_on_paper:
            self._count_paper(election, on_paper)
            with self._database.read() as session:
                paper = draft_paper_counts(session, **names)
            post_paper_counts(self._database, self._board, **names, signatures=tellers.sign_paper(paper))
        tally_election(self._database, self._board, **names, decrypt=self._decrypt)

    def _vote_on_paper(self, election: ScenarioElection) -> None:
        """Hand a paper ballot to everybody entitled and present, and count what came back."""
        names = {"meeting": self._code, "election": election.id}
        present = preview_election(self._database, self._code, election.id).sealed.present
        numbers = PaperNumbers(printed=present + SPARE_BALLOTS, handed_out=present)
        count_paper_ballots(self._database, **names, numbers=numbers)
        open_paper_election(self._database, self._board, **names)
        close_election(self._database, self._board, **names)
        self._on_progress(f"tally {election.id}", 0, 1)
        self._count_paper(election, mark_ballots(election, secrets.SystemRandom().shuffle))
        tally_paper_election(self._database, self._board, meeting=self._code, election=election.id)

    def _count_paper(self, election: ScenarioElection, marked: Sequence[tuple[Selection, ...]]) -> None:
        count_twice(
            self._database,
            fill_sheet(self._plans[election.id], marked, invalid=election.invalid),
            meeting=self._code,
            election=election.id,
            names=self._scenario.meeting.tellers,
            random_bytes=self._random_bytes,
        )

    def finish(self) -> tuple[Minutes, bytes]:
        """Write the minutes, destroy the key shares and end the board; return minutes and archive."""
        self._on_progress("minutes", 0, 1)
        minutes = write_minutes(
            self._database, self._board, meeting=self._code, print_record=render_minutes, language=self._language
        )
        destroyed = () if self._tellers is None else self._tellers.destroy_shares()
        archive = end_board(self._database, self._board, meeting=self._code, destroyed=destroyed)
        self._on_progress("minutes", 1, 1)
        return minutes, archive

    def _print_and_draw(self, series: Series, ceremony: Ceremony, drawing: int) -> None:
        sheets: list[SlipSheet] = []

        titles = [election.title for election in self._scenario.elections if election.id in series.elections]

        def print_and_look(sheet: SlipSheet) -> bytes:
            # The simulated voters read the paper, as real ones do: nothing else ever shows a code.
            sheets.append(sheet)
            return render_slips(sheet, self._language)

        fingerprint = compute_key_fingerprint(ceremony.ceremony_hash, ceremony.key)
        self.slips[series.letter] = print_slips(
            self._database,
            self._board,
            meeting=self._code,
            series=series.letter,
            title=name_occasion(titles, self._language),
            count=drawing + SPARE_SLIPS,
            address=self._address,
            fingerprint=format_key_fingerprint(fingerprint),
            key_words=encode_words(fingerprint, FINGERPRINT_WORDS),
            print_sheet=print_and_look,
            random_bytes=self._random_bytes,
        )
        box = [slip.url for sheet in sheets for slip in sheet.slips]
        secrets.SystemRandom().shuffle(box)
        self._drawn[series.letter] = box[:drawing]
        count_handed_out(self._database, meeting=self._code, series=series.letter, handed_out=drawing)

    def _choose_voters(self, election: ScenarioElection, marked: Sequence[tuple[Selection, ...]]) -> list[Voter]:
        """Return who of those entitled and present votes, in an order of nobody's choosing."""
        random = secrets.SystemRandom()
        slips = [
            url for series in self._series if election.id in series.elections for url in self._drawn[series.letter]
        ]
        random.shuffle(slips)
        if len(marked) > len(slips):
            # The scenario's own check does not know a rule-set by which members concerned do not vote.
            raise MoreBallotsThanSlipsError(election=election.id, ballots=len(marked), slips=len(slips))
        return [Voter(url, selections) for url, selections in zip(slips, marked, strict=False)]

    def _decrypt(self, election: str) -> Sequence[PartialDecryption]:
        if self._tellers is None:
            raise TypeError("nothing is decrypted where nobody votes by phone")
        archive = read_board(self._database, self._code)
        return self._tellers.decrypt(archive, election, self._review)

    def _review(self, archive: bytes, election: str) -> ClosedElection:
        return review_closed_board(archive, election, map_ballots=self._workers.map)
