"""The console's stories from empty install to finish, told in a real browser against the running program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from doors.console.browser.conftest import Visitor
from doors.console.browser.stage import stage
from e2e.files import district

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

        # The operator says how the data comes, and hands the credentials over by a link that opens once.
        ada.go("/districts/cedar/sources/new?kind=sftp")
        ada.elevate("Ticket 12: set-up of Cedar Hollow")
        ada.page.select_option('[name="layouts"]', "oneroster-1.1")
        ada.fill(name="Nightly export", expected_by="03:00")
        ada.press("Add the source")
        ada.sees("Nightly export")
        ada.press("Make a new password")
        link = on.here(ada.once_link())
        sis.go(link)
        sis.press("Show the details")
        user, password = sis.page.locator(".secret code").nth(3).inner_text(), sis.page.locator(".secret code.word").inner_text()
        sis.go(link)
        sis.sees("has been used")

        # Files come over SFTP with a mistake in them: they are looked at, and nothing is saved.
        files = district()
        files["users.csv"] = files["users.csv"].replace("Given3,", ",", 1)
        on.push(user, password, files)
        sis.until("/districts/cedar/imports", "Dry run")
        sis.follow("1", exact=True)
        sis.sees("This was a dry run. Nothing was saved.")
        on.push(user, password, district())
        sis.until("/districts/cedar/imports", "2")
        sis.go("/districts/cedar/setup")
        sis.sees("Worksheet agreed")

        # The worksheet: the district's own figures beside those of the files; both sides sign.
        sis.go("/districts/cedar/setup/worksheet")
        sis.fill(students="20", staff="2", classes="2", enrollments="22")
        sis.press("Keep my figures")
        sis.sees("Every figure agrees or is explained.")
        sis.fill(code=sis.code())
        sis.press("Sign these figures")
        sis.sees("You have signed.")
        ada.go("/districts/cedar/setup/worksheet")
        ada.fill(code=ada.code())
        ada.press("Sign these figures")
        ada.sees("Both sides have signed")
        ada.go("/districts/cedar/setup")
        ada.press("Approve the first real sync")
        ada.sees("The first real sync has begun.")
        ada.until(ada.page.url, "The roster is up to date.")
        sis.go("/districts/cedar")
        sis.sees("The roster is fresh")
        sis.sees("20")
