"""Whole deliveries: files that are not what they say, files too many or too few, and nights on which a person must look."""

from __future__ import annotations

import csv
import io

from hostile import zips
from hostile.kind import Collection, Files, edited

HOSTILE = Collection()
MANIFEST = {
    "manifest.version": "1.0",
    "oneroster.version": "1.1",
    **dict.fromkeys(
        (f"file.{t}" for t in ["academicSessions", "classes", "courses", "demographics", "enrollments", "orgs", "users"]), "bulk"
    ),
    **dict.fromkeys(
        (f"file.{t}" for t in ["categories", "classResources", "courseResources", "lineItems", "resources", "results"]), "absent"
    ),
}
PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Your session has expired.</body></html>\n"


def manifest(**changed: str) -> bytes:
    """A manifest; `changed` sets modes by table name."""
    lines = MANIFEST | {f"file.{table}": mode for table, mode in changed.items()}
    return "".join(f"{k},{v}\r\n" for k, v in [("propertyName", "value"), *lines.items()]).encode()


@HOSTILE.add()
def with_its_manifest(files: Files) -> Files:
    """The complete package of the standard."""
    return files | {"manifest.csv": manifest()}


@HOSTILE.add("failed", "incomplete_set", first=True)
def a_promised_file_did_not_come(files: Files) -> Files:
    """The manifest says that enrollments are there; they are not."""
    del files["enrollments.csv"]
    return files | {"manifest.csv": manifest()}


@HOSTILE.add("success", None, "file-not-promised", first=True)
def a_file_that_was_not_promised(files: Files) -> Files:
    """The manifest says absent, and the file is there."""
    return files | {"manifest.csv": manifest(demographics="absent")}


@HOSTILE.add("success", None, "manifest-property", first=True)
def a_manifest_with_gaps(files: Files) -> Files:
    """Half of the manifest's lines are missing and a mode is misspelt."""
    lines = manifest(users="Bulk").split(b"\r\n")
    return files | {
        "manifest.csv": b"\r\n".join([*lines[:3], *[line for line in lines[3:] if b"bulk" in line.lower()]]) + b"\r\n"
    }


@HOSTILE.add("failed", "file_unreadable")
def a_web_page_named_csv(files: Files) -> Files:
    """The download script saved the log-in page."""
    return files | {"users.csv": PAGE}


@HOSTILE.add("failed", "file_unreadable")
def a_spreadsheet_named_csv(files: Files) -> Files:
    """An Excel workbook that was renamed, not saved as CSV."""
    sheet = zips.packed([("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")])
    return files | {"users.csv": sheet}


@HOSTILE.add("failed", "file_unreadable")
def an_old_spreadsheet_named_csv(files: Files) -> Files:
    """The binary form of Excel 97."""
    return files | {"users.csv": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + b"\xff" * 512}


@HOSTILE.add("failed", "file_unreadable")
def a_pdf_named_csv(files: Files) -> Files:
    """A report that was printed."""
    return files | {"users.csv": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n"}


@HOSTILE.add("failed", "file_unreadable")
def json_named_csv(files: Files) -> Files:
    """An API's answer instead of the export."""
    return files | {"users.csv": b'{"error": "invalid_token", "error_description": "The access token expired"}\n'}


@HOSTILE.add("failed", "file_unreadable")
def an_archive_named_csv(files: Files) -> Files:
    """A ZIP under the name of its content."""
    return files | {"users.csv": zips.packed([("users.csv", files["users.csv"])])}


@HOSTILE.add("failed", "file_unreadable")
def rubbish_named_csv(files: Files) -> Files:
    """Bytes without sense."""
    return files | {"users.csv": bytes((n * n * 31 + n) % 251 for n in range(8000))}


@HOSTILE.add("success", None, "file-copy", "file-leftover", "file-system-junk", "file-no-table")
def copies_and_leftovers(files: Files) -> Files:
    """Copies, half uploads and the desktop's own files lie beside the right ones: listed and left alone."""
    wrong = files["users.csv"].replace(b"Farid", b"Wrong")
    names = ("users (1).csv", "users - Copy.csv", "users.csv.bak", "enrollments.csv.filepart", "classes.csv.tmp", "~$users.csv")
    others = {"Thumbs.db": b"\0", ".DS_Store": b"\0", "README.md": b"# Export\n", "logo.png": b"\x89PNG\r\n\x1a\n"}
    return files | dict.fromkeys(names, wrong) | others


@HOSTILE.add("success", None, "file-unknown", first=True)
def a_file_that_no_layout_knows(files: Files) -> Files:
    """Bus routes come along: told, and left alone."""
    return files | {"bus_routes.csv": b"route,stop,time\r\n7,Elm St,07:10\r\n"}


@HOSTILE.add()
def file_names_in_capitals(files: Files) -> Files:
    """USERS.CSV is users.csv."""
    return {name.upper(): raw for name, raw in files.items()}


@HOSTILE.add("failed", "layouts_unclear", "file-leftover", "file-no-table")
def only_leftovers(files: Files) -> Files:
    """A note and half an upload, no roster."""
    return {"readme.txt": b"see attached\n", "users.csv.filepart": files["users.csv"][:900]}


@HOSTILE.add("failed", "suddenly_empty", "reference-unknown", first=True)
def a_header_without_rows(files: Files) -> Files:
    """The export's filter matched nobody: a fault, never a removal of all."""
    return files | {"users.csv": files["users.csv"].split(b"\r\n", 1)[0] + b"\r\n"}


@HOSTILE.add("failed", "suddenly_empty", first=True)
def a_file_of_no_bytes(files: Files) -> Files:
    """The disk was full when the export ran."""
    return files | {"enrollments.csv": b""}


@HOSTILE.add(first=True)
def files_that_stay_away(files: Files) -> Files:
    """Only users came tonight: the absent files say nothing about their records."""
    return {"users.csv": files["users.csv"]}


@HOSTILE.add(first=True)
def the_same_bytes_again(files: Files) -> Files:
    """Nothing has changed, and no revision is made."""
    return files


def _without(raw: bytes, *words: str) -> bytes:
    """The file without the rows in which one of the words stands as a cell, or as an item of a list cell."""
    rows = list(csv.reader(io.StringIO(raw.decode(), newline="")))
    kept = [r for n, r in enumerate(rows) if not n or not any(set(cell.split(",")) <= set(words) and cell for cell in r)]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(kept)
    return out.getvalue().encode()


@HOSTILE.add("held", "limit_exceeded", "reference-dropped", first=True)
def a_school_went_missing(files: Files) -> Files:
    """The export's filter lost a school: its students, classes and enrollments are gone, and it itself."""
    gone = {f"s-{n:02d}" for n in range(16, 31)}
    return {name: _without(raw, "0102", *(gone if name == "demographics.csv" else ())) for name, raw in files.items()}


@HOSTILE.add("held", "rekeyed", first=True)
def everybody_has_another_id(files: Files) -> Files:
    """A migration re-keyed the people, who are the same: said so, nothing automatic."""
    found = dict(files)
    for name in ("users.csv", "enrollments.csv", "demographics.csv"):
        raw = found[name].decode()
        for kind in "stag":
            raw = raw.replace(f"{kind}-", f"{kind}x-") if kind != "t" else raw.replace("t-0", "tx-0")
        found[name] = raw.encode()
    return found


@HOSTILE.add("held", "limit_exceeded", first=True)
def half_of_the_students(files: Files) -> Files:
    """The report broke off at a page's end: every second enrollment and demographics row is missing."""
    for name in ("enrollments.csv", "demographics.csv"):
        head, *rows = files[name].removesuffix(b"\r\n").split(b"\r\n")
        files[name] = b"\r\n".join([head, *rows[: len(rows) * 2 // 5]]) + b"\r\n"
    return files


@HOSTILE.add("held", "another_district", first=True)
def another_district(files: Files) -> Files:
    """The neighbour's delivery in our folder: other schools, other people, other ids."""
    found = {}
    for name, raw in files.items():
        text = raw.decode().replace("0101", "9901").replace("0102", "9902").replace("Pine", "Salt").replace("Oak", "Sand")
        for kind in ("d-", "k-", "c-", "e-", "s-", "t-0", "a-0", "g-"):
            text = text.replace(f"\n{kind}", f"\nz{kind}").replace(f",{kind}", f",z{kind}").replace(f'"{kind}', f'"z{kind}')
        found[name] = text.replace("example.org", "neighbour.example.org").encode()
    return found | {"users.csv": _other_people(found["users.csv"])}


def _other_people(raw: bytes) -> bytes:
    """The users under other names: everybody's given name and family name read backwards."""
    rows = list(csv.DictReader(io.StringIO(raw.decode(), newline="")))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    for row in rows:
        named = {column: row[column][::-1].capitalize() for column in ("givenName", "familyName")}
        writer.writerow(row | named | {"username": f"{named['givenName']}.{row['username']}"})
    return out.getvalue().encode()


@HOSTILE.add(first=True, active={"users": 46, "enrollments": 35}, values=(("users", "s-06", "givenName", "Fadil"),))
def an_ordinary_night(files: Files) -> Files:
    """One name was corrected, one student is new, one enrollment ended: no hold."""
    row = b"s-31,,,true,0101,student,student31,,Ezra,Elm,,004031,student31@example.org,,,,KG,\r\n"
    files = edited(files, "users.csv", ",Farid,", ",Fadil,")
    files["enrollments.csv"] = files["enrollments.csv"].rsplit(b"e-36", 1)[0]
    return files | {"users.csv": files["users.csv"] + row}
