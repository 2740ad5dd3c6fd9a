"""Slip codes, meeting codes and the address in the QR."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.base32 import ALPHABET
from crypto.errors import EncodingError, InvalidSlipError
from crypto.slip import (
    MeetingCode,
    SlipCode,
    SlipFragment,
    compute_check_character,
    format_slip_code,
    format_slip_url,
    generate_meeting_code,
    generate_slip_code,
    normalise_meeting_code,
    normalise_slip_code,
    parse_slip_fragment,
)
from tests.support.crypto_samples import MEETING, SeededRandom, load_vectors, sample_slip_code

VECTORS = load_vectors("slip")
FINGERPRINT = "0123456789ABCDEF"
CODE = sample_slip_code()
secrets = st.text(ALPHABET, min_size=19, max_size=19)
codes = secrets.map(lambda secret: SlipCode(secret + compute_check_character(secret)))


@pytest.mark.parametrize("case", VECTORS["check_characters"])
def test_compute_check_character_matches_the_vectors(case: dict[str, str]) -> None:
    assert compute_check_character(case["secret"]) == case["check"]


@pytest.mark.parametrize("case", VECTORS["generated"])
def test_generate_slip_code_matches_the_vectors(case: dict[str, str]) -> None:
    assert generate_slip_code(lambda _: bytes.fromhex(case["random"])) == case["code"]


@pytest.mark.parametrize("case", VECTORS["normalised"])
def test_normalise_slip_code_matches_the_vectors(case: dict[str, str]) -> None:
    assert normalise_slip_code(case["typed"]) == case["code"]


@pytest.mark.parametrize("case", VECTORS["refused"])
def test_normalise_slip_code_refuses_as_the_vectors(case: dict[str, str]) -> None:
    with pytest.raises(InvalidSlipError) as caught:
        normalise_slip_code(case["typed"])
    assert caught.value.problem == case["problem"]


@pytest.mark.parametrize("case", VECTORS["formatted"])
def test_format_slip_code_matches_the_vectors(case: dict[str, str]) -> None:
    assert format_slip_code(SlipCode(case["code"])) == case["printed"]


@pytest.mark.parametrize("case", VECTORS["urls"])
def test_format_slip_url_matches_the_vectors(case: dict[str, str]) -> None:
    found = format_slip_url(
        case["address"], MeetingCode(case["meeting"]), SlipCode(case["code"]), case["fingerprint"] or None
    )
    assert found == case["url"]


@pytest.mark.parametrize("fragment", VECTORS["fragments_refused"])
def test_parse_slip_fragment_refuses_as_the_vectors(fragment: str) -> None:
    with pytest.raises(InvalidSlipError):
        parse_slip_fragment(fragment)


@given(codes)
def test_normalise_slip_code_reads_what_is_printed(code: SlipCode) -> None:
    assert normalise_slip_code(format_slip_code(code).lower()) == code


@given(codes, st.integers(0, 19), st.integers(1, 31))
def test_normalise_slip_code_refuses_one_wrong_character(code: SlipCode, place: int, shift: int) -> None:
    wrong = ALPHABET[(ALPHABET.index(code[place]) + shift) % 32]
    with pytest.raises(InvalidSlipError):
        normalise_slip_code(code[:place] + wrong + code[place + 1 :])


@given(codes, st.integers(0, 19), st.integers(0, 19))
def test_normalise_slip_code_refuses_two_exchanged_characters(code: SlipCode, left: int, right: int) -> None:
    characters = list(code)
    characters[left], characters[right] = characters[right], characters[left]
    if "".join(characters) == code:
        return
    with pytest.raises(InvalidSlipError):
        normalise_slip_code("".join(characters))


def test_error_of_a_slip_does_not_repeat_the_code() -> None:
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    with pytest.raises(InvalidSlipError) as caught:
        normalise_slip_code(wrong)
    assert wrong not in str(caught.value)


def test_generate_slip_code_takes_all_95_bits_from_the_random_source() -> None:
    assert generate_slip_code(lambda count: bytes(range(32 - count, 32)))[:19] == ALPHABET[13:]


def test_generate_slip_code_uses_every_character_equally() -> None:
    # Chi-squared over 32 characters: 31 degrees of freedom exceed 70 less than once in 10,000.
    source, counts = SeededRandom(3), dict.fromkeys(ALPHABET, 0)
    for _ in range(320):
        for character in generate_slip_code(source)[:19]:
            counts[character] += 1
    assert sum((count - 190) ** 2 for count in counts.values()) < 70 * 190


def test_generate_meeting_code_gives_eight_characters_that_normalise_to_themselves() -> None:
    code = generate_meeting_code(SeededRandom(4))
    assert (len(code), normalise_meeting_code(code)) == (8, code)


def test_normalise_meeting_code_folds_what_is_typed() -> None:
    assert normalise_meeting_code(" 7qkx-3moz ") == MEETING


@pytest.mark.parametrize("typed", ["", MEETING[:-1], MEETING + "0", MEETING[:-1] + "U", MEETING[:-1] + "é"])
def test_normalise_meeting_code_refuses_other_texts(typed: str) -> None:
    with pytest.raises(InvalidSlipError):
        normalise_meeting_code(typed)


@given(codes, st.sampled_from([FINGERPRINT, None]))
def test_parse_slip_fragment_reads_what_format_slip_url_wrote(code: SlipCode, fingerprint: str | None) -> None:
    fragment = format_slip_url("https://hop.example", MEETING, code, fingerprint).split("#")[1]
    assert parse_slip_fragment(fragment) == SlipFragment(MEETING, code, fingerprint)


def test_format_slip_url_keeps_the_secret_out_of_path_and_query() -> None:
    address, fragment = format_slip_url("https://hop.example", MEETING, CODE, FINGERPRINT).split("#")
    assert (address, CODE in fragment) == ("https://hop.example/v", True)


def test_format_slip_url_accepts_80_characters() -> None:
    assert len(format_slip_url("https://" + "a" * 23, MEETING, CODE, FINGERPRINT)) == 80


def test_format_slip_url_refuses_81_characters() -> None:
    with pytest.raises(EncodingError):
        format_slip_url("https://" + "a" * 24, MEETING, CODE, FINGERPRINT)


@pytest.mark.parametrize(
    "address", ["https://a.vn/", "https://a.vn#x", "https://a.vn?x", "https://a.vn x", "https://á.vn"]
)
def test_format_slip_url_refuses_more_than_scheme_host_and_port(address: str) -> None:
    with pytest.raises(EncodingError):
        format_slip_url(address, MEETING, CODE, None)


def test_repr_of_a_fragment_hides_the_code() -> None:
    assert CODE not in repr(SlipFragment(MEETING, CODE, None))
