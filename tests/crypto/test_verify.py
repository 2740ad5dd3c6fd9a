"""Honest boards verify, and the report says what was checked."""

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from crypto.archive import encode_archive
from crypto.ballot import ContestShape, SealedBallot
from crypto.board import format_head
from crypto.bodies import EntryKind
from crypto.closed import ClosedElection
from crypto.errors import InvalidBallotError, VerificationError
from crypto.verify import CHECKS, BallotResult, Report, review_closed_board, verify_archive
from crypto.verify.__main__ import main
from crypto.verify.faults import failing
from crypto.verify.sentences import CHECKS as CHECK_SENTENCES
from tests.support.archives import (
    SERVER_KEY,
    ArchiveBuilder,
    ElectionPlan,
    SampleArchive,
    begin_board,
    build_archive,
    build_smallest_archive,
    hold_key,
    sum_ballots,
)
from tests.support.trustees import hold_ceremony

SHAPE = (ContestShape(options=3, marks=2), ContestShape(options=1, marks=1))
PLAN = ElectionPlan(shape=SHAPE, votes=(((0, 1), (0,)), ((2,), ()), ((), (0,)), ((0,), ())), tested=(bytes(32),))
SAMPLE = build_archive([PLAN], printed=5)
CONFIRMATIONS = [confirmation.encode() for confirmation in SAMPLE.confirmations]


def head_of(sample: SampleArchive) -> str:
    assert sample.head is not None
    return format_head(sample.head)


def count_checks(report: Report) -> dict[str, int]:
    return {check.name: check.counted for check in report.checks}


def test_verify_accepts_an_honest_archive_and_counts_every_check() -> None:
    report = verify_archive(SAMPLE.data, head=head_of(SAMPLE), confirmations=CONFIRMATIONS)
    expected = {"V1": 15, "V2": 1, "V3": 1, "V4": 1, "V5": 4, "V6": 1, "V7": 1, "V8": 1, "V9": 1, "V12": 4}
    assert count_checks(report) == expected


def test_verify_reports_the_totals_that_final_carries() -> None:
    report = verify_archive(SAMPLE.data)
    totals = {
        "entries": report.entries,
        "ballots": report.ballots,
        "proofs": report.proofs,
        "signatures": report.signatures,
    }
    assert totals == SAMPLE.entries[-1].body


def test_verify_reports_the_counts_of_every_contest() -> None:
    (election,) = verify_archive(SAMPLE.data).elections
    assert election.counts == ((2, 1, 1, 1), (2, 2))


def test_verify_reports_what_the_rules_package_goes_on_with() -> None:
    report = verify_archive(SAMPLE.data)
    (election,) = report.elections
    assert report.minutes is not None
    assert (election.result, report.minutes.body.numbers) == ({"outcome": "listed"}, {"present": 5})


def test_verify_says_that_the_head_was_not_compared_without_one() -> None:
    assert not verify_archive(SAMPLE.data).head_compared


@pytest.mark.parametrize("votes", [(((0,),),), (((0,),), ((),))], ids=["one", "two"])
def test_verify_accepts_a_rehearsal_of_few_ballots(votes: tuple[tuple[tuple[int, ...], ...], ...]) -> None:
    builder = ArchiveBuilder(holders=hold_key(rehearsal=True), rehearsal=True)
    builder.begin()
    builder.publish_list()
    builder.hold_election(ElectionPlan(votes=votes, floor=1))
    sample = builder.finish()
    assert verify_archive(sample.data, head=head_of(sample)).ballots == len(votes)


def test_verify_accepts_an_election_of_no_ballots() -> None:
    sample = build_archive([ElectionPlan(votes=())])
    assert verify_archive(sample.data, head=head_of(sample)).ballots == 0


def test_verify_accepts_a_rehearsal_with_one_trustee() -> None:
    sample = build_smallest_archive()
    assert verify_archive(sample.data, head=head_of(sample)).elections[0].counts == ((1, 0),)


def test_verify_accepts_a_meeting_without_elections() -> None:
    report = verify_archive(begin_board([]).finish().data)
    assert (report.head, report.elections) == (None, ())


def test_verify_accepts_two_elections_of_two_series() -> None:
    plans = [ElectionPlan(), ElectionPlan(election="s2", slot=1, series=("A", "B"))]
    sample = build_archive(plans)
    assert count_checks(verify_archive(sample.data))["V4"] == 3


def test_verify_accepts_an_annulled_election_and_its_repetition() -> None:
    plans = [ElectionPlan(), ElectionPlan(election="s2", slot=1)]
    builder = begin_board(plans)
    builder.open_election(plans[0])
    builder.annul("s1")
    builder.hold_election(plans[1])
    annulled, repeated = verify_archive(builder.finish().data).elections
    assert (annulled.ground, annulled.ballots, repeated.ballots) == ("Sai mẫu số", None, 3)


def test_verify_accepts_an_election_annulled_after_its_outcome() -> None:
    builder = begin_board([ElectionPlan()])
    builder.hold_election(ElectionPlan())
    builder.annul("s1")
    sample = builder.finish()
    assert verify_archive(sample.data, head=head_of(sample)).elections[0].ground == "Sai mẫu số"


def test_verify_skips_a_wrong_partial_decryption_that_the_tally_does_not_name() -> None:
    plan = ElectionPlan()
    builder = begin_board([plan])
    manifest = builder.open_election(plan)
    ballots = builder.cast(plan, manifest)
    builder.close(manifest, ballots)
    aggregate = builder.publish_aggregate(manifest, ballots)
    wrong = {**builder.prepare_partial(manifest, aggregate, 1).to_body(), "trustee": 2}
    builder.append(EntryKind.PARTIAL_DECRYPTION, wrong)
    partials = builder.decrypt(manifest, aggregate, [1, 3])
    builder.publish_tally(manifest, aggregate, partials)
    builder.decide(manifest)
    assert verify_archive(builder.finish().data).elections[0].counts == ((1, 1, 1),)


def test_verify_gives_the_same_report_over_several_processes() -> None:
    with ProcessPoolExecutor(2) as pool:
        spread = verify_archive(SAMPLE.data, map_ballots=partial(pool.map, chunksize=2))
    assert spread == verify_archive(SAMPLE.data)


def lose_ballots(function: Callable[[bytes], BallotResult], ballots: Iterable[bytes], /) -> Iterable[BallotResult]:
    return [function(ballot) for ballot in list(ballots)[:-1]]


def test_verify_fails_when_a_check_ran_over_fewer_ballots_than_the_board_holds() -> None:
    with pytest.raises(VerificationError) as caught:
        verify_archive(SAMPLE.data, map_ballots=lose_ballots)
    assert caught.value.check == "V5"


@pytest.mark.parametrize("check", ["check_tallies", "check_aggregates", "check_tested", "check_paper"])
def test_verify_fails_when_a_check_is_skipped(check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"crypto.verify.verification.{check}"
    module = __import__("crypto.verify.verification", fromlist=[check])
    original = getattr(module, check)

    def skip(*arguments: object, **options: object) -> object:
        return original(*[() if isinstance(item, tuple) else item for item in arguments], **options)

    monkeypatch.setattr(name, skip)
    with pytest.raises(VerificationError):
        verify_archive(SAMPLE.data)


def test_progress_ends_with_the_last_ballot() -> None:
    seen: list[tuple[str, int, int]] = []
    verify_archive(SAMPLE.data, on_progress=lambda *step: seen.append(step))
    assert seen[-1] == ("V5", 4, 4)


def test_any_failure_of_the_protocol_becomes_the_failure_of_a_check() -> None:
    with pytest.raises(VerificationError) as caught, failing("V5", 3):
        raise InvalidBallotError("length")
    assert (caught.value.check, caught.value.entry) == ("V5", 3)


def close_board(plan: ElectionPlan = PLAN) -> tuple[ArchiveBuilder, ClosedElection]:
    builder = begin_board([plan], printed=5)
    manifest = builder.open_election(plan)
    builder.close(manifest, builder.cast(plan, manifest))
    return builder, review_closed_board(builder.entries, plan.election)


def test_review_returns_what_a_trustees_device_needs() -> None:
    builder, closed = close_board()
    manifest = builder.manifests[0]
    expected = ClosedElection(
        election="s1",
        election_hash=manifest.election_hash,
        ceremony_hash=builder.ceremony.ceremony_hash,
        server_key=manifest.server_key,
        closed_entry_hash=builder.entries[-1].entry_hash,
        ballots=4,
        aggregate=sum_ballots(manifest, begin_again(builder)),
        floor=3,
        rehearsal=False,
        annulled=False,
    )
    assert closed == expected


def begin_again(builder: ArchiveBuilder) -> list[SealedBallot]:
    return ArchiveBuilder(printed=5).cast(PLAN, builder.manifests[0])


def test_review_reads_an_archive_as_it_reads_entries() -> None:
    builder, closed = close_board()
    data = b"".join(entry.encode() + b"\n" for entry in builder.entries)
    assert review_closed_board(data, "s1") == closed


def test_review_accepts_the_aggregate_once_it_is_published() -> None:
    assert review_closed_board(SAMPLE.entries, "s1").aggregate == close_board()[1].aggregate


def test_trustees_device_reviews_the_board_itself_before_it_decrypts() -> None:
    builder, closed = close_board()
    trustee = hold_ceremony(server_key=SERVER_KEY).trustees[0]
    assert trustee.review_board(encode_archive(builder.entries), "s1", review_closed_board) == closed


def test_review_says_that_an_election_was_annulled() -> None:
    builder, _ = close_board()
    builder.annul("s1")
    assert review_closed_board(builder.entries, "s1").annulled


@pytest.mark.parametrize("election", ["s9", ""])
def test_review_refuses_an_election_that_is_not_closed(election: str) -> None:
    builder, _ = close_board()
    with pytest.raises(VerificationError):
        review_closed_board(builder.entries, election)


def test_review_refuses_an_election_that_is_still_open() -> None:
    builder = begin_board([PLAN])
    builder.open_election(ElectionPlan())
    with pytest.raises(VerificationError):
        review_closed_board(builder.entries, "s1")


def test_every_check_has_a_sentence() -> None:
    assert set(CHECK_SENTENCES) == {*CHECKS, "V10", "V11"}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "archive.jsonl"
    path.write_bytes(SAMPLE.data)
    return path


def test_command_returns_zero_for_a_right_archive(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(archive), "--head", head_of(SAMPLE), "--lang", "en"]) == 0
    assert "is the one that the signed minutes name" in capsys.readouterr().out


def test_command_says_that_an_archive_without_head_is_only_consistent(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(archive)]) == 0
    assert "CHƯA so với biên bản" in capsys.readouterr().out


def test_command_lists_its_result_for_programs(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(archive), "--json"])
    result = json.loads(capsys.readouterr().out)
    assert (result["verified"], result["elections"]["s1"]["counts"]) == (True, [[2, 1, 1, 1], [2, 2]])


def test_command_returns_one_and_names_check_and_line(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive.write_bytes(SAMPLE.data[:-1])
    assert main([str(archive), "--lang", "en"]) == 1
    assert "Check V1 FAILED" in capsys.readouterr().out


def test_command_lists_a_failure_for_programs(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(archive), "--json", "--head", "0" * 32])
    result = json.loads(capsys.readouterr().out)
    assert (result["verified"], result["check"]) == (False, "V1")


def test_command_checks_a_voters_confirmation(archive: Path, tmp_path: Path) -> None:
    confirmation = tmp_path / "confirmation.json"
    confirmation.write_bytes(CONFIRMATIONS[0])
    assert main([str(archive), "--confirmation", str(confirmation)]) == 0


def test_command_returns_one_for_a_wrong_confirmation(archive: Path, tmp_path: Path) -> None:
    confirmation = tmp_path / "confirmation.json"
    confirmation.write_bytes(b"{}")
    assert main([str(archive), "--confirmation", str(confirmation)]) == 1


def test_command_returns_two_for_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert main([str(tmp_path / "nothing.jsonl")]) == 2


def test_command_returns_two_for_a_head_of_another_form(archive: Path) -> None:
    assert main([str(archive), "--head", "ABCD"]) == 2


def test_command_exits_with_two_when_used_wrongly() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--head"])
    assert caught.value.code == 2


def test_command_spreads_ballots_over_processes(archive: Path) -> None:
    assert main([str(archive), "--jobs", "2"]) == 0
