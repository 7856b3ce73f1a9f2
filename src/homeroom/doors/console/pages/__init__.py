"""All pages of the console: one module for each group, listed here once."""

from __future__ import annotations

from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import account, help, missing, once, records, signing_in

PAGES: tuple[Page, ...] = (*signing_in.PAGES, *once.PAGES, *account.PAGES, *records.PAGES, *missing.PAGES, *help.PAGES)
"""Every module of this folder has a tuple of its own, and is named here."""
