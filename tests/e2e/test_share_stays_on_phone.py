"""After an evening on three phones, nothing secret of theirs is in the server's memory, its files or its output."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from ballot_server.services.trustee_room import ask_counts, ask_decryption, open_when_signed, tally_when_decrypted
from tests.support.browser import open_browser
from tests.support.evenings import AGREE, DISAGREE, MEETING
from tests.support.halls import Hall, open_hall
from tests.support.memory import find_forms, list_forms, list_servers, read_memory
from tests.support.phones import Phone, switch_on

HANDS = {"meeting": MEETING, "election": "s1"}


def read_seed(phone: Phone) -> bytes:
    """Return the seed from which a phone makes its part while the ceremony is under way."""
    [seed] = [record["seed"] for record in phone.read_storage() if record["seed"] is not None]
    return bytes(seed)


def read_held(phone: Phone) -> list[bytes]:
    """Return the share and the signing seed that a phone holds after the ceremony."""
    [holding] = [record["bytes"] for record in phone.read_storage() if record["key"] == "holding"]
    held = json.loads(holding)
    return [bytes.fromhex(held["share"]), bytes.fromhex(held["seed"])]


def hold_evening(hall: Hall, phones: list[Phone]) -> list[bytes]:
    """Make the key, sign, vote, close and decrypt; return everything that must never leave a phone."""
    evening = hall.table.evening
    for phone in phones:
        phone.join()
    for phone in phones:
        phone.wait_for("So bốn từ")
    kept = [read_seed(phone) for phone in phones]
    for phone in phones:
        phone.press("same")
    for phone in phones:
        phone.wait_for("Đang chờ chủ trì")
    kept += [secret for phone in phones for secret in read_held(phone)]
    hall.table.prepare_election()
    ask_counts(evening.database, **HANDS)
    for phone in phones:
        phone.press("right")
    for phone in phones:
        phone.wait_for("Đã xác nhận sáu con số")
    evening.manifests["s1"] = open_when_signed(evening.database, evening.board, **HANDS)
    evening.cast("s1", AGREE, AGREE, DISAGREE, AGREE)
    evening.close("s1")
    ask_decryption(evening.database, **HANDS)
    for phone in phones:
        phone.press("same")
    for phone in phones:
        phone.wait_for("Đã gửi phần giải mã")
    tally_when_decrypted(evening.database, evening.board, **HANDS)
    return kept


def read_files(folder: Path) -> Iterator[bytes]:
    """Yield the content of every file."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes()


def read_servers() -> Iterator[bytes]:
    """Yield the memory of every process of the staff's application."""
    pids = list_servers("staff")
    assert pids != []
    for pid in pids:
        yield from read_memory(pid)


def find_any(kept: Iterable[bytes], haystacks: Iterable[bytes]) -> list[bytes]:
    """Return the forms of any secret that are found."""
    read = list(haystacks)
    return [form for secret in kept for form in find_forms(secret, read)]


@pytest.mark.slow
def test_nothing_secret_of_a_phone_is_in_the_servers_memory_files_or_output(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with open_hall(tmp_path) as hall, open_browser() as browser:
        phones = switch_on(browser, hall.addresses)
        kept = hold_evening(hall, phones)
        assert len(set(kept)) == len(kept) == 9
        in_memory = find_any(kept, read_servers())
        # The control: what the server does hold is found by the same search.
        own = find_forms(hall.table.evening.installation.seed, read_servers())
        in_files = find_any(kept, read_files(hall.folder))
        own_in_files = find_forms(hall.table.evening.installation.seed, read_files(hall.folder))
        messages = [record["bytes"].encode() for record in phones[0].read_storage() if record["bytes"] is not None]
        on_phone = find_any(kept[3:4], messages)
    output = capfd.readouterr()
    assert in_memory == []
    assert in_files == []
    assert find_any(kept, [output.out.encode(), output.err.encode()]) == []
    assert own != []
    assert own_in_files != []
    assert on_phone != []


@pytest.mark.parametrize("place", range(len(list_forms(bytes(range(32))))))
def test_search_finds_a_planted_secret_in_every_form(tmp_path: Path, place: int) -> None:
    secret = secrets.token_bytes(32)
    planted = b"before" + list_forms(secret)[place] + b"after"
    (tmp_path / "found").write_bytes(planted)
    assert list_forms(secret)[place] in find_forms(secret, read_files(tmp_path))


def test_search_finds_base64_wherever_the_secret_begins() -> None:
    secret = secrets.token_bytes(32)
    for before in range(3):
        text = base64.b64encode(secrets.token_bytes(before) + secret + b"more")
        assert find_forms(secret, [text]) != []


def test_search_finds_a_secret_in_a_processs_memory() -> None:
    planted = bytearray(secrets.token_bytes(32))
    assert bytes(planted) in find_forms(bytes(planted), read_memory(os.getpid()))
