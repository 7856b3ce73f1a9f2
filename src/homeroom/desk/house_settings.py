"""The settings of the installation as people look at them: they are read from the environment, and nothing is changed here."""

from __future__ import annotations

from dataclasses import dataclass, fields

from homeroom.settings import Settings

SECRET = frozenset({"master_key", "metrics_token", "database_url", "smtp_url", "oidc_client_secret"})
"""Settings of which only is told whether they are set: they are secrets, or hold one."""


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting: its variable, whether it has a value, the value (None for a secret, and where there is none), and what it does."""

    variable: str
    is_set: bool
    value: str | None
    secret: bool
    meaning: str


def lines(settings: Settings) -> tuple[SettingLine, ...]:
    """Every setting, in the order of their declaration."""
    return tuple(_line(settings, each.name, str(each.metadata.get("says", ""))) for each in fields(settings))


def _line(settings: Settings, name: str, meaning: str) -> SettingLine:
    value, secret = getattr(settings, name), name in SECRET
    value = (", ".join(value) or None) if isinstance(value, tuple) else value
    is_set = bool(value) if secret else value is not None
    return SettingLine(f"HOMEROOM_{name.upper()}", is_set, str(value) if is_set and not secret else None, secret, meaning)
