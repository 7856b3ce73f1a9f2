"""An opened installation: settings, stores, keys and the raw store, for as long as a command or a server runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from obstore.store import LocalStore, ObjectStore

from homeroom.deliveries import masterkey, objects
from homeroom.deliveries.keys import DataKey, Vault
from homeroom.deliveries.masterkey import MasterKeys
from homeroom.deliveries.workfolders import reap
from homeroom.roster.faults import Misuse
from homeroom.settings import Settings
from homeroom.store import stores as store_room
from homeroom.store.keys import DataKey as KeptKey
from homeroom.store.stores import Stores
from homeroom.sync.jobs import Executor

_DELIVERIES = "deliveries"


@dataclass(frozen=True, slots=True)
class House:
    """What the functions of this room work on. One per process."""

    settings: Settings
    stores: Stores
    vault: Vault
    raw: ObjectStore
    executor: Executor = field(default_factory=Executor.of_this_process)
    staying: ExitStack = field(default_factory=ExitStack)
    _announced: list[bool] = field(default_factory=list)
    _guard: Lock = field(default_factory=Lock)

    def announce(self) -> None:
        """Let others see whether this process still lives, before it begins an import that nobody else may take for cut off."""
        with self._guard:
            if not self._announced:
                self.staying.enter_context(self.stores.presence(self.executor.name))
                self._announced.append(True)

    def data_key(self, slug: str) -> DataKey:
        """The district's key for raw deliveries; made on first use and kept wrapped in the control store."""
        kept = self.stores.control.keys.of(slug)
        if not kept:
            _, wrapped = self.vault.make(slug)
            row = KeptKey(district=slug, key_id=_DELIVERIES, wrapped=wrapped, created=datetime.now(UTC))
            kept = [self.stores.control.keys.keep(row)]
        return self.vault.unwrap(kept[-1].wrapped, slug)

    def snapshots(self, slug: str, source: int) -> Path:
        """The folder of a source's snapshots."""
        folder = self.settings.data / "districts" / slug / "snapshots" / str(source)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder


@contextmanager
def opened(settings: Settings) -> Iterator[House]:
    """Open an installation, making what is not there yet (folders 0700, the master key, the control store)."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    reap(settings.work)
    stores = store_room.open(settings.data, settings.database_url)
    try:
        house = House(settings=settings, stores=stores, vault=Vault(master_keys(settings, stores)), raw=raw_store(settings))
        with house.staying:
            yield house
    finally:
        stores.close()


def given_keys(settings: Settings) -> MasterKeys | None:
    """The master keys that the settings or the data folder have; None where none were ever made, or they are gone."""
    if settings.master_key:
        return masterkey.parse(settings.master_key, "HOMEROOM_MASTER_KEY")
    path = settings.keys / "master.key"
    return masterkey.keep(path) if path.exists() else None


def master_keys(settings: Settings, stores: Stores) -> MasterKeys:
    """The master keys; made only for an installation without districts. Raises Misuse where the key of some is gone.

    A new key beside districts that were sealed with another one would only hide the loss until the old one is put back.
    """
    if (given := given_keys(settings)) is not None:
        return given
    path = settings.keys / "master.key"
    if stores.control.districts.all():
        raise Misuse(
            "{path} is gone, and the districts' deliveries can only be opened with it: put the file back from a "
            "backup, or set HOMEROOM_MASTER_KEY.",
            path=str(path),
        )
    return masterkey.keep(path)


def raw_store(settings: Settings) -> ObjectStore:
    """Where sealed deliveries lie."""
    if settings.storage:
        return objects.bucket(settings.storage)
    folder = Path(settings.raw)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return LocalStore(str(folder))
