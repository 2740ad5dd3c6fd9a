"""The archive file: one canonical entry a line, no slack byte."""

import pytest

from crypto import archive
from crypto.archive import decode_archive, encode_archive, split_archive
from crypto.errors import EncodingError
from tests.support.archives import build_smallest_archive

SAMPLE = build_smallest_archive()
DATA = SAMPLE.data


def test_decode_returns_the_entries_that_were_encoded() -> None:
    assert decode_archive(DATA) == SAMPLE.entries


def test_encode_ends_every_line_in_one_line_feed() -> None:
    assert DATA.count(b"\n") == len(SAMPLE.entries)


def test_decode_returns_nothing_for_an_empty_file() -> None:
    assert decode_archive(b"") == ()


@pytest.mark.parametrize(
    "data",
    [
        DATA[:-1],
        DATA + b"\n",
        b"\n" + DATA,
        DATA.replace(b"\n", b"\r\n"),
        DATA.replace(b"\n", b"\n\n"),
        DATA + b" ",
        b"\xef\xbb\xbf" + DATA,
        DATA.replace(b'"number":0', b'"number": 0'),
        DATA.replace(b'"number":0', b'"number":0.0'),
        DATA.replace(b'"number":0', b'"number":-0'),
        DATA.replace(b'"number":1,', b'"number":1,"number":1,'),
        DATA.replace(b'"kind":"meeting"', b'"kind":"party"'),
        DATA.replace(b'"kind":"meeting"', b'"kind":["meeting"]'),
        b"[" * 100_000 + b"\n",
        b'{"number":' + b"9" * 100_000 + b"}\n",
        b"null\n",
        b"\xff\xfe\n",
        b'"\\ud800"\n',
    ],
)
def test_decode_refuses_any_byte_too_many_or_too_few(data: bytes) -> None:
    with pytest.raises(EncodingError):
        decode_archive(data)


def test_split_refuses_a_file_above_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_ARCHIVE_BYTES", len(DATA) - 1)
    with pytest.raises(EncodingError):
        list(split_archive(DATA))


def test_encode_returns_the_same_bytes_for_decoded_entries() -> None:
    assert encode_archive(decode_archive(DATA)) == DATA
