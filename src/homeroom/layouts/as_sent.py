"""What the store holds, under the ids that the source's files have: without its prefix, and before any record was taken over.

Steps that compare tonight's rows with the store before ids become those of the roster ask through this. Without it nothing that is
stored would be found again by its id, and a student whose row is broken tonight would be taken for gone (law 3).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from homeroom.layouts.prefixing import names
from homeroom.layouts.taking_over import Pairs
from homeroom.roster.catalogue import Catalogue
from homeroom.roster.names import quoted
from homeroom.roster.names import text as literal
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Lookup


def as_sent(workbench: Workbench, book: Catalogue, lookup: Lookup, prefix: str, shared: Collection[str], pairs: Pairs) -> Lookup:
    """A lookup that is asked with ids as sent, and answers with them."""
    if not prefix and not pairs:
        return lookup

    def before(of: str) -> str:
        return "" if of in shared else prefix

    def sent(item: str, of: str) -> str:
        held = _looked_up({ours: theirs for theirs, ours in pairs.get(of, {}).items()}, item)
        start = before(of)
        return f"CASE WHEN starts_with({held}, {literal(start)}) THEN substr({held}, {len(start) + 1}) ELSE {held} END"

    def ask(table: str, wanted: str | None) -> str:
        if wanted is not None:
            asked = quoted(f"{wanted}_held")
            held = _looked_up(pairs.get(table, {}), f'{literal(before(table))} || "sourcedId"')
            workbench.run(f'CREATE OR REPLACE TABLE {asked} AS SELECT DISTINCT {held} AS "sourcedId" FROM {wanted}')
            wanted = asked
        told = []
        for field in book[table].fields:
            if (of := names(field, table)) is None:
                continue
            column = quoted(field.name)
            if field.format.is_list:
                told.append(
                    f"array_to_string(list_transform(string_split({column}, ','), lambda x: {sent('trim(x)', of)}), ',') AS {column}"
                )
            else:
                told.append(f"{sent(column, of)} AS {column}")
        return f"(SELECT * REPLACE ({', '.join(told)}) FROM {lookup(table, wanted)})"

    return ask


def _looked_up(words: Mapping[str, str], item: str) -> str:
    """SQL: the word that stands for an item, else the item."""
    if not words:
        return f"({item})"
    listed = ", ".join(f"{literal(word)}: {literal(other)}" for word, other in sorted(words.items()))
    return f"coalesce(MAP {{{listed}}}[{item}], {item})"
