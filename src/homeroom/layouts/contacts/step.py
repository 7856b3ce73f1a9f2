"""The contact step, between shaping and making: pairs feeds go in, users feeds with guardians and their links come out.

pairs came    users came    what is done
yes           yes           the rules decide; people, links and second roles are made
yes           no            nothing: without its students a pair says nothing; told
no            yes           nothing changes about people and links that earlier pairs made (law 2); told
not managed                 guardians and links stay as people left them; told
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from homeroom.layouts.contacts import judging, people, telling
from homeroom.layouts.contacts.elsewhere import Students, look_elsewhere
from homeroom.layouts.contacts.pairs import KNOWN, ROWS, gather, laid_out, survey
from homeroom.layouts.contacts.rules import ContactRules
from homeroom.roster.contacts import CONTACTS, GUARDIAN_ROLES, MARK
from homeroom.roster.faults import Refused
from homeroom.roster.names import text as literal
from homeroom.roster.report import ContactsReport
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed, Lookup

MARKED = f"json_extract_string(metadata, '$.{MARK}') IS NOT NULL"
"""SQL over stored records: whether one was made from pairs."""
_GUARDIANS = ", ".join(literal(r) for r in GUARDIAN_ROLES)
_IS_GUARDIAN = f"coalesce(lower(role) IN ({_GUARDIANS}), false)"


@dataclass(frozen=True, slots=True)
class PairsFile:
    """How the rows of one pairs feed ended: `rows` = `accepted` + `refused` + `ignored` (left out by a rule, or no pair)."""

    feed: Feed
    rows: int
    accepted: int
    refused: int
    ignored: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What the contact step gives on: tonight's feeds without pairs, the files of pairs, and the table of the report."""

    feeds: tuple[Feed, ...]
    files: tuple[PairsFile, ...] = ()
    report: ContactsReport | None = None


@dataclass(frozen=True, slots=True)
class Background:
    """What the step must know beside tonight's feeds.

    `expected`: the names of the set's layouts for pairs. `made_before`: how many active people of this source were made from pairs; asked
    only where it matters. `lookup` asks the store by the roster's ids, `as_sent` by those of tonight's files. `seasonal`: an empty file of pairs is expected at this time of the year.
    `students`: who has one of these people as agent. `marks`: by layout, how people who are made from it are marked, where that is another name.
    """

    expected: tuple[str, ...]
    made_before: Callable[[], int]
    lookup: Lookup
    as_sent: Lookup
    seasonal: bool = False
    students: Students = lambda people: ()
    marks: Mapping[str, str] = field(default_factory=dict)


def settle(workbench: Workbench, rules: ContactRules, feeds: Sequence[Feed], background: Background) -> Settled:
    """Apply the contact rules to tonight's feeds. Raises Refused("suddenly_empty") for a file of pairs that lost all its rows."""
    pairs = tuple(f for f in feeds if f.table == CONTACTS)
    others = tuple(f for f in feeds if f.table != CONTACTS)
    if not any(f.table == "users" for f in others):
        return _without_students(workbench, others, pairs)
    if rules.guardians == "not-managed":
        return _unmanaged(workbench, others, pairs, background.lookup)
    if rules.guardians == "separate-file":
        others = _without_guardians(workbench, others)
    if pairs and _empty(workbench, pairs):
        made = background.made_before()
        if made and not background.seasonal:
            raise Refused("suddenly_empty", file=pairs[0].text.file.name, count=made, table=CONTACTS)
        if made:
            return _absent(workbench, rules, others, pairs, background.lookup)
    if not pairs and (rules.guardians == "separate-file" or (background.expected and background.made_before())):
        return _absent(workbench, rules, others, (), background.lookup)
    if not pairs and rules.users_file == "as-sent":
        return Settled(others)
    came = {f.layout for f in pairs}
    silent = tuple(name for name in background.expected if name not in came) if pairs else ()
    if silent and background.made_before():
        others = _keeping(others, silent)
    return _decided(workbench, rules, others, pairs, background, bool(silent))


def _keeping(feeds: tuple[Feed, ...], silent: Sequence[str]) -> tuple[Feed, ...]:
    """One of several files of pairs did not come: whoever was made from it stays (law 2)."""
    theirs = f"json_extract_string(metadata, '$.{MARK}') IN ({', '.join(literal(name) for name in silent)})"
    mark = f"spares {theirs}"
    return tuple(
        replace(f, spares=theirs, fingerprint=f"{f.fingerprint} {mark}") if f.table in ("users", "roles") else f for f in feeds
    )


def _decided(
    workbench: Workbench,
    rules: ContactRules,
    others: tuple[Feed, ...],
    pairs: tuple[Feed, ...],
    background: Background,
    silent: bool,
) -> Settled:
    """The usual case: gather, judge, make, tell. `silent`: one of several files of pairs did not come."""
    others = tuple(laid_out(workbench, n, f) if f.table == "users" else f for n, f in enumerate(others))
    users = [f for f in others if f.table == "users"]
    roles = [f for f in others if f.table == "roles"]
    own = any("agentSourcedIds" in f.columns for f in users)
    lookup = background.as_sent
    gather(workbench, pairs, rules)
    survey(workbench, users, roles, lookup)
    incomplete = workbench.value(f"SELECT count(*) FROM {ROWS} WHERE student IS NULL OR person IS NULL")
    read = not incomplete and not any(f.text.unread or f.text.ragged for f in pairs)
    whole = read and not silent and all(f.mode == "continuous" for f in pairs)
    judging.judge(workbench, rules, whole=whole, own=own, lookup=lookup)
    look_elsewhere(workbench, rules, whole=whole, lookup=lookup, students=background.students)
    people.make_people(workbench)
    people.make_links(workbench, rules.limit)
    dropped = rules.users_file == "by-rules" and people.make_dropped(workbench)
    made = people.users_feeds(pairs, rules, others, incomplete, background.marks)
    made += people.roles_feeds(workbench, pairs, rules, others, incomplete, background.marks)
    parents = [*pairs, *others]
    linked = [people.linked(f, parents, rules, without=bool(dropped)) if f.table == "users" else f for f in others]
    telling.tell(workbench, pairs)
    return Settled((*linked, *made), _files(workbench, pairs), telling.report(workbench, rules))


def forget(workbench: Workbench) -> None:
    """Drop what only the step itself reads, so that it does not stay in memory while the tables walk."""
    for name in (ROWS, KNOWN, judging.OWN, judging.PLACES, judging.SPOKEN):
        workbench.run(f"DROP TABLE IF EXISTS {name}")


def _files(workbench: Workbench, pairs: Sequence[Feed]) -> tuple[PairsFile, ...]:
    """Every row of the pairs files counted once."""
    found = []
    for number, feed in enumerate(pairs):
        passed, refused = workbench.rows(
            f"SELECT count(*) FILTER (verdict = 'passed'), count(*) FILTER (verdict = 'incomplete') FROM {judging.VERDICTS} WHERE feed = {number}"
        )[0]
        rows, unread = _rows(workbench, feed)
        found.append(PairsFile(feed, rows, passed, refused + unread, rows - passed - refused - unread))
    return tuple(found)


def _rows(workbench: Workbench, feed: Feed) -> tuple[int, int]:
    """All rows of a pairs file, and how many of them never became a row of the feed."""
    ragged = workbench.value(f"SELECT count(*) FROM {feed.text.ragged}") if feed.text.ragged else 0
    unread = ragged + feed.text.unread
    if feed.text.rows is not None:
        return feed.text.rows, unread
    return workbench.value(f"SELECT count(*) FROM ({feed.select})") + unread + feed.text.ignored, unread


def _empty(workbench: Workbench, pairs: Sequence[Feed]) -> bool:
    """Whether the files of pairs came whole and without any row at all."""
    return all(f.mode == "continuous" and _rows(workbench, f) == (0, 0) for f in pairs)


def _ignored(workbench: Workbench, pairs: Sequence[Feed]) -> tuple[PairsFile, ...]:
    """Pairs of which nothing is taken: all their rows are ignored."""
    files = []
    for feed in pairs:
        rows, unread = _rows(workbench, feed)
        files.append(PairsFile(feed, rows, 0, unread, rows - unread))
    return tuple(files)


def _without_students(workbench: Workbench, others: tuple[Feed, ...], pairs: tuple[Feed, ...]) -> Settled:
    """Pairs without the file of their students say nothing."""
    if pairs:
        workbench.tell("contacts-without-students", file=pairs[0].text.file.number, table=CONTACTS)
    return Settled(others, _ignored(workbench, pairs))


def _absent(
    workbench: Workbench, rules: ContactRules, others: tuple[Feed, ...], pairs: tuple[Feed, ...], lookup: Lookup
) -> Settled:
    """No pairs tonight, though there were some: who was made from them stays, and so do all links (law 2).

    Where only pairs count, those whom users.csv had brought before stay too: no complete file says that they are gone.
    """
    workbench.tell("contacts-absent", table=CONTACTS)
    if rules.guardians == "separate-file":
        return Settled(_sparing_guardians(others, lookup), _ignored(workbench, pairs))
    kept = tuple(_sparing(f, MARKED) if f.table in ("users", "roles") else f for f in others)
    return Settled(kept, _ignored(workbench, pairs))


def _unmanaged(workbench: Workbench, others: tuple[Feed, ...], pairs: tuple[Feed, ...], lookup: Lookup) -> Settled:
    """People look after guardians themselves: nothing about them is added, changed or removed."""
    workbench.tell("guardians-not-managed", table="users")
    return Settled(_sparing_guardians(_without_guardians(workbench, others), lookup), _ignored(workbench, pairs))


def _sparing_guardians(feeds: tuple[Feed, ...], lookup: Lookup) -> tuple[Feed, ...]:
    """The feeds, which say nothing about any guardian of the store. Where users have no role, their rows in roles tell who is one."""
    theirs = f"role IN ({_GUARDIANS}) OR {MARKED}"
    people = theirs
    if any(f.table == "users" and "role" not in f.columns for f in feeds):
        stored = lookup("roles", None)
        named = f"SELECT \"userSourcedId\" FROM {stored} WHERE status = 'active' AND role IN ({_GUARDIANS})"
        people += f' OR (role IS NULL AND "sourcedId" IN ({named}))'
    by_table = {"users": people, "roles": theirs}
    return tuple(_sparing(f, by_table[f.table]) if f.table in by_table else f for f in feeds)


def _sparing(feed: Feed, condition: str) -> Feed:
    """The feed with records of the store that it says nothing about, and without the list of agents."""
    dropped = "agentSourcedIds" in feed.columns
    columns = tuple(c for c in feed.columns if c != "agentSourcedIds")
    select = f'SELECT * EXCLUDE ("agentSourcedIds") FROM ({feed.select})' if dropped else feed.select
    mark = f"{feed.fingerprint} spares {condition}"
    return replace(feed, columns=columns, select=select, spares=condition, fingerprint=mark)


def _without_guardians(workbench: Workbench, feeds: tuple[Feed, ...]) -> tuple[Feed, ...]:
    """The feeds without the guardians that users files bring: their rows are ignored and told, like every mention of them as agents."""
    roles = [f for f in feeds if f.table == "roles" and {"role", "userSourcedId"} <= set(f.columns)]
    made = []
    for feed in feeds:
        if feed.table == "users" and "role" in feed.columns:
            made.append(_kept_where(workbench, feed, f"NOT {_IS_GUARDIAN}"))
        elif feed.table == "users" and roles:
            named = " UNION ".join(f'SELECT "userSourcedId" FROM ({r.select}) WHERE _keep AND {_IS_GUARDIAN}' for r in roles)
            made.append(_kept_where(workbench, feed, f'coalesce("sourcedId" NOT IN ({named}), true)'))
        elif feed.table == "roles" and feed in roles:
            made.append(_kept_where(workbench, feed, f"NOT {_IS_GUARDIAN}"))
        else:
            made.append(feed)
    return tuple(made)


def _kept_where(workbench: Workbench, feed: Feed, condition: str) -> Feed:
    count = workbench.value(f"SELECT count(*) FROM ({feed.select}) WHERE _keep AND NOT {condition}")
    if count:
        workbench.tell("guardians-ignored", file=feed.text.file.number, table=feed.table, count=int(count), what=feed.table)
    select = f"SELECT * REPLACE (_keep AND {condition} AS _keep) FROM ({feed.select})"
    return replace(feed, select=select, fingerprint=f"{feed.fingerprint} where {condition}")
