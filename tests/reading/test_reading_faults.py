"""Files that are no tables under a table's name: each gets a fault that says what came instead."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import pytest

from homeroom.reading import tables
from homeroom.roster.faults import Refused


def _zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>", "HTML"),
        (b"\r\n  <HTML><head>", "HTML"),
        (b"\xef\xbb\xbf<html>", "HTML"),
        ("<!doctype html><title>Sign in</title>".encode("utf-16"), "HTML"),
        (b"<!-- error --><html>", "HTML"),
        (b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>", "XML"),
        (b'{"error": "unauthorized"}', "JSON"),
        (b'[{"id": 1}]', "JSON"),
        (_zipped("[Content_Types].xml"), "XLSX"),
        (_zipped("users.csv"), "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "XLS"),
        (b"%PDF-1.7\n", "PDF"),
        (gzip.compress(b"id,name\n", mtime=0), "gzip"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "7-Zip"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture"),
        (b"PAR1\x15\x04", "Parquet"),
        (b"-----BEGIN PGP MESSAGE-----\n", "PGP"),
        (b"{\\rtf1 id,name}", "rich text"),
        (b"\0\0\0\0\0\0\0\0\0\0\0\0,\n" * 9, "no text"),
        (bytes(range(256)) * 8, "no text"),
    ],
)
def test_a_file_of_another_kind_is_named(desk: Any, data: bytes, word: str) -> None:
    look = desk.look(data)
    assert look.fault is not None
    assert look.fault.code == "file_unreadable"
    assert word in look.fault.message
    with pytest.raises(Refused) as refused:
        tables.read(desk.workbench, look)
    assert (refused.value.reason, refused.value.message) == ("file_unreadable", look.fault.message)


def test_a_bracket_in_a_header_is_not_json(desk: Any) -> None:
    assert desk.look(b"[13]FirstDay,[01]Name\n2026-08-01,x\n").fault is None


def test_a_header_of_too_many_columns(desk: Any) -> None:
    for data in (b",".join(b"c%d" % i for i in range(5000)) + b"\n", b"a," * 1_000_000):
        look = desk.look(data)
        assert look.fault is not None
        assert look.fault.code == "too_many_columns"
    assert desk.look(b",".join(b"c%d" % i for i in range(4096)) + b"\n").fault is None


def test_a_first_line_that_never_ends(desk: Any) -> None:
    look = desk.look(b"x" * 3_000_000)
    assert look.fault is not None
    assert "1 MiB" in look.fault.message
