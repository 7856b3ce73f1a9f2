"""What the environment and the command line say about this installation. Read by cli, serve, doors and sync only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from homeroom.roster.faults import Misuse

DEFAULT_DATA = "homeroom-data"


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation.

    `data` is the one folder of an embedded installation. `database_url` (PostgreSQL) and `storage` (`s3://...`) move the
    stores out of it. `host` is the address that the doors listen on and that `source add` prints; port 0 picks a free one.
    `quiet_seconds` is how long a pushed set must lie still before it is sealed; `keep_days` how long raw files are kept.
    """

    data: Path
    host: str = "127.0.0.1"
    http_port: int = 8080
    sftp_port: int = 2222
    database_url: str | None = None
    storage: str | None = None
    public_url: str | None = None
    master_key: str | None = None
    quiet_seconds: float = 60.0
    keep_days: int = 14
    memory_mb: int = 800
    threads: int = 2

    @property
    def work(self) -> Path:
        """Where workbenches live while an import runs; emptied of dead ones at every start."""
        return self.data / "work"

    @property
    def spool(self) -> Path:
        """Where pushed files grow until their set is sealed."""
        return self.data / "sftp"

    @property
    def keys(self) -> Path:
        """Master key and SFTP host keys; mode 0700."""
        return self.data / "keys"

    @property
    def raw(self) -> str:
        """Where sealed deliveries are kept: a folder or an `s3://` address."""
        return self.storage or str(self.data / "deliveries")


def read(environment: Mapping[str, str] | None = None, data: Path | None = None) -> Settings:
    """Settings from `HOMEROOM_*` variables; `data` (from `--data`) wins. Raises Misuse naming every wrong value at once."""
    env = os.environ if environment is None else environment
    wrong: list[str] = []

    def number(name: str, fallback: float) -> float:
        raw = env.get(name)
        if raw is None:
            return fallback
        try:
            value = float(raw)
        except ValueError:
            wrong.append(f"{name} must be a number, not {raw!r}")
            return fallback
        if value < 0:
            wrong.append(f"{name} must not be negative")
        return value

    url = env.get("HOMEROOM_DATABASE_URL") or None
    if url and not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        wrong.append("HOMEROOM_DATABASE_URL must begin with postgresql://")
    storage = env.get("HOMEROOM_STORAGE") or None
    if storage and not storage.startswith("s3://"):
        wrong.append("HOMEROOM_STORAGE must begin with s3://")
    settings = Settings(
        data=(data or Path(env.get("HOMEROOM_DATA", DEFAULT_DATA))).expanduser().resolve(),
        host=env.get("HOMEROOM_HOST", "127.0.0.1"),
        http_port=int(number("HOMEROOM_HTTP_PORT", 8080)),
        sftp_port=int(number("HOMEROOM_SFTP_PORT", 2222)),
        database_url=url,
        storage=storage,
        public_url=env.get("HOMEROOM_PUBLIC_URL") or None,
        master_key=env.get("HOMEROOM_MASTER_KEY") or None,
        quiet_seconds=number("HOMEROOM_QUIET_SECONDS", 60.0),
        keep_days=int(number("HOMEROOM_KEEP_DAYS", 14)),
        memory_mb=int(number("HOMEROOM_MEMORY_MB", 800)),
        threads=int(number("HOMEROOM_THREADS", 2)),
    )
    if wrong:
        raise Misuse("; ".join(wrong) + ".")
    return settings
