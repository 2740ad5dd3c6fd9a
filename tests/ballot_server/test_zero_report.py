"""The zero report: the database's numbers, zero in the box, the key and what is served; refused while any fails."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pymupdf
import pytest

from ballot_server.domain.election import IllegalTransitionError
from ballot_server.i18n import Language
from ballot_server.minutes.room_paper import RoomPaper
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
from ballot_server.services.open_election import CountsChangedError, TooFewCountSignaturesError
from ballot_server.services.preview_election import preview_election
from ballot_server.services.print_zero_report import (
    SlipsUsedError,
    TrialMissingError,
    VotersPages,
    compose_zero_report,
    print_zero_report,
)
from ballot_server.services.trustee_room import CountsNotAskedError, ceremony_state
from ballot_server.storage.repositories import BallotRepository, CredentialRepository, ElectionRepository
from ballot_server.web.assets import load_bundles
from ballot_server.web.context import WebContext
from ballot_server.web.voters_app import BOOTH_BUNDLES, create_voters_app
from tests.support.chair_evenings import ELECTION, TELLERS, VOTERS, ChairEvening, begin_chair_evening
from tests.support.evenings import AGREE, MEETING, begin_evening
from tests.support.printed_files import count_missing_glyphs, list_fonts, read_text, squeeze

MM = 72 / 25.4
SERVER = ZeroServer("ab" * 32, (ServedFile("booth.js", "cd" * 32),), "http://192.168.10.1:8080")
ENDLESS = "Nguyễn " * 28 + "Văn"
HOSTILE = '#panic() $x$ [b] <c> \\ *d* `e` //f #read("/etc/passwd") "); #'
REPORT = ZeroReport(
    paper=RoomPaper("Chi bộ tổ dân phố số 5", "Đảng bộ phường Ngọc Lâm", "Nhà văn hóa tổ 5", date(2026, 1, 15)),
    title="Rà soát, đưa vào danh sách",
    questions=(ZeroQuestion("Đồng chí Đặng Văn Khôi", ("Đồng ý", "Không đồng ý"), 1),),
    rules=ZeroRules("Rà soát, bước 1", "Hướng dẫn 2021", "7 − 2 = 5", ("Cần ít nhất 4/5 phiếu “Đồng ý”.",), ""),
    counts=ZeroCounts(5, 4, printed=8, handed_out=4, left_over=4, void=0, lost=0, issued=4, beside=0),
    box=ZeroBox(0, 0),
    key=ZeroKey(("mía ngọt", "cau xanh"), "FS7G4G1J25R6F5TR", 2, TELLERS, TELLERS[:2]),
    server=SERVER,
    tellers=TELLERS,
    chair="Nguyễn Văn Thành",
)


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[ChairEvening]:
    with begin_chair_evening(tmp_path) as begun:
        yield begun


def sign_counts(evening: ChairEvening, election: str = "s1") -> None:
    """Let the tellers sign the counts as they are."""
    evening.act(f"chair/elections/{election}/counts")
    page = f"/chair/{evening.code}/elections/{election}"
    evening.drive(lambda: "Nút mở bỏ phiếu hiện ra" not in evening.get(page))


def compose(evening: ChairEvening, election: str = "s1", language: Language = Language.VIETNAMESE) -> ZeroReport:
    with evening.installation.database.read() as session:
        return compose_zero_report(session, evening.code, election, server=SERVER, language=language)


def save(folder: Path, report: ZeroReport, language: Language = Language.VIETNAMESE) -> Path:
    path = folder / "zero.pdf"
    path.write_bytes(render_zero_report(report, language))
    return path


def read(folder: Path, report: ZeroReport, language: Language = Language.VIETNAMESE) -> str:
    return squeeze(read_text(save(folder, report, language)))


def test_report_before_the_opening_has_the_databases_numbers(evening: ChairEvening) -> None:
    evening.come_to_opening()
    sign_counts(evening)
    report = compose(evening)
    preview = preview_election(evening.installation.database, evening.code, "s1")
    counts = preview.counts
    assert report.counts == ZeroCounts(
        summoned=preview.sealed.summoned,
        present=counts.present,
        printed=counts.printed,
        handed_out=counts.handed_out,
        left_over=counts.left_over,
        void=counts.brought_back,
        lost=counts.lost,
        issued=counts.handed_out - counts.brought_back,
        beside=0,
    )
    assert (report.counts.summoned, report.counts.present, report.counts.printed) == (5, len(VOTERS), 8)
    assert report.box == ZeroBox(ballots=0, slips_used=0)


def test_report_says_what_is_asked_by_which_rules_and_what_is_needed(evening: ChairEvening) -> None:
    evening.come_to_opening()
    sign_counts(evening)
    report = compose(evening)
    assert report.questions == (ZeroQuestion("Đồng chí Đặng Văn Khôi", ("Đồng ý", "Không đồng ý"), 1),)
    assert report.rules.base == "7 chính thức − 1 được miễn − 1 bị đình chỉ = 5"
    assert report.rules.needed == ("Cần ít nhất 4/5 phiếu “Đồng ý”.",)
    assert "28/10/2021 [V]" in report.rules.version


def test_report_names_the_key_its_holders_and_who_signed(evening: ChairEvening) -> None:
    evening.come_to_opening()
    sign_counts(evening)
    key = compose(evening).key
    assert key is not None
    assert key.words == ceremony_state(evening.installation.database, meeting=evening.code).key_words
    assert (key.tellers, key.threshold, len(key.words), len(key.code)) == (TELLERS, 2, 8, 16)
    assert set(key.signed) <= set(TELLERS)
    assert len(key.signed) >= 2


def test_report_prints_the_digests_of_what_phones_are_sent(evening: ChairEvening, tmp_path: Path) -> None:
    evening.come_to_opening()
    sign_counts(evening)
    path = tmp_path / "zero.pdf"
    path.write_bytes(evening.chair.get(f"/chair/{evening.code}/elections/s1/zero-report.pdf").data)
    text = squeeze(read_text(path))
    voters = create_voters_app(WebContext(installation=evening.installation)).test_client()
    for name in BOOTH_BUNDLES:
        sent = voters.get(f"/assets/{name}").data
        assert hashlib.sha256(sent).hexdigest() in text
    assert evening.installation.server_key.hex() in text


def test_report_after_the_opening_is_of_what_was_sealed(evening: ChairEvening) -> None:
    evening.come_to_opening()
    sign_counts(evening)
    before = compose(evening)
    evening.open()
    evening.cast(AGREE, AGREE)
    evening.act("desk/attendance", card="00125009", expected="absent_unexcused", attendance="present")
    after = compose(evening)
    record = evening.find()
    assert record.election_hash is not None
    assert after.sealed == record.election_hash.hex()
    assert replace(after, sealed="", counts=replace(after.counts, beside=0)) == before


def test_report_says_before_or_after_the_opening(tmp_path: Path) -> None:
    assert squeeze("In trước khi mở bỏ phiếu") in read(tmp_path, REPORT)
    text = read(tmp_path, replace(REPORT, sealed="12" * 32))
    assert squeeze("In lại: như lúc mở bỏ phiếu") in text
    assert "12" * 32 in text


def test_report_is_refused_before_the_key_and_its_trial(evening: ChairEvening) -> None:
    evening.prepare()
    evening.print_slips()
    with pytest.raises(TrialMissingError):
        compose(evening)


def test_report_is_refused_before_anybody_was_asked_to_sign(evening: ChairEvening) -> None:
    evening.come_to_opening()
    with pytest.raises(CountsNotAskedError):
        compose(evening)


def test_report_is_refused_with_too_few_signatures(evening: ChairEvening) -> None:
    evening.come_to_opening()
    evening.act("chair/elections/s1/counts")
    evening.places[0].device.attempt()
    with pytest.raises(TooFewCountSignaturesError):
        compose(evening)


def test_report_is_refused_when_the_counts_changed_after_signing(evening: ChairEvening) -> None:
    evening.come_to_opening()
    sign_counts(evening)
    evening.act("desk/slips", series="A", handed_out="5", lost="1")
    with pytest.raises(CountsChangedError):
        compose(evening)


def test_report_is_refused_for_a_draft(tmp_path: Path) -> None:
    with begin_evening(tmp_path) as begun, begun.database.read() as session, pytest.raises(IllegalTransitionError):
        compose_zero_report(session, MEETING, "s1", server=SERVER, language=Language.VIETNAMESE)


def test_slip_used_before_the_opening_is_named_and_nothing_is_printed(evening: ChairEvening) -> None:
    evening.prepare(ELECTION, {**ELECTION, "title": "Lần hai"})
    evening.make_key()
    evening.print_slips()
    evening.check_in(*VOTERS)
    evening.open("s1")
    sealed = evening.find("s1")
    second = next(each for each in list_elections(evening) if each != "s1")
    assert sealed.election_hash is not None
    with evening.installation.database.write() as session:
        record = ElectionRepository(session).get(evening.code, second)
        assert record.slot is not None
        stolen = CredentialRepository(session).list_sorted(evening.code, "A", record.slot)[0]
        BallotRepository(session).insert(sealed.election_hash, b"\1" * 32, stolen, b"", [])
    with pytest.raises(SlipsUsedError) as caught:
        compose(evening, second)
    assert caught.value.fields == {"used": 1}
    answer = evening.chair.get(f"/chair/{evening.code}/elections/{second}/zero-report.pdf")
    assert answer.status_code == 409
    assert "đã có 1 phiếu bỏ bằng thẻ của lần này trước khi mở" in answer.get_data(as_text=True)


def list_elections(evening: ChairEvening) -> list[str]:
    with evening.installation.database.read() as session:
        return [each.id for each in ElectionRepository(session).list_all(evening.code)]


def test_report_on_paper_has_no_key_and_asks_to_show_the_box(evening: ChairEvening, tmp_path: Path) -> None:
    evening.prepare(mode="paper")
    for card in VOTERS:
        evening.act("desk/attendance", card=card, expected="absent_unexcused", attendance="present")
    evening.act("chair/elections/s1/paper/ballots", printed="6", handed_out="4", brought_back="0", lost="0")
    report = compose(evening)
    assert (report.box, report.key, report.server) == (None, None, None)
    assert (report.counts.printed, report.counts.issued) == (6, 4)
    text = read(tmp_path, report)
    assert squeeze("Hòm phiếu đã mở cho mọi người xem: không có phiếu nào.") in text
    for absent in ("SHA-256", "khóa:", "thẻ"):
        assert absent not in text
    evening.act("chair/elections/s1/paper/open")
    assert compose(evening).sealed


def test_page_offers_the_report_when_the_election_can_be_opened_and_afterwards(evening: ChairEvening) -> None:
    evening.come_to_opening()
    page = f"/chair/{evening.code}/elections/s1"
    assert "zero-report.pdf" not in evening.get(page)
    refused = evening.chair.get(f"{page}/zero-report.pdf")
    assert refused.status_code == 409
    assert "Chưa yêu cầu tổ kiểm phiếu ký sáu con số" in refused.get_data(as_text=True)
    sign_counts(evening)
    assert "zero-report.pdf" in evening.get(page)
    evening.open()
    assert "zero-report.pdf" in evening.get(page)
    answer = evening.chair.get(f"{page}/zero-report.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")


def test_same_state_gives_the_same_bytes(evening: ChairEvening) -> None:
    evening.come_to_opening()
    sign_counts(evening)
    pages = VotersPages(tuple((name, each.digest) for name, each in load_bundles(BOOTH_BUNDLES).items()))
    printed = {
        print_zero_report(
            evening.installation, meeting=evening.code, election="s1", pages=pages, language=Language.VIETNAMESE
        )
        for _ in range(2)
    }
    assert len(printed) == 1


def test_hostile_text_is_printed_as_text(tmp_path: Path) -> None:
    hostile = replace(
        REPORT,
        paper=replace(REPORT.paper, unit=HOSTILE, superior=HOSTILE, place=HOSTILE),
        title=HOSTILE,
        questions=(ZeroQuestion(HOSTILE, (HOSTILE, HOSTILE), 1),),
        rules=ZeroRules(HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), HOSTILE),
        tellers=(HOSTILE,),
        chair=HOSTILE,
    )
    assert read(tmp_path, hostile).count(squeeze(HOSTILE)) >= 14


def test_sixty_candidates_and_endless_names_stay_within_the_margins(tmp_path: Path) -> None:
    names = ("W" * 200, "ệ" * 200, *(ENDLESS if place % 7 == 0 else f"Ông/bà {place}" for place in range(58)))
    questions = (ZeroQuestion(ENDLESS, names, 15), ZeroQuestion("W" * 200, names, 15))
    tellers = (ENDLESS, "W" * 200, *"ABCDEFG")
    path = save(tmp_path, replace(REPORT, questions=questions, tellers=tellers, title="W" * 200))
    frame = pymupdf.Rect(21 * MM, 14 * MM, 197 * MM, 294 * MM)
    document = pymupdf.open(path)
    stray = [word[4] for page in document for word in page.get_text("words") if word[:4] not in frame]
    assert stray == []
    for number, page in enumerate(document, start=1):
        assert f"Trang{number}/{len(document)}" in squeeze(page.get_text())


def test_report_embeds_its_fonts_and_has_every_glyph(tmp_path: Path) -> None:
    path = save(tmp_path, replace(REPORT, title="Lần\u202e một\u200b 漢"))
    assert all("Tinos" in name and embedded for name, embedded in list_fonts(path).items())
    assert count_missing_glyphs(path) == 0


def test_report_is_printed_in_english(evening: ChairEvening, tmp_path: Path) -> None:
    evening.come_to_opening()
    sign_counts(evening)
    text = read(tmp_path, compose(evening, language=Language.ENGLISH), Language.ENGLISH)
    assert squeeze("Ballots in the box: 0") in text
