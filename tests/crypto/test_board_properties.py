"""Properties of boards and their heads: what is written comes back, and nothing else is read."""

from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.archive import decode_archive, encode_archive
from crypto.board import Entry, format_head, matches_head, normalise_head, sign_entry
from crypto.bodies import EntryKind
from crypto.body_form import read_body
from crypto.errors import CryptoError, EncodingError, InvalidSignatureError
from tests.support.archives import SERVER_KEY, SERVER_SEED
from tests.support.board_attacks import OTHER_SEED
from tests.support.paper_boards import MIXED

TEXTS = st.text(alphabet="aáăâđêôơưẠ0 -", max_size=8).map(lambda text: normalize("NFC", text))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_", max_size=4), inner, max_size=3),
    max_leaves=8,
)
BODIES = st.dictionaries(st.text("abc_", max_size=4), VALUES, max_size=4)
ENTRIES = st.builds(
    lambda number, previous, kind, body: sign_entry(Entry(number, previous, kind, body, b""), SERVER_SEED),
    st.integers(0, 10_000),
    st.binary(min_size=32, max_size=32),
    st.sampled_from(EntryKind),
    BODIES,
)


@given(ENTRIES)
def test_any_entry_comes_back_with_its_hash_and_signature(entry: Entry) -> None:
    decoded = Entry.decode(entry.encode())
    assert (decoded, decoded.entry_hash) == (entry, entry.entry_hash)
    decoded.verify_signature(SERVER_KEY)


@given(entry=ENTRIES, body=BODIES)
def test_signature_of_an_entry_holds_for_no_other_body(entry: Entry, body: Any) -> None:
    if body == entry.body:
        return
    with pytest.raises(InvalidSignatureError):
        Entry(entry.number, entry.previous, entry.kind, body, entry.signature).verify_signature(SERVER_KEY)


@given(ENTRIES)
def test_entry_signed_by_another_key_is_refused(entry: Entry) -> None:
    with pytest.raises(InvalidSignatureError):
        sign_entry(entry, OTHER_SEED).verify_signature(SERVER_KEY)


@given(st.lists(ENTRIES, max_size=4))
def test_any_archive_comes_back(entries: list[Entry]) -> None:
    assert list(decode_archive(encode_archive(entries))) == entries


@given(st.binary(max_size=200))
def test_bytes_that_are_no_archive_raise_an_error_of_the_protocol(data: bytes) -> None:
    try:
        entries = decode_archive(data)
    except EncodingError:
        return
    assert encode_archive(entries) == data


@given(kind=st.sampled_from(EntryKind), value=VALUES)
def test_body_of_any_value_is_read_or_refused_and_breaks_nothing(kind: EntryKind, value: Any) -> None:
    with pytest.raises(EncodingError):
        read_body(kind, value)


@pytest.mark.parametrize("entry", MIXED.entries, ids=lambda entry: f"{entry.number} {entry.kind.value}")
@given(data=st.data())
def test_body_with_any_member_replaced_is_read_or_refused_and_breaks_nothing(entry: Entry, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(entry.body)))
    try:
        read_body(entry.kind, {**entry.body, key: data.draw(VALUES)})
    except CryptoError:
        return


@given(head=st.binary(min_size=32, max_size=32), data=st.data())
def test_head_is_recognised_however_it_is_typed(head: bytes, data: st.DataObject) -> None:
    code = data.draw(st.sampled_from([format_head(head), head.hex()]))
    typed = "".join(data.draw(st.sampled_from([each, each.lower(), each.upper(), f" {each}"])) for each in code)
    assert matches_head(typed, head)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_head_of_another_board_is_not_recognised(head: bytes, other: bytes) -> None:
    assert matches_head(format_head(head), other) == (head[:20] == other[:20])


@given(st.text(max_size=70))
def test_normalise_head_gives_a_plain_form_or_an_error(text: str) -> None:
    try:
        plain = normalise_head(text)
    except EncodingError:
        return
    assert normalise_head(plain) == plain
