"""Every number of one meeting is the same wherever it stands: they all come from one result.

An election by phone with paper beside it, in which no two numbers are alike. Each number is read back from every
medium as a reader would, and compared with the result that the board carries. Worked out by hand: 20 official members,
one of them suspended, so 19 are summoned; 17 came; 11 slips and 5 paper ballots are 16; 9 and 5 came back, which is 14;
one on paper is invalid, so 13 are valid; more than half of 20 is 11; 6 + 3 = 9 are for it and 3 + 1 = 4 against it.
"""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import docx
import pytest
from openpyxl import load_workbook

from ballot_server.domain.combined_report import ListedUnit, ReceivedFile
from ballot_server.domain.received_report import ReportSummary
from ballot_server.i18n import Language
from ballot_server.services.combine_reports import combine_reports
from ballot_server.services.print_combined import print_combined
from ballot_server.services.read_report import check_report
from ballot_server.services.write_minutes import read_decided
from crypto.archive import decode_archive
from crypto.ballot import Selection
from crypto.bodies import EntryKind
from tests.support.chair_evenings import ChairEvening, begin_chair_evening
from tests.support.golden import read_lines
from tests.support.harmless_files import read_pdf
from tests.support.paper_evenings import count_paper

TITLE = "Giải thể ban phong trào"
OPTIONS = {"yes": "Tán thành", "no": "Không tán thành", "blank": "Phiếu trắng"}
ROLL = "name,card_number,class,exemption,suspended\n" + "".join(
    f"Nguyễn Văn {place:02},{place:08},chính thức,không,{'có' if place == 20 else 'không'}\n" for place in range(1, 21)
)
YES: Selection = (0,)
NO: Selection = (1,)

PEOPLE = {"summoned": "19", "present": "17"}
BALLOTS = {"issued": "16", "returned": "14", "not_returned": "2"}
BOX = {"valid": "13", "blank": "0", "invalid": "1"}
NEEDED = {"base": "20", "needed": "11"}
COUNTS = {"count yes": "9", "count no": "4", "count blank": "0"}
SHARES = {"share yes": "45.00", "share no": "20.00", "share blank": "0.00"}
OUTCOME = {"outcome": "Không được thông qua"}
ALL = {**PEOPLE, **BALLOTS, **BOX, **NEEDED, **COUNTS, **SHARES, **OUTCOME}
WITHOUT_BLANK_SHARE = {name: value for name, value in ALL.items() if name != "share blank"}


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Hold the meeting from the chair's pages; return everything that shows its numbers as text, by medium."""
    with begin_chair_evening(tmp_path_factory.mktemp("evening")) as evening:
        hold_meeting(evening)
        screen = evening.chair.get("/screen").get_data(as_text=True)
        archive = evening.finish()
        with evening.installation.database.read() as session:
            [decided] = read_decided(session, evening.code)
        entries = {entry.kind: entry for entry in decode_archive(archive)}

        def download(name: str) -> bytes:
            return evening.chair.get(f"/chair/{evening.code}/{name}").data

        yield (
            {
                "result": json.dumps(decided.decision.to_result("s1").to_json()),
                "outcome on the board": json.dumps(entries[EntryKind.OUTCOME].body["result"]),
                "minutes on the board": json.dumps(entries[EntryKind.MINUTES].body["numbers"]["elections"][0]),
                "minutes as PDF": read_lines(download("minutes.pdf")),
                "minutes as DOCX": "\n".join(list_docx_lines(download("minutes.docx"))),
                "slides": read_lines(download("slides.pdf")),
                "chair's page": read_page(evening.get(f"/chair/{evening.code}/elections/s1")),
                "projector": read_page(screen),
                **combine(download("report.json")),
            }
        )


def hold_meeting(evening: ChairEvening) -> None:
    """Hold one election up to its publication: nine vote by phone, five on paper, two slips stay out."""
    evening.begin_draft(rehearsal="")
    assert evening.upload("roll", "roll", "roll.csv", ROLL.encode()).status_code == 303
    evening.act("draft/elections", title=TITLE, rule_set="majority-of-all-members", contests=TITLE)
    evening.act("draft/finalise")
    evening.make_key()
    evening.print_slips(count=13)
    for place in range(1, 18):
        evening.act("desk/attendance", card=f"{place:08}", expected="absent_unexcused", attendance="present")
    evening.act("desk/slips", series="A", handed_out="11", lost="0")
    evening.act("desk/paper", election="s1", paper_issued="5")
    evening.open()
    evening.cast(*[YES] * 6, *[NO] * 3)
    evening.close(outstanding=2)
    count_paper(evening, {"ballots": "5", "c0_o0": "3", "c0_o1": "1", "c0_blank": "0", "reason_signed": "1"})
    evening.act("chair/elections/s1/paper/signatures")
    evening.drive(lambda: "paper/post" in evening.get(f"/chair/{evening.code}/elections/s1"))
    evening.act("chair/elections/s1/paper/post")
    evening.count()
    evening.act("chair/elections/s1/publish")


def combine(report: bytes) -> dict[str, str]:
    """Return what a superior committee makes of the unit's one report, by medium."""
    checked = check_report(report)
    assert isinstance(checked, ReportSummary), checked
    combined = combine_reports([ListedUnit(checked.unit, checked.unit_key)], [ReceivedFile("a.report.json", checked)])
    files = print_combined(combined, Language.VIETNAMESE)
    rows = {
        sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)]
        for sheet in load_workbook(io.BytesIO(files["combined.xlsx"])).worksheets
    }
    return {
        "combined JSON": files["combined.json"].decode(),
        "combined XLSX": json.dumps(rows, default=str),
        "combined PDF": read_pdf(files["combined.pdf"]),
    }


def list_docx_lines(data: bytes) -> Iterator[str]:
    """Yield the paragraphs and the rows of tables of a DOCX, in order."""
    for block in docx.Document(io.BytesIO(data)).iter_inner_content():
        if hasattr(block, "rows"):
            yield from (" ".join(" ".join(cell.text for cell in row.cells).split()) for row in block.rows)
        else:
            yield " ".join(block.text.split())


def read_page(source: str) -> str:
    """Return what a page says: its text and, in their place, what its pictures are described as."""
    described = re.sub(r'<img[^>]*alt="([^"]*)"[^>]*>', r" \1 ", source)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", described)).split())


def find(pattern: str, text: str) -> str:
    """Return what the one group of a pattern holds at its last place in a text."""
    found = re.findall(pattern, text, re.MULTILINE)
    assert found, pattern
    return str(found[-1])


def read_result(text: str) -> dict[str, str]:
    """Read the result as the board carries it."""
    result: dict[str, Any] = json.loads(text)
    [contest] = result["contests"]
    [test] = contest["tests"]
    outcomes = {"not_passed": OUTCOME["outcome"]}
    return {
        **{name: str(result[name]) for name in (*PEOPLE, *BALLOTS)},
        "base": str(result["base"]["value"]),
        "needed": str(test["needed"]),
        **{f"count {option}": str(contest["counts"][option]) for option in OPTIONS},
        **{f"share {option}": contest["shares"]["base"][option] for option in OPTIONS},
        "outcome": outcomes[contest["outcome"]["id"]],
    }


def read_minutes(text: str) -> dict[str, str]:
    """Read the minutes, PDF or DOCX: the election's own part, its tables row by row."""
    read = {
        "summoned": find(r"Triệu tập: (\d+) \(", text),
        "present": find(r"Có mặt, được bỏ phiếu: (\d+) \(", text),
        "base": find(r"Cơ sở tính tỷ lệ: (\d+) \(", text),
        "needed": find(r"cần (\d+)/20 phiếu", text),
        "issued": find(r"Tổng số phiếu phát ra (\d+) ", text),
        "returned": find(r"Tổng số phiếu thu về (\d+) ", text),
        "not_returned": find(r"Số phiếu không thu về \(chưa bỏ\) (\d+) ", text),
        "valid": find(r"Tổng số phiếu hợp lệ (\d+) ", text),
        "blank": find(r"trong đó phiếu trắng (\d+) ", text),
        "invalid": find(r"Tổng số phiếu không hợp lệ (\d+) ", text),
        "outcome": find(r"Kết luận: ([^(]+) \(", text),
    }
    for option, label in OPTIONS.items():
        row = rf"^{label} \d+ \d+ (\d+) \D+ (\d+,\d\d)%"
        read[f"count {option}"] = find(row.replace(r"(\d+,\d\d)", r"\d+,\d\d"), text)
        read[f"share {option}"] = find(row.replace(r"\d+ (\d+)", r"\d+ \d+"), text).replace(",", ".")
    return read


def read_bars(text: str, between: str = " ") -> dict[str, str]:
    """Read the bars of a chart: each option's count with its share."""
    read = {}
    for option, label in OPTIONS.items():
        bar = rf"(?<!Không ){label}{between}(\d+) \((\d+,\d\d)%\)"
        read[f"count {option}"] = find(bar.replace(r"(\d+,\d\d)", r"\d+,\d\d"), text)
        read[f"share {option}"] = find(bar.replace(r"(\d+) ", r"\d+ "), text).replace(",", ".")
    return read


FIGURES = {
    "summoned": "Triệu tập",
    "present": "Có mặt",
    "issued": "Phiếu phát ra",
    "returned": "Phiếu thu về",
    "not_returned": "Không thu về",
    "valid": "Hợp lệ",
    "blank": "trong đó phiếu trắng",
    "invalid": "Không hợp lệ",
}


def read_slides(text: str) -> dict[str, str]:
    """Read the slides: figures stand above their labels."""
    read = {}
    for numbers, labels in pairwise(text.splitlines()):
        places = sorted((labels.index(label), name) for name, label in FIGURES.items() if label in labels)
        if places and re.fullmatch(r"\d+( \d+)+", numbers):
            read |= dict(zip([name for _, name in places], numbers.split(), strict=True))
    return {
        **read,
        **read_bars(text),
        "base": find(r"= (\d+)$", text),
        "needed": find(r"cần (\d+)/20$", text),
        "outcome": find(r"^(Không được thông qua|Được thông qua)$", text),
    }


def read_projector(text: str) -> dict[str, str]:
    """Read the projector's page: each figure before its label."""
    return {
        **{name: find(rf"(\d+) {label}(?! phiếu)", text) for name, label in FIGURES.items()},
        **read_bars(text, ": "),
        "base": find(r"chính thức = (\d+)", text),
        "needed": find(r"cần (\d+)/20", text),
        "outcome": find(rf"{TITLE}.* (Không được thông qua|Được thông qua)", text),
    }


def read_chairs_page(text: str) -> dict[str, str]:
    """Read the chair's page of the election: what it says in sentences, in its table and of its chart."""
    numbers = r"Triệu tập (\d+), có mặt (\d+)\. Phiếu phát ra (\d+), thu về (\d+), không thu về (\d+)\."
    [people] = re.findall(numbers, text)
    table = text.partition("Lựa chọn Số phiếu")[2]
    return {
        **dict(zip([*PEOPLE, *BALLOTS], people, strict=True)),
        **read_bars(text, ": "),
        **{
            f"count {option}": str(re.findall(rf"(?<!Không ){label} (\d+)(?! \()", table)[0])
            for option, label in OPTIONS.items()
        },
        "base": find(r"chính thức = (\d+)", text),
        "needed": find(r"cần (\d+) trên 20", text),
        "outcome": find(rf"{TITLE} (Không được thông qua|Được thông qua)", text),
    }


def read_combined_json(text: str) -> dict[str, str]:
    """Read the one unit's one election in the combined JSON."""
    [unit] = json.loads(text)["units"]
    [election] = unit["reports"][0]["report"]["elections"]
    [contest] = election["contests"]
    return {
        **{name: str(election[name]) for name in (*PEOPLE, *BALLOTS, *BOX)},
        "base": str(contest["base"]),
        "needed": str(contest["tests"][0]["needed"]),
        **{f"count {option['id']}": str(option["count"]) for option in contest["options"]},
        **{f"share {option['id']}": option["share"] for option in contest["options"]},
        "count blank": str(contest["blank"]),
        "outcome": contest["outcome_text"]["vi"],
    }


def read_combined_workbook(text: str) -> dict[str, str]:
    """Read the sheets by the headings of their columns."""
    sheets = json.loads(text)
    by_unit = dict(zip(*sheets["Quá nửa tổng số thành viên"][:2], strict=True))
    contest = dict(zip(*sheets["Từng nội dung"][:2], strict=True))
    columns = {
        "summoned": "Triệu tập",
        "present": "Có mặt",
        "issued": "Phát ra",
        "returned": "Thu về",
        "not_returned": "Không thu về",
        "valid": "Hợp lệ",
        "invalid": "Không hợp lệ",
    }
    return {
        **{name: str(by_unit[column]) for name, column in columns.items()},
        "blank": str(contest["Phiếu trắng"]),
        "base": str(contest["Cơ sở"]),
        "needed": str(contest["Mức cần"]),
        "count yes": str(contest["Phiếu 1"]),
        "count no": str(contest["Phiếu 2"]),
        "count blank": str(contest["Phiếu trắng"]),
        "share yes": f"{contest['Tỷ lệ 1'] * 100:.2f}",
        "share no": f"{contest['Tỷ lệ 2'] * 100:.2f}",
        "outcome": contest["Kết luận"],
    }


def read_combined_pdf(text: str) -> dict[str, str]:
    """Read the tables of the combined PDF, cell by cell as they are drawn, without white space."""
    unit = r"Chibộtổdânphốsố5"
    # Elections and contests are one each; then people and ballots; the conclusions are 0 and 1.
    numbers = re.search(rf"{unit}111917(\d\d)(\d\d)(\d)(\d\d)(\d)01", text)
    assert numbers is not None
    contest = (
        rf"{unit}–15/01/2026Giảithểbanphongtrào(\d\d)“Tánthành”cần(\d\d)/20,được9–khôngđạt"
        r"Tánthành:(\d)\((\d\d,\d\d)%\);Khôngtánthành:(\d)\((\d\d,\d\d)%\)(\d)(\d)(Khôngđượcthôngqua)"
    )
    cells = re.search(contest, text)
    assert cells is not None
    return {
        **PEOPLE,
        **dict(zip([*BALLOTS, "valid", "invalid"], numbers.groups(), strict=True)),
        "base": cells[1],
        "needed": cells[2],
        "count yes": cells[3],
        "share yes": cells[4].replace(",", "."),
        "count no": cells[5],
        "share no": cells[6].replace(",", "."),
        "blank": cells[7],
        "count blank": cells[7],
        "outcome": OUTCOME["outcome"],
    }


RESULT = {name: value for name, value in ALL.items() if name not in BOX}
READERS: Mapping[str, tuple[Callable[[str], dict[str, str]], Mapping[str, str]]] = {
    "result": (read_result, RESULT),
    "outcome on the board": (read_result, RESULT),
    "minutes on the board": (read_result, RESULT),
    "minutes as PDF": (read_minutes, ALL),
    "minutes as DOCX": (read_minutes, ALL),
    "slides": (read_slides, ALL),
    "chair's page": (read_chairs_page, RESULT),
    "projector": (read_projector, ALL),
    "combined JSON": (read_combined_json, WITHOUT_BLANK_SHARE),
    "combined XLSX": (read_combined_workbook, WITHOUT_BLANK_SHARE),
    "combined PDF": (read_combined_pdf, WITHOUT_BLANK_SHARE),
}
"""Each medium's reader, and the numbers that it shows."""


@pytest.mark.parametrize("name", READERS)
def test_medium_shows_the_numbers_of_the_one_result(media: Mapping[str, str], name: str) -> None:
    read, shown = READERS[name]
    assert read(media[name]) == shown


def test_every_medium_of_the_meeting_is_read(media: Mapping[str, str]) -> None:
    assert set(media) == set(READERS)


@pytest.mark.parametrize("number", ["issued", "returned", "valid", "needed"])
@pytest.mark.parametrize("name", READERS)
def test_number_that_was_changed_in_one_medium_is_found(media: Mapping[str, str], name: str, number: str) -> None:
    read, shown = READERS[name]
    if number not in shown:
        return
    changed = re.sub(rf"(?<!\d){shown[number]}(?!\d)", "15", media[name])
    if name == "combined PDF":
        changed = media[name].replace(shown[number], "15")
    assert changed != media[name]
    try:
        found = read(changed)
    except (AssertionError, IndexError):
        return
    assert found != shown
