"""The life of a hold: what lets it go on, what ends it, and what leaves it alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from e2e.files import district, enrollments, users
from first_night import ENGINES, Settle
from homeroom.roster.faults import Misuse, TryAgain
from homeroom.sync import imports, interrupting, sources
from homeroom.sync.layouts import known_set
from sync_house import SLUG, Pinewood, half, renamed

HELD = 2
"""The number of the import that waits."""


@pytest.fixture
def waiting(settled_on: Settle) -> Pinewood:
    """A district whose second night waits for a person."""
    return settled_on(nights=(district(), half()))


@pytest.fixture(params=ENGINES)
def waitings(request: pytest.FixtureRequest, settled_on: Settle) -> Pinewood:
    """The same on each engine in turn."""
    return settled_on(request.param, nights=(district(), half()))


def test_a_hold_applies_exactly_the_plan_that_was_shown(waitings: Pinewood) -> None:
    number, shown = HELD, waitings.report(HELD)
    assert (shown.status, shown.outcome, shown.finished_at) == ("waiting_for_approval", None, None)
    assert shown.reason is not None
    assert shown.reason.code == "limit_exceeded"
    assert {(trip.table, trip.school) for trip in shown.limits} >= {("users", "s2"), ("enrollments", "s2")}
    assert (waitings.revision, waitings.active()) == (1, 24)
    approved = waitings.approve(number, shown.plan)
    assert (approved.status, approved.outcome, approved.reason) == ("done", "success", None)
    assert (approved.plan, approved.tables) == (shown.plan, shown.tables)
    assert (approved.revision_before, approved.revision_after) == (1, 2)
    assert waitings.active() == 24 - shown.tables["users"].removed
    assert "import-approved" in waitings.acts()


def test_a_roster_that_moved_meanwhile_refuses_the_approval_and_shows_the_new_plan(settleds: Pinewood) -> None:
    assert settleds.night(renamed(3)).revision_after == 2
    number = settleds.night(half()).number
    shown = settleds.report(number)
    imports.rollback(settleds.house, SLUG, 1, who="ada")
    again = settleds.approve(number, shown.plan)
    assert again.status == "waiting_for_approval"
    assert again.reason is not None
    assert again.reason.code == "plan_changed"
    assert again.plan != shown.plan
    assert again.tables["users"].removed == shown.tables["users"].removed
    assert again.limits
    assert settleds.revision == 3
    done = settleds.approve(number, again.plan)
    assert (done.outcome, done.revision_after) == ("success", 4)


def test_a_plan_that_would_pass_by_itself_still_needs_the_person(waiting: Pinewood) -> None:
    number = HELD
    shown = waiting.report(number)
    store = waiting.house.stores.roster(SLUG)
    # The removals come to pass by another import of the same source, as a notification: nothing is left to remove.
    gone = district()
    notice = {
        name: "".join(
            line.replace(",,,", ",tobedeleted,,", 1) if n and ",s2," in line else line if not n else ""
            for n, line in enumerate(gone[name].splitlines(True))
        )
        for name in ("users.csv", "enrollments.csv")
    }
    told = waiting.night(notice, kind="change_notification")
    if told.status == "waiting_for_approval":
        waiting.approve(told.number)
    assert store.revision() == 2
    again = waiting.approve(number, shown.plan)
    assert again.reason is not None
    assert (again.status, again.reason.code) == ("waiting_for_approval", "plan_changed")
    assert store.revision() == 2


def test_the_time_of_an_approved_import_is_that_of_its_walk(settled: Pinewood) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    held = settled.begin(half(), now=yesterday)
    waiting = settled.walk(held)
    made = settled.approve(held)
    assert (waiting.status, made.outcome) == ("waiting_for_approval", "success")
    assert made.finished_at is not None
    assert (made.finished_at - made.started_at) >= timedelta(days=1)
    assert made.seconds is not None
    assert 0 < made.seconds < 3600


def test_another_plan_than_the_one_looked_at_is_refused(waiting: Pinewood) -> None:
    number = HELD
    with pytest.raises(Misuse, match="look at its report again"):
        waiting.approve(number, "sha256:" + "0" * 64)
    assert waiting.ended(number)[0] == "waiting_for_approval"
    assert "import-approved" not in waiting.acts()


def test_rejected_is_the_end_of_it(waiting: Pinewood) -> None:
    number = HELD
    said = imports.reject(waiting.house, SLUG, number, who="ada")
    assert said.reason is not None
    assert (said.status, said.outcome, said.reason.code, said.revision_after) == ("rejected", "failed", "rejected", 1)
    assert said.finished_at is not None
    assert said.tables["users"].removed
    assert waiting.acts()[-1] == "import-rejected"
    for again in (lambda: waiting.approve(number), lambda: imports.reject(waiting.house, SLUG, number, who="ada")):
        with pytest.raises(Misuse, match="does not wait for approval"):
            again()
    assert waiting.walk(number).status == "rejected"


def test_a_rejection_says_why_in_the_report_and_in_the_audit(waiting: Pinewood) -> None:
    number = HELD
    said = imports.reject(waiting.house, SLUG, number, who="ada", message=" Elm School\n is missing. ")
    assert said.reason is not None
    assert said.reason.message == "Rejected by ada. The reason: “Elm School is missing.”"
    row = waiting.house.stores.control.audit.last(1, SLUG)[0]
    assert (row.action, row.detail["reason"]) == ("import-rejected", "Elm School is missing.")


@pytest.mark.parametrize("step", ["read", "check", "write"])
def test_a_running_import_that_is_stopped_saves_nothing(settleds: Pinewood, step: str) -> None:
    number = settleds.begin(renamed(1, 2))

    def stop(now: str) -> None:
        if now == step:
            interrupting.stop(settleds.house, SLUG, number, who="ada")

    with pytest.raises(TryAgain):
        settleds.walk(number, tell=stop)
    assert settleds.ended(number) == ("done", "failed", "stopped")
    assert settleds.walk(number).reason == settleds.report(number).reason  # as the queue does after TryAgain
    assert (settleds.revision, settleds.acts()[-1]) == (1, "import-stopped")
    assert "Other1" not in {row["givenName"] for row in settleds.records("users").values()}
    with pytest.raises(Misuse, match="does not run any more"):
        interrupting.stop(settleds.house, SLUG, number, who="ada")
    assert settleds.night(renamed(1)).outcome == "success"


@pytest.mark.parametrize("newer", [district, half])
def test_a_newer_full_delivery_takes_its_place(waiting: Pinewood, newer) -> None:
    number = HELD
    after = waiting.night(newer())
    assert waiting.ended(number) == ("rejected", "failed", "superseded")
    told = waiting.report(number)
    assert told.reason is not None
    assert str(after.number) in told.reason.message
    assert told.limits


def test_a_dry_run_a_failed_one_and_a_notification_leave_it_waiting(waiting: Pinewood) -> None:
    number = HELD
    assert waiting.night(district(), dry_run=True).outcome == "success"
    empty = district() | {"users.csv": users().splitlines()[0] + "\n"}
    assert waiting.night(empty).outcome == "failed"
    head, _, rest = users().partition("\n")
    one = waiting.night({"users.csv": f"{head}\n{rest.splitlines()[8]}\n"}, kind="change_notification")
    assert one.outcome == "success"
    assert waiting.ended(number)[0] == "waiting_for_approval"


def test_a_delivery_of_another_source_leaves_it_waiting(pinewood: Pinewood) -> None:
    first = pinewood.source("upload", name="one")
    second = pinewood.source("upload", name="two")
    pinewood.night(district(), source=first.id)
    number = pinewood.night(half(), source=first.id).number
    orgs = {"orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nx1,,,Ash School,school,9,\n"}
    assert pinewood.night(orgs, source=second.id).outcome in ("success", "success_with_row_issues")
    assert pinewood.ended(number)[0] == "waiting_for_approval"


def test_an_older_queued_delivery_does_not_go_back(settled: Pinewood) -> None:
    older = settled.begin(renamed(3))
    newer = settled.begin(renamed(4))
    assert settled.walk(newer).revision_after == 2
    late = settled.walk(older)
    assert (late.status, late.outcome) == ("rejected", "failed")
    assert late.reason is not None
    assert (late.reason.code, str(newer) in late.reason.message) == ("superseded", True)
    assert settled.revision == 2


def test_an_older_full_delivery_is_walked_after_a_newer_notification(settled: Pinewood) -> None:
    older = settled.begin(renamed(3))
    head, _, rest = renamed(5)["users.csv"].partition("\n")
    settled.night({"users.csv": f"{head}\n{rest.splitlines()[8]}\n"}, kind="change_notification")
    assert settled.walk(older).outcome == "success"


def test_the_same_files_after_a_rollback_make_their_change_again(settleds: Pinewood) -> None:
    settleds.night(renamed(3, 4))
    back = imports.rollback(settleds.house, SLUG, 1, who="ada")
    assert (back.kind, back.trigger, back.source, back.revision_after) == ("rollback", "rollback", None, 3)
    assert back.tables["users"].updated == 2
    again = settleds.night(renamed(3, 4))
    assert (again.tables["users"].updated, again.revision_after) == (2, 4)
    assert imports.rollback(settleds.house, SLUG, 2, who="ada").revision_after == 4
    assert settleds.acts().count("rolled-back") == 2


def test_a_rollback_to_nowhere_is_refused(settled: Pinewood) -> None:
    for revision in (0, 2, -1):
        with pytest.raises(Misuse, match="there is no revision"):
            imports.rollback(settled.house, SLUG, revision, who="ada")


def test_a_dry_run_of_a_hold_says_so_and_waits_for_nobody(settled: Pinewood) -> None:
    report = settled.night(half(), dry_run=True)
    assert (report.dry_run, report.status, report.outcome) == (True, "done", None)
    assert report.reason is not None
    assert report.reason.code == "limit_exceeded"
    assert report.limits
    assert report.finished_at is not None
    with pytest.raises(Misuse, match="does not wait"):
        settled.approve(report.number)


def test_the_first_import_never_waits(pinewood: Pinewood) -> None:
    report = pinewood.night(district(2))
    assert (report.outcome, report.limits) == ("success", ())


def test_limits_are_the_source_s_own(settled: Pinewood) -> None:
    fewer = district() | {"users.csv": users(14), "enrollments.csv": enrollments(14)}
    assert settled.night(fewer, dry_run=True).outcome == "success"
    sources.set_limits(settled.house, SLUG, 1, {"floor": 3})
    tight = settled.night(fewer, dry_run=True)
    assert tight.outcome is None
    assert {(trip.count, trip.of, trip.allowed) for trip in tight.limits if trip.table == "users" and trip.school is None} == {
        (6, 24, 3)
    }
    with pytest.raises(Misuse):
        sources.set_limits(settled.house, SLUG, 1, {"remove_share": "all"})
    assert settled.acts().count("source-changed") == 1


def test_an_approval_walks_by_the_layouts_that_were_named(pinewood: Pinewood, tmp_path) -> None:
    """A folder of layouts named for this one import: the approval reads by it too, whatever the source says."""
    own = tmp_path / "our layouts"
    own.mkdir()
    for layout in known_set("oneroster-1.1").layouts:
        name = layout.name.rpartition("/")[2]
        (own / f"{name}.toml").write_text(layout.text, encoding="utf-8")
    pinewood.night(district())
    number = pinewood.begin(half())
    assert pinewood.walk(number, layouts=str(own)).status == "waiting_for_approval"
    held = pinewood.report(number).layouts
    assert held is not None
    assert held.set == "our layouts"
    assert pinewood.approve(number).outcome == "success"
    assert pinewood.report(number).layouts == held
