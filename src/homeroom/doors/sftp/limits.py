"""How much the door lets anyone do."""

from __future__ import annotations

from dataclasses import dataclass, field

from homeroom.deliveries.limits import FILE_BYTES, SET_BYTES, SPARE_BYTES
from homeroom.doors.sftp.brake import BrakeRules


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes, counts and seconds. `quota_bytes` is what may lie in one account's folder at a time, unless the account has its own.

    `spare_bytes`: free disk space below which no upload may begin. `login_seconds`: until logged in. `idle_seconds`: without
    a request. `alive_seconds`: how often a silent client is asked whether it is still there (three times, then it is dropped).
    """

    quota_bytes: int = SET_BYTES
    file_bytes: int = FILE_BYTES
    files: int = 1000
    open_handles: int = 64
    spare_bytes: int = SPARE_BYTES
    sessions: int = 500
    sessions_per_account: int = 100
    sessions_before_login: int = 250
    tries_per_connection: int = 6
    login_seconds: float = 60.0
    idle_seconds: float = 900.0
    alive_seconds: float = 30.0
    brake: BrakeRules = field(default_factory=BrakeRules)
