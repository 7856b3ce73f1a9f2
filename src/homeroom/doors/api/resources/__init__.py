"""The groups of addresses, each in a module of its own; `ROUTES` is the order of the reference."""

from homeroom.doors.api.resources import (
    account,
    apps,
    audit,
    deliveries,
    districts,
    feed,
    imports,
    installation,
    issues,
    layouts,
    own_layouts,
    papers,
    people,
    record_views,
    records,
    roster,
    schools,
    secrets,
    source_archive,
    sources,
    support,
    take_overs,
    uploads,
    write_backs,
)

ROUTES = tuple(
    module.routes
    for module in (
        account, districts, sources, source_archive, secrets, uploads, deliveries, imports, issues, roster, records, record_views, feed, schools, take_overs,
        layouts, own_layouts, papers, write_backs, apps, people, support, audit, installation,
    )
)  # fmt: skip
