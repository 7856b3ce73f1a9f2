"""plan: every change that a held import would make."""

from __future__ import annotations

import sys
from pathlib import Path

from homeroom.cli.context import note, opened_house


def plan(slug: str, number: int, out: Path | None = None, /) -> int:
    """Every record that a held import would change, as CSV: table, change, school, record, and the values before and after.

    The import's files are walked again for it, and nothing is changed. The audit tells that it was taken.

    Parameters
    ----------
    slug
        The district.
    number
        Number of the held import.
    out
        The file to write; without one the rows go to standard output.
    """
    from datetime import UTC, datetime

    from homeroom.desk import plan_sheet
    from homeroom.desk.sight import Sight

    with opened_house() as house:
        house.stores.control.districts.get(slug)
        lines = plan_sheet.written(house, slug, number, Sight(None, values=True), "command line", datetime.now(UTC))
        if out is None:
            sys.stdout.writelines(lines)
            return 0
        with out.open("w", encoding="utf-8", newline="") as file:
            out.chmod(0o600)
            count = sum(bool(file.write(line)) for line in lines) - 1
    note(f"{count:,} changes were written to {out}. It holds people's data: delete it when you are done.")
    return 0
