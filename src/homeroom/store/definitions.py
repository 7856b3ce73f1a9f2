"""The statements that make a store's tables, written out once.

Every district has a store of its own, and to write the statements anew for each takes three times as long as to run them.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import MetaData, create_mock_engine


@cache
def script(tables: MetaData, dialect: str) -> str:
    """All tables and indexes as one script in a dialect's SQL (`sqlite`, `postgresql`), their names without a schema."""
    statements: list[str] = []

    def write(statement: object, *_: object, **__: object) -> None:
        statements.append(str(statement.compile(dialect=engine.dialect)).strip())  # type: ignore[attr-defined]

    engine = create_mock_engine("postgresql+psycopg://" if dialect == "postgresql" else "sqlite://", write)
    tables.create_all(engine, checkfirst=False)
    return ";\n".join(statements) + ";"
