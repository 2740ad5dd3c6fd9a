"""A meeting whose tellers sit at devices of their own and reach the staff's application, all in one process."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from werkzeug.test import Client

from ballot_server.domain.member import Roll
from ballot_server.rehearsal.tellers import Tellers
from ballot_server.services.create_meeting import create_meeting
from ballot_server.services.election_plan import ElectionPlan
from ballot_server.services.installation import open_installation
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.trustee_room import begin_ceremony, ceremony_state
from ballot_server.services.trustee_view import CeremonyStage, SeatCode
from ballot_server.trustee.device import TellerDevice
from ballot_server.trustee.link import RoomLink
from crypto.ceremony import CeremonyTerms
from crypto.trustee_storage import MemoryTrusteeStorage
from crypto.verify import review_closed_board
from tests.support.crypto_samples import SeededRandom
from tests.support.evenings import MEETING, Evening, describe_meeting, make_plan, make_roll
from tests.support.staff import create_staff_client

NAMES = ("Phạm Thị Hà", "Hoàng Đức Long", "Vũ Thị Nguyệt")
MOST_STEPS = 60


@dataclass
class ScriptedVoice:
    """A teller who says yes unless told otherwise, and sees a missing colleague only when `sees_missing`."""

    refuses: set[str] = field(default_factory=set)
    sees_missing: bool = False
    said: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def say(self, key: str, /, **fields: object) -> None:
        """Note what was said."""
        self.said.append((key, fields))

    def show_status(self, key: str, /, **fields: object) -> None:
        """Note what is awaited."""
        self.said.append((f"status {key}", fields))

    def ask(self, key: str, /, **fields: object) -> bool:
        """Note the question and answer it."""
        self.said.append((f"ask {key}", fields))
        return key not in self.refuses

    def offer(self, key: str, /, **fields: object) -> bool:
        """Note the offer and take it if the teller sees that somebody is missing."""
        self.said.append((f"offer {key}", fields))
        return self.sees_missing

    def find(self, key: str) -> list[dict[str, object]]:
        """Return the fields of everything said under a key."""
        return [fields for name, fields in self.said if name == key]


class HandSeconds:
    """Seconds that pass only when somebody moves them."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        """Return the second it shows."""
        return self.now


@dataclass
class Place:
    """One teller with a device that can be switched off and on again; its storage outlives that."""

    code: SeatCode
    app: Flask
    clock: HandSeconds
    seed: int
    voice: ScriptedVoice = field(default_factory=ScriptedVoice)
    storages: dict[tuple[bytes, int], MemoryTrusteeStorage] = field(default_factory=dict)
    secret: bytes = b""
    is_cut_off: bool = False
    answers_lost: int = 0
    tamper: Callable[[str, bytes | None], bytes | None] = lambda path, body: body

    def __post_init__(self) -> None:
        self.secret = self.secret or bytes([self.seed]) * 32
        self.start()

    def start(self) -> None:
        """Switch the device on: what it had in memory is gone."""
        self.seed += 100
        link = RoomLink(self.ask, code=self.code.code, device=self.secret)
        self.device = TellerDevice(
            link,
            self.voice,
            open_storage=self._open_storage,
            review=review_closed_board,
            random_bytes=SeededRandom(self.seed),
            clock=self.clock,
        )

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """Send one request to the application."""
        if self.is_cut_off:
            raise ConnectionRefusedError
        answer = Client(self.app).open(
            path, method=method, data=self.tamper(path, body), headers=headers, base_url="https://localhost"
        )
        if self.answers_lost:
            self.answers_lost -= 1
            raise ConnectionResetError
        return answer.status_code, answer.get_data()

    def _open_storage(self, ceremony: bytes, index: int) -> MemoryTrusteeStorage:
        return self.storages.setdefault((ceremony, index), MemoryTrusteeStorage())


@dataclass
class Table:
    """The meeting and its tellers."""

    evening: Evening
    app: Flask
    clock: HandSeconds
    places: list[Place]

    def drive(self, until: Callable[[], bool], places: Sequence[Place] | None = None) -> None:
        """Let devices look at the server in turn until something holds; fail if it never does."""
        for _ in range(MOST_STEPS):
            if until():
                return
            for place in self.places if places is None else places:
                place.device.attempt()
        raise AssertionError("the devices never came so far")

    def step(self, times: int, places: Sequence[Place] | None = None) -> None:
        """Let devices look at the server so many times."""
        for _ in range(times):
            for place in self.places if places is None else places:
                place.device.attempt()

    def find_stage(self) -> CeremonyStage:
        """Return what the ceremony waits for."""
        return ceremony_state(self.evening.database, meeting=MEETING).stage

    def make_key(self) -> None:
        """Hold the ceremony to its end, until every device knows it."""
        self.drive(lambda: self.find_stage() is CeremonyStage.FINISHED)
        self.drive(lambda: all(place.voice.find("key_made") for place in self.places))

    def prepare_election(self, election: str = "s1", *, present: int = 5) -> None:
        """Print and hand out slips and make an election ready."""
        for series in self.evening.series:
            self.evening.print_series(series.letter, present + 1)
            self.evening.hand_out(series.letter, present)
        self.evening.ready(election)


@contextmanager
def lay_table(
    folder: Path,
    *,
    names: Sequence[str] = NAMES,
    threshold: int = 2,
    plans: Sequence[ElectionPlan] = (make_plan(),),
    roll: Roll | None = None,
    floor: int = 1,
) -> Iterator[Table]:
    """Yield a meeting whose tellers have their codes and have not joined yet."""
    source = random.Random(20260115)
    installation = open_installation(folder, source.randbytes)
    try:
        board = Noticeboard(MEETING, installation.seed)
        unused = Tellers(CeremonyTerms(bytes(16), installation.server_key, 3, 2, rehearsal=True), SeededRandom(1))
        evening = Evening(folder, installation, board, unused, source)
        evening.series = create_meeting(
            installation.database, board, describe_meeting(floor=floor), roll or make_roll(), plans
        )
        app = create_staff_client(folder, installation=installation).application
        codes = begin_ceremony(
            installation.database, meeting=MEETING, names=names, threshold=threshold, random_bytes=source.randbytes
        )
        clock = HandSeconds()
        yield Table(evening, app, clock, [Place(code, app, clock, code.index) for code in codes])
    finally:
        installation.close()
