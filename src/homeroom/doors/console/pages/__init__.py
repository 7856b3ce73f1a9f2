"""All pages of the console: one module for each group, listed here once."""

from __future__ import annotations

from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import (
    access,
    account,
    apps,
    district,
    fleet,
    help,
    layout_editing,
    layouts,
    missing,
    once,
    records,
    schools,
    settings,
    setup,
    signing_in,
)

PAGES: tuple[Page, ...] = (
    *fleet.PAGES,
    *district.PAGES,
    *records.PAGES,
    *missing.PAGES,
    *layouts.PAGES,
    *layout_editing.PAGES,
    *schools.PAGES,
    *setup.PAGES,
    *access.PAGES,
    *settings.PAGES,
    *apps.PAGES,
    *signing_in.PAGES,
    *once.PAGES,
    *account.PAGES,
    *help.PAGES,
)
"""Every module of this folder has a tuple of its own, and is named here."""
