"""The one reader of forms with files, fed byte by byte and with what nobody should send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from homeroom.doors.receiving import MOST_HEADER, Limits, Parts, TooMuch, Unreadable, Unwelcome, received

KIND = 'multipart/form-data; boundary="b"'
LIMITS = Limits(most_bytes=1_000_000, files=3, values=1000)


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    shown = f'; filename="{filename}"' if filename is not None else ""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{shown}\r\n\r\n'.encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--b--\r\n"


def read(body: bytes, folder: Path, step: int = 4096, limits: Limits = LIMITS, kind: str = KIND, **more: Any) -> Parts:
    return asyncio.run(received(kind, pieces(body, step), lambda: folder, limits, **more))


async def pieces(body: bytes, step: int) -> AsyncIterator[bytes]:
    for at in range(0, len(body), step):
        yield body[at : at + step]


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_a_form_reads_alike_however_it_is_cut_on_its_way(tmp_path: Path, step: int) -> None:
    content = b"id\r\nx--b is no end\r\n\r\n\xff\x00"
    body = form(part("csrf", b"t"), part("note", "Zoë".encode()), part("note", b""), part("files", content, "C:\\x\\Schüler.csv"))
    told = read(body, tmp_path, step)
    assert dict(told.values) == {"csrf": ["t"], "note": ["Zoë", ""]}
    (upload,) = told.uploads["files"]
    assert (upload.name, upload.size, upload.path.read_bytes()) == ("Schüler.csv", len(content), content)
    assert upload.path.parent == tmp_path


def test_a_name_never_says_where_a_file_lies(tmp_path: Path) -> None:
    names = ["../../etc/passwd", "part-1", ".."]
    told = read(form(*(part("files", b"x", name) for name in names)), tmp_path)
    assert [u.name for u in told.uploads["files"]] == ["passwd", "part-1", ".."]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["part-1", "part-2", "part-3"]


def test_a_field_left_empty_is_no_file(tmp_path: Path) -> None:
    told = read(form(part("files", b"", "")), tmp_path)
    assert (dict(told.values), dict(told.uploads), list(tmp_path.iterdir())) == ({}, {}, [])


def test_an_unwelcome_form_is_read_no_further_than_its_first_file(tmp_path: Path) -> None:
    taken: list[int] = []

    def counted() -> Iterator[bytes]:
        whole = form(part("csrf", b"forged"), part("files", b"x" * 500_000, "users.csv"))
        for at in range(0, len(whole), 1000):
            taken.append(at)
            yield whole[at : at + 1000]

    async def body() -> AsyncIterator[bytes]:
        for piece in counted():
            yield piece

    asked: list[list[str]] = []

    def welcome(values: Any) -> bool:
        asked.append(list(values["csrf"]))
        return False

    with pytest.raises(Unwelcome):
        asyncio.run(received(KIND, body(), lambda: tmp_path, LIMITS, welcome))
    assert (asked, len(taken), list(tmp_path.iterdir())) == ([["forged"]], 1, [])


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (form(part("a", b"x" * 1001)), "values"),
        (form(part("a", b"x" * 600), part("b", b"x" * 600)), "values"),
        (form(*(part("files", b"x", f"{n}.csv") for n in range(4))), "files"),
        (form(part("files", b"x" * 1_000_001, "a.csv")), "bytes"),
        (form(*(part("a", b"") for _ in range(2100))), "values"),
    ],
)
def test_what_is_too_much(tmp_path: Path, body: bytes, what: str) -> None:
    with pytest.raises(TooMuch) as told:
        read(body, tmp_path)
    assert told.value.what == what


@pytest.mark.parametrize(
    ("body", "kind", "cut"),
    [
        (part("files", b"half", "a.csv"), KIND, True),
        (b"", KIND, True),
        (b"--c\r\n\r\n", KIND, False),
        (form(part("a", b"\xff")), KIND, False),
        (b"--b\r\nX: " + b"x" * (MOST_HEADER + 1) + b"\r\n\r\n", KIND, False),
        (form(part("a", b"x")), "multipart/form-data", False),
        (form(part("a", b"x")), "text/plain", False),
    ],
)
def test_what_is_no_form(tmp_path: Path, body: bytes, kind: str, cut: bool) -> None:
    with pytest.raises(Unreadable) as told:
        read(body, tmp_path, kind=kind)
    assert told.value.cut == cut


def test_a_form_without_a_place_for_files_takes_none(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        read(form(part("files", b"x", "a.csv")), tmp_path, limits=Limits(1000, 0, 1000))
