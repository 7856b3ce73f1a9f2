"""What only Oracle's SQL has, as functions of SQLite; rewritten queries (`oracle`) call them. A server has them from its start."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

PICTURES = (("YYYY", "%Y"), ("MM", "%m"), ("DD", "%d"), ("HH24", "00"), ("MI", "00"), ("SS", "00"), ("YY", "%y"))


class _ListAgg:
    def __init__(self) -> None:
        self.found: list[tuple[Any, str]] = []
        self.between, self.down = "", False

    def step(self, value: Any, between: str, key: Any, down: int) -> None:
        self.between, self.down = between, bool(down)
        if value is not None:
            self.found.append((key, str(value)))

    def finalize(self) -> str | None:
        if not self.found:
            return None
        number = all(isinstance(k, int | float) for k, _ in self.found)
        self.found.sort(key=lambda f: f[0] if number else str(f[0]), reverse=self.down)
        return self.between.join(v for _, v in self.found)


def teach(connection: sqlite3.Connection, today: Callable[[], str]) -> None:
    """Give a connection the functions that rewritten queries call."""

    def days(day: str, number: float) -> str:
        return (date.fromisoformat(day[:10]) + timedelta(days=int(number))).isoformat()

    def text(value: Any, picture: str) -> str | None:
        if value is None:
            return None
        for word, mark in PICTURES:
            picture = picture.replace(word, mark)
        return date.fromisoformat(str(value)[:10]).strftime(picture)

    connection.create_function("oracle_today", 0, today)
    connection.create_function("oracle_days", 2, days, deterministic=True)
    connection.create_function("oracle_text", 2, text, deterministic=True)
    connection.create_function(
        "oracle_lpad", 3, lambda v, n, f: None if v is None else str(v).rjust(n, f)[:n], deterministic=True
    )
    connection.create_function(
        "oracle_rpad", 3, lambda v, n, f: None if v is None else str(v).ljust(n, f)[:n], deterministic=True
    )
    connection.create_aggregate("oracle_listagg", 4, _ListAgg)  # type: ignore[arg-type]
    connection.execute("CREATE TABLE IF NOT EXISTS dual (dummy TEXT)")
