"""Bytes: encodings, byte order marks, line ends, delimiters, characters that do not belong in a text file."""

from __future__ import annotations

import csv
import io

from hostile.kind import Collection, Files, edited, every

HOSTILE = Collection()
ACCENTS = (("users", "s-09", "familyName", "Ibáñez"), ("users", "t-01", "familyName", "O’Hara"))


def _recoded(files: Files, encoding: str, mark: bytes = b"") -> Files:
    return every(files, lambda raw: mark + raw.decode().encode(encoding))


def _delimited(files: Files, delimiter: str) -> Files:
    def change(raw: bytes) -> bytes:
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=delimiter).writerows(csv.reader(io.StringIO(raw.decode(), newline="")))
        return out.getvalue().encode()

    return every(files, change)


@HOSTILE.add("success", None, "byte-order-mark", values=ACCENTS)
def utf_8_with_byte_order_mark(files: Files) -> Files:
    """Excel's 'CSV UTF-8' puts three bytes in front of the first header word."""
    return every(files, lambda raw: b"\xef\xbb\xbf" + raw)


@HOSTILE.add(values=ACCENTS)
def utf_16_little_endian(files: Files) -> Files:
    """'Unicode text' of Windows: UTF-16 with its mark."""
    return _recoded(files, "utf-16-le", b"\xff\xfe")


@HOSTILE.add(values=ACCENTS)
def utf_16_big_endian(files: Files) -> Files:
    """UTF-16 the other way round, with its mark."""
    return _recoded(files, "utf-16-be", b"\xfe\xff")


@HOSTILE.add("success", None, "encoding-guessed", values=ACCENTS)
def utf_16_without_mark(files: Files) -> Files:
    """UTF-16 that says nothing about itself; every second byte is zero."""
    return _recoded(files, "utf-16-le")


@HOSTILE.add("success", None, "encoding-guessed", values=ACCENTS)
def windows_1252(files: Files) -> Files:
    """An old export in the Windows code page, with its curly apostrophe (0x92)."""
    return _recoded(files, "cp1252")


@HOSTILE.add("success", None, "encoding-guessed", values=(("users", "s-09", "familyName", "Ibáñez"),))
def latin_1(files: Files) -> Files:
    """An old export in ISO 8859-1."""
    return _recoded(edited(files, "users.csv", "’", "'"), "latin-1")


@HOSTILE.add("success_with_row_issues", None, "bytes-unreadable", first=True, values=(("users", "s-09", "familyName", "Ibáñez"),))
def one_bad_byte(files: Files) -> Files:
    """One name was typed into the database in another encoding; the rest of the file is good UTF-8 and must stay so."""
    return edited(files, "users.csv", "Dario,Díaz", b"Dario,D\xedaz")


@HOSTILE.add(values=ACCENTS)
def carriage_returns_only(files: Files) -> Files:
    """PowerSchool's line delimiter CR: many readers see a header and no rows."""
    return every(files, lambda raw: raw.replace(b"\r\n", b"\r"))


@HOSTILE.add(values=ACCENTS)
def line_feeds_only(files: Files) -> Files:
    """Unix line ends."""
    return every(files, lambda raw: raw.replace(b"\r\n", b"\n"))


@HOSTILE.add("success", None, "line-ends-mixed", values=ACCENTS)
def mixed_line_ends(files: Files) -> Files:
    """Two exports pasted together: CRLF first, LF after."""

    def change(raw: bytes) -> bytes:
        half = raw.index(b"\r\n", len(raw) // 2)
        return raw[:half] + raw[half:].replace(b"\r\n", b"\n")

    return every(files, change)


@HOSTILE.add()
def no_last_line_end(files: Files) -> Files:
    """The last line ends with the file; its row counts."""
    return every(files, lambda raw: raw.removesuffix(b"\r\n"))


@HOSTILE.add("success_with_row_issues", None, "control-characters-dropped", values=(("users", "s-04", "givenName", "Dario"),))
def nul_bytes(files: Files) -> Files:
    """A fixed-width field came with its padding zeros."""
    return edited(files, "users.csv", "Dario,", b"Dario\0\0,")


@HOSTILE.add()
def control_z_at_the_end(files: Files) -> Files:
    """A DOS program ends its files with Ctrl-Z; it is no row."""
    return every(files, lambda raw: raw + b"\x1a")


@HOSTILE.add("success_with_row_issues", None, "control-characters-dropped", values=(("users", "s-04", "givenName", "Dario"),))
def control_characters(files: Files) -> Files:
    """A bell and an escape inside a name."""
    return edited(files, "users.csv", "Dario,", "Da\x07rio\x1b,")


@HOSTILE.add(values=ACCENTS)
def tabs_between_cells(files: Files) -> Files:
    """Tab separated although the name says csv."""
    return _delimited(files, "\t")


@HOSTILE.add(values=ACCENTS)
def pipes_between_cells(files: Files) -> Files:
    """The pipe of Ascender's exports."""
    return _delimited(files, "|")


@HOSTILE.add(values=ACCENTS)
def semicolons_between_cells(files: Files) -> Files:
    """Excel in a country with a decimal comma."""
    return _delimited(files, ";")


@HOSTILE.add(values=ACCENTS)
def each_file_in_another_dialect(files: Files) -> Files:
    """One export by each of three people: CR and tabs, UTF-16, pipes with a byte order mark."""
    tabs, pipes = _delimited(files, "\t"), _delimited(files, "|")
    return files | {
        "users.csv": tabs["users.csv"].replace(b"\r\n", b"\r"),
        "classes.csv": b"\xff\xfe" + files["classes.csv"].decode().encode("utf-16-le"),
        "enrollments.csv": b"\xef\xbb\xbf" + pipes["enrollments.csv"],
    }
