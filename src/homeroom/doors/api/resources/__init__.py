"""The groups of addresses, each in a module of its own; `ROUTES` is the order of the reference."""

from homeroom.doors.api.resources import (
    account,
    apps,
    audit,
    deletions,
    deliveries,
    districts,
    feed,
    fleet,
    imports,
    installation,
    issues,
    layout_sets,
    layouts,
    notices,
    own_layouts,
    papers,
    people,
    profile,
    record_views,
    records,
    roster,
    schools,
    secrets,
    set_up,
    set_up_worksheet,
    source_archive,
    source_desk,
    sources,
    support,
    take_overs,
    unknown_files,
    uploads,
    write_backs,
)

ROUTES = tuple(
    module.routes
    for module in (
        account, fleet, districts, deletions, set_up, set_up_worksheet, notices, sources, source_archive, source_desk, secrets, uploads,
        deliveries, imports, issues, roster, records, record_views, profile, feed, schools, take_overs, layouts, layout_sets, own_layouts,
        unknown_files, papers,
        write_backs, apps, people, support, audit, installation,
    )
)  # fmt: skip
