"""The addresses of both applications: complete, ruled, and apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from ballot_server.services.installation import open_installation
from ballot_server.web.context import WebContext
from ballot_server.web.staff_app import create_staff_app
from ballot_server.web.voters_app import create_voters_app


@pytest.fixture
def applications(tmp_path: Path) -> tuple[Flask, Flask]:
    installation = open_installation(tmp_path, lambda count: b"\x07" * count)
    context = WebContext(installation=installation)
    built = create_voters_app(context), create_staff_app(context)
    installation.close()
    return built


def list_routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set())
        if method != "HEAD"
    }


def test_voters_application_has_the_voters_addresses_and_no_other(applications: tuple[Flask, Flask]) -> None:
    assert list_routes(applications[0]) == {
        ("GET", "/"),
        ("GET", "/v"),
        ("GET", "/check"),
        ("GET", "/verify"),
        ("GET", "/board"),
        ("GET", "/board/<meeting>.jsonl"),
        ("GET", "/authority"),
        ("GET", "/authority.crt"),
        ("GET", "/healthz"),
        ("GET", "/api/meetings/<meeting>"),
        ("GET", "/api/meetings/<meeting>/ceremony"),
        ("GET", "/api/elections/<election>/manifest"),
        ("POST", "/api/elections/<election>/ballots"),
        ("GET", "/api/meetings/<meeting>/booth"),
        ("GET", "/api/elections/<election>/closed"),
        ("GET", "/api/elections/<election>/credentials"),
        ("POST", "/api/elections/<election>/status"),
        ("POST", "/api/elections/<election>/tests"),
        ("POST", "/api/elections/<election>/tested"),
        ("GET", "/assets/<name>"),
    }


def test_applications_share_the_first_page_the_health_page_and_the_scripts_only(
    applications: tuple[Flask, Flask],
) -> None:
    shared = list_routes(applications[0]) & list_routes(applications[1])
    assert shared == {("GET", "/"), ("GET", "/healthz"), ("GET", "/assets/<name>")}


def test_no_address_takes_a_secret_in_its_path_or_query(applications: tuple[Flask, Flask]) -> None:
    for app in applications:
        for rule in app.url_map.iter_rules():
            assert rule.arguments <= {"meeting", "election", "name", "member", "entry", "book", "collection", "file"}
