"""The two implementations agree about untrusted bytes: what one refuses the other refuses, for the same cause."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from crypto.ballot import ContestShape, decode_ballot, encrypt_ballot, verify_ballot
from crypto.ceremony import Ceremony
from crypto.encoding import decode_base64, decode_canonical, encode_base64, encode_canonical
from crypto.group import ORDER, Element, decode_element, decode_scalar, encode_scalar, is_signing_key, multiply
from crypto.manifest import Manifest
from crypto.proofs.membership import membership_proof_size
from crypto.signing import VerificationKey, verify_message
from tests.support.archives import SERVER_KEY, ArchiveBuilder, ElectionPlan
from tests.support.crypto_samples import (
    SMALL_SHAPE,
    SeededRandom,
    load_vectors,
    sample_context,
    sample_credential,
    sign_unsigned,
)
from tests.support.kiosk import Answer, BrowserSide, Request, answer_here

CREDENTIAL = sample_credential()
CONTEXT = sample_context(SMALL_SHAPE)
BALLOT = encrypt_ballot(CONTEXT, CREDENTIAL, ((0,),), SeededRandom(1)).data
MANIFEST = ArchiveBuilder().prepare_manifest(ElectionPlan(shape=(ContestShape(2, 1), ContestShape(3, 2)))).to_object()
CEREMONY = ArchiveBuilder().ceremony.to_body()
PRIME = 2**255 - 19
# y = 1, −1, 0, two of order eight, y ≥ p, −0; a generator's key plus a point of order eight; bytes off the curve.
SPECIAL_KEYS = [
    (1).to_bytes(32, "little"),
    (PRIME - 1).to_bytes(32, "little"),
    bytes(32),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    PRIME.to_bytes(32, "little"),
    (PRIME + 1).to_bytes(32, "little"),
    bytes([1]) + bytes(30) + b"\x80",
    bytes.fromhex("6a84d583f06569edb3f5ed77df65544b27d6948b4f0b2cb76f33dd8413b20719"),
    bytes([2]) + bytes(31),
]
TEXTS = [
    *(
        '{"a":1}',
        '{"a":1,"a":2}',
        '{"a":2,"a":1}',
        '{"b":1,"a":2}',
        "{}",
        "[]",
        " []",
        "[1,2]",
        "[1, 2]",
        "null",
        "tru",
    ),
    *("-0", "0", "1e2", "1.0", "NaN", "1\n", "9007199254740991", "9007199254740992", "-9007199254740991"),
    *(
        "-9007199254740993",
        '"\\u0041"',
        '"\\u00e9"',
        '"é"',
        '"e\u0301"',
        '"\\ud800"',
        '"\\/"',
        '"/"',
        '"\x7f"',
        '"\\u007f"',
    ),
    *(
        '"\\t"',
        '"\\u0009"',
        '"\\b"',
        '"\x00"',
        '"กำ"',
        '"\u0344"',
        '"\U0001f600"',
        '"\u1ebf\u0323"',
        '"\ufb1d"',
        '"\uac00"',
    ),
    *("[" * depth + "]" * depth for depth in (32, 33, 34, 9_000)),
    *("[" * 9_000, '{"__proto__":1}', '{"__proto__":1,"__proto__":1}', '{"10":1,"9":2}', '{"9":1,"10":2}', '{"":1}'),
    *("", "\ufeff1", '{"é":1}'),
]


def compare(browser_side: BrowserSide, cases: list[tuple[Request, Callable[[], Any]]]) -> None:
    """Assert that every request is answered as Python answers it."""
    here: list[Answer] = [answer_here(action) for _, action in cases]
    there = browser_side.ask([request for request, _ in cases])
    answers = zip(cases, here, there, strict=True)
    assert [(request, ours, theirs) for (request, _), ours, theirs in answers if ours != theirs] == []


def change_members(value: Any) -> list[Any]:
    """Return copies of a JSON value, each with one member gone, new, or of another type or value."""
    odd: list[Any] = [None, True, 0, -1, 2**31, "", "x", [], {}, "A" * 2001, "\u202e", "00" * 32, ["A"], ["B", "A"], 1]
    if isinstance(value, dict):
        changed = [{**value, "unknown": 1}] + [{k: m for k, m in value.items() if k != key} for key in value]
        changed += [{**value, key: other} for key in value for other in odd]
        return changed + [{**value, key: copy} for key in value for copy in change_members(value[key])]
    if isinstance(value, list) and value:
        changed = [[copy, *value[1:]] for copy in change_members(value[0])]
        return [value[1:], value + value[:1], value[::-1], *changed]
    return []


def test_elements_agree(browser_side: BrowserSide) -> None:
    source = random.Random(1)
    samples = [bytes.fromhex(case["encoding"]) for case in load_vectors("rfc9496")["invalid"]]
    samples += [bytes.fromhex(text) for text in load_vectors("rfc9496")["multiples"]]
    samples += [source.randbytes(32) for _ in range(400)]
    samples += [data[:31] + bytes([data[31] | 0x80]) for data in samples]
    samples += [bytes(31) + b"\x80", bytes(31), bytes(33), (PRIME - 1).to_bytes(32, "little"), b"\x01" + bytes(31)]
    compare(
        browser_side,
        [
            ({"operation": "decode_element", "data": data.hex()}, lambda data=data: decode_element(data).hex())
            for data in samples
        ],
    )


def test_scalars_agree(browser_side: BrowserSide) -> None:
    numbers = [0, 1, ORDER - 1, ORDER, ORDER + 1, 2 * ORDER, 2**252, 2**255, 2**256 - 1]
    compare(
        browser_side,
        [
            (
                {"operation": "decode_scalar", "data": data.hex()},
                lambda data=data: encode_scalar(decode_scalar(data)).hex(),
            )
            for data in (number.to_bytes(32, "little") for number in numbers)
        ],
    )


def test_multiplication_agrees_where_scalar_or_element_is_zero(browser_side: BrowserSide) -> None:
    elements = [bytes(32), *(bytes.fromhex(text) for text in load_vectors("rfc9496")["multiples"][1:4])]
    scalars = [decode_scalar(number.to_bytes(32, "little")) for number in (0, 1, 2, ORDER - 1)]
    compare(
        browser_side,
        [
            (
                {"operation": "multiply", "scalar": encode_scalar(scalar).hex(), "data": element.hex()},
                lambda scalar=scalar, element=element: multiply(scalar, Element(element)).hex(),
            )
            for element in elements
            for scalar in scalars
        ],
    )


def test_signing_keys_agree(browser_side: BrowserSide) -> None:
    source = random.Random(2)
    samples = [*SPECIAL_KEYS, bytes(31), bytes(33), *(source.randbytes(32) for _ in range(100))]
    compare(
        browser_side,
        [
            ({"operation": "is_signing_key", "data": data.hex()}, lambda data=data: is_signing_key(data))
            for data in samples
        ],
    )


def test_signature_that_holds_only_times_the_cofactor_is_refused_by_both(browser_side: BrowserSide) -> None:
    key = VerificationKey(bytes.fromhex("7767a3242dc9b58bbc68488c1265cc6cc5f26c6f3c88a5d55e901b0734dca572"))
    signature = bytes.fromhex(
        "6999d5cb5126005c325892f1c6eab824b310708befff12fbaf45dda050cb12f0"
        "406fe932d20e4e9f541ee5f1556aa8a26e42ad029e533e9248d0fadd315b9b00"
    )
    request = {"operation": "verify_message", "label": "label", "data": encode_canonical({"number": 3}).hex()}
    answers = browser_side.ask([{**request, "key": key.hex(), "signature": signature.hex()}])
    assert answers == [{"error": "InvalidSignatureError"}]
    assert answer_here(lambda: verify_message("label", {"number": 3}, key, signature)) == answers[0]


def test_canonical_json_agrees(browser_side: BrowserSide) -> None:
    samples = [text.encode() for text in TEXTS] + [b'"\xed\xa0\x80"', b"\xff"]
    samples += [bytes.fromhex(case["bytes"]) for case in load_vectors("rfc8785")["refused"]]
    compare(
        browser_side,
        [
            (
                {"operation": "decode_canonical", "data": data.hex()},
                lambda data=data: encode_canonical(decode_canonical(data)).hex(),
            )
            for data in samples
        ],
    )


def test_every_character_is_allowed_by_both_or_neither(browser_side: BrowserSide) -> None:
    # Sixteen characters at a time, and one at a time around the ends of blocks.
    texts = ["".join(map(chr, range(start, start + 16))) for start in range(0x80, 0x2FFF0, 16) if start >> 11 != 0x1B]
    ends = [0x377, 0x391, 0x3C9, 0x400, 0x52F, 0x1E00, 0x1EFF, 0x2000, 0x20C0, 0x2100, 0x2BFF, 0x3000, 0x303F, 0x4E00]
    ends += [0x9FFF, 0xFE0F, 0xFF01, 0xFF5E, 0x1F000, 0x1FAFF]
    texts += [chr(end + shift) for end in ends for shift in (-1, 0, 1)]
    compare(
        browser_side,
        [
            (
                {"operation": "decode_canonical", "data": f'"{text}"'.encode().hex()},
                lambda text=text: encode_canonical(decode_canonical(f'"{text}"'.encode())).hex(),
            )
            for text in texts
        ],
    )


@pytest.mark.parametrize("length", range(6))
def test_base64_agrees(browser_side: BrowserSide, length: int) -> None:
    source = random.Random(length)
    samples = ["".join(source.choices("AQgw/+=-_ \n0", k=length)) for _ in range(60)]
    compare(
        browser_side,
        [
            ({"operation": "decode_base64", "data": text}, lambda text=text: decode_base64(text).hex())
            for text in samples
        ],
    )


def test_changed_ballots_are_refused_by_both_for_the_same_cause(browser_side: BrowserSide) -> None:
    changed = [BALLOT[:place] + bytes([BALLOT[place] ^ 1]) + BALLOT[place + 1 :] for place in range(0, len(BALLOT), 8)]
    unsigned = [data[:-64] for data in changed if data[:64] == BALLOT[:64]]
    resigned = [sign_unsigned(CONTEXT.election_hash, CREDENTIAL, data) for data in unsigned]
    moved = [BALLOT[:place] + bytes(32) + BALLOT[place + 32 :] for place in range(0, len(BALLOT), 32)]
    twice = BALLOT[:64] + BALLOT[64:96] + BALLOT[96:352] + BALLOT[64:96] + BALLOT[384:-64]
    assert len(twice) == len(BALLOT) - 64
    assert membership_proof_size(1) == 96
    extra = [sign_unsigned(CONTEXT.election_hash, CREDENTIAL, twice), BALLOT[1:], BALLOT + b"\0", b""]
    context = {
        "election_hash": CONTEXT.election_hash.hex(),
        "key": CONTEXT.key.hex(),
        "shape": [{"options": shape.options, "marks": shape.marks} for shape in CONTEXT.shape],
    }

    def check(data: bytes) -> str:
        ballot = decode_ballot(data, CONTEXT)
        verify_ballot(ballot, CONTEXT)
        return ballot.ballot_hash.hex()

    compare(
        browser_side,
        [
            (
                {"operation": "verify_ballot", "context": context, "data": encode_base64(data)},
                lambda data=data: check(data),
            )
            for data in (BALLOT, *changed, *resigned, *moved, *extra)
        ],
    )


def test_changed_manifests_agree(browser_side: BrowserSide) -> None:
    samples = [MANIFEST, *change_members(MANIFEST)]
    assert len(samples) > 500
    compare(
        browser_side,
        [
            (
                {"operation": "read_manifest", "data": encode_canonical(value).hex()},
                lambda value=value: Manifest.from_object(value).election_hash.hex(),
            )
            for value in samples
        ],
    )


def test_changed_ceremonies_agree(browser_side: BrowserSide) -> None:
    samples = [CEREMONY, *change_members(CEREMONY)]
    assert len(samples) > 200
    compare(
        browser_side,
        [
            (
                {
                    "operation": "read_ceremony",
                    "data": encode_canonical(value).hex(),
                    "key": SERVER_KEY.hex(),
                    "rehearsal": False,
                },
                lambda value=value: Ceremony.from_body(value, SERVER_KEY, rehearsal=False).ceremony_hash.hex(),
            )
            for value in samples
        ],
    )
