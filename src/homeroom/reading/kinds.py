"""What a file is that is no table: told from its first bytes, so that the message can say what came instead."""

from __future__ import annotations

import re

_MAGIC = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is an Excel workbook (XLS), not text"),
    (b"%PDF", "it is a PDF document"),
    (b"\x1f\x8b", "it is gzip-compressed, though its name does not say so"),
    (b"7z\xbc\xaf\x27\x1c", "it is a 7-Zip archive"),
    (b"Rar!\x1a\x07", "it is a RAR archive"),
    (b"BZh", "it is bzip2-compressed"),
    (b"\xfd7zXZ\x00", "it is xz-compressed"),
    (b"\x28\xb5\x2f\xfd", "it is zstd-compressed"),
    (b"PAR1", "it is a Parquet file"),
    (b"SQLite format 3\x00", "it is a SQLite database"),
    (b"\x89PNG\r\n\x1a\n", "it is a picture"),
    (b"\xff\xd8\xff\xe0", "it is a picture"),
    (b"GIF8", "it is a picture"),
    (b"{\\rtf", "it is a rich text document"),
    (b"-----BEGIN PGP", "it is encrypted with PGP"),
)
_HTML = re.compile(rb"(?is)\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body|title|meta|div|table|p|h1|center)\b")
_XML = re.compile(rb"(?i)\s*<(?:\?xml|[a-z][\w:.-]*[\s>/])")
_JSON = re.compile(rb'\s*(?:\{\s*(?:"|\}|$)|\[\s*(?:[\[{"\]]|$))')
_ODD = bytes(b for b in range(32) if b not in (9, 10, 12, 13, 26, 27)) + b"\x7f"


def not_a_table(beginning: bytes) -> str | None:
    """Why these first bytes (as they are in the file, up to 64 KiB) cannot be a text table, in words; None if they can."""
    if beginning.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        sheet = b"[Content_Types].xml" in beginning or b"xl/" in beginning
        return "it is an Excel workbook (XLSX), not text" if sheet else "it is a ZIP archive, though its name does not say so"
    for magic, why in _MAGIC:
        if beginning.startswith(magic):
            return why
    return None


def not_a_text_table(text: bytes) -> str | None:
    """The same, asked of the beginning of the text in UTF-8: web pages, XML, JSON, and bytes that are no text at all."""
    if _HTML.match(text) or (text.lstrip()[:1] == b"<" and b"<html" in text[:4096].lower()):
        return "it is an HTML page, as web servers send in place of a file when something is wrong"
    if _XML.match(text):
        return "it is an XML document"
    if _JSON.match(text):
        return "it is a JSON document"
    if len(text) - len(text.translate(None, _ODD)) > max(16, len(text) // 20):
        return "its bytes are no text"
    return None
