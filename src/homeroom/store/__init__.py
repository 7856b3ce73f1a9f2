"""The only room with SQL against SQLite or PostgreSQL: control store, district stores, migrations, queries.

`stores.open(data, url)` is the front door. `control.Control` holds what belongs to the installation, `roster.RosterStore`
what belongs to one district. Embedded, a district is one SQLite file; on PostgreSQL it is one schema with the same tables.
"""
