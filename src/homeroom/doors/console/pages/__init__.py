"""All pages of the console: one module for each group, listed here once."""

from __future__ import annotations

from homeroom.doors.console.page import Page
from homeroom.doors.console.pages import (
    access,
    account,
    apps,
    district,
    fleet,
    going_back,
    help,
    import_log,
    import_page,
    import_rows,
    layout_editing,
    layouts,
    missing,
    once,
    one_source,
    record_views,
    records,
    schools,
    settings,
    setup,
    signing_in,
    source_settings,
    sources,
    upload,
)

PAGES: tuple[Page, ...] = (
    *fleet.PAGES,
    *district.PAGES,
    *import_log.PAGES,
    *import_page.PAGES,
    *import_rows.PAGES,
    *going_back.PAGES,
    *records.PAGES,
    *record_views.PAGES,
    *missing.PAGES,
    *layouts.PAGES,
    *layout_editing.PAGES,
    *schools.PAGES,
    *setup.PAGES,
    *sources.PAGES,
    *one_source.PAGES,
    *source_settings.PAGES,
    *upload.PAGES,
    *access.PAGES,
    *settings.PAGES,
    *apps.PAGES,
    *signing_in.PAGES,
    *once.PAGES,
    *account.PAGES,
    *help.PAGES,
)
"""Every module of this folder has a tuple of its own, and is named here."""
