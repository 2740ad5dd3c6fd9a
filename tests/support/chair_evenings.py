"""An evening led from the chair's and the desk's pages, as a browser sends their forms; tellers and voters included."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from werkzeug.test import TestResponse

from ballot_server.domain.staff import Role
from ballot_server.services.cast_ballot import cast_ballot
from ballot_server.services.installation import Installation, open_installation
from ballot_server.services.trustee_view import SeatCode
from ballot_server.services.voter_view import read_board
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.repositories import ElectionRepository
from ballot_server.web.context import attach_context, get_context
from crypto.ballot import Selection, encrypt_ballot
from crypto.credential import derive_credential
from crypto.encoding import decode_canonical
from crypto.manifest import Manifest
from crypto.slip import MeetingCode, parse_slip_fragment
from tests.support.printed_files import read_slips
from tests.support.staff import HandClock, StaffClient, browse, create_staff_client, get_installation, sign_in
from tests.support.teller_tables import HandSeconds, Place

TELLERS = ("Phạm Thị Thu Hà", "Hoàng Đức Long", "Vũ Thị Minh Nguyệt")
DETAILS = {
    "unit": "Chi bộ tổ dân phố số 5",
    "superior": "Đảng bộ phường Ngọc Lâm",
    "place": "Nhà văn hóa tổ 5",
    "held_on": "2026-01-15",
    "chair": "Nguyễn Văn Thành",
    "clerk": "Lê Quang Vinh",
    "tellers": "\n".join(TELLERS),
    "rehearsal": "yes",
}
ROLL = """name,card_number,class,exemption,exemption_resolution,exemption_from,suspended
Nguyễn Văn Thành,00125001,chính thức,không,,,không
Trần Thị Lan Hương,00125002,chính thức,không,,,không
Lê Quang Vinh,00125003,chính thức,không,,,không
Đặng Văn Khôi,00125007,chính thức,không,,,không
Đỗ Mạnh Cường,00125009,chính thức,không,,,không
Nguyễn Thị Sâm,00125019,chính thức,"tuổi cao, sức yếu",03-NQ/CB,01/03/2022,không
Cao Xuân Bách,00125022,chính thức,không,,,có
Nguyễn Hải Yến,00125023,dự bị,không,,,không
Hà Thị Quỳnh Trang,00125027,sinh hoạt tạm thời đến,không,,,không
"""
VOTERS_ADDRESS = "http://192.168.10.1:8080"
VOTERS = ("00125001", "00125002", "00125003", "00125007")
ELECTION = {
    "title": "Rà soát, đưa vào danh sách",
    "rule_set": "vn-screening-step1",
    "contests": "Đồng chí Đặng Văn Khôi; 00125007",
}


@dataclass
class ChairEvening:
    """A chair's browser on a meeting; `codes` are the slips' addresses by series, as read from the paper."""

    chair: StaffClient
    installation: Installation
    folder: Path
    clock: HandClock
    code: str = ""
    places: list[Place] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    confirmations: list[bytes] = field(default_factory=list)
    random_source: random.Random = field(default_factory=lambda: random.Random(5))

    def get(self, path: str) -> str:
        """Return a page that must be there."""
        answer = self.chair.get(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    def send(self, path: str, **fields: str) -> TestResponse:
        """Send a form of the meeting, of its draft or of the desk; `path` begins with draft, chair or desk."""
        kind, _, rest = path.partition("/")
        folder = {"draft": "drafts", "chair": "chair", "desk": "desk"}[kind]
        return self.chair.post(f"/{folder}/{self.code}/{rest}".rstrip("/"), data=fields)

    def act(self, path: str, **fields: str) -> TestResponse:
        """Send a form that must be taken."""
        answer = self.send(path, **fields)
        assert answer.status_code in (200, 303), answer.get_data(as_text=True)
        return answer

    def upload(self, path: str, file_field: str, name: str, data: bytes, **fields: str) -> TestResponse:
        """Send a form of the draft with a file."""
        files: Mapping[str, object] = {**fields, file_field: (io.BytesIO(data), name)}
        return self.chair.post(f"/drafts/{self.code}/{path}", data=files, content_type="multipart/form-data")

    def begin_draft(self, **changes: str) -> None:
        """Begin to prepare the meeting."""
        answer = self.chair.post("/drafts", data={**DETAILS, **changes})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        self.code = answer.headers["Location"].rsplit("/", 1)[-1]

    def prepare(self, *elections: Mapping[str, str], **changes: str) -> None:
        """Prepare the meeting with its roll, its elections and changed details, and create it."""
        self.begin_draft(**changes)
        assert self.upload("roll", "roll", "roll.csv", ROLL.encode()).status_code == 303
        for election in elections or (ELECTION,):
            self.act("draft/elections", **election)
        self.act("draft/finalise")

    def seat_tellers(self) -> None:
        """Seat three tellers and give each a device."""
        answer = self.act("chair/ceremony", names="\n".join(TELLERS), threshold="2")
        codes = re.findall(r"/trustee#([0-9A-Z]{16})", answer.get_data(as_text=True))
        assert len(codes) == len(TELLERS)
        seconds = HandSeconds()
        self.places = [
            Place(SeatCode(index, name, code), self.chair.application, seconds, index)
            for index, (name, code) in enumerate(zip(TELLERS, codes, strict=True), start=1)
        ]

    def drive(self, until: Callable[[], bool]) -> None:
        """Let the devices look at the server until something holds."""
        for _ in range(60):
            if until():
                return
            for place in self.places:
                place.device.attempt()
        raise AssertionError("the devices never came so far")

    def make_key(self) -> None:
        """Seat the tellers and let their devices make the key."""
        self.seat_tellers()
        self.drive(lambda: all(place.voice.find("key_made") for place in self.places))

    def print_slips(self, series: str = "A", count: int = 8) -> TestResponse:
        """Print a series and read the paper."""
        answer = self.act("chair/slips", series=series, count=str(count))
        path = self.folder / f"slips-{series}.pdf"
        path.write_bytes(answer.data)
        self.addresses += [slip.url for slip in read_slips(path)]
        return answer

    def check_in(self, *cards: str) -> None:
        """Mark people present at the desk and hand each a slip."""
        for card in cards:
            self.act("desk/attendance", card=card, expected="absent_unexcused", attendance="present")
        self.act("desk/slips", series="A", handed_out=str(len(cards)), lost="0")

    def open(self, election: str = "s1") -> None:
        """Let the tellers sign and open an election."""
        self.act(f"chair/elections/{election}/counts")
        self.drive(lambda: "Nút mở bỏ phiếu hiện ra" not in self.get(f"/chair/{self.code}/elections/{election}"))
        self.act(f"chair/elections/{election}/open")

    def find(self, election: str = "s1") -> ElectionRecord:
        """Return an election as stored."""
        with self.installation.database.read() as session:
            return ElectionRepository(session).get(self.code, election)

    def cast(self, *votes: Selection, election: str = "s1") -> None:
        """Let slips vote in the order of the paper, each the same in every contest."""
        record = self.find(election)
        assert record.manifest is not None
        manifest = Manifest.from_object(decode_canonical(record.manifest))
        for address, vote in zip(self.addresses, votes, strict=False):
            slip = parse_slip_fragment(address.partition("#")[2])
            credential = derive_credential(slip.code, MeetingCode(self.code), manifest.slot)
            selections = tuple(vote for _ in manifest.contests)
            sealed = encrypt_ballot(manifest.context, credential, selections, self.random_source.randbytes)
            database, seed = self.installation.database, self.installation.seed
            self.confirmations.append(cast_ballot(database, seed, manifest.election_hash, sealed.data))

    def close(self, election: str = "s1", *, outstanding: int = 0) -> None:
        """Close an election, confirming what is outstanding."""
        self.act(f"chair/elections/{election}/close", confirmed=str(outstanding))

    def count(self, election: str = "s1") -> None:
        """Let the tellers decrypt and count a closed election."""
        self.act(f"chair/elections/{election}/decryption")
        page = f"/chair/{self.code}/elections/{election}"
        self.drive(lambda: "Đủ phần giải mã." in self.get(page))
        self.act(f"chair/elections/{election}/tally")

    def come_to_opening(self) -> None:
        """Do everything up to the opening of the first election: four people are present and have slips."""
        self.prepare()
        self.make_key()
        self.print_slips()
        self.check_in(*VOTERS)

    def hold(self, *votes: Selection, election: str = "s1") -> None:
        """Hold an election from its signatures to its publication."""
        self.open(election)
        self.cast(*votes, election=election)
        self.close(election, outstanding=len(VOTERS) - len(votes))
        self.count(election)
        self.act(f"chair/elections/{election}/publish")

    def finish(self) -> bytes:
        """Write the minutes, destroy the shares, end the board; return the archive."""
        self.act("chair/minutes")
        self.act("chair/destruction")
        self.drive(lambda: all(place.voice.find("destroyed") for place in self.places))
        self.act("chair/end")
        return read_board(self.installation.database, self.code)

    def visit(self, role: Role) -> StaffClient:
        """Return another browser, signed in with another role."""
        client = browse(self.chair.application)
        sign_in(client, role)
        return client


@contextmanager
def begin_chair_evening(folder: Path, database_url: str | None = None) -> Iterator[ChairEvening]:
    """Yield a chair's browser on an empty installation; database_url: another database than its SQLite file."""
    clock = HandClock()
    opened = open_installation(folder / "data", random.Random(8).randbytes, database_url)
    chair = create_staff_client(folder / "data", clock=clock, installation=opened)
    sign_in(chair, Role.CHAIR)
    installation = get_installation(chair)
    with chair.application.test_request_context():
        context = replace(get_context(), voters_address=VOTERS_ADDRESS)
    attach_context(chair.application, context)
    try:
        yield ChairEvening(chair, installation, folder, clock)
    finally:
        installation.close()
