"""Surplus cells of unquoted rows: put back where they belong, or nowhere."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.checks.surplus import placer
from homeroom.roster.catalogue import catalogue

USERS = (
    "sourcedId",
    "enabledUser",
    "orgSourcedIds",
    "role",
    "username",
    "givenName",
    "familyName",
    "email",
    "sms",
    "phone",
    "agentSourcedIds",
    "grades",
)
KNOWN = {"orgs": {"100", "200", "300"}, "users": {f"G{i}" for i in range(9)} | {f"S{i}" for i in range(9)}}
place = placer(USERS, catalogue()["users"], "1.1", KNOWN)


def row(text: str) -> list[str]:
    return text.split(",")


def test_a_teacher_at_two_schools() -> None:
    mended = place(row("S1,true,100,200,teacher,bo,Bo,Birch,bo@x.example,,,,"))
    assert mended == ["S1", "true", "100,200", "teacher", "bo", "Bo", "Birch", "bo@x.example", "", "", "", ""]


def test_a_student_with_two_guardians_and_two_schools() -> None:
    mended = place(row("S1,true,100,200,student,ann,Ann,Ash,,,555-0100,G1,G2,05"))
    assert mended is not None
    assert (mended[2], mended[10], mended[11]) == ("100,200", "G1,G2", "05")


def test_an_unknown_id_leaves_the_row_as_it_was() -> None:
    assert place(row("S1,true,100,999,teacher,bo,Bo,Birch,,,,,")) is None
    assert place(row("S1,true,100,student,ann,Ann,Ash,,,,G1,G99,05")) is None


def test_a_comma_in_a_name_is_not_a_list() -> None:
    assert place(row("S1,true,100,student,ann,Ann,Ash, Jr,,,,G1,05")) is None


def test_two_lists_side_by_side_that_could_both_take_it() -> None:
    columns = ("sourcedId", "title", "courseSourcedId", "classType", "schoolSourcedId", "termSourcedIds", "subjects", "periods")
    known = {"courses": {"co1"}, "orgs": {"100"}, "academicSessions": {"y1", "y2"}}
    mend = placer(columns, catalogue()["classes"], "1.1", known)
    assert mend(row("c1,Art,co1,scheduled,100,y1,Drawing,Painting,3")) is None
    assert mend(row("c1,Art,co1,scheduled,100,y1,y2,Drawing,3")) is None, "y2 may be a term or a subject"
    lean = placer(columns[:6], catalogue()["classes"], "1.1", known)
    assert lean(row("c1,Art,co1,scheduled,100,y1,y2")) == ["c1", "Art", "co1", "scheduled", "100", "y1,y2"]


def test_plain_text_beside_a_free_list_decides_nothing() -> None:
    columns = ("sourcedId", "title", "location", "periods")
    mend = placer(columns, catalogue()["classes"], "1.1", {})
    assert mend(row("c1,Math, Intro,R1,1")) is None


def test_grades_of_a_class_stand_behind_its_title() -> None:
    """A number of two digits behind a comma is a grade and no text; a word may be either, and a grade given twice proves nothing."""
    mend = placer(("sourcedId", "title", "grades", "schoolSourcedId"), catalogue()["classes"], "1.1", {"orgs": {"100"}})
    assert mend(row("c1,Math,03,04,100")) == ["c1", "Math", "03,04", "100"]
    assert mend(row("c1,Math, Intro,03,100")) is None
    assert mend(row("c1,Business,IT,09,100")) is None
    assert mend(row("c1,Homeroom,03,03,100")) is None


def test_a_file_that_quotes_its_lists_has_no_free_list_without_quotes() -> None:
    columns = ("sourcedId", "schoolSourcedId", "termSourcedIds", "periods")
    known = {"orgs": {"100"}, "academicSessions": {"y1", "y2"}}
    free = placer(columns, catalogue()["classes"], "1.1", known)
    careful = placer(columns, catalogue()["classes"], "1.1", known, free_lists=False)
    assert free(row("c1,100,y1,1,2")) == ["c1", "100", "y1", "1,2"]
    assert careful(row("c1,100,y1,1,2")) is None
    assert careful(row("c1,100,y1,y2,1")) == ["c1", "100", "y1,y2", "1"]


def test_rows_of_the_right_width_and_far_too_long_ones_are_left() -> None:
    assert place(["x"] * len(USERS)) is None
    assert place(["x"] * (len(USERS) + 25)) is None
    assert placer(("sourcedId", "name", "type"), catalogue()["orgs"], "1.1", {})(["a"] * 4) is None


WORDS = st.text(alphabet="abcdefghij KLM'-", max_size=8).map(str.strip)
IDS = st.lists(st.sampled_from(sorted(KNOWN["users"])), max_size=6).map(",".join)
SCHOOLS = st.lists(st.sampled_from(sorted(KNOWN["orgs"])), min_size=1, max_size=3).map(",".join)


@st.composite
def people(draw: st.DrawFn) -> list[str]:
    return [
        draw(st.sampled_from(sorted(KNOWN["users"]))), draw(st.sampled_from(["true", "false", "1"])), draw(SCHOOLS),
        draw(st.sampled_from(["student", "Teacher"])), draw(WORDS) or "x", draw(WORDS) or "x", draw(WORDS) or "x",
        draw(st.sampled_from(["", "a@x.example"])), draw(st.sampled_from(["", "555-0100"])), "", draw(IDS),
        draw(st.sampled_from(["", "05", "KG,01"])),
    ]  # fmt: skip


@given(people())
@settings(deadline=None, max_examples=300)
def test_unquoted_lists_are_restored_exactly(cells: list[str]) -> None:
    written = ",".join(cells).split(",")
    if len(written) > len(USERS):
        assert place(written) == cells


@given(people(), st.integers(4, 6), WORDS)
@settings(deadline=None, max_examples=300)
def test_a_comma_in_plain_text_is_never_mended_wrongly(cells: list[str], where: int, more: str) -> None:
    cells[where] += "," + more
    mended = place(",".join(cells).split(","))
    assert mended is None or mended == cells


@given(st.lists(st.sampled_from(["100", "G1", "S1", "true", "student", "", "x", "05", "a@b"]), min_size=13, max_size=20))
@settings(deadline=None, max_examples=300)
def test_what_is_mended_says_the_same_cells(cells: list[str]) -> None:
    mended = place(list(cells))
    if mended is not None:
        assert len(mended) == len(USERS)
        assert ",".join(mended) == ",".join(cells)


def test_a_hostile_row_is_decided_quickly() -> None:
    free = ("sourcedId", "subjects", "subjectCodes", "periods", "title", "location", "classCode", None, None, None, "classType")
    mend = placer(free, catalogue()["classes"], "1.1", {})
    assert mend(["x"] * (len(free) + 24)) is None
    assert mend([*["x"] * (len(free) + 23), "scheduled"]) is None


def test_blanks_behind_a_row_that_is_good_without_them_are_no_list() -> None:
    assert place(row("S1,true,100,student,ann,Ann,Ash,,,,G1,05,,")) is None
    assert place(row("S1,true,100,200,teacher,bo,Bo,Birch,,,,,")) is not None, "its last column is blank"
