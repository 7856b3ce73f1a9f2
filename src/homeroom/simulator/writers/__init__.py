"""The systems that a made-up district can be written in. Adding one is one module and one line here."""

from __future__ import annotations

from homeroom.simulator.writers import oneroster_11, oneroster_12, powerschool_dem
from homeroom.simulator.writers.writer import Writer

WRITERS: dict[str, Writer] = {
    w.name: w
    for w in (
        oneroster_11.WRITER,
        oneroster_12.WRITER,
        powerschool_dem.WRITER,
        powerschool_dem.LABELS_CORRECTED,
        powerschool_dem.QUOTED,
    )
}
"""By the name of the layout set that reads them; after a colon the variant."""
