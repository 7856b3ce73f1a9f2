"""One table's rows of tonight as the checks see them, and where they write down what they find."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from homeroom.checks.rules import Rules
from homeroom.roster.catalogue import Table, catalogue
from homeroom.roster.names import quoted, text
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Sifted

WALKED = "walked"
"""Among the workbench's facts: the roster tables checked so far tonight, each with what was `Proved` of it."""
LEAVING = "leaving"
"""Among the workbench's facts: the roster tables of which some record leaves tonight; their keys are in leaving_T."""
FEW = 50_000
"""Rows of a table up to which a copy of them is cheaper than a view (some 20 MB)."""
STANDING = "standing"
"""Among the workbench's facts: the roster tables of which nothing is new tonight, neither sent nor gone nor looked at again."""
CAP = 10_000
"""Rows that the issue table keeps per code, file, column and cause."""


@cache
def referenced() -> frozenset[str]:
    """The tables whose ids other rows write down."""
    return frozenset(f.ref for t in catalogue() for f in t.references if f.ref is not None)


@dataclass(frozen=True, slots=True)
class Proved:
    """A table that was checked tonight: whether its files were complete, and whether absence in them proves anything.

    `spared`: SQL over stored records; those of which tonight's feeds cannot tell, or None.
    """

    continuous: bool
    provable: bool
    spared: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of tonight: its catalogue entry, what the sift said of it, and the rules that hold.

    Findings are collected in `found` (one row each), with what they do to their row in `effect`:
    `refuse`, `patch` (the cell becomes `mended`), `ignore`, `tell`. `unmapped`: some rows were set aside in unmapped_T, since
    the layout does not know a word in them. `anyone_leaves`: some row may say that its record is gone. `aside`: some rows were
    refused or ignored; they are in aside_T. `stepped`: mended rows have taken the place of those in stepped_T, which are in unmapped_T too.
    """

    workbench: Workbench
    table: Table
    sifted: Sifted
    rules: Rules
    unmapped: bool = False
    anyone_leaves: bool = True
    aside: bool = False
    stepped: bool = False

    @property
    def name(self) -> str:
        """The roster table's name."""
        return self.table.name

    @property
    def shaped(self) -> str:
        """All rows as shaped."""
        return f"shaped_{self.name}"

    @property
    def found(self) -> str:
        """The table of findings on this table's rows."""
        return f"found_{self.name}"

    @property
    def repairs(self) -> str:
        """The table of repairs: code, _file, column_name, count of cells."""
        return f"repairs_{self.name}"

    def healing(self, column: str) -> str:
        """The table of a column's values that were not fine: _file, _value, _code, _healed (NULL: could not be read)."""
        return quoted(f"healing_{self.name}_{column}")

    @property
    def few(self) -> bool:
        """Whether so few rows walk that copies of them cost nothing."""
        return sum(c.rows - c.ignored for c in self.sifted.counts) - self.sifted.unchanged <= FEW

    @property
    def has_status(self) -> bool:
        """Whether the rows carry a status."""
        return "status" in self.sifted.columns

    @property
    def leaving(self) -> str:
        """SQL: whether a row says that its record is gone. Only `tobedeleted` and its former name `inactive` do."""
        return "lower(trim(coalesce(status, ''))) IN ('tobedeleted', 'inactive')" if self.has_status else "FALSE"

    @property
    def is_referenced(self) -> bool:
        """Whether other rows write down this table's ids, so that an id can be taken for another one."""
        return self.name in referenced()

    @property
    def rows(self) -> str:
        """FROM item: the rows whose cells must hold: all but those that say their record is gone, or that the layout refuses."""
        if not self.unmapped:
            return self.standing
        return f"(SELECT * FROM {self.standing} ANTI JOIN unmapped_{self.name} USING (_file, _row, _kh))"

    @property
    def standing(self) -> str:
        """FROM item: the rows that do not say their record is gone, whatever stands in their cells."""
        gone = self.has_status and self.anyone_leaves
        rows = f"(SELECT * FROM {self.shaped} WHERE NOT {self.leaving})" if gone else self.shaped
        return f"(SELECT * FROM {rows} ANTI JOIN stepped_{self.name} USING (_file, _row, _kh))" if self.stepped else rows

    def find(
        self,
        source: str,
        code: str,
        column: str | None,
        value: str = "NULL",
        *,
        effect: str = "'tell'",
        cause: str = "NULL",
        mended: str = "NULL",
        detail: str = "NULL",
    ) -> None:
        """Add a finding for each row of `source`, a FROM item with _file, _row, _kh and sourcedId.

        `column` is the roster's name of the column; the others are SQL expressions over `source`. `detail` is JSON text.
        """
        name = text(column) if column is not None else "NULL"
        self.workbench.run(
            f"INSERT INTO {self.found} SELECT {code}, _file, _row, _kh, sourcedId, {name}, {value}, {detail}, "
            f"{effect}, {cause}, {mended} "
            f"FROM {source}"
        )

    def open(self) -> None:
        """Make the empty tables of findings and of rows that are refused or ignored for them."""
        self.workbench.run(f"""
            CREATE OR REPLACE TABLE {self.found} (code VARCHAR, _file INTEGER, _row BIGINT, _kh UBIGINT, key VARCHAR,
                column_name VARCHAR, value VARCHAR, detail VARCHAR, effect VARCHAR, cause VARCHAR, mended VARCHAR);
            CREATE OR REPLACE TABLE {self.repairs} (code VARCHAR, _file INTEGER, column_name VARCHAR, count BIGINT);
            CREATE OR REPLACE TABLE refused_{self.name} (_file INTEGER, _row BIGINT, sourcedId VARCHAR, cause VARCHAR);
            CREATE OR REPLACE TABLE aside_{self.name} (_file INTEGER, _row BIGINT, _kh UBIGINT);
            CREATE OR REPLACE TABLE departed_{self.name} (sourcedId VARCHAR);
            DROP TABLE IF EXISTS noted_{self.name}
        """)


def present(workbench: Workbench, table: str, columns: tuple[str, ...], changed: str | None = None) -> str | None:
    """FROM item: `columns` of every record that stands in tonight's files, changed or not; None if no file of it came.

    `changed` stands for the changed rows where they are not admitted yet. Columns that the files lack are NULL.
    """
    if changed is None and not workbench.exists(f"admitted_{table}"):
        return None
    shaped = f"admitted_{table}" if changed is None else f"shaped_{table}"
    rows = _picked(workbench, shaped, columns, changed or shaped)
    standing = _picked(workbench, f"unchanged_{table}", columns, f"unchanged_{table}")
    return f"({rows} UNION ALL {standing})"


def _picked(workbench: Workbench, named: str, columns: tuple[str, ...], relation: str) -> str:
    there = workbench.columns(named)
    listed = ", ".join(quoted(c) if c in there else f"NULL::VARCHAR AS {quoted(c)}" for c in columns)
    return f"SELECT {listed} FROM {relation}"
