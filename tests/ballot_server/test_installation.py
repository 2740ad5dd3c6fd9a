"""Commands that work on what the service keeps make no new data folder where none is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ballot_server.services.installation import (
    InstallationMissingError,
    open_existing_installation,
    open_installation,
)
from tests.support.command_line import run_phieukin


def test_existing_installation_is_opened_with_its_key(tmp_path: Path) -> None:
    first = open_installation(tmp_path, os.urandom)
    first.close()
    again = open_existing_installation(tmp_path, os.urandom)
    assert again.server_key == first.server_key
    again.close()


@pytest.mark.parametrize("name", ["empty", "none"])
def test_folder_without_data_is_refused_and_left_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InstallationMissingError):
        open_existing_installation(tmp_path / name, os.urandom)
    assert list(tmp_path.rglob("*")) == [tmp_path / "empty"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("staff", "reset", "Thành", "--data", "{}"),
        (
            "order",
            "M0000001",
            "--count",
            "A=3",
            "--address",
            "http://10.0.0.1",
            "--data",
            "{}",
            "--out",
            "{}.json",
        ),
    ],
)
def test_command_names_the_folder_that_holds_no_data(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    wrong = tmp_path / "nhầm"
    ended = run_phieukin(*(argument.format(wrong) for argument in arguments))
    assert ended.status == 1
    assert str(wrong) in ended.errors
    assert list(tmp_path.iterdir()) == []
