"""What a file's name says: a table, a copy beside the right file, a leftover, junk of an operating system, an archive.

Names are only sorted here; which table a file is, the layouts decide.
"""

from __future__ import annotations

import re

from homeroom.roster.refused_rows import is_name

TABULAR = frozenset({"csv", "txt", "text", "tsv", "tab", "psv", "dat", "asc", "export", "out", ""})
"""Endings of text tables. A file without an ending is taken, unless it is one of the texts that come with archives."""

ARCHIVES = {
    "zip": "ZIP",
    "gz": "gzip",
    "tgz": "tar",
    "tar": "tar",
    "7z": "7-Zip",
    "rar": "RAR",
    "bz2": "bzip2",
    "xz": "xz",
    "zst": "zstd",
    "lz4": "lz4",
    "lzma": "lzma",
    "cab": "cabinet",
    "arj": "ARJ",
    "z": "compress",
}

_JUNK = re.compile(r"(?i)(?:\..*|thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r?|__macosx)")
_LEFTOVER = re.compile(
    r"(?i)(?:~\$.*|.*~|\#.*\#|.*\.(?:bak|old|orig|save|backup|filepart|part|partial|crdownload|download|tmp|temp|swp|swo|"
    r"lock|uploading|inprogress)(?:\.\d+)?)"
)
_COPY = re.compile(
    r"(?i)(?:.*\S\ ?\(\d{1,3}\)|.*[ _]-[ _](?:copy|kopie|copie|copia|c[oó]pia)(?:\ ?\(\d{1,3}\))?|copy(?:\ \(\d+\))?\ of\ .*|"
    r"kopie\ von\ .*|copia\ de\ .*|copie\ de\ .*|.*\ copy(?:\ \d{1,3})?)"
)
_TEXTS = frozenset(
    {"readme", "license", "licence", "notice", "changelog", "copying", "manifest", "checksum", "sha256sums", "md5sums"}
)


def base(name: str) -> str:
    """The last part of a path, whichever way its slashes lean."""
    return name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def ending(name: str) -> str:
    """What stands after the last dot, in lower case; '' for none.

    >>> ending("Users.CSV"), ending("users"), ending("users.csv.gz")
    ('csv', '', 'gz')
    """
    stem, dot, last = base(name).rpartition(".")
    return last.lower() if dot and stem else ""


def left_alone(name: str) -> str | None:
    """The code that says why a file of this name is not read, or None. Archives are the caller's to know.

    >>> left_alone("users.csv"), left_alone("users (1).csv"), left_alone("users.csv.filepart"), left_alone("guide.pdf")
    (None, 'file-copy', 'file-leftover', 'file-no-table')
    """
    last = base(name)
    if "__macosx" in name.lower().replace("\\", "/").split("/") or _JUNK.fullmatch(last):
        return "file-system-junk"
    if _LEFTOVER.fullmatch(last):
        return "file-leftover"
    stem = last.rpartition(".")[0] or last
    if _COPY.fullmatch(stem.removesuffix(".csv")) and not is_name(last):  # a browser numbers what it downloads twice
        return "file-copy"
    if ending(last) not in TABULAR or last.lower() in _TEXTS or stem.lower() in ("readme", "license", "licence"):
        return "file-no-table"
    return None


def archive_kind(name: str) -> str | None:
    """`ZIP`, `gzip`, `tar`, ... for the name of an archive, or None."""
    if base(name).lower().endswith((".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst")):
        return "tar"
    return ARCHIVES.get(ending(name))
