"""The rules by which schools step out: lists, seasons, formulas, columns in any spelling; what they say of what they cannot know."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from e2e.files import district
from homeroom.layouts.schools import standing
from homeroom.layouts.schools.rules import SchoolRules
from homeroom.layouts.shaping import bind, shape
from homeroom.reading.inspect import inspect
from homeroom.reading.tables import read
from homeroom.roster.faults import Misuse
from homeroom.store.own_schools import Declared
from homeroom.store.sources import Source
from homeroom.store.taken_over import TakenOver
from homeroom.sync import districts, imports, intake, source_settings, sources, tuning
from homeroom.systems.shipped import layout_set
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Hints, SourceFile
from sync.test_schools_stepping_out import ELM, adds_up, files, marked, of_elm, skipped, whole_roster, without_elm
from sync_house import SLUG, Pinewood

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


PLAIN = {table: ELM[table] for table in ("orgs", "classes", "users", "enrollments")}


def plain(mark: str, column: str = "IgnoreForIntegration") -> dict[str, str]:
    """The six files with Elm School's mark."""
    return district() | {"orgs.csv": marked(mark, column)["orgs.csv"]}


def rules(*said: str, now: datetime = NOON, last: dict[str, object] | None = None) -> SchoolRules:
    """What a source says of schools, as a walk at that moment takes it."""
    values = source_settings.typed(said)
    source_settings.judge(values, "upload")
    source = Source(1, SLUG, "upload", "upload", now, settings=source_settings.kept({}, values))
    return tuning.schools(source, now, (), last or {})


@pytest.mark.parametrize(
    ("entry", "day", "out"),
    [
        ("0310", "2026-07-01", True),
        ("0310 06-15..08-10", "2026-06-14", False),
        ("0310 06-15..08-10", "2026-06-15", True),
        ("0310 06-15..08-10", "2026-08-10", True),
        ("0310 06-15..08-10", "2026-08-11", False),
        ("0310 outside 06-15..08-10", "2026-06-14", True),
        ("0310 outside 06-15..08-10", "2026-06-15", False),
        ("0310 outside 06-15..08-10", "2026-08-11", True),
        ("0310 12-20..01-06", "2026-12-31", True),
        ("0310 12-20..01-06", "2027-01-06", True),
        ("0310 12-20..01-06", "2027-01-07", False),
        ("0310 outside 12-20..01-06", "2027-01-01", False),
        ("0310 outside 02-29..02-29", "2028-02-29", False),
    ],
)
def test_a_season_has_its_first_and_last_day_and_may_go_over_new_year(entry: str, day: str, out: bool) -> None:
    assert bool(rules(f"ignore_schools={entry}", now=datetime.fromisoformat(day)).listed) is out


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("ignore_schools=0310 13-01..14-01", "a stretch of the year is written MM-DD..MM-DD"),
        ('ignore_schools=[""]', "write a school's id"),
        ("ignore_schools=0310 6-15..8-10", "write a school's id, alone or as"),
        ("ignore_schools=0310 outside", "write a school's id, alone or as"),
        ("ignore_schools_when=name", "does not say yes or no"),
        ("ignore_schools_when=principal = 'Ada'", "cannot name principal: it may name sourcedId, name, type"),
        ("ignore_schools_when=read_csv('x') is null", "cannot be used"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_in_words(said: str, told: str) -> None:
    with pytest.raises(Misuse, match=told):
        rules(said)


def test_the_prefix_of_a_source_stands_before_listed_schools_unless_they_are_shared() -> None:
    assert set(rules("ignore_schools=s1", "id_prefix=club-").listed) == {"club-s1"}
    assert set(rules("ignore_schools=s1", "id_prefix=club-", "shared_tables=orgs").listed) == {"s1"}


def test_what_was_carried_counts_only_as_long_as_its_rule_does() -> None:
    last = {
        "skipped": [
            {"school": "s2", "by": "column", "rule": "IgnoreForIntegration"},
            {"school": "s1", "by": "list", "rule": "s1"},
        ]
    }
    assert set(rules(last=last).carried) == {"s2"}
    assert not rules("ignore_column=none", last=last).carried


# ---- on real nights ----


def test_a_summer_school_steps_in_and_out_at_the_district_s_midnight(pinewood: Pinewood) -> None:
    """Chicago is five hours behind UTC in summer: its June 15 begins at 05:00 and its August 10 ends at 05:00 on the 11th."""
    districts.add(pinewood.house, "chicago", "Chicago", "America/Chicago")
    source = sources.add(pinewood.house, "chicago", "upload", layouts="oneroster-1.1").source.id
    sources.change(pinewood.house, "chicago", source, {"ignore_schools": ["s2 outside 06-15..08-10"]})
    place = pinewood.folder / "chicago"
    place.mkdir()
    for name, text in district().items():
        (place / name).write_text(text, encoding="utf-8")

    def out(moment: str, *, dry_run: bool = True) -> set[str]:
        now = datetime.fromisoformat(moment)
        number = intake.hand_in(
            pinewood.house,
            "chicago",
            place,
            layouts=None,
            source=source,
            kind="continuous",
            trigger="import",
            dry_run=dry_run,
            now=now,
        )
        report = imports.run(pinewood.house, "chicago", number, now=now)
        assert report.outcome == "success", report.reason
        return {s.school for s in report.skipped}

    assert out("2026-06-15T04:59:59+00:00", dry_run=False) == {"s2"}
    assert out("2026-06-15T05:00:00+00:00") == set()
    assert out("2026-08-11T04:59:59+00:00") == set()
    assert out("2026-08-11T05:00:00+00:00") == {"s2"}


@pytest.mark.parametrize(
    ("window", "before", "after"),
    [
        # Clocks go forward on March 8, 2026 at 02:00 and back on November 1, 2026 at 02:00; midnights stay at 06:00 and 05:00 UTC.
        ("03-08..03-08", "2026-03-08T05:59:59+00:00", "2026-03-08T06:00:00+00:00"),
        ("03-09..03-31", "2026-03-09T04:59:59+00:00", "2026-03-09T05:00:00+00:00"),
        ("11-01..11-01", "2026-11-01T04:59:59+00:00", "2026-11-01T05:00:00+00:00"),
        ("11-02..11-30", "2026-11-02T05:59:59+00:00", "2026-11-02T06:00:00+00:00"),
    ],
)
def test_seasons_begin_at_local_midnight_at_both_clock_changes(window: str, before: str, after: str) -> None:
    zone = ZoneInfo("America/Chicago")
    found = [rules(f"ignore_schools=s2 {window}", now=datetime.fromisoformat(m).astimezone(zone)) for m in (before, after)]
    assert [bool(r.listed) for r in found] == [False, True]
    assert [r.today for r in found] == [str(datetime.fromisoformat(m).astimezone(zone).date()) for m in (before, after)]


def test_a_day_that_changes_no_school_costs_no_full_walk_and_one_that_does_compares_everything(pinewood: Pinewood) -> None:
    source = pinewood.source("upload", layouts="oneroster-1.1").id
    sources.change(pinewood.house, SLUG, source, {"ignore_schools": ["s2 outside 06-15..08-10"]})
    night = {"source": source}

    def walk(day: str, of: dict[str, str]) -> tuple[str, dict[str, str]]:
        now = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        report = pinewood.walk(pinewood.begin(of, now=now, **night), now=now)
        assert report.outcome == "success", report.reason
        records = pinewood.house.stores.roster(SLUG).snapshots.of(source)
        return report.layouts_why or "", {t: r.fingerprint for t, r in records.items()}

    _, first = walk("2026-05-01", files())
    _, later = walk("2026-05-02", files() | {"users.csv": files()["users.csv"].replace("Given1,", "Other1,")})
    assert later == first
    _, summer = walk("2026-06-15", files())
    assert all(summer[t] != first[t] for t in ("orgs", "users", "classes", "enrollments", "demographics", "results"))
    assert summer["categories"] == first["categories"]
    # The season's first day has nothing that came before it: what stepped in is added whole.
    assert pinewood.active("users") == 24


def test_a_formula_sees_the_row_and_the_day(pinewood: Pinewood) -> None:
    source = pinewood.source("upload", layouts="oneroster-1.1").id
    said = "name like 'Elm%' and not right(today, 5) between '06-15' and '08-10'"
    sources.change(pinewood.house, SLUG, source, {"ignore_schools_when": said})
    winter, summer = datetime(2026, 5, 1, 12, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC)
    made = pinewood.walk(pinewood.begin(district(), source=source, now=winter), now=winter)
    assert (made.skipped[0].by, made.skipped[0].rule, dict(made.skipped[0].rows)) == ("formula", said, PLAIN)
    made = pinewood.walk(pinewood.begin(district(), source=source, now=summer), now=summer)
    assert (made.skipped, made.tables["users"].added) == ((), 11)


@pytest.mark.parametrize(
    "column",
    [
        "IgnoreForIntegration",
        "ignore_for_integration",
        "metadata.IgnoreForIntegration",
        "U_SCHOOL_EXT.IgnoreForIntegration",
        "[39]IgnoreForIntegration",
        "IGNORE FOR INTEGRATION",
    ],
)
def test_the_column_is_found_in_any_spelling(tmp_path: Path, column: str) -> None:
    text = f"sourcedId,name,type,{column}\ns1,Oak,school,1\ns2,Elm,school,TRUE\ns3,Ash,school,no\ns4,Fir,school,\n"
    with Workbench(tmp_path / "bench") as bench:
        (bench.folder / "orgs.csv").write_text(text, encoding="utf-8")
        look = inspect(SourceFile(0, "orgs.csv", bench.folder / "orgs.csv", len(text)), Hints())
        layout = next(w for w in layout_set("oneroster-1.1").layouts if w.table == "orgs")
        feed = shape(bench, layout, bind(layout, look), read(bench, look), "continuous", mark="IgnoreForIntegration")
        assert standing.stand(bench, SchoolRules(), [feed], lambda table, wanted: pytest.fail("no store is needed")) == 2
        assert bench.rows('SELECT "sourcedId", kind FROM stepped_out ORDER BY 1') == [("s1", "column"), ("s2", "column")]
        assert not bench.rows("SELECT 1 FROM issues WHERE code = 'column-unused'")


def test_another_column_may_be_named_and_none_at_all(pinewood: Pinewood) -> None:
    source = pinewood.source("upload", layouts="oneroster-1.1").id
    sources.change(pinewood.house, SLUG, source, {"ignore_column": "Closed"})
    assert skipped(pinewood.night(plain("y", "closed"), source=source, dry_run=True)) == {"s2": ("column", PLAIN)}
    sources.change(pinewood.house, SLUG, source, {"ignore_column": "none"})
    made = pinewood.night(plain("y"), source=source, dry_run=True)
    assert (made.skipped, made.issue_counts) == ((), {"column-unused": 1})


def test_what_does_not_come_or_cannot_be_read_says_nothing(pinewood: Pinewood) -> None:
    """Law 2: the school stays out where its row, its mark or the whole column does not come; it steps in where it is unticked."""
    source = pinewood.source("upload", layouts="oneroster-1.1").id
    pinewood.night(plain("no"), source=source)
    before = pinewood.night(plain("yes"), source=source).revision_after
    orgs = plain("yes")["orgs.csv"]
    nights = {
        "no orgs file": {n: t for n, t in without_elm(district()).items() if n != "orgs.csv"},
        "no column": without_elm(district()) | {"orgs.csv": district()["orgs.csv"]},
        "no word": without_elm(district()) | {"orgs.csv": orgs.replace(",yes", ",perhaps")},
        "a row cut short": without_elm(district())
        | {"orgs.csv": orgs.replace("s2,,,Elm School,school,102,d1,yes", "s2,,,Elm School")},
    }
    told = {"no column": "ignore-column-missing", "no word": "ignore-mark-unreadable", "a row cut short": "row-short"}
    for what, night in nights.items():
        made = pinewood.night(night, source=source)
        adds_up(made)
        assert made.outcome != "failed", (what, made.reason)
        assert (set(skipped(made)), made.revision_after) == ({"s2"}, before), what
        assert set(made.issue_counts) == ({told[what]} if what in told else set()), what
    assert pinewood.night(plain("no"), source=source).skipped == ()
    # A school that a complete file no longer lists has left like any other: no mark holds it.
    pinewood.night(plain("yes"), source=source)
    gone = pinewood.night(without_elm(district()), source=source)
    assert (gone.status, {limit.table for limit in gone.limits}) == (
        "waiting_for_approval",
        {"orgs", "users", "classes", "enrollments"},
    )


def test_a_rule_that_names_nobody_is_told(pinewood: Pinewood) -> None:
    source = pinewood.source("upload", layouts="oneroster-1.1").id
    sources.change(pinewood.house, SLUG, source, {"ignore_schools": ["0s2"]})
    made = pinewood.night(district(), source=source)
    assert (made.outcome, made.issue_counts, made.tables["users"].added) == ("success", {"ignored-school-unknown": 1}, 24)


def test_departments_go_with_their_school_and_schools_do_not_go_with_their_district(pinewood: Pinewood) -> None:
    orgs = plain("")["orgs.csv"].replace("d1,,,Pinewood District,district,100,,", "d1,,,Pinewood District,district,100,,true")
    orgs += "m2,,,Elm Mathematics,department,,s2,\nm1,,,Oak Mathematics,department,,s1,yes\n"
    source = pinewood.source("upload", layouts="oneroster-1.1").id
    made = pinewood.night(district() | {"orgs.csv": orgs}, source=source, dry_run=True)
    assert {s.school: s.by for s in made.skipped} == {"d1": "column", "m1": "column"}
    made = pinewood.night(
        district() | {"orgs.csv": orgs.replace("s2,,,Elm School,school,102,d1,", "s2,,,Elm School,school,102,d1,1")},
        source=source,
    )
    assert {s.school: s.by for s in made.skipped} == {"d1": "column", "m1": "column", "m2": "parent", "s2": "column"}


def test_limits_do_not_count_a_school_that_steps_out(pinewood: Pinewood) -> None:
    """Ten of Oak's thirteen people would leave: over the limit of that school, and counted without Elm's."""
    source = pinewood.source("upload", layouts="oneroster-1.1").id
    pinewood.night(plain(""), source=source)
    half = plain("yes")
    leave = {f"u{n}" for n in range(1, 21, 2)}
    half["users.csv"] = "".join(line for line in half["users.csv"].splitlines(True) if line.split(",")[0] not in leave)
    half["enrollments.csv"] = "".join(x for x in half["enrollments.csv"].splitlines(True) if not leave & set(x.split(",")))
    held = pinewood.night(half, source=source)
    assert held.status == "waiting_for_approval"
    users = {(limit.school, limit.count, limit.of) for limit in held.limits if limit.table == "users"}
    assert users == {(None, 10, 13), ("s1", 10, 13)}
    made = pinewood.approve(held.number)
    assert (made.outcome, made.tables["users"].removed, pinewood.active("users")) == ("success", 10, 14)


def test_a_school_whose_rows_no_longer_come_makes_no_file_shrink(pinewood: Pinewood) -> None:
    """The larger school steps out, and its rows stop coming a night later: no hold on any of these nights."""
    many = district(60)
    many["users.csv"] = many["users.csv"].replace(",s1,student", ",s2,student")
    many["enrollments.csv"] = many["enrollments.csv"].replace("k1,s1,u", "k2,s2,u")
    source = pinewood.source("upload", layouts="oneroster-1.1").id
    orgs = plain("yes")["orgs.csv"]
    assert pinewood.night(many, source=source).outcome == "success"
    assert pinewood.night(many | {"orgs.csv": orgs}, source=source).outcome == "success"
    few = {n: "".join(x for x in t.splitlines(True) if ",s2," not in x) for n, t in many.items()}
    assert pinewood.night(few | {"orgs.csv": orgs}, source=source).outcome == "success"
    back = pinewood.night(many | {"orgs.csv": orgs.replace(",yes", ",")}, source=source)
    assert (back.outcome, pinewood.active("users")) == ("success", 64)


def test_single_records_that_do_not_say_where_they_belong_are_asked_of_the_store(pinewood: Pinewood) -> None:
    source = pinewood.source("upload", layouts="oneroster-1.1").id
    pinewood.night(marked(""), source=source)
    pinewood.night(marked("1"), source=source)
    before = whole_roster(pinewood)
    head = "sourcedId,status,dateLastModified,"
    changes = {
        "enrollments.csv": f"{head}classSourcedId,schoolSourcedId,userSourcedId,role\n"
        "e-1,tobedeleted,2026-09-09T00:00:00Z,,,,\ne-2,tobedeleted,2026-09-09T00:00:00Z,,,,\n",
        "demographics.csv": f"{head}sex\nu2,active,2026-09-09T00:00:00Z,female\nu3,active,2026-09-09T00:00:00Z,female\n",
        "users.csv": f"{head}enabledUser,orgSourcedIds,role,username,givenName,familyName\n"
        'u4,active,2026-09-09T00:00:00Z,true,s2,student,u4,New,Name\nu6,active,2026-09-09T00:00:00Z,true,"s1,s2",student,u6,New,Name\n',
    }
    made = pinewood.night(changes, source=source, kind="change_notification")
    adds_up(made)
    assert skipped(made) == {"s2": ("column", {"users": 1, "enrollments": 1, "demographics": 1})}
    after = whole_roster(pinewood)
    moved = {key for key in before if before[key] != after[key]}
    assert moved == {"enrollments/e-1", "demographics/u3", "users/u6"}
    assert after["enrollments/e-1"]["status"] == "tobedeleted"


def test_who_moves_into_such_a_school_is_not_taken_for_gone(pinewood: Pinewood) -> None:
    source = pinewood.source("upload", layouts="oneroster-1.1").id
    pinewood.night(plain("yes"), source=source)
    moved = plain("yes")
    moved["users.csv"] = moved["users.csv"].replace("u1,,,true,s1", "u1,,,true,s2")
    moved["enrollments.csv"] = moved["enrollments.csv"].replace("e-1,,,k1,s1,u1", "e-1,,,k2,s2,u1")
    for _ in range(2):
        made = pinewood.night(moved, source=source)
        assert (made.outcome, made.issue_counts) == ("success", {})
        assert all(t.removed == 0 for t in made.tables.values())
    assert whole_roster(pinewood)["users/u1"]["orgSourcedIds"] == "s1"


def test_lines_of_refused_rows_stay_right_where_rows_are_left_out(pinewood: Pinewood) -> None:
    """The rows of a feed that was joined bring their own number: in 6,000 rows the bad one is found on its line."""
    many = plain("yes") | {n: t for n, t in district(6_000).items() if n in ("users.csv", "enrollments.csv")}
    many["users.csv"] = many["users.csv"].replace("u4999,,,true,s1,student", "u4999,,,true,s1,wizard")
    line = next(i for i, text in enumerate(many["users.csv"].splitlines(), 1) if text.startswith("u4999,"))
    made = pinewood.night(many, source=pinewood.source("upload", layouts="oneroster-1.1").id)
    found = [i for i in made.issues if i.code == "code-unknown"]
    assert [(i.line, i.key) for i in found] == [(line, "u4999")]


def test_nothing_declared_costs_nothing(pinewood: Pinewood) -> None:
    """Without a rule and without the column no feed is wrapped: the snapshot's fingerprints are those of a house without such rules."""
    with Workbench(pinewood.folder / "look") as bench:
        assert not bench.exists("schools_seen")
    source = pinewood.source("upload", layouts="oneroster-1.1").id
    pinewood.night(files(), source=source)
    plain = {t: r.fingerprint for t, r in pinewood.house.stores.roster(SLUG).snapshots.of(source).items()}
    pinewood.night(marked("no"), source=source)
    ticked = {t: r.fingerprint for t, r in pinewood.house.stores.roster(SLUG).snapshots.of(source).items()}
    assert ticked == plain
    assert not [k for k, r in whole_roster(pinewood).items() if of_elm(k, r) and r["status"] != "active"]


def test_what_is_said_of_a_school_by_the_sis_s_id_holds_for_the_one_that_was_taken_over() -> None:
    values = source_settings.typed(["ignore_schools=02", "id_prefix=p-"])
    source = Source(1, SLUG, "upload", "upload", NOON, settings=source_settings.kept({}, values))
    assert set(tuning.schools(source, NOON, [Declared("A", "Elm", "02")], {}, {"p-02": "s2"}).listed) == {"s2"}
    assert set(tuning.schools(source, NOON, [Declared("A", "Elm", "02")], {}, {"p-02": "s2"}).matched) == {"s2"}
    pairs = [TakenOver(n, "classes", ours, "77", "ada", NOON) for n, ours in ((1, "mine"), (2, "theirs"), (3, "no"))]
    assert tuning.taken_over(source, pairs, {2}) == {"classes": {"p-77": "mine"}, "courses": {"p-course-77": "course-mine"}}
    assert tuning.taken_over(source, pairs[1:], {2})["classes"] == {"p-77": "theirs"}
