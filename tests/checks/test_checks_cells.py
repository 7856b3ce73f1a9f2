"""Cells, format by format: what is healed, dropped, refused, and under which code."""

from __future__ import annotations

from checks.night import NOW, Night
from homeroom.checks.rules import Rules

ORGS = """
sourcedId,name,type
s1,North School,school
"""


def users(
    *rows: str, header: str = "sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName,grades"
) -> dict[str, str]:
    return {"orgs": ORGS, "users": "\n".join((header, *rows))}


def test_a_clean_file_passes_as_it_is() -> None:
    with Night(users("u1,true,s1,student,ann,Ann,Ash,05", "u2,true,s1,teacher,bo,Bo,Birch,")) as night:
        assert night.keys("users") == ["u1", "u2"]
        assert night.issues() == []
        assert night.admitted["users"].tallies[0].accepted == 2
        assert night.admitted["users"].provable


def test_words_in_another_case_are_healed_and_counted() -> None:
    with Night(users("u1,TRUE,s1,Student,ann,Ann,Ash,05", "u2,1, s1 ,TEACHER,bo,Bo,Birch,pk")) as night:
        assert night.cells("users", "role") == {"u1": "student", "u2": "teacher"}
        assert night.cells("users", "enabledUser") == {"u1": "true", "u2": "true"}
        assert night.cells("users", "orgSourcedIds") == {"u1": "s1", "u2": "s1"}
        assert night.cells("users", "grades") == {"u1": "05", "u2": "PK"}
        repairs = {(r.code, r.count) for r in night.admitted["users"].tallies[0].repairs}
        assert repairs == {("boolean-form", 2), ("code-case", 3), ("list-spacing", 1)}


def test_unknown_words_are_refused_unless_the_rules_keep_them() -> None:
    files = users("u1,true,s1,wizard,ann,Ann,Ash,", "u2,true,s1,teacher,bo,Bo,Birch,")
    with Night(files) as night:
        assert night.keys("users") == ["u2"]
        assert night.refused("users") == {"u1": "refused:users:u1"}
        assert night.issues() == [("code-unknown", "u1", "role", "wizard", True)]
    with Night(files, rules=Rules("1.1", NOW, keep_unknown={"userRole11": frozenset({"wizard"})})) as night:
        assert night.keys("users") == ["u1", "u2"]
        assert [i[0] for i in night.issues()] == ["code-open"]


def test_required_cells_must_be_filled_unless_waived() -> None:
    files = users("u1,true,s1,student,,Ann,Ash,")
    with Night(files) as night:
        assert night.issues() == [("required-blank", "u1", "username", "", True)]
    with Night(files, rules=Rules("1.1", NOW, waived=frozenset({"users.username"}))) as night:
        assert night.keys("users") == ["u1"]
    with Night(users("u1,true,,,ann,Ann,Ash,"), rules=Rules("1.2", NOW)) as night:
        assert night.keys("users") == ["u1"], "role and orgs are required in 1.1 only"


def test_columns_that_did_not_come_are_not_checked() -> None:
    with Night({"users": "sourcedId,familyName\nu1,Ash\n"}) as night:
        assert night.issues() == []
        assert night.admitted["users"].columns == ("sourcedId", "familyName")


def test_an_extension_word_belongs_to_version_1_2() -> None:
    files = {"orgs": "sourcedId,name,type\ns1,North,ext:campus\n"}
    with Night(files, rules=Rules("1.2", NOW)) as night:
        assert night.keys("orgs") == ["s1"]
        assert night.issues() == []
    with Night(files) as night:
        assert night.keys("orgs") == []


def test_open_lists_pass_and_are_told_once() -> None:
    with Night(users("u1,true,s1,student,ann,Ann,Ash,9th", 'u2,true,s1,student,bo,Bo,Birch,"kg,9th"')) as night:
        assert night.cells("users", "grades") == {"u1": "9th", "u2": "KG,9th"}
        assert [(f.code, f.count) for f in night.findings()] == [("code-open", 2), ("code-case", 1)]


def test_text_is_cleaned_of_what_cannot_be_seen_and_kept_otherwise() -> None:
    odd = 'u1,true,s1,student,ann,"An\x07n\nMary","=cmd|\' /C calc\'!A0",05'
    with Night(users(odd, "u2,true,s1,student,bo,<script>x</script>,-Birch,", "u3,true,s1,student,cy,A < B,+1 555,")) as night:
        assert night.cells("users", "givenName")["u1"] == "Ann Mary"
        assert night.cells("users", "familyName")["u1"] == "=cmd|' /C calc'!A0"
        told = [(i[0], i[1], i[2]) for i in night.issues()]
        assert told == [
            ("control-characters", "", "givenName"),
            ("formula-content", "u1", "familyName"),
            ("formula-content", "u2", "familyName"),
            ("formula-content", "u2", "givenName"),
        ]


def test_a_cell_of_more_than_4000_characters_refuses_its_row() -> None:
    long, fits = "x" * 4001, "\u00e9" * 4000
    with Night({"orgs": f"sourcedId,name,type,identifier\ns1,North,school,{long}\ns2,{fits},school,\n"}) as night:
        assert night.keys("orgs") == ["s2"]
        assert night.issues() == [("value-too-long", "s1", "identifier", long[:200], True)]


def test_numbers_lists_and_booleans_of_the_gradebook() -> None:
    head = "sourcedId,title,weight\n"
    with Night({"categories": head + "a,Homework,012\nb,Tests,12.0\nc,Quiz,a lot\nd,Lab,\n"}, rules=Rules("1.2", NOW)) as night:
        assert night.cells("categories", "weight") == {"a": "12", "b": "12", "c": None, "d": None}
        assert [i[:4] for i in night.issues()] == [
            ("number-form", "", "weight", ""),
            ("number-unreadable", "c", "weight", "a lot"),
        ]


def test_typed_ids_get_their_braces_back_or_are_dropped() -> None:
    files = {"users": 'sourcedId,userIds\nu1,"{LDAP:a},{LTI:b}"\nu2,"LDAP:a, LTI:b"\nu3,12345\nu4,"{LDAP:a}, {LTI:b}"\n'}
    with Night(files) as night:
        assert night.cells("users", "userIds") == {
            "u1": "{LDAP:a},{LTI:b}",
            "u2": "{LDAP:a},{LTI:b}",
            "u3": None,
            "u4": "{LDAP:a},{LTI:b}",
        }
        assert [i[0] for i in night.issues()] == ["list-malformed", "list-spacing"]


def test_resource_roles_are_read_word_by_word() -> None:
    files = {
        "resources": 'sourcedId,vendorResourceId,roles,importance\nr1,v1,"Teacher, student",PRIMARY\nr2,v2,"teacher,wizard",\n'
    }
    with Night(files) as night:
        assert night.cells("resources", "roles") == {"r1": "teacher,student", "r2": None}
        assert night.cells("resources", "importance") == {"r1": "primary", "r2": None}


def misread(word: str) -> str:
    """What UTF-8 looks like that a program took for Windows-1252 (Latin-1 where that has no sign)."""
    return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in word.encode())


def test_garbled_letters_are_told_once_per_column_and_never_mended() -> None:
    """Valid UTF-8 that says JosÃ©: it went wrong before the file came here, and which letters were meant is not guessed (law 6)."""
    names = ["José", "Zoë", "MUÑOZ", "Łucja", "O\u2019Neil", "Nuño", "Иван", "García", "Àlex"]
    rows = [f"u{n},true,s1,student,user{n},{misread(name)},Ash," for n, name in enumerate(names)]
    fine = ["“AMANHÃ”", "FÖRSTÅ – B", "«BLÅ» ", "Château", "Søren", "Nguyễn", "SÃO", "Ñ.", "Âû", "Ёлка", "Đỗ", "ÄÖ", "Å", "Ðà"]
    rows += [f"v{n},true,s1,student,other{n},{name},Ash," for n, name in enumerate(fine)]
    with Night(users(*rows)) as night:
        [told] = night.findings()
        assert (told.code, told.count, told.column, told.severity) == ("text-garbled", len(names), "givenName", "warning")
        assert told.message == f"givenName holds garbled letters, as in JosÃ© (such rows: {len(names)})."
        cells = night.cells("users", "givenName")
        assert cells["u0"] == "JosÃ©"
        assert cells["v0"] == fine[0]


def test_every_misread_letter_is_seen() -> None:
    """Latin letters, Cyrillic ones and signs of print, each misread in the middle of a name: the quick look at a column misses none."""
    letters = [chr(n) for n in (*range(0xC0, 0x100), *range(0x401, 0x460), *range(0x2013, 0x2040))]
    rows = [f"u{n},true,s1,student,user{n},x{misread(letter)}x,Ash," for n, letter in enumerate(letters)]
    with Night(users(*rows)) as night:
        [finding] = night.findings()
        assert (finding.code, finding.count) == ("text-garbled", len(letters))
