"""Both verifiers say the same of one archive, valid or damaged: one report, or one check that failed and one entry."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crypto.ballot import ContestShape, ballot_size, hash_ballot
from crypto.board import format_head, matches_head
from crypto.bodies import EntryKind
from crypto.encoding import JsonObject, decode_base64, encode_base64
from crypto.group import ORDER, Scalar, decode_scalar, encode_scalar
from crypto.manifest import Manifest
from kiosk.toolchain import ROOT
from tests.support.archives import (
    ElectionPlan,
    SampleArchive,
    build_archive,
    build_smallest_archive,
    change_kind,
    resign,
    sample_credentials,
)
from tests.support.crypto_samples import sign_unsigned
from tests.support.kiosk import BrowserSide
from tests.support.verifiers import (
    BrowserVerifier,
    locate,
    review_here,
    run_browser_verifier,
    verify_here,
)

ATTACKS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "tests" / "crypto").glob("test_*.py")
    if "board_attacks import" in (text := path.read_text(encoding="utf-8")) or "verify_archive" in text
)
SHAPE = (ContestShape(options=3, marks=2), ContestShape(options=1, marks=1))
PLAN = ElectionPlan(shape=SHAPE, votes=(((0, 1), (0,)), ((2,), ()), ((), (0,)), ((0,), ())), tested=(bytes(32),))
SAMPLE = build_archive([PLAN], printed=5)
SMALLEST = build_smallest_archive()
RESPONSE = 64 + 64 + 128 + 32
"""Where the first response stands: after a ballot's header, and a ciphertext, commitments and challenge."""
TYPED_HEADS = [
    *("", "-", " ", "0" * 31, "0" * 32, "O" * 32, "i" * 32, "L" * 32, "U" * 32, "0" * 33, "0" * 63, "0" * 64, "g" * 64),
    *("ﬁ" * 32, "ı" * 32, "ſ" * 32, "０" * 32, "\u200b" + "0" * 32, "\ufeff" + "0" * 32, "‐".join(["0000"] * 8)),
]


@pytest.fixture(scope="module")
def browser_verifier(browser_side: BrowserSide) -> Iterator[BrowserVerifier]:
    with run_browser_verifier(browser_side.folder) as verifier:
        yield verifier


def read_recorded(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def test_every_attack_on_the_board_is_answered_alike(browser_verifier: BrowserVerifier, tmp_path: Path) -> None:
    assert len(ATTACKS) > 5
    recorded = tmp_path / "boards.jsonl"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.attack_recorder", "-p", "no:cacheprovider"]
    command += ["-k", "not every_single_byte"]
    environment = {**os.environ, "RECORD_BOARDS": str(recorded)}
    done = subprocess.run([*command, *ATTACKS], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    answers = [
        (locate(line["answer"]), locate(browser_verifier.ask(line["question"]))) for line in read_recorded(recorded)
    ]
    assert [pair for pair in answers if pair[0] != pair[1]] == []
    assert sum(here.get("verified") is False for here, _ in answers) > 150
    assert sum(here.get("verified", True) for here, _ in answers) > 20


@pytest.mark.parametrize(
    "plans",
    [
        (PLAN,),
        (ElectionPlan(votes=()),),
        (ElectionPlan(), ElectionPlan(election="s2", slot=1, series=("A", "B"), votes=(((1,),),) * 3)),
        (ElectionPlan(shape=(ContestShape(12, 12),), votes=((tuple(range(12)),), ((3, 7),), ((),))),),
    ],
)
def test_honest_archives_give_the_same_report(
    browser_verifier: BrowserVerifier, plans: tuple[ElectionPlan, ...]
) -> None:
    sample = build_archive(plans, printed=5)
    assert sample.head is not None
    head = format_head(sample.head)
    confirmations = [confirmation.encode() for confirmation in sample.confirmations]
    here = verify_here(sample.data, head=head, confirmations=confirmations)
    assert here["verified"] is True
    assert browser_verifier.verify(sample.data, head=head, confirmations=confirmations) == here


def test_review_before_decryption_finds_the_same_aggregate(browser_verifier: BrowserVerifier) -> None:
    lines = SAMPLE.data.splitlines(keepends=True)
    for end in range(len(lines) + 1):
        data = b"".join(lines[:end])
        assert locate(browser_verifier.review(data, "s1")) == locate(review_here(data, "s1")), end


@pytest.mark.parametrize("head", TYPED_HEADS)
def test_typed_heads_are_read_alike(browser_verifier: BrowserVerifier, head: str) -> None:
    assert locate(browser_verifier.verify(SMALLEST.data, head=head)) == locate(verify_here(SMALLEST.data, head=head))


def test_every_character_before_a_head_is_dropped_by_both_or_neither(browser_verifier: BrowserVerifier) -> None:
    assert SMALLEST.head is not None
    plain = format_head(SMALLEST.head)
    codes = [chr(point) + plain for point in range(0x3100) if not 0xD800 <= point < 0xE000]
    here = [matches_head(code, SMALLEST.head) for code in codes]
    assert browser_verifier.match_heads(codes, SMALLEST.head) == here


def test_single_bits_of_a_board_are_answered_alike(browser_verifier: BrowserVerifier) -> None:
    source = random.Random(1)
    different = []
    for _ in range(150):
        place, bit = source.randrange(len(SAMPLE.data)), 1 << source.randrange(8)
        data = SAMPLE.data[:place] + bytes([SAMPLE.data[place] ^ bit]) + SAMPLE.data[place + 1 :]
        here, there = locate(verify_here(data)), locate(browser_verifier.verify(data))
        if here != there or here["verified"]:
            different.append((place, bit, here, there))
    assert different == []


def test_cut_archives_are_answered_alike(browser_verifier: BrowserVerifier) -> None:
    lengths = [0, 1, *random.Random(2).sample(range(len(SAMPLE.data)), 30), len(SAMPLE.data) - 1]
    answers = [
        (locate(verify_here(SAMPLE.data[:n])), locate(browser_verifier.verify(SAMPLE.data[:n]))) for n in lengths
    ]
    assert [pair for pair in answers if pair[0] != pair[1]] == []


@pytest.mark.parametrize(
    "data",
    [
        *(b"\n", b"\n\n", b"{}\n", b"[]\n", b"\xff\n", b"\xef\xbb\xbf{}\n", b"PK\x03\x04", b"%PDF-1.7\n", bytes(1000)),
        *(
            b"[" * 100_000 + b"\n",
            b'{"a":' * 50_000 + b"\n",
            b"9" * 1_000_000 + b"\n",
            b'"' + b"a" * 3_000_000 + b'"\n',
        ),
        SMALLEST.data.replace(b"\n", b"\r\n"),
        SMALLEST.data + b"\n",
        SMALLEST.data.upper(),
    ],
)
def test_files_that_are_no_archive_are_answered_alike(browser_verifier: BrowserVerifier, data: bytes) -> None:
    here = locate(verify_here(data))
    assert here["verified"] is False
    assert locate(browser_verifier.verify(data)) == here


def shift_response(manifest: Manifest, data: bytes, shift: int) -> bytes:
    """Return a ballot whose first proof has another first response, signed again by its voter."""
    response = decode_scalar(data[RESPONSE : RESPONSE + 32])
    shifted = encode_scalar(Scalar((response + shift) % ORDER))
    voter = next(member for member in sample_credentials(40) if member.public == data[32:64])
    return sign_unsigned(manifest.election_hash, voter, data[:RESPONSE] + shifted + data[RESPONSE + 32 : -64])


def shift_responses(sample: SampleArchive, shifts: dict[int, int]) -> bytes:
    """Return the archive with the responses of some ballots shifted, everything signed again."""
    [manifest] = sample.manifests
    size = ballot_size(manifest.shape)

    def change(body: JsonObject) -> JsonObject:
        data = decode_base64(str(body["ballots"]))
        ballots = [data[start : start + size] for start in range(0, len(data), size)]
        changed = [
            shift_response(manifest, ballot, shifts[place]) if place in shifts else ballot
            for place, ballot in enumerate(ballots)
        ]
        ordered: list[bytes] = sorted(changed, key=hash_ballot)
        return {**body, "ballots": encode_base64(b"".join(ordered))}

    return resign(sample.entries, change_kind(EntryKind.CLOSED, change))


def test_errors_that_cancel_each_other_are_found_by_both(browser_verifier: BrowserVerifier) -> None:
    sample = build_archive((ElectionPlan(votes=(((0,),),) * 4),))
    data = shift_responses(sample, {0: 1, 1: -1})
    here = locate(verify_here(data))
    assert (here["check"], locate(browser_verifier.verify(data))) == ("V5", here)


def test_wrong_ballot_among_many_is_named_alike(browser_verifier: BrowserVerifier) -> None:
    shape = (ContestShape(3, 1),) * 10
    sample = build_archive((ElectionPlan(shape=shape, votes=(((0,),) * 10,) * 40),), printed=40)
    for places in ([0], [39], [31, 38]):
        data = shift_responses(sample, dict.fromkeys(places, 1))
        here, there = verify_here(data), browser_verifier.verify(data)
        named = [answer["problem"].split(":")[0] for answer in (here, there)]
        assert (here["check"], here["entry"], named[0]) == ("V5", there["entry"], named[1])
