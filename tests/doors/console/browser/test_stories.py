"""The console's stories from empty install to finish, told in a real browser against the running program."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from doors.console.browser.conftest import Visitor
from doors.console.browser.stage import stage
from e2e.files import district, write
from homeroom.simulator.powerschool import packages
from homeroom.systems.powerschool.plugin.package import Publisher, package
from pretend import pretend

pytestmark = pytest.mark.slow


def test_an_operator_adds_a_district_and_its_administrator_finishes_the_set_up_alone(
    tmp_path: Path, visit: Callable[..., Visitor]
) -> None:
    with stage(tmp_path, visit, HOMEROOM_QUIET_SECONDS="4") as on:  # a set and what lies beside it come one after the other
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
        expect(sis.page).to_have_url(re.compile("/districts/cedar$"))

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
        sis.sees("This link was used")

        # Files come over SFTP with a mistake in them: they are looked at, and nothing is saved.
        files = district()
        files["users.csv"] = files["users.csv"].replace("Given3,", ",", 1)
        on.push(user, password, files)
        sis.until("/districts/cedar/imports", "Dry run")
        sis.follow("1", exact=True)
        sis.sees("This was a dry run. Nothing was saved.")
        sis.sees("One person has no “First name”")
        # The rows that were refused are downloaded, mended in a spreadsheet, and sent beside the other files.
        mended = mend(sis.download("Refused rows of users.csv"), givenName="Given3")
        on.push(user, password, files | {mended.name: mended.read_text("utf-8")})
        sis.until("/districts/cedar/imports/2", "This was a dry run. Nothing was saved.")
        sis.sees("One mended row was taken instead")
        expect(sis.page.get_by_text("has no “First name”")).to_have_count(0)
        sis.go("/districts/cedar/setup")
        sis.sees("Worksheet agreed")

        # The worksheet: the district's own figures beside those of the files; both sides sign.
        sis.go("/districts/cedar/setup/worksheet")
        sis.fill(students="20", staff="2", classes="2", enrollments="22")
        sis.press("Keep my figures")
        sis.sees("Your figures are kept.")
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

        # A night with a new student whose name is missing: mended by the console, looked at first, then taken in.
        files = district(21)
        files["users.csv"] = files["users.csv"].replace("Given21,", ",", 1)
        on.push(user, password, files)
        sis.until("/districts/cedar/imports/4", "One person has no “First name”")
        night = sis.page.url
        sis.sees("Mend refused rows here")
        mended = mend(sis.download("Refused rows of users.csv"), givenName="Zoë")
        waiting = sis.download("Refused rows of enrollments.csv")  # the enrollment was held back with the student
        sis.follow("Send mended rows")
        sis.page.set_input_files('[name="files"]', [mended, waiting])
        sis.press("Look at the files")
        sis.until(sis.page.url, "This was a dry run. Nothing was saved.")
        sis.press("Import these files now")
        sis.until(sis.page.url, "The roster is up to date.")
        assert sis.page.url != night
        sis.sees("All 2 rows were taken in.")
        assert on.home.json("roster", "cedar")["tables"]["users"] == {"active": 25, "tobedeleted": 0}


def mend(sheet: Path, **cells: str) -> Path:
    """What a person does in a spreadsheet: fill cells of every row, and save with the delimiter of the country."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = [row | cells for row in csv.DictReader(file)]
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return sheet


def new_year() -> dict[str, str]:
    """The same people in the classes of the next year."""
    files = district()
    for name in ("classes.csv", "enrollments.csv"):
        files[name] = files[name].replace("k1,", "n1,").replace("k2,", "n2,").replace("e-", "f-")
    return files


def test_a_school_year_rolls_over_and_is_approved_and_an_auditor_reads_who_did_it(
    tmp_path: Path, visit: Callable[..., Visitor]
) -> None:
    with stage(tmp_path, visit) as on:
        on.told_by("district", "add", "pinewood", "--name", "Pinewood ISD", "--timezone", "America/Chicago")
        for night, files in enumerate((district(), new_year()), 1):
            on.told_by("import", "pinewood", write(tmp_path / f"night-{night}", files), "--layouts", "oneroster-1.1")
        sis = on.human(scripts=False)
        invited = on.told_by("person", "add", "sis@pinewood.example", "--role", "administrator", "--district", "pinewood")
        sis.come_in(on.here(invited["link"]), "Sam")
        sis.sees("An import waits for approval")
        sis.follow("An import waits for approval")
        sis.sees("It looks like the new school year")
        sis.page.get_by_label("Approve this plan once").check()
        rows = re.search(r"Approve and remove (\d+) rows", sis.page.content())
        assert rows
        sis.fill(sure=rows[1], reason="The new year starts on Monday")
        sis.visitor.follow(sis.page.locator(".sticky button.btn-primary"))
        sis.elevate("The new year starts on Monday")
        sis.visitor.follow(sis.page.locator("main button.btn-primary, main button.btn-danger").first)
        sis.until("/districts/pinewood/imports/2", "The roster is up to date.")

        ira = on.human()
        ira.come_in(on.here(on.told_by("person", "add", "ira@vendor.example", "--role", "auditor")["link"]), "Ira")
        ira.go("/audit")
        ira.sees("approved an import")
        ira.sees("The new year starts on Monday")
        ira.follow("Check the chain")
        ira.sees("The chain is whole")
        assert ira.page.goto(f"{on.address}/districts/pinewood/records").status == 404  # type: ignore[union-attr]


def test_a_district_on_powerschool_is_refreshed_remapped_spared_a_bad_night_and_its_auditor_reads_who_saw_whom(
    tmp_path: Path, visit: Callable[..., Visitor]
) -> None:
    with pretend(30) as sis, stage(tmp_path, visit) as on:
        sis.world.install(packages.read(package(Publisher(), ("legal-guardian",))))
        on.told_by("district", "add", "pinewood", "--name", "Pinewood ISD", "--timezone", "America/Chicago")
        invited = on.told_by("person", "add", "sam@pinewood.example", "--role", "administrator", "--district", "pinewood")
        sam = on.human(scripts=False)
        sam.come_in(on.here(invited["link"]), "Sam")

        # The district's administrator connects PowerSchool alone, and fetches for the first time.
        sam.go("/districts/pinewood/sources/new?kind=powerschool")
        sam.elevate("We connect our own PowerSchool")
        plugin = sis.world.plugin
        sam.fill(url=sis.world.url, client_id=plugin.client_id, secret=plugin.client_secret, name="PowerSchool")
        sam.press("Add the source")
        sam.sees("Not connected")
        source = sam.page.url
        sam.press("Test connection")
        sam.sees("The connection works")
        sam.go(source)
        sam.press("Fetch now")
        sam.until("/districts/pinewood/imports/1", "The roster is up to date.")

        # A student's middle name is entered in PowerSchool; the app does not know it yet.
        first, last, dcid = sis.sql(
            "SELECT first_name, last_name, dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1"
        )[0]
        sis.steer("change", {"do": "edit", "table": "students", "key": int(dcid), "set": {"middle_name": "Linden"}})
        sam.go("/districts/pinewood/records")
        sam.elevate("A teacher misses a middle name")
        sam.fill(q=f"{last} {first}")
        sam.press("Search")
        sam.follow(f"{first} {last}")
        sam.press("Refresh from SIS")
        sam.sees("Refreshed. 1 field changed.")
        expect(sam.page.locator("ins.diff-new").first).to_have_text("Linden", use_inner_text=True)

        # The layout is copied, changed, tried on the last delivery, and saved.
        sam.go("/districts/pinewood/layouts/powerschool-api")
        sam.fill(name="pinewood-own")
        sam.press("Make our own copy")
        sam.elevate("We want no middle names in apps")
        sam.press("Send it now")
        sam.sees("pinewood-own is your own copy")
        sam.press("Let PowerSchool be read by it")
        sam.sees("PowerSchool is read by pinewood-own")
        sam.follow("general-ed-students", exact=True)
        sam.follow("Edit", exact=True)
        text = sam.page.get_by_label("Text", exact=True)
        text.fill(re.sub(r"(?m)^middleName = .*$", "middleName = { constant = 'Q' }", text.input_value()))
        sam.press("Try on the last delivery")
        sam.sees("On the last delivery")
        sam.sees("middleName in ")
        sam.page.get_by_label("Why").fill("no middle names in apps")
        sam.press("Save as version 2")
        sam.sees("Saved as version 2")

        # A clerk ends half of the enrollments by mistake: the night is held, understood and rejected.
        half = sis.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 15")
        sis.steer("change", [{"do": "leave", "student": dcid} for (dcid,) in half])
        sam.go(source)
        sam.press("Fetch now")
        sam.until("/districts/pinewood/imports", "Waiting for approval", within="tbody")
        line = sam.page.locator("tr", has_text="Waiting for approval").get_by_role("link").first
        held = line.inner_text()
        sam.visitor.follow(line)
        sam.sees("This import would remove ")
        sam.fill(code=sam.code())
        sam.press(f"Reject import {held}")
        sam.sees(f"Import {held} was rejected")

        ira = on.human()
        ira.come_in(on.here(on.told_by("person", "add", "ira@vendor.example", "--role", "auditor")["link"]), "Ira")
        ira.go("/audit")
        ira.sees("A teacher misses a middle name")
        ira.sees("looked at a record")
        ira.sees("sam@pinewood.example")
        assert last not in ira.page.content()
        assert "Linden" not in ira.page.content()
