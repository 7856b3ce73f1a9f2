"""The console's stories from empty install to finish, told in a real browser against the running program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from doors.console.browser.conftest import Visitor
from doors.console.browser.stage import stage

pytestmark = pytest.mark.slow


def test_an_operator_adds_a_district_and_its_administrator_finishes_the_set_up_alone(
    tmp_path: Path, visit: Callable[..., Visitor]
) -> None:
    with stage(tmp_path, visit) as on:
        ada = on.human()
        ada.come_in(on.here(on.home.json("person", "add", "ada@vendor.example", "--role", "operator")["link"]), "Ada")
        ada.sees("No districts yet.")
        ada.follow("Add a district")
        ada.fill(name="Cedar Hollow Schools", slug="cedar")
        ada.press("Add the district")
        ada.sees("Cedar Hollow Schools was added.")
        ada.fill(email="sis@cedar.example", code=ada.code())
        ada.press("Invite")
        ada.sees("Send this link")
        sis = on.human()
        sis.come_in(on.here(ada.once_link()), "Sam")
        assert sis.page.url.endswith("/districts/cedar")
