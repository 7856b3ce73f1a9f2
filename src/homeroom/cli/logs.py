"""Logs: structured lines on standard error, codes and counts only."""

from __future__ import annotations

import sys

import structlog


def configure() -> None:
    """Key-value lines where a person watches, JSON lines elsewhere."""
    shown = sys.stderr.isatty()
    # Plain tracebacks only: the pretty ones print local variables, and those may hold a child's data.
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if shown
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
