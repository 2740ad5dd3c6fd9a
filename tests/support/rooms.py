"""A meeting in a data folder with one election, ready for phones: real manifest, credentials and ballots."""

from __future__ import annotations

import hashlib
import http.client
import json
import random
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ballot_server.domain.election import ElectionState
from ballot_server.services.installation import Installation, open_installation
from ballot_server.storage.records import ElectionRecord, MeetingRecord, SeriesRecord
from ballot_server.storage.repositories import (
    BoardRepository,
    CredentialRepository,
    ElectionRepository,
    MeetingRepository,
    SeriesRepository,
)
from crypto.ballot import SealedBallot, encrypt_ballot
from crypto.credential import Credential, derive_credential, hash_credentials
from crypto.encoding import encode_canonical
from crypto.group import multiply_base, random_scalar
from crypto.manifest import Contest, Counts, Manifest, Option, Text, TrusteeSet
from crypto.slip import MeetingCode, generate_slip_code

MEETING = MeetingCode("M0000001")
TITLE = "Rà soát, đưa vào danh sách cần giáo dục, giúp đỡ"


@dataclass(frozen=True)
class Room:
    """A data folder with one sealed election, its slips' credentials and a reproducible random source."""

    installation: Installation
    manifest: Manifest
    credentials: tuple[Credential, ...]
    random_source: random.Random

    @property
    def election(self) -> str:
        """The election's name in addresses."""
        return self.manifest.election_hash.hex()

    def seal_ballot(self, slip: int, *, option: int = 0) -> SealedBallot:
        """Return a ballot of one slip, marking one option in each contest."""
        selections = tuple((option,) for _ in self.manifest.contests)
        return encrypt_ballot(self.manifest.context, self.credentials[slip], selections, self.random_source.randbytes)

    def move_to(self, *states: ElectionState) -> None:
        """Move the election through states."""
        for state in states:
            with self.installation.database.write() as session:
                ElectionRepository(session).change_state(MEETING, "s1", state)


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def error(self) -> str:
        """The code of an error."""
        return str(json.loads(self.body)["error"])


def furnish_room(folder: Path, *, slips: int = 6, contests: int = 1, state: ElectionState = ElectionState.OPEN) -> Room:
    """Return a room whose election is in the state asked for (ready or later along the usual line)."""
    source = random.Random(20260115)
    installation = open_installation(folder, source.randbytes)
    codes = [generate_slip_code(source.randbytes) for _ in range(slips)]
    credentials = tuple(derive_credential(code, MEETING, 0) for code in codes)
    manifest = _write_manifest(installation, credentials, contests=contests, source=source)
    with installation.database.write() as session:
        MeetingRepository(session).add(
            MeetingRecord(
                code=MEETING,
                superior="Đảng bộ phường Ngọc Lâm",
                unit="Chi bộ tổ dân phố số 5",
                place="Nhà văn hóa tổ 5",
                held_on=date(2026, 1, 15),
            )
        )
        SeriesRepository(session).add(SeriesRecord(meeting=MEETING, letter="A", colour="white", printed=slips))
        CredentialRepository(session).add_list(MEETING, "A", 0, [credential.public for credential in credentials])
        ElectionRepository(session).add(
            ElectionRecord(
                meeting=MEETING,
                id="s1",
                position=0,
                title_vi=TITLE,
                title_en="Screening",
                state=ElectionState.READY,
                series=("A",),
                slot=0,
            )
        )
        data = encode_canonical(manifest.to_object())
        ElectionRepository(session).seal(MEETING, "s1", manifest=data, election_hash=manifest.election_hash)
        for number, kind in enumerate(("meeting", "ceremony")):
            line = encode_canonical({"body": {"kind": kind}, "kind": kind, "number": number})
            BoardRepository(session).append(MEETING, number, kind, line)
    room = Room(installation, manifest, credentials, source)
    line = [ElectionState.OPEN, ElectionState.CLOSED, ElectionState.TALLIED, ElectionState.PUBLISHED]
    room.move_to(*line[: line.index(state) + 1 if state in line else 0])
    return room


def ask(address: str, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
    """Send one request to a server at `http://host:port` and return its answer; `_` in header names stands for `-`."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            named.setdefault("Content-Type", "application/octet-stream")
        connection.request(method, path, body=body, headers=named)
        response = connection.getresponse()
        return Answer(response.status, response.read(), dict(response.getheaders()))
    finally:
        connection.close()


def _write_manifest(
    installation: Installation, credentials: tuple[Credential, ...], *, contests: int, source: random.Random
) -> Manifest:
    slips = len(credentials)
    options = tuple(Option(id=name, text=Text(vi=name, en=name)) for name in ("agree", "disagree", "abstain"))
    shares = tuple(multiply_base(random_scalar(source.randbytes)) for _ in range(3))
    return Manifest(
        meeting=MEETING,
        election="s1",
        title=Text(vi=TITLE, en="Screening"),
        series=("A",),
        slot=0,
        contests=tuple(
            Contest(id=f"c{number}", text=Text(vi="Đồng chí A", en="A"), options=options, marks=1)
            for number in range(contests)
        ),
        key=multiply_base(random_scalar(source.randbytes)),
        ceremony_hash=hashlib.sha256(b"ceremony").digest(),
        trustees=TrusteeSet(count=3, threshold=2, public_shares=shares),
        credentials_hash=hash_credentials([[credential.public for credential in credentials]]),
        credentials=slips,
        counts=Counts(printed=slips, handed_out=slips, brought_back=0, lost=0, left_over=0, present=slips),
        count_signatures=(),
        server_key=installation.server_key,
        rehearsal=False,
        floor=3,
        rules={},
    )
