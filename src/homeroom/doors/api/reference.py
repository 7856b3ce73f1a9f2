"""The reference page of the management API for the documentation: `python -m homeroom.doors.api.reference docs/reference` writes it."""

from __future__ import annotations

import sys
from pathlib import Path

from homeroom.doors.api import reference_page
from homeroom.doors.api.app import document


def pages() -> dict[str, str]:
    """File name and text of every page."""
    return {"management-api.md": reference_page.markdown(document())}


def main(arguments: list[str]) -> int:
    """Write the pages into the folder named on the command line; 2 for wrong use."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m homeroom.doors.api.reference FOLDER\n")
        return 2
    for name, text in pages().items():
        (Path(arguments[0]) / name).write_text(text, encoding="utf-8")
    sys.stderr.write(f"{len(pages())} pages\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
