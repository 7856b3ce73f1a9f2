"""What a source needs to log in elsewhere: kept encrypted, bound to its source, opened for one round."""

from __future__ import annotations

import json
from collections.abc import Mapping

from homeroom.deliveries.keys import SealBroken
from homeroom.roster.faults import Misuse
from homeroom.store.sources import Source
from homeroom.sync.house import House


def closed(house: House, source: int, secrets: Mapping[str, str]) -> str:
    """Secrets of a source as they are kept."""
    return house.vault.encrypt(json.dumps(dict(secrets)), table="source", row=str(source), column="secret")


def opened(house: House, source: Source) -> dict[str, str]:
    """The secrets in plain, for the length of a round. Raises Misuse when they cannot be opened."""
    if source.secret is None:
        return {}
    try:
        plain: dict[str, str] = json.loads(
            house.vault.decrypt(source.secret, table="source", row=str(source.id), column="secret")
        )
    except SealBroken as broken:
        raise Misuse(
            "the secret of source {number} cannot be opened ({broken}); give it again.",
            number=str(source.id),
            broken=broken.said,
            command=f"homeroom source secret {source.district} {source.id}",
        ) from None
    return plain
