"""The import's own DuckDB database: opening, locking, naming, the issue table."""
