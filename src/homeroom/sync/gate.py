"""The gate before a district's first real import: until its set-up is approved, everything that arrives is looked at and nothing is saved.

A district that was made by command line has no set-up and no gate (contract 5).
"""

from __future__ import annotations

from homeroom.sync.house import House

OPEN = frozenset(("approved", "automatic"))


def closed(house: House, slug: str) -> bool:
    """Whether imports of this district are dry runs for now."""
    found = house.stores.control.setups.of(slug)
    return found is not None and found.state not in OPEN
