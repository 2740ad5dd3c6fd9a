"""`phieukin staff reset NAME`: the link it prints works, once, and nobody else's name gets one."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ballot_server.cli.main import main
from ballot_server.domain.staff import Role, StaffMember
from ballot_server.services.installation import open_installation
from ballot_server.services.staff_links import use_link
from ballot_server.services.staff_sessions import StaffDoor, find_session
from tests.support.staff import BROWSER, CHEAP, NAMES, create_staff_client, get_installation, sign_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a chair."""
    client = create_staff_client(tmp_path)
    sign_in(client, Role.CHAIR)
    get_installation(client).close()
    return tmp_path


def test_reset_prints_a_link_that_lets_the_chair_in_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staff", "reset", NAMES[Role.CHAIR], "--data", str(folder), "--laptop-port", "9000"]) == 0
    code = re.search(r"^http://127\.0\.0\.1:9000/welcome#([0-9A-Z]{16})$", capsys.readouterr().out, re.MULTILINE)
    assert code is not None
    installation = open_installation(folder, os.urandom)
    door = StaffDoor(cost=CHEAP)
    secret = use_link(installation.database, door, code[1], name="", passphrase="cụm khác hẳn", browser=BROWSER)
    found = find_session(installation.database, door, secret, browser=BROWSER, is_use=True)
    installation.close()
    assert found is not None
    assert found.member == StaffMember(NAMES[Role.CHAIR], Role.CHAIR)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_reset_of_somebody_unknown_says_so(folder: Path, capsys: pytest.CaptureFixture[str], language: str) -> None:
    assert main(["staff", "reset", "Không Ai", "--data", str(folder), "--lang", language]) == 1
    assert "“Không Ai”" in capsys.readouterr().err


def test_staff_without_an_action_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["staff"])
    assert caught.value.code == 2
