"""Where a long command has got to: one line on standard error, only where a person watches."""

from __future__ import annotations

import sys
import time


class Progress:
    """Tells each step with its time. Quiet when standard error is no terminal, or when asked to be."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._step: str | None = None
        self._since = time.monotonic()

    def step(self, name: str) -> None:
        """The next step begins."""
        now = time.monotonic()
        if self._shown:
            if self._step is not None:
                sys.stderr.write(f"\r\033[K  {self._step} ({now - self._since:.1f} s)\n")
            sys.stderr.write(f"\r\033[K  {name} ...")
            sys.stderr.flush()
        self._step, self._since = name, now

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._shown and self._step is not None:
            sys.stderr.write(f"\r\033[K  {self._step} ({time.monotonic() - self._since:.1f} s)\n")
            sys.stderr.flush()
