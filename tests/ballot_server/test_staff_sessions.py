"""Signing in: sessions, their limits, one-time links, and how often one may guess."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlalchemy import DateTime, text

from ballot_server.domain.staff import (
    PassphraseTooLongError,
    PassphraseTooShortError,
    Role,
    StaffMember,
    StaffNameInvalidError,
    normalise_name,
)
from ballot_server.services import passphrase
from ballot_server.services.installation import Installation, open_installation
from ballot_server.services.passphrase import (
    PassphraseCost,
    generate_passphrase,
    hash_passphrase,
    is_passphrase,
)
from ballot_server.services.sign_in_throttle import (
    TRIES_PER_ACCOUNT,
    TRIES_PER_ACCOUNT_AND_SOURCE,
    TRIES_PER_SOURCE,
    SignInThrottle,
    TooManyTriesError,
)
from ballot_server.services.staff_links import (
    LinkCode,
    LinkInvalidError,
    NameTakenError,
    RoleNotGivenError,
    StaffUnknownError,
    format_code,
    list_people,
    make_first_link,
    make_link,
    make_reset_link,
    read_link,
    remove_person,
    renew_link,
    use_link,
)
from ballot_server.services.staff_sessions import (
    PassphraseWrongError,
    SessionOverError,
    SessionSecret,
    SignInRefusedError,
    StaffDoor,
    StaffSession,
    confirm_passphrase,
    end_session,
    find_session,
    list_sessions,
    sign_in,
    sign_out,
)
from ballot_server.storage.tables import Base
from tests.support.staff import BROWSER, CHEAP, PASSPHRASE, START, HandClock

CHAIR = StaffMember("Nguyễn Văn Chủ", Role.CHAIR)
CLERK = StaffMember("Trần Thị Thư", Role.CLERK)
LAPTOP, PHONE = "127.0.0.1", "192.168.1.20"


class House:
    """An installation with a chair, and short words for what the tests do in it."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.door = StaffDoor(clock=self.clock, random_bytes=random.Random(3).randbytes, cost=CHEAP)
        self.installation: Installation = open_installation(folder, random.Random(4).randbytes)
        self.database = self.installation.database

    def settle(self, code: LinkCode | None, *, name: str = "", passphrase: str = PASSPHRASE) -> SessionSecret:
        assert code is not None
        return use_link(self.database, self.door, code, name=name, passphrase=passphrase, browser=BROWSER)

    def add_chair(self) -> SessionSecret:
        return self.settle(make_first_link(self.database, self.door), name=CHAIR.name)

    def add_clerk(self) -> SessionSecret:
        return self.settle(make_link(self.database, self.door, name=CLERK.name, role=Role.CLERK))

    def sign_in(self, name: str = CHAIR.name, passphrase: str = PASSPHRASE, source: str = PHONE) -> SessionSecret:
        return sign_in(self.database, self.door, name=name, passphrase=passphrase, source=source, browser=BROWSER)

    def find(self, secret: SessionSecret, *, browser: str = BROWSER, is_use: bool = True) -> StaffSession | None:
        return find_session(self.database, self.door, secret, browser=browser, is_use=is_use)

    def confirm(self, secret: SessionSecret, passphrase: str = PASSPHRASE) -> None:
        confirm_passphrase(self.database, self.door, secret, passphrase=passphrase, source=PHONE)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    built.add_chair()
    yield built
    built.installation.close()


@pytest.fixture
def empty_house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.installation.close()


# Sessions


def test_sign_in_opens_a_session_of_its_own(house: House) -> None:
    first, second = house.sign_in(), house.sign_in()
    found = house.find(first)
    assert first != second
    assert found is not None
    assert found.member == CHAIR


@pytest.mark.parametrize("name", ["nguyễn văn chủ", "  NGUYỄN  VĂN CHỦ ", "Nguyễn Văn Chủ".encode().decode()])
def test_sign_in_takes_a_name_in_any_spelling(house: House, name: str) -> None:
    assert house.find(house.sign_in(name)) is not None


@pytest.mark.parametrize(
    ("name", "passphrase"), [(CHAIR.name, "mèo xanh nước ngoài"), ("Không Ai", PASSPHRASE), (CHAIR.name, "")]
)
def test_sign_in_refuses_without_saying_what_is_wrong(house: House, name: str, passphrase: str) -> None:
    with pytest.raises(SignInRefusedError) as caught:
        house.sign_in(name, passphrase)
    assert caught.value.fields == {}


def test_session_ends_after_half_an_hour_without_use(house: House) -> None:
    secret = house.sign_in()
    house.clock.move(timedelta(minutes=30))
    assert house.find(secret) is None


def test_session_lasts_while_it_is_used(house: House) -> None:
    secret = house.sign_in()
    for _ in range(4):
        house.clock.move(timedelta(minutes=29))
        assert house.find(secret) is not None


def test_page_that_reloads_itself_keeps_no_session_alive(house: House) -> None:
    secret = house.sign_in()
    house.clock.move(timedelta(minutes=29))
    assert house.find(secret, is_use=False) is not None
    house.clock.move(timedelta(minutes=1))
    assert house.find(secret, is_use=False) is None


def test_session_ends_after_twelve_hours_whatever_its_use(house: House) -> None:
    secret = house.sign_in()
    for _ in range(36):
        house.clock.move(timedelta(minutes=20))
        found = house.find(secret)
    assert found is None


def test_clock_set_back_lengthens_no_session(house: House) -> None:
    secret = house.sign_in()
    house.clock.move(timedelta(hours=-1))
    assert house.find(secret) is None


def test_screen_stays_for_the_evening_and_no_longer(house: House) -> None:
    secret = house.settle(make_link(house.database, house.door, name="Máy chiếu", role=Role.SCREEN), passphrase="")
    house.clock.move(timedelta(hours=11))
    assert house.find(secret) is not None
    house.clock.move(timedelta(hours=1))
    assert house.find(secret) is None


def test_stolen_cookie_is_useless_in_another_browser(house: House) -> None:
    assert house.find(house.sign_in(), browser="curl/8.0") is None


def test_stolen_cookie_is_useless_after_signing_out(house: House) -> None:
    secret = house.sign_in()
    sign_out(house.database, secret)
    assert house.find(secret) is None


def test_stolen_cookie_is_useless_after_the_account_is_removed(house: House) -> None:
    secret = house.add_clerk()
    remove_person(house.database, name=CLERK.name)
    assert house.find(secret) is None


def test_stolen_cookie_is_useless_after_a_reset(house: House) -> None:
    secret = house.sign_in()
    house.settle(make_reset_link(house.database, house.door, name=CHAIR.name), passphrase="cụm khác hẳn")
    assert house.find(secret) is None


@pytest.mark.parametrize("secret", [b"", bytes(32), b"x" * 32])
def test_invented_secret_opens_nothing(house: House, secret: bytes) -> None:
    assert house.find(SessionSecret(secret)) is None


def test_database_holds_no_secret_of_a_session(house: House, tmp_path: Path) -> None:
    secret = house.sign_in()
    house.installation.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("phieukin.sqlite3*"))
    assert bytes(secret) not in stored
    assert secret.hex().encode() not in stored


def test_passphrase_is_recent_for_five_minutes(house: House) -> None:
    secret = house.sign_in()
    house.clock.move(timedelta(minutes=4, seconds=59))
    found = house.find(secret)
    assert found is not None
    assert found.times.has_recent_passphrase(house.clock())
    assert not found.times.has_recent_passphrase(house.clock() + timedelta(seconds=1))


def test_confirmed_passphrase_is_recent_again(house: House) -> None:
    secret = house.sign_in()
    house.clock.move(timedelta(minutes=20))
    house.confirm(secret)
    found = house.find(secret)
    assert found is not None
    assert found.times.has_recent_passphrase(house.clock())


def test_wrong_passphrase_confirms_nothing(house: House) -> None:
    secret = house.sign_in()
    house.clock.move(timedelta(minutes=20))
    with pytest.raises(PassphraseWrongError):
        house.confirm(secret, "mèo xanh nước ngoài")
    found = house.find(secret)
    assert found is not None
    assert not found.times.has_recent_passphrase(house.clock())


def test_session_that_is_over_confirms_nothing(house: House) -> None:
    secret = house.sign_in()
    house.clock.move(timedelta(hours=1))
    with pytest.raises(SessionOverError):
        house.confirm(secret)


def test_chair_sees_and_ends_every_session(house: House) -> None:
    secret = house.add_clerk()
    found = house.find(secret)
    assert found is not None
    assert found.id in {session.id for session in list_sessions(house.database, house.door, CHAIR)}
    end_session(house.database, CHAIR, found.id)
    assert house.find(secret) is None


def test_clerk_sees_only_sessions_of_the_same_account(house: House) -> None:
    house.add_clerk()
    assert {session.member for session in list_sessions(house.database, house.door, CLERK)} == {CLERK}


def test_clerk_ends_no_session_of_the_chair(house: House) -> None:
    secret = house.sign_in()
    house.add_clerk()
    found = house.find(secret)
    assert found is not None
    end_session(house.database, CLERK, found.id)
    assert house.find(secret) is not None


# One-time links


def test_first_link_makes_a_chair_who_is_signed_in(empty_house: House) -> None:
    found = empty_house.find(empty_house.add_chair())
    assert found is not None
    assert found.member == CHAIR


def test_first_link_is_not_made_when_there_is_a_chair(house: House) -> None:
    assert make_first_link(house.database, house.door) is None


def test_second_first_link_makes_no_second_chair(empty_house: House) -> None:
    first = make_first_link(empty_house.database, empty_house.door)
    empty_house.settle(make_first_link(empty_house.database, empty_house.door), name=CHAIR.name)
    with pytest.raises(LinkInvalidError):
        empty_house.settle(first, name="Kẻ Lạ")


def test_link_works_once(house: House) -> None:
    code = make_link(house.database, house.door, name=CLERK.name, role=Role.CLERK)
    house.settle(code)
    with pytest.raises(LinkInvalidError):
        house.settle(code)


def test_looking_at_a_link_does_not_use_it(house: House) -> None:
    code = make_link(house.database, house.door, name=CLERK.name, role=Role.CLERK)
    read_link(house.database, house.door, code)
    assert read_link(house.database, house.door, code).name == CLERK.name


def test_link_ends_after_an_hour(house: House) -> None:
    code = make_link(house.database, house.door, name=CLERK.name, role=Role.CLERK)
    house.clock.move(timedelta(hours=1))
    with pytest.raises(LinkInvalidError):
        house.settle(code)


def test_clock_set_back_lengthens_no_link(house: House) -> None:
    code = make_link(house.database, house.door, name=CLERK.name, role=Role.CLERK)
    house.clock.move(timedelta(seconds=-1))
    with pytest.raises(LinkInvalidError):
        house.settle(code)


def test_newer_link_voids_the_older_one(house: House) -> None:
    house.add_clerk()
    older = renew_link(house.database, house.door, name=CLERK.name)
    renew_link(house.database, house.door, name=CLERK.name)
    with pytest.raises(LinkInvalidError):
        house.settle(older)


def test_removed_account_does_not_come_back_by_its_link(house: House) -> None:
    house.add_clerk()
    code = renew_link(house.database, house.door, name=CLERK.name)
    remove_person(house.database, name=CLERK.name)
    with pytest.raises(LinkInvalidError):
        house.settle(code)


def test_code_is_read_as_people_type_it(house: House) -> None:
    code = make_link(house.database, house.door, name=CLERK.name, role=Role.CLERK)
    typed = format_code(code).lower().replace("0", "o").replace("1", "l")
    assert read_link(house.database, house.door, f" {typed} ").name == CLERK.name


@pytest.mark.parametrize("code", ["", "0" * 15, "0" * 16, "0" * 17, "ü" * 16, "'; DROP TABLE; --"])
def test_invented_code_opens_nothing(house: House, code: str) -> None:
    with pytest.raises(LinkInvalidError):
        read_link(house.database, house.door, code)


def test_link_for_a_taken_name_is_refused(house: House) -> None:
    with pytest.raises(NameTakenError):
        make_link(house.database, house.door, name=CHAIR.name.upper(), role=Role.CLERK)


def test_chair_makes_no_further_chair(house: House) -> None:
    with pytest.raises(RoleNotGivenError):
        make_link(house.database, house.door, name="Người Khác", role=Role.CHAIR)


def test_chair_resets_no_chair_over_the_network(house: House) -> None:
    with pytest.raises(RoleNotGivenError):
        renew_link(house.database, house.door, name=CHAIR.name)


def test_chair_is_not_removed(house: House) -> None:
    with pytest.raises(RoleNotGivenError):
        remove_person(house.database, name=CHAIR.name)


def test_reset_of_somebody_unknown_is_refused(house: House) -> None:
    with pytest.raises(StaffUnknownError):
        make_reset_link(house.database, house.door, name="Không Ai")


def test_reset_keeps_the_account_and_changes_the_passphrase(house: House) -> None:
    house.settle(make_reset_link(house.database, house.door, name=CHAIR.name), passphrase="cụm khác hẳn")
    assert list_people(house.database) == (CHAIR,)
    with pytest.raises(SignInRefusedError):
        house.sign_in()
    assert house.find(house.sign_in(passphrase="cụm khác hẳn")) is not None


def test_refused_passphrase_uses_no_link_up(house: House) -> None:
    code = make_link(house.database, house.door, name=CLERK.name, role=Role.CLERK)
    with pytest.raises(PassphraseTooShortError):
        house.settle(code, passphrase="ngắn  quá")
    assert house.find(house.settle(code)) is not None


def test_endless_passphrase_is_refused(house: House) -> None:
    code = make_link(house.database, house.door, name=CLERK.name, role=Role.CLERK)
    with pytest.raises(PassphraseTooLongError):
        house.settle(code, passphrase="x" * 201)


def test_screen_has_no_passphrase_to_sign_in_with(house: House) -> None:
    house.settle(make_link(house.database, house.door, name="Máy chiếu", role=Role.SCREEN), passphrase="")
    with pytest.raises(SignInRefusedError):
        house.sign_in("Máy chiếu", "")


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "Tên\x00", "Tên\u202eđảo"])
def test_name_that_nobody_can_type_or_see_is_refused(name: str) -> None:
    with pytest.raises(StaffNameInvalidError):
        normalise_name(name)


# Guessing


def fail_often(house: House, times: int, *, name: str = CHAIR.name, source: str = PHONE) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefusedError):
            house.sign_in(name, "mèo xanh nước ngoài", source)


def test_guesses_are_stopped_even_when_the_next_is_right(house: House) -> None:
    fail_often(house, TRIES_PER_ACCOUNT_AND_SOURCE)
    with pytest.raises(TooManyTriesError) as caught:
        house.sign_in()
    assert caught.value.fields == {"minutes": 16}


def test_guesses_are_forgotten_after_a_quarter_of_an_hour(house: House) -> None:
    fail_often(house, TRIES_PER_ACCOUNT_AND_SOURCE)
    house.clock.move(timedelta(minutes=15))
    assert house.find(house.sign_in()) is not None


def test_stranger_who_guesses_locks_no_other_device_out(house: House) -> None:
    fail_often(house, TRIES_PER_ACCOUNT_AND_SOURCE, source="192.168.1.66")
    assert house.find(house.sign_in(source=PHONE)) is not None


def test_right_passphrase_clears_the_count(house: House) -> None:
    fail_often(house, TRIES_PER_ACCOUNT_AND_SOURCE - 1)
    house.sign_in()
    fail_often(house, TRIES_PER_ACCOUNT_AND_SOURCE - 1)
    assert house.find(house.sign_in()) is not None


def test_wrong_confirmations_count_as_guesses(house: House) -> None:
    secret = house.sign_in()
    for _ in range(TRIES_PER_ACCOUNT_AND_SOURCE):
        with pytest.raises(PassphraseWrongError):
            house.confirm(secret, "mèo xanh nước ngoài")
    with pytest.raises(TooManyTriesError):
        house.confirm(secret)


def test_device_that_tries_many_names_is_stopped() -> None:
    throttle = SignInThrottle()
    for number in range(TRIES_PER_SOURCE):
        throttle.begin_try(f"Tên {number}", PHONE, START)
    with pytest.raises(TooManyTriesError):
        throttle.begin_try("Tên khác", PHONE, START)


def test_many_devices_that_try_one_name_are_stopped_but_never_the_laptop() -> None:
    throttle = SignInThrottle()
    for number in range(TRIES_PER_ACCOUNT):
        throttle.begin_try(CHAIR.name, f"192.168.1.{number}", START)
    with pytest.raises(TooManyTriesError):
        throttle.begin_try(CHAIR.name, "192.168.2.1", START)
    throttle.begin_try(CHAIR.name, LAPTOP, START)


# Passphrases


def test_passphrase_hash_is_argon2id_with_the_cost_of_the_standard() -> None:
    stored = hash_passphrase(PASSPHRASE, PassphraseCost(), random.Random(5).randbytes)
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert is_passphrase(PASSPHRASE, stored, PassphraseCost())


def test_passphrase_is_the_same_however_a_keyboard_composes_it() -> None:
    stored = hash_passphrase("mèo xanh nước trong", CHEAP, random.Random(5).randbytes)
    assert is_passphrase("me\u0300o  xanh nu\u031bo\u031b\u0301c trong ", stored, CHEAP)


def test_same_passphrase_is_stored_differently_each_time() -> None:
    source = random.Random(5).randbytes
    assert hash_passphrase(PASSPHRASE, CHEAP, source) != hash_passphrase(PASSPHRASE, CHEAP, source)


def test_unknown_account_costs_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    costs: list[PassphraseCost] = []
    prepare = passphrase._prepare

    def count(cost: PassphraseCost, salt: bytes) -> Argon2id:
        costs.append(cost)
        return prepare(cost, salt)

    monkeypatch.setattr(passphrase, "_prepare", count)
    is_passphrase(PASSPHRASE, None, CHEAP)
    assert costs == [CHEAP]


def test_offered_passphrase_is_four_pairs_of_words_and_always_another() -> None:
    source = random.Random(5).randbytes
    offered = {generate_passphrase(source) for _ in range(50)}
    assert len(offered) == 50
    assert {len(phrase.split()) for phrase in offered} == {8}


# Storage


def test_times_stand_in_tables_of_people_alone() -> None:
    timed = {
        table.name: table
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(getattr(column.type, "impl", column.type), DateTime)
    }
    # Who came to the room when, and who changed the roll when: nothing of theirs says anything of a slip or a ballot.
    assert timed.keys() == {"staff_session", "staff_link", "attendance_event", "roll_change"}
    boxed = {
        "credential",
        "void_credential",
        "ballot",
        "ballot_ciphertext",
        "tested_ballot",
        "tested_opening",
        "series",
        "slip_order",
        "paper_exchange",
        "paper_ballots",
    }
    assert boxed <= Base.metadata.tables.keys()
    for table in timed.values():
        assert {"public", "ballot_hash", "data", "digest", "series", "slot"} & {
            column.name for column in table.columns
        } == set()
        assert {key.column.table.name for key in table.foreign_keys} & boxed == set()
    for name in boxed:
        assert {key.column.table.name for key in Base.metadata.tables[name].foreign_keys} & timed.keys() == set()


def test_no_key_leads_from_the_staff_to_a_meeting_or_back() -> None:
    for table in Base.metadata.tables.values():
        for key in table.foreign_keys:
            assert table.name.startswith("staff") == key.column.table.name.startswith("staff")


def test_old_sessions_are_forgotten(house: House) -> None:
    house.sign_in()
    house.clock.move(timedelta(days=2))
    house.sign_in()
    with house.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM staff_session")) == 1
