"""The archive: a board as a file, one canonical entry a line, and no slack byte anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crypto.board import Entry
from crypto.errors import EncodingError

LARGEST_ARCHIVE_BYTES = 2**30


def encode_archive(entries: Iterable[Entry]) -> bytes:
    """Return the entries' canonical bytes, each followed by one line feed. Spec: "encode_archive, decode_archive"."""
    return b"".join(entry.encode() + b"\n" for entry in entries)


def split_archive(data: bytes) -> Iterator[bytes]:
    """Yield the lines of an untrusted archive without their line feeds, one at a time.

    One line may hold all ballots of an election, so the lines are never held together.

    Raises: EncodingError for a file over a gibibyte, or when a line does not end in a line feed.
    """
    if len(data) > LARGEST_ARCHIVE_BYTES:
        raise EncodingError("archive", f"larger than {LARGEST_ARCHIVE_BYTES} bytes")
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        if end < 0:
            raise EncodingError("archive", "the last line does not end in a line feed: the file is cut short")
        yield data[start:end]
        start = end + 1


def decode_archive(data: bytes) -> tuple[Entry, ...]:
    """Return the entries of an untrusted archive; nothing but the form of each line is checked.

    Raises: EncodingError. Spec: "encode_archive, decode_archive".
    """
    return tuple(Entry.decode(line) for line in split_archive(data))
