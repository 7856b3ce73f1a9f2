"""One import, as each kind of person may see it: what happened, what somebody should mend, what hangs on it, what changed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk_people import ADMINISTRATOR, AUDITOR, ENGINEER, EVERYBODY, OPERATOR, SCHOOL_VIEWER, elevated
from e2e.files import district
from homeroom.desk import support
from homeroom.desk.causes import Filter, IssueCause
from homeroom.desk.import_log import Wanted, import_log
from homeroom.desk.import_report import ImportPage, import_page
from homeroom.desk.import_rows import cause_rows, changes, files_with_refused, original, refused_rows
from homeroom.desk.viewer import Viewer
from homeroom.roster.faults import Misuse
from homeroom.roster.words import plain
from homeroom.sync.house import opened
from sync_house import SLUG, Pinewood, settings

SECRET = "nobody-7"
"""A value of a row that must not be seen by those who may see none."""


def bad() -> dict[str, str]:
    """A new class of Elm School has no title and two enrollments, an enrollment of Oak School names nobody, a role and a date are none."""
    files = district(21)
    files["classes.csv"] += "k3,,,,09,c2,B3,scheduled,R3,s2,y26,,,1\n"
    files["enrollments.csv"] += "e-31,,,k3,s2,u2,student,false,,\ne-32,,,k3,s2,u4,student,false,,\n"
    files["users.csv"] += "t9,,,true,s1,wizard,t9,,Wim,Zard,,,t9@example.org,,,,,hunter2\n"
    files["enrollments.csv"] += f"e-x,,,k1,s1,{SECRET},student,false,,\n"
    files["enrollments.csv"] = files["enrollments.csv"].replace(
        "e-1,,,k1,s1,u1,student,false,2026-08-15,", "e-1,,,k1,s1,u1,student,false,soon,"
    )
    return files


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pinewood]:
    """Three nights: all well; bad rows; the same bad rows with one more."""
    folder = tmp_path_factory.mktemp("report")
    with opened(settings(folder / "data")) as house:
        made = Pinewood.founded(house, folder)
        made.source(name="Nightly files", layouts="oneroster-1.1")
        made.night(district())
        made.night(bad())
        worse = bad()
        worse["enrollments.csv"] += "e-z,,,k1,s1,u1,student,false,,,one,more\n"
        worse["enrollments.csv"] += "e-y,,,k1,s1,nobody-8,student,false,,\n"
        made.night(worse)
        yield made


def page(made: Pinewood, viewer: Viewer = ADMINISTRATOR, number: int = 2, asked: Filter | None = None) -> ImportPage:
    return import_page(made.house, viewer, SLUG, number, asked)


def cause(told: ImportPage, code: str) -> IssueCause:
    return next(c for c in told.causes if c.code == code)


def test_rows_that_hang_on_a_refused_row_are_in_its_group(walked: Pinewood) -> None:
    told = page(walked)
    blank = cause(told, "required-blank")
    assert plain(blank.title) == "One class has no “Name”"
    assert (blank.file, blank.column, blank.own, dict(blank.held_back)) == ("classes.csv", "title", 1, {"enrollments": 2})
    assert blank.rows == 3
    assert [(e.line, e.record, e.empty, e.schools, e.held_back) for e in blank.examples] == [(4, "k3", True, ("s2",), 2)]
    assert blank.before is None
    unknown = cause(told, "reference-unknown")
    assert (unknown.own, dict(unknown.held_back), unknown.examples[0].value) == (1, {}, SECRET)
    assert plain(unknown.title) == "One enrollment names a person that is not there"


def test_everything_that_is_counted_adds_up(walked: Pinewood) -> None:
    for number in (1, 2, 3):
        told = page(walked, number=number)
        assert told.sums is not None
        assert told.sums.rows == told.sums.accepted + told.sums.refused + told.sums.ignored
        assert sum(c.rows for c in told.causes if c.kind == "refused") - told.rows_twice == told.sums.refused
        for line in told.files:
            assert line.report.rows == line.report.accepted + line.report.refused + line.report.ignored
        for each in told.causes:
            assert each.rows == each.own + sum(each.held_back.values())
            assert cause_rows(walked.house, ADMINISTRATOR, SLUG, number, Filter(code=each.code)).total >= each.rows


def test_a_row_that_was_taken_in_is_not_counted_as_refused(tmp_path: Path) -> None:
    """Two students name a guardian whose row was refused: they are taken in without the guardian, and one row was refused."""
    files = district(21)
    files["users.csv"] += "t9,,,true,s1,wizard,t9,,Wim,Zard,,,,,,,,\n"
    for name in ("Nora", "Niels"):
        files["users.csv"] += f"{name.lower()},,,true,s1,student,{name.lower()},,{name},Nine,,,,,,t9,09,\n"
    with opened(settings(tmp_path / "data")) as house:
        made = Pinewood.founded(house, tmp_path)
        made.source(name="Nightly files", layouts="oneroster-1.1")
        made.night(files)
        told = page(made, number=1)
        assert told.sums is not None
        assert (told.sums.refused, told.rows_twice) == (1, 0)
        assert "yesterday" not in " ".join(map(plain, told.lead.sentences)), "there was no night before"
        word = cause(told, "code-unknown")
        assert (word.rows, word.own, dict(word.held_back), word.emptied) == (1, 1, {}, 2)
        asked = Filter(code="code-unknown", refused=True)
        assert cause_rows(made.house, ADMINISTRATOR, SLUG, 1, asked).total == 3, "all that hangs on it is listed"


def test_a_cause_says_whether_it_is_new_tonight(walked: Pinewood) -> None:
    told = page(walked, number=3)
    assert told.compared_with == 2
    assert (cause(told, "required-blank").before, cause(told, "reference-unknown").before) == (3, 1)
    assert cause(told, "reference-unknown").rows == 2
    assert told.trend_of == (1, 2, 3)
    trend = {line.code: line.counts for line in told.trend}
    assert (trend["required-blank"], trend["reference-unknown"]) == ((0, 3, 3), (0, 1, 2))


def test_the_lead_tells_the_outcome_in_sentences(walked: Pinewood) -> None:
    def said(number: int, viewer: Viewer = ADMINISTRATOR) -> str:
        return " ".join(plain(s) for s in page(walked, viewer, number).lead.sentences)

    assert said(1) == "The roster is up to date. All 54 rows were taken in."
    refused = page(walked).sums
    assert refused is not None
    assert said(2) == (
        f"The roster is up to date. {refused.accepted} of {refused.rows} rows were taken in; {refused.refused} were refused. "
        "Where a row was refused, yesterday's version of it stays in use."
    )
    assert said(3).startswith("Nothing changed; the roster stays at revision 2. 56 of 63 rows were taken in; 7 were refused.")
    assert said(2, SCHOOL_VIEWER) == "The roster is up to date."


def test_the_seven_steps_have_times_and_one_fact_each(walked: Pinewood) -> None:
    steps = {s.name: s for s in page(walked).steps}
    assert [s.state for s in steps.values()] == ["done", "done", "done", "warned", "done", "done", "done"]
    assert all(
        steps[n].began is not None and steps[n].seconds is not None for n in ("read", "mapped", "checked", "compared", "saved")
    )
    facts = {name: plain(s.fact) for name, s in steps.items() if s.fact is not None}
    assert facts["received"] == "6 files, 4.1 kB, sealed"
    assert facts["read"] == "61 rows, 1 repair"
    assert facts["checked"] == "5 rows refused"
    assert facts["saved"] == "revision 2"
    report = walked.report(2)
    assert report.seconds is not None
    assert 0 < sum(s.seconds for s in report.steps) <= report.seconds + 0.1


def test_values_never_leak_to_those_who_may_see_none(walked: Pinewood) -> None:
    stranger = Viewer(ADMINISTRATOR.person.__class__(8, "x@y.example", "X", "administrator", ("larkspur",)))
    assert page(walked, stranger).causes == ()
    for viewer in (OPERATOR, ENGINEER, AUDITOR, elevated(OPERATOR)):
        told = page(walked, viewer)
        assert not told.values_shown
        rows = cause_rows(walked.house, viewer, SLUG, 2, Filter())
        for shown in [e for c in told.causes for e in c.examples] + list(rows.rows):
            assert (shown.record, shown.value, shown.message) == (None, None, None)
        assert SECRET not in repr(told.causes) + repr(rows)
        assert "Given21" not in repr(changes(walked.house, viewer, SLUG, 2, "users"))
        with pytest.raises(Misuse, match="may not be shown"):
            refused_rows(walked.house, viewer, SLUG, 2, "enrollments.csv")
        with pytest.raises(Misuse, match="may not be shown"):
            original(walked.house, viewer, SLUG, 2, 0)
    assert {v.role for v in EVERYBODY} - {"operator", "engineer", "auditor"} == {"administrator", "school_viewer"}


def test_the_vendor_sees_values_with_support_access_and_the_elevated_role(walked: Pinewood) -> None:
    now = datetime.now(UTC)
    walked.house.stores.control.support.turn_on(SLUG, now + timedelta(hours=1), "sis@pinewood.example")
    try:
        assert not page(walked, OPERATOR).values_shown
        assert cause(page(walked, elevated(OPERATOR)), "reference-unknown").examples[0].value == SECRET
    finally:
        support.turn_off(walked.house, ADMINISTRATOR, SLUG, now)


def test_a_school_sees_its_own_rows_and_no_count_of_others(walked: Pinewood) -> None:
    oak = page(walked, SCHOOL_VIEWER)
    assert {c.code for c in oak.causes} == {"reference-unknown", "date-unreadable", "code-unknown"}
    assert cause(oak, "reference-unknown").examples[0].value == SECRET
    assert (oak.files, oak.sums, dict(oak.tables), oak.told, oak.trend, oak.report) == ((), None, {}, (), (), None)
    assert oak.schools == (("s1", "Oak School"),)
    assert oak.entry.totals is None
    elm = Viewer(SCHOOL_VIEWER.person.__class__(6, "elm@p.example", "E", "school_viewer", (SLUG,), ("s2",)))
    theirs = page(walked, elm)
    assert [(c.code, c.rows) for c in theirs.causes] == [("required-blank", 3)]
    assert page(walked, elm, asked=Filter(school="s1")).causes == ()
    none = Viewer(SCHOOL_VIEWER.person.__class__(7, "no@p.example", "N", "school_viewer", (SLUG,), ()))
    assert page(walked, none).causes == ()
    with pytest.raises(Misuse):
        changes(walked.house, SCHOOL_VIEWER, SLUG, 2, "users")
    lines = "".join(refused_rows(walked.house, elm, SLUG, 2, "enrollments.csv"))
    assert SECRET not in lines
    assert lines.count(",k3,") == 2


def test_causes_are_filtered_by_file_code_and_school(walked: Pinewood) -> None:
    assert {c.code for c in page(walked, asked=Filter(file="classes.csv")).causes} == {"required-blank"}
    assert {c.code for c in page(walked, asked=Filter(code="date-unreadable")).causes} == {"date-unreadable"}
    assert {c.code for c in page(walked, asked=Filter(school="s2")).causes} == {"required-blank"}
    assert cause(page(walked, asked=Filter(file="classes.csv")), "required-blank").rows == 3


def test_what_changed_is_paged_with_before_and_now(walked: Pinewood) -> None:
    told = changes(walked.house, ADMINISTRATOR, SLUG, 2, "users")
    assert (told.revision, dict(told.counts), [(r.verb, r.record) for r in told.rows]) == (2, {"add": 1}, [("add", "u21")])
    hidden = changes(walked.house, OPERATOR, SLUG, 2, "users").rows[0]
    assert (hidden.verb, hidden.record, hidden.hidden) == ("add", None, True)
    with pytest.raises(Misuse, match="changed nothing"):
        changes(walked.house, ADMINISTRATOR, SLUG, 3, "users")


def test_refused_rows_come_as_they_were_sent_with_what_to_do(walked: Pinewood) -> None:
    assert files_with_refused(walked.house, SLUG, 2) == ("classes.csv", "enrollments.csv", "users.csv")
    text = "".join(refused_rows(walked.house, ADMINISTRATOR, SLUG, 2, "classes.csv"))
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(r["sourcedId"], r["title"], r["courseSourcedId"], r["_line"], r["_code"]) for r in rows] == [
        ("k3", "", "c2", "4", "required-blank")
    ]
    assert "title is blank" in rows[0]["_what_happened"]
    assert rows[0]["_what_to_do"]
    assert walked.acts()[-1] == "refused-rows-downloaded"
    with_long = "".join(refused_rows(walked.house, ADMINISTRATOR, SLUG, 3, "enrollments.csv"))
    long = [r for r in csv.DictReader(io.StringIO(with_long.removeprefix("\ufeff"))) if r["_code"] == "row-long"]
    assert [(r["sourcedId"], r["endDate"], r["_line"], r["_surplus"]) for r in long] == [("e-z", "", "28", "one,more")]
    users = "".join(refused_rows(walked.house, ADMINISTRATOR, SLUG, 2, "users.csv"))
    assert "wizard" in users
    assert "hunter2" not in users  # passwords are read by nobody


def test_refused_rows_that_were_mended_come_in_and_nothing_else_goes(pinewood: Pinewood) -> None:
    pinewood.source(layouts="oneroster-1.1")
    pinewood.night(district())
    pinewood.night(bad())
    text = "".join(refused_rows(pinewood.house, ADMINISTRATOR, SLUG, 2, "enrollments.csv"))
    mended = text.replace(SECRET, "u2").replace("soon", "2027-06-10")
    report = pinewood.night({"enrollments.csv": mended, "orgs.csv": district()["orgs.csv"]})
    assert report.tables["enrollments"].removed == 0
    assert (report.tables["enrollments"].added, report.status) == (1, "done")
    assert [i.code for i in report.issues if i.code in ("column-unused", "mended-rows")] == ["mended-rows"]


def test_an_original_is_given_to_those_who_may_have_it_and_written_down(walked: Pinewood) -> None:
    with pytest.raises(Misuse):
        original(walked.house, ADMINISTRATOR, SLUG, 2, 0)  # not without the elevated role
    names = [line.report.name for line in page(walked).files]
    place = next(line.original for line in page(walked).files if line.report.name == "users.csv")
    assert place is not None
    name, parts = original(walked.house, elevated(ADMINISTRATOR), SLUG, 2, place)
    assert (name, b"".join(parts).decode()) == ("users.csv", bad()["users.csv"])
    assert set(names) == set(bad())
    assert walked.acts()[-1] == "original-downloaded"


def test_the_log_lists_every_attempt_and_is_filtered(walked: Pinewood) -> None:
    log = import_log(walked.house, ADMINISTRATOR, SLUG)
    assert [(e.number, e.state) for e in log.entries] == [(3, "row_issues"), (2, "row_issues"), (1, "success")]
    assert (log.found, log.pages, log.triggers, log.sources) == (3, 1, ("upload",), ((1, "Nightly files"),))
    assert (len(log.days), sum(d.imports for d in log.days[-2:]), sum(d.rows for d in log.days[-2:])) == (90, 3, 54 + 61 + 63)
    assert [e.number for e in import_log(walked.house, ADMINISTRATOR, SLUG, Wanted(state="success")).entries] == [1]
    first, last = min(e.begun.date() for e in log.entries), max(e.begun.date() for e in log.entries)
    assert import_log(walked.house, ADMINISTRATOR, SLUG, Wanted(first=last + timedelta(days=1))).found == 0
    assert import_log(walked.house, ADMINISTRATOR, SLUG, Wanted(first=first, last=last)).found == 3
    assert {e.totals for e in import_log(walked.house, SCHOOL_VIEWER, SLUG).entries} == {None}


def test_both_engines_answer_alike(pinewoods: Pinewood) -> None:
    pinewoods.source(layouts="oneroster-1.1")
    pinewoods.night(district())
    pinewoods.night(bad())
    told = page(pinewoods)
    assert told.causes[0].code == "required-blank"  # the one that concerns most rows
    assert sorted((c.code, c.file or "", c.rows, tuple(c.held_back.items()), c.before) for c in told.causes) == [
        ("code-unknown", "users.csv", 1, (), None),
        ("date-unreadable", "enrollments.csv", 1, (), None),
        ("reference-unknown", "enrollments.csv", 1, (), None),
        ("required-blank", "classes.csv", 3, (("enrollments", 2),), None),
    ]
    assert {c.code for c in page(pinewoods, SCHOOL_VIEWER).causes} == {"reference-unknown", "date-unreadable", "code-unknown"}
    rows = cause_rows(pinewoods.house, ADMINISTRATOR, SLUG, 2, Filter(code="required-blank"))
    assert (rows.total, rows.next, [(r.file, r.schools) for r in rows.rows]) == (
        3, None, [("classes.csv", ("s2",)), ("enrollments.csv", ("s2",)), ("enrollments.csv", ("s2",))],
    )  # fmt: skip
    assert [r.record for r in changes(pinewoods.house, ADMINISTRATOR, SLUG, 2, "users", "add").rows] == ["u21"]
    assert [
        e.number for e in import_log(pinewoods.house, ADMINISTRATOR, SLUG, Wanted(state="row_issues", trigger="upload")).entries
    ] == [2]


def test_a_row_that_was_taken_in_knows_its_school_by_its_record(pinewoods: Pinewood) -> None:
    pinewoods.source(layouts="oneroster-1.1")
    files = district()
    files["users.csv"] = files["users.csv"].replace("u2@example.org", "no address").replace("Given4,", "=Given4,")
    pinewoods.night(files)
    files["orgs.csv"] = files["orgs.csv"].replace("Oak School", "Oak Tree School")
    pinewoods.night(files)  # the rows of users stand as last night: the walk does not look at them
    found = pinewoods.house.stores.roster(SLUG).issues.page(2)
    schools = {i.key: i.school for i in found if i.table == "users"}
    assert schools
    assert set(schools.values()) == {"s2"}
