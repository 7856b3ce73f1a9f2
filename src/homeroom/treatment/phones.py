"""Phones: columns that a district labels the other way round, and the one by which people log in."""

from __future__ import annotations

import json
from dataclasses import replace

from homeroom.roster.contacts import CONTACTS
from homeroom.roster.names import quoted
from homeroom.roster.names import text as literal
from homeroom.treatment.feeds import marked, mended
from homeroom.treatment.treatment import Feeds, Night, Treatment
from homeroom.workbench.values import DROPPED, Feed

CREDENTIAL = "credentialPhone"
"""The member of a person's metadata that names the phone column by which the person logs in: `sms` or `phone`."""
_OTHER = {"sms": "phone", "phone": "sms"}


def swap(night: Night, treatment: Treatment, feeds: Feeds) -> Feeds:
    """sms is taken for phone and phone for sms, in the files of people and of contacts."""
    return [_swapped(f) if f.table in ("users", CONTACTS) and {"sms", "phone"} & {*f.columns} else f for f in feeds]


def _swapped(feed: Feed) -> Feed:
    columns = tuple(_OTHER.get(c, c) for c in feed.columns)
    listed = (quoted(c) if c == o else f"{quoted(o)} AS {quoted(c)}" for c, o in zip(columns, feed.columns, strict=True))
    before = [*(("_row", "_line") if feed.text.numbered or feed.made else ()), "_keep", *((DROPPED,) if feed.drops else ())]
    return replace(
        feed,
        columns=columns,
        headers=tuple((_OTHER.get(c, c), w) for c, w in feed.headers),
        mapped=tuple((_OTHER.get(c, c), w) for c, w in feed.mapped),
        select=f"SELECT {', '.join([*before, *listed])} FROM ({feed.select})",
        fingerprint=marked(feed, "swap"),
    )


def declare(night: Night, treatment: Treatment, feeds: Feeds) -> Feeds:
    """Every person who has a phone in the credential column bears its name, where applications read it."""
    column = treatment.credential or ""
    return [_declared(f, column) if f.table == "users" else f for f in feeds]


def _declared(feed: Feed, column: str) -> Feed:
    has = f"{quoted(column)} IS NOT NULL" if column in feed.columns else "false"
    return with_member(feed, CREDENTIAL, f"CASE WHEN {has} THEN {literal(column)} END")


def with_member(feed: Feed, name: str, value: str) -> Feed:
    """A feed whose metadata has one more member, blank where the SQL `value` is NULL; members stay sorted by name."""
    alone = f"{literal('{' + json.dumps(name) + ':')} || to_json(({value})::VARCHAR)::VARCHAR || '}}'"
    if "metadata" not in feed.columns:
        made = mended(feed, name, {"metadata": alone})
    else:
        entries = "map_entries(coalesce(metadata, '{}')::JSON::MAP(VARCHAR, VARCHAR))"
        others = f"list_filter({entries}, lambda e: e.key <> {literal(name)})"
        one = f"map_entries(map {{{literal(name)}: ({value})::VARCHAR}})"
        joined = f"to_json(map_from_entries(list_sort(list_concat({others}, {one}))))::VARCHAR"
        made = mended(feed, name, {"metadata": f"CASE WHEN {value} IS NULL THEN metadata ELSE {joined} END"})
    return replace(made, members=tuple(sorted({*feed.members, name})))
