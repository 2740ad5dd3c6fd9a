"""A rehearsal's phone and a server that is busy, gone or dishonest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ballot_server.rehearsal.phone import (
    PAUSE_SECONDS,
    SENDINGS,
    Phone,
    PhoneDistrustsServerError,
    PhoneRefusedError,
    PhoneUnansweredError,
)
from crypto.encoding import encode_canonical
from crypto.slip import format_slip_url, generate_slip_code
from tests.support.crypto_samples import SeededRandom
from tests.support.rooms import MEETING, Room, furnish_room

BUSY = (503, json.dumps({"error": "unavailable", "message": "Máy đang bận."}).encode())


@dataclass
class Line:
    """What a phone hears in turn: an answer, or a failure of the network; `sent` is what it said."""

    answers: list[tuple[int, bytes] | OSError]
    sent: list[bytes | None] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def request(self, _method: str, _path: str, body: bytes | None) -> tuple[int, bytes]:
        self.sent.append(body)
        answer = self.answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    furnished = furnish_room(tmp_path)
    yield furnished
    furnished.installation.close()


def call(monkeypatch: pytest.MonkeyPatch, *answers: tuple[int, bytes] | OSError) -> tuple[Phone, Line]:
    line = Line(list(answers))
    url = format_slip_url("http://127.0.0.1:1", MEETING, generate_slip_code(SeededRandom(1)), None)
    phone = Phone(url, SeededRandom(2), wait=line.pauses.append)
    monkeypatch.setattr(phone, "_request", line.request)
    return phone, line


def test_phone_asks_a_busy_server_again_after_a_pause(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = encode_canonical(room.manifest.to_object())
    phone, line = call(monkeypatch, BUSY, ConnectionRefusedError(), (200, manifest))
    assert phone.fetch_manifest(room.manifest.election_hash) == room.manifest
    assert line.pauses == [PAUSE_SECONDS] * 2


def test_phone_sends_the_same_bytes_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, line = call(monkeypatch, TimeoutError(), BUSY, (409, b'{"message": "closed"}'))
    with pytest.raises(PhoneRefusedError):
        phone.cast(room.manifest, b"a ballot", bytes(32))
    assert line.sent == [b"a ballot"] * 3


def test_phone_gives_up_on_a_server_that_stays_busy(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, line = call(monkeypatch, *[BUSY] * SENDINGS)
    with pytest.raises(PhoneRefusedError) as caught:
        phone.fetch_manifest(room.manifest.election_hash)
    assert caught.value.fields == {"status": 503, "message": "Máy đang bận."}
    assert len(line.sent) == SENDINGS


def test_phone_says_that_nobody_answers(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, _ = call(monkeypatch, *[ConnectionRefusedError(111, "Connection refused")] * SENDINGS)
    with pytest.raises(PhoneUnansweredError):
        phone.fetch_manifest(room.manifest.election_hash)


def test_phone_does_not_ask_again_after_a_refusal(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, line = call(monkeypatch, (404, b"no such election"))
    with pytest.raises(PhoneRefusedError):
        phone.fetch_manifest(room.manifest.election_hash)
    assert len(line.sent) == 1


def test_phone_distrusts_a_manifest_of_another_hash(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, _ = call(monkeypatch, (200, encode_canonical(room.manifest.to_object())))
    with pytest.raises(PhoneDistrustsServerError):
        phone.fetch_manifest(bytes(32))
