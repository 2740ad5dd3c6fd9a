"""Slides and charts from the pages: nothing before the chair publishes, then the numbers of the minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pymupdf
import pytest
from werkzeug.test import TestResponse

from ballot_server.domain.staff import Role
from ballot_server.i18n import Language
from ballot_server.minutes import render_minutes
from ballot_server.minutes.record import MinutesRecord
from ballot_server.services import keep_minutes
from ballot_server.services.show_slides import (
    ContestMissingError,
    NothingPublishedError,
    PictureFormat,
    ResultNotPublishedError,
    draw_contest,
    print_result_slides,
    read_published,
    read_slides_record,
)
from tests.support.archives_kept import destroy, end_evening
from tests.support.chair_evenings import ELECTION, ChairEvening, begin_chair_evening
from tests.support.evenings import AGREE, DISAGREE, MEETING

CONTESTS = ("Đồng chí Đặng Văn Khôi", "Đồng chí Đỗ Mạnh Cường")
FIRST = {**ELECTION, "contests": f"{CONTESTS[0]}; 00125007\n{CONTESTS[1]}; 00125009"}
SECOND = {**ELECTION, "title": "Lần thứ hai"}
PUBLISHED = ("slides.pdf", "elections/s1/charts/1.png", "elections/s1/charts/2.svg")


@dataclass
class Watched:
    """An evening of two elections, and what its addresses answered in each state of the first and of the second."""

    evening: ChairEvening
    first: dict[str, list[TestResponse]] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    second: dict[str, list[TestResponse]] = field(default_factory=dict)
    record: MinutesRecord | None = None

    def ask(self, election: str) -> list[TestResponse]:
        """Return the answers of every address that shows an election's numbers, the chair's and the projector's."""
        code, screen = self.evening.code, self.evening.visit(Role.SCREEN)
        return [
            self.evening.chair.get(f"/chair/{code}/elections/{election}/charts/1.png"),
            self.evening.chair.get(f"/chair/{code}/elections/{election}/charts/1.svg"),
            screen.get(f"/screen/{code}/{election}/charts/1-1-wide.svg"),
            screen.get(f"/screen/{code}/{election}/charts/1-1-narrow.svg"),
        ]

    def ask_slides(self) -> TestResponse:
        """Return the answer of the slides' address."""
        return self.evening.chair.get(f"/chair/{self.evening.code}/slides.pdf")

    def look(self, election: str = "s1") -> str:
        """Return the chair's page of an election."""
        return self.evening.get(f"/chair/{self.evening.code}/elections/{election}")


def hold_first(watched: Watched) -> None:
    """Lead the first election through all its states."""
    evening = watched.evening
    evening.prepare(FIRST, SECOND)
    evening.make_key()
    evening.print_slips()
    evening.check_in("00125001", "00125002", "00125003")

    def note(state: str) -> None:
        watched.first[state] = [*watched.ask("s1"), watched.ask_slides()]
        watched.pages[state] = watched.look()

    note("ready")
    evening.open()
    evening.cast(AGREE, AGREE, DISAGREE)
    note("open")
    evening.close()
    note("closed")
    evening.count()
    note("tallied")
    evening.act("chair/elections/s1/publish")
    note("published")


def hold_second(watched: Watched) -> None:
    """Count the second election, look, annul it, look again, and write the minutes."""
    evening = watched.evening
    evening.open("s2")
    evening.cast(AGREE, AGREE, AGREE, election="s2")
    evening.close("s2")
    evening.count("s2")
    watched.second["tallied"] = [*watched.ask("s2"), watched.ask_slides()]
    watched.pages["second tallied"] = watched.look("s2")
    evening.act("chair/elections/s2/annul", ground="Sai mẫu số")
    watched.second["annulled"] = [*watched.ask("s2"), watched.ask_slides()]
    evening.act("chair/minutes")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    records: list[MinutesRecord] = []

    def keep(record: MinutesRecord, language: Language = Language.VIETNAMESE) -> bytes:
        records.append(record)
        return render_minutes.render_minutes(record, language)

    with begin_chair_evening(tmp_path_factory.mktemp("slides")) as evening, pytest.MonkeyPatch.context() as patch:
        patch.setattr(keep_minutes, "render_minutes", keep)
        seen = Watched(evening)
        hold_first(seen)
        hold_second(seen)
        [seen.record] = records
        yield seen


def read_slides(answer: TestResponse) -> str:
    """Return the text of slides that were answered."""
    document = pymupdf.open(stream=answer.data, filetype="pdf")
    return " ".join(" ".join(page.get_text().split()) for page in document)


@pytest.mark.parametrize("state", ["ready", "open", "closed", "tallied"])
def test_nothing_is_drawn_before_publication(watched: Watched, state: str) -> None:
    for answer in watched.first[state]:
        assert answer.status_code == 409
        assert answer.mimetype == "text/html"
        assert "chủ trì chưa công bố kết quả" in answer.get_data(as_text=True)


@pytest.mark.parametrize("state", ["ready", "open", "closed", "tallied"])
def test_chairs_page_has_no_chart_before_publication(watched: Watched, state: str) -> None:
    assert "<img" not in watched.pages[state]
    assert "slides.pdf" not in watched.pages[state]


@pytest.mark.parametrize("state", ["tallied", "annulled"])
def test_slides_leave_out_an_election_that_is_not_published(watched: Watched, state: str) -> None:
    *pictures, slides = watched.second[state]
    assert [answer.status_code for answer in pictures] == [409] * len(pictures)
    text = read_slides(slides)
    assert "Rà soát, đưa vào danh sách" in text
    assert "Lần thứ hai" not in text


def test_pictures_are_what_they_say_after_publication(watched: Watched) -> None:
    png, svg, wide, narrow, slides = watched.first["published"]
    assert png.data.startswith(b"\x89PNG")
    assert png.mimetype == "image/png"
    for answer in (svg, wide, narrow):
        assert answer.data.startswith(b"<svg")
        assert answer.mimetype == "image/svg+xml"
    assert slides.data.startswith(b"%PDF")
    assert slides.headers["Content-Disposition"] == f"attachment; filename=ket-qua-{watched.evening.code}.pdf"


def test_projectors_picture_has_the_screens_shape(watched: Watched) -> None:
    _, _, wide, narrow, _ = watched.first["published"]
    widths = [re.search(rb'width="([0-9.]+)pt"', answer.data) for answer in (wide, narrow)]
    assert [round(float(found[1]) / 72 * 25.4) for found in widths if found] == [176, 132]


def test_slides_hold_the_numbers_of_the_minutes(watched: Watched) -> None:
    assert watched.record is not None
    database = watched.evening.installation.database
    record = read_slides_record(database, watched.evening.code, Language.VIETNAMESE)
    # The key's words stand in the minutes alone.
    assert record.elections == tuple(replace(each, key_words=()) for each in watched.record.elections)
    assert (record.unit, record.date, record.rehearsal) == (
        watched.record.unit,
        watched.record.date,
        watched.record.rehearsal,
    )


def test_slides_carry_the_head_of_the_minutes_once_they_are_written(watched: Watched) -> None:
    assert watched.record is not None
    head = watched.record.head
    groups = " ".join(head[start : start + 4] for start in range(0, len(head), 4))
    assert groups in read_slides(watched.ask_slides())
    assert "Mã niêm phong" not in read_slides(watched.first["published"][-1])


def test_chairs_page_shows_each_contests_chart_with_its_numbers_in_words(watched: Watched) -> None:
    page = watched.pages["published"]
    for number, subject in enumerate(CONTESTS, 1):
        address = f"/chair/{watched.evening.code}/elections/s1/charts/{number}"
        assert f'<img src="{address}.svg" alt="Biểu đồ “{subject}”.' in page
        assert f'href="{address}.png"' in page
    assert page.count("Đồng ý: 2 (40,00%); Không đồng ý: 1 (20,00%); Phiếu trắng: 0 (0,00%)") == 2


def test_chairs_pages_lead_to_the_slides_after_publication(watched: Watched) -> None:
    address = f"/chair/{watched.evening.code}/slides.pdf"
    assert f'href="{address}"' in watched.pages["published"]
    assert f'href="{address}"' in watched.evening.get(f"/chair/{watched.evening.code}")


def test_pages_may_show_pictures_of_their_own_server_alone(watched: Watched) -> None:
    policy = watched.evening.chair.get("/screen").headers["Content-Security-Policy"]
    assert "img-src 'self';" in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("name", ["3.png", "9999.svg", "1-2-wide.svg"])
def test_chart_of_a_missing_contest_is_not_found(watched: Watched, name: str) -> None:
    code = watched.evening.code
    folder = f"/screen/{code}/s1/charts" if "-" in name else f"/chair/{code}/elections/s1/charts"
    assert watched.evening.chair.get(f"{folder}/{name}").status_code == 404


@pytest.mark.parametrize("name", ["0.png", "1.pdf", "1.png.svg", "１.png", "-1.png", "1", "00001.png", "1-1-tall.svg"])
def test_other_names_are_not_found(watched: Watched, name: str) -> None:
    code = watched.evening.code
    for folder in (f"/screen/{code}/s1/charts", f"/chair/{code}/elections/s1/charts"):
        assert watched.evening.chair.get(f"{folder}/{name}").status_code == 404


@pytest.mark.parametrize("path", ["chair/M0000000/slides.pdf", "chair/M0000000/elections/s1/charts/1.png"])
def test_pictures_of_an_unknown_meeting_are_not_found(watched: Watched, path: str) -> None:
    assert watched.evening.chair.get(f"/{path}").status_code == 404


@pytest.mark.parametrize("role", [Role.SCREEN, Role.CLERK])
@pytest.mark.parametrize("name", PUBLISHED)
def test_files_are_the_chairs_alone(watched: Watched, role: Role, name: str) -> None:
    visitor = watched.evening.visit(role)
    assert visitor.get(f"/chair/{watched.evening.code}/{name}").status_code in (303, 403)


def test_services_refuse_what_is_not_published(watched: Watched) -> None:
    database, code = watched.evening.installation.database, watched.evening.code
    with pytest.raises(ResultNotPublishedError):
        draw_contest(
            database,
            meeting=code,
            election="s2",
            number=1,
            picture=PictureFormat.PNG,
            language=Language.VIETNAMESE,
        )


def test_service_names_the_contest_that_is_missing(watched: Watched) -> None:
    database, code = watched.evening.installation.database, watched.evening.code
    with pytest.raises(ContestMissingError) as caught:
        draw_contest(
            database, meeting=code, election="s1", number=3, picture=PictureFormat.PNG, language=Language.VIETNAMESE
        )
    assert caught.value.fields == {"number": 3, "most": 2}


def test_service_refuses_slides_of_a_meeting_with_nothing_published(tmp_path: Path) -> None:
    with begin_chair_evening(tmp_path) as evening:
        evening.prepare()
        with pytest.raises(NothingPublishedError):
            print_result_slides(evening.installation.database, evening.code, Language.VIETNAMESE)


def test_chair_is_warned_of_few_ballots_before_publication(watched: Watched) -> None:
    assert "Ít phiếu quá" in watched.pages["tallied"]
    assert "Ít phiếu quá" not in watched.pages["published"]


def test_chair_is_warned_of_votes_that_are_all_alike_before_publication(watched: Watched) -> None:
    page = watched.pages["second tallied"]
    assert "Mọi phiếu hợp lệ đều giống nhau ở nội dung dưới đây." in page
    assert "Mọi phiếu hợp lệ đều giống nhau" not in watched.pages["tallied"]


def test_destroyed_archive_still_gives_slides_and_charts_of_its_sums(tmp_path: Path) -> None:
    with end_evening(tmp_path) as ended:
        database = ended.installation.database
        before = read_slides_record(database, MEETING, Language.VIETNAMESE)
        destroy(ended)
        assert read_slides_record(database, MEETING, Language.VIETNAMESE) == replace(before, head="")
        assert read_published(database, MEETING, "s1", Language.VIETNAMESE) == before.elections[0]
