"""First lines: prefixes, spelling, order, doubled, blank, missing and surplus columns, titles, no header at all."""

from __future__ import annotations

import csv
import io

from hostile.kind import Collection, Files, base, edited

HOSTILE = Collection()
PREFIXES = {"users.csv": "USERS.", "classes.csv": "SECTIONS.", "enrollments.csv": "CC."}


NAMED_QUERIES = {
    "users.csv": (
        "USERS.",
        [
            "sourcedId",
            "orgSourcedIds",
            "role",
            "givenName",
            "familyName",
            "email",
            "sms",
            "phone",
            "agentSourcedIds",
            "grades",
            "language",
            "dcid",
        ],
    ),
    "classes.csv": ("SECTIONS.", ["sourcedId", "title", "grades", "location", "schoolSourcedId", "periods"]),
    "enrollments.csv": ("CC.", ["classSourcedId", "schoolSourcedId", "userSourcedId", "role"]),
}


def _header(files: Files, name: str, change: object) -> Files:
    first, rest = files[name].split(b"\r\n", 1)
    assert callable(change)
    return files | {name: change(first.decode()).encode() + b"\r\n" + rest}


def _columns(raw: bytes, order: list[str]) -> bytes:
    """The file with these columns in this order."""
    rows = list(csv.DictReader(io.StringIO(raw.decode(), newline="")))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, order, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _appended(raw: bytes, header: bytes, row: bytes) -> bytes:
    """The file with something at the end of its header and of every row."""
    first, *rest = raw.removesuffix(b"\r\n").split(b"\r\n")
    return b"".join(line + b"\r\n" for line in [first + header, *(line + row for line in rest)])


def _words(raw: bytes) -> list[str]:
    return raw.split(b"\r\n", 1)[0].decode().split(",")


@HOSTILE.add("success", None, "header-prefix")
def table_names_before_header_words(files: Files) -> Files:
    """PowerSchool's labels as they come, unless somebody edits each: USERS.sourcedId."""
    for name, prefix in PREFIXES.items():
        files = _header(files, name, lambda h, p=prefix: ",".join(p + w for w in h.split(",")))
    return files


@HOSTILE.add("success", None, "header-case")
def header_in_capitals(files: Files) -> Files:
    """An Oracle export: every header word in capitals."""
    for name in files:
        files = _header(files, name, str.upper)
    return files


@HOSTILE.add("success", None, "header-invisible")
def blanks_and_invisible_characters_in_the_header(files: Files) -> Files:
    """Words copied from a web page: blanks around, a non-breaking space, a zero-width space, a soft hyphen."""
    files = _header(files, "users.csv", lambda h: h.replace("familyName", " familyName\u00a0").replace("role", "ro\u200ble"))
    return _header(
        files, "classes.csv", lambda h: h.replace("title", " title ").replace("schoolSourcedId", "school\u00adSourcedId")
    )


@HOSTILE.add("success", None, "header-near-miss")
def a_misspelt_header_word(files: Files) -> Files:
    """givenNmae for givenName, and nothing else that it could be."""
    return _header(files, "users.csv", lambda h: h.replace("givenName", "givenNmae"))


@HOSTILE.add("success", None, "header-doubled")
def a_doubled_column(files: Files) -> Files:
    """The same column twice, the second empty: the first counts, and it is said so."""
    return files | {"orgs.csv": _appended(files["orgs.csv"], b",name", b",")}


@HOSTILE.add("success", None, "header-blank")
def a_blank_header_word(files: Files) -> Files:
    """A column without a name at the end of every line."""
    return files | {"orgs.csv": _appended(files["orgs.csv"], b",", b",")}


@HOSTILE.add("failed", "header_mismatch")
def a_required_column_is_missing(files: Files) -> Files:
    """enrollments.csv without userSourcedId: its rows mean nothing."""
    words = [w for w in _words(files["enrollments.csv"]) if w != "userSourcedId"]
    return files | {"enrollments.csv": _columns(files["enrollments.csv"], words)}


@HOSTILE.add("failed", "header_mismatch", first=True)
def a_required_column_is_missing_later(files: Files) -> Files:
    """The same on a later night: the last good roster stays."""
    return a_required_column_is_missing(files)


@HOSTILE.add("success", None, "column-unused")
def columns_that_nobody_uses(files: Files) -> Files:
    """Extra columns: lunch status and a social security number. Neither is stored."""
    return files | {"users.csv": _appended(files["users.csv"], b",LunchStatus,SSN", b",free,000-00-0000")}


@HOSTILE.add()
def passwords_in_the_file(files: Files) -> Files:
    """A real password in the password column: never stored, never shown."""
    return edited(files, "users.csv", ",KG,\r\n", ",KG,tulip-mania-1637\r\n", count=5)


@HOSTILE.add()
def columns_in_another_order(files: Files) -> Files:
    """Columns sorted by name: position means nothing."""
    return {name: _columns(raw, sorted(_words(raw))) for name, raw in files.items()}


@HOSTILE.add(first=True)
def columns_in_another_order_later(files: Files) -> Files:
    """The export was rebuilt with its columns reversed: nothing has changed."""
    return {name: _columns(raw, _words(raw)[::-1]) for name, raw in files.items()}


@HOSTILE.add(first=True, values=(("users", "g-01", "sms", "512-555-0151"),))
def an_optional_column_stays_away(files: Files) -> Files:
    """sms and phone are no longer exported: what did not come is not empty, the numbers stay."""
    words = [w for w in _words(files["users.csv"]) if w not in ("sms", "phone")]
    return files | {"users.csv": _columns(files["users.csv"], words)}


@HOSTILE.add("success", None, "title-skipped")
def a_title_above_the_header(files: Files) -> Files:
    """A report writer puts its title, the date and a blank line above the header."""
    return files | {"users.csv": b"Little Pine District - All Users\r\nPrinted 10/05/2026 02:00\r\n\r\n" + files["users.csv"]}


@HOSTILE.add("failed", "header_mismatch")
def no_header(files: Files) -> Files:
    """'Include column headers' was off: the first student is no header."""
    return files | {"users.csv": files["users.csv"].split(b"\r\n", 1)[1]}


@HOSTILE.add("failed", "header_mismatch", "file-swapped")
def two_files_swapped(files: Files) -> Files:
    """The users lie in classes.csv and the classes in users.csv."""
    return files | {"users.csv": files["classes.csv"], "classes.csv": files["users.csv"]}


@HOSTILE.add("failed", "header_mismatch", first=True)
def a_file_of_another_kind(files: Files) -> Files:
    """The bell schedule under the name users.csv."""
    return files | {"users.csv": b"Period,Starts,Ends\r\n1,08:00,08:50\r\n2,08:55,09:45\r\n"}


@HOSTILE.add("failed", "header_mismatch")
def header_in_another_language(files: Files) -> Files:
    """Every word of the header translated: nothing is guessed."""
    return files | {"users.csv": "identifiant,actif,écoles,rôle,prénom,nom\r\ns-01,oui,0101,élève,Ada,Alder\r\n".encode()}


@HOSTILE.add(
    "success",
    None,
    "header-prefix",
    "surplus-cells-placed",
    "set-made",
    layouts="powerschool-dem",
    active={"academicSessions": 1, "courses": 6, "demographics": 0},
)
def powerschool_named_queries(files: Files) -> Files:
    """Seed form of PowerSchool: CR, prefixes, not one quote, two guardians in one cell."""
    made = {}
    for name, (prefix, wanted) in NAMED_QUERIES.items():
        rows = csv.DictReader(io.StringIO(base()[name].decode().replace("Algebra, first part", "Algebra"), newline=""))
        lines = [",".join(prefix + w for w in wanted)]
        for number, row in enumerate(rows, start=1):
            row |= {"language": "en", "dcid": str(number)}
            lines.append(",".join(row[w] for w in wanted))
        made[name] = "".join(line + "\r" for line in lines).encode()
    return made
