"""What a slip carries: the secret code, its check character, and the address in its QR.

No error here repeats a code: `problem` is one of "length", "character", "check character", "fragment".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NewType

from crypto.base32 import ALPHABET
from crypto.errors import EncodingError, InvalidSlipError
from crypto.group import RandomBytes

SlipCode = NewType("SlipCode", str)
MeetingCode = NewType("MeetingCode", str)

SLIP_CHARACTERS = 20
SECRET_CHARACTERS = 19
MEETING_CHARACTERS = 8
FINGERPRINT_CHARACTERS = 16
LONGEST_URL = 80

_FIELD_POLYNOMIAL = 0b100101
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


@dataclass(frozen=True, slots=True)
class SlipFragment:
    """What follows the # of a slip's address; `fingerprint` is None on slips printed before the key exists."""

    meeting: MeetingCode
    code: SlipCode = field(repr=False)
    fingerprint: str | None


def compute_check_character(secret: str) -> str:
    """Return the character that makes one wrong or two exchanged characters of a slip code show.

    secret: 19 characters of the alphabet.

    Spec: "compute_check_character".
    """
    check = 0
    for character in reversed(secret):
        check = _multiply_by_x(check ^ ALPHABET.index(character))
    return ALPHABET[check]


def generate_slip_code(random_bytes: RandomBytes) -> SlipCode:
    """Return a fresh code of 95 random bits and its check character. Spec: "generate_slip_code"."""
    secret = _generate_characters(SECRET_CHARACTERS, random_bytes)
    return SlipCode(secret + compute_check_character(secret))


def generate_meeting_code(random_bytes: RandomBytes) -> MeetingCode:
    """Return a fresh meeting code of 8 characters. Spec: "generate_meeting_code"."""
    return MeetingCode(_generate_characters(MEETING_CHARACTERS, random_bytes))


def normalise_slip_code(text: str) -> SlipCode:
    """Return the 20 characters that a voter meant by what was typed or scanned.

    Raises: InvalidSlipError for another length, a character outside the alphabet or a wrong check character.

    Spec: "normalise_slip_code".
    """
    code = _normalise(text, SLIP_CHARACTERS)
    if compute_check_character(code[:SECRET_CHARACTERS]) != code[SECRET_CHARACTERS]:
        raise InvalidSlipError("check character")
    return SlipCode(code)


def normalise_meeting_code(text: str) -> MeetingCode:
    """Return the 8 characters of a meeting code as typed or scanned. Raises: InvalidSlipError."""
    return MeetingCode(_normalise(text, MEETING_CHARACTERS))


def format_slip_code(code: SlipCode) -> str:
    """Return the code as printed: five groups of four joined by hyphens."""
    return "-".join(code[start : start + 4] for start in range(0, SLIP_CHARACTERS, 4))


def format_slip_url(address: str, meeting: MeetingCode, code: SlipCode, fingerprint: str | None) -> str:
    """Return the address that a slip's QR holds, the secret in its fragment.

    address: scheme, host and port without a final slash; fingerprint: of the key, None before the key exists.

    Raises: EncodingError if the address has a final slash or a fragment, or the whole is above 80 characters.
    Spec: "format_slip_url".
    """
    if address.endswith("/") or not address.isascii() or any(mark in address for mark in " #?"):
        raise EncodingError("slip address", "not a scheme, host and port alone")
    parts = (meeting, code) if fingerprint is None else (meeting, code, fingerprint)
    url = f"{address}/v#{'.'.join(parts)}"
    if len(url) > LONGEST_URL:
        raise EncodingError("slip address", f"{len(url)} characters in all, at most {LONGEST_URL}")
    return url


def parse_slip_fragment(fragment: str) -> SlipFragment:
    """Return what a slip's address carries after its #, each part normalised.

    Raises: InvalidSlipError. Spec: "format_slip_url".
    """
    meeting, *rest = fragment.split(".")
    if len(rest) not in (1, 2):
        raise InvalidSlipError("fragment")
    fingerprint = _normalise(rest[1], FINGERPRINT_CHARACTERS) if len(rest) == 2 else None
    return SlipFragment(normalise_meeting_code(meeting), normalise_slip_code(rest[0]), fingerprint)


def _generate_characters(count: int, random_bytes: RandomBytes) -> str:
    return "".join(ALPHABET[byte % 32] for byte in random_bytes(count))


def _normalise(text: str, length: int) -> str:
    # Only ASCII is folded: upper-casing elsewhere turns a dotless i into I and a long s into S.
    if not text.isascii():
        raise InvalidSlipError("character")
    code = text.upper().translate(_LOOKALIKES)
    if any(character not in ALPHABET for character in code):
        raise InvalidSlipError("character")
    if len(code) != length:
        raise InvalidSlipError("length")
    return code


def _multiply_by_x(value: int) -> int:
    """Return x·value in GF(32) = GF(2)[x]/(x⁵ + x² + 1)."""
    doubled = value << 1
    return doubled ^ _FIELD_POLYNOMIAL if doubled & 32 else doubled
