"""The only room with SQL against SQLite or PostgreSQL: control store, roster stores, migrations, queries."""
