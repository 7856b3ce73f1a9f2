"""Where a full walk stages the records of large files."""

from __future__ import annotations

from pathlib import Path

from homeroom.workbench.bench import Workbench


def staged(workbench: Workbench, table: str, number: int) -> Path:
    """The file for the records of a table's feed: zstd Parquet in the order of the file, with `_kh`, `_rh` and `_keep`."""
    return workbench.folder / f"shaped_{table}_{number}.parquet"
