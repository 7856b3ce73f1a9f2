"""The import report: what an import did, or would do, field by field as other programs read it.

The shape is fixed by the contract; `as_json` gives exactly it. Everything that a door shows of an import is made from this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Literal

from homeroom.roster.walk_clock import StepReport, WalkClock

Status = Literal["running", "waiting_for_approval", "done", "rejected"]
Outcome = Literal["success", "success_with_row_issues", "failed"]
Verb = Literal["add", "update", "remove", "restore"]

ISSUES_IN_REPORT = 1000
"""How many issues the report itself carries; the rest is in the store."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an import failed or waits: a declared code and its two sentences.

    `detail` is what the other side said in its own terms (an address, a status), for the engineer who connects the two.
    """

    code: str
    message: str
    remedy: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """How often one kind of repair was made in a file."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file walked by one layout. `rows` = `accepted` + `refused` + `ignored`. Unread files have no table and say why.

    `skipped`: those of the ignored rows that belong to schools which step out.
    `mode`: whether it held the whole population or single records; None where it was not walked.
    """

    name: str
    table: str | None
    layout: str | None
    encoding: str | None
    delimiter: str | None
    line_ends: str | None
    rows: int
    accepted: int
    refused: int
    ignored: int
    repairs: tuple[Repair, ...] = ()
    note: str | None = None
    skipped: int = 0
    mode: Literal["continuous", "delta", "change_notification"] | None = None


@dataclass(frozen=True, slots=True)
class TableReport:
    """What an import does to one table, in records."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    restored: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class LimitReport:
    """A limit that tripped: `count` of `of` records would change, `allowed` may. `school` is a sourcedId or None for all.

    With `refuse` they are rows of the table's files, and were refused.
    """

    table: str
    school: str | None
    change: Literal["remove", "update", "refuse"]
    count: int
    of: int
    allowed: int
    school_name: str | None = None


@dataclass(frozen=True, slots=True)
class SchoolPlan:
    """What an import that waits, or a dry run, would do to one school's records in one table. `of`: active records that it has now."""

    school: str
    table: str
    added: int
    updated: int
    removed: int
    restored: int
    of: int


@dataclass(frozen=True, slots=True)
class WithheldExample:
    """A record of which values were withheld, and their fields. The values themselves stand in the issue list only."""

    key: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """What an import would have changed in one table, and left as it is for one `reason`: `locked`, `joined`, `create-only`, `archived`.

    `code`: the finding that tells of it. `records`: how many of them; `values`: how many of their fields. A record of which
    every difference was withheld counts as unchanged.
    """

    table: str
    reason: str
    code: str
    records: int
    values: int
    examples: tuple[WithheldExample, ...] = ()


@dataclass(frozen=True, slots=True)
class SkippedReport:
    """A school that stepped out: nothing of it was read, changed or removed. `rows`: rows left out for it, by table.

    `by` is the kind of rule (`column`, `list`, `formula`, `unmatched`, `parent`), `rule` the rule in its own words.
    """

    school: str
    name: str | None
    by: str
    rule: str
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SchoolReport:
    """One school of the SIS, or an own school that the SIS does not have, and how they match.

    `state`: `matched`, `unmatched` (known only to the SIS) or `missing` (an own school of which nothing came). `suggested` is the id
    of an own school that it may be, `why` what speaks for it; nothing is matched by a suggestion.
    """

    school: str | None
    name: str | None
    state: Literal["matched", "unmatched", "missing"]
    own: str | None = None
    own_name: str | None = None
    suggested: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class ContactRule:
    """One contact rule, or one reason to leave contacts out: `pairs` rows were decided by it. `pairs` = `passed` + `left_out`."""

    rule: str
    meaning: str
    role: str | None
    pairs: int
    passed: int
    left_out: int


@dataclass(frozen=True, slots=True)
class ContactsReport:
    """What the contact rules made of the rows of pairs. `pairs` = `passed` + `left_out` + `refused`, and the sum of the rules.

    `people`: who became a user this way, each once. `shared`: how many of them share an e-mail address or phone with another.
    """

    pairs: int
    passed: int
    left_out: int
    refused: int
    people: int
    shared: int
    rules: tuple[ContactRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding, with its sentence. `count` > 1 says that it stands for that many rows (a folded cascade)."""

    code: str
    severity: str
    file: str | None
    line: int | None
    column: str | None
    key: str | None
    value: str | None
    message: str
    remedy: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class LayoutsUsed:
    """The layout set that read the files: its name, the saved version of a district's own set, and what stands for its text."""

    set: str
    version: int | None = None
    digest: str | None = None

    def __str__(self) -> str:
        return self.set if self.version is None else f"{self.set}, version {self.version}"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The whole report of one import. `number` is written as `import`.

    `layouts` is the layout set that was taken and its version, `layouts_why` the sentence that says why, and `layouts_named` what the command
    line named for this import alone (a set, or a folder), so that an approval walks by the same. `skipped` are the schools that stepped
    out; `schools` says how own schools match, where any were declared, and in a dry run which schools the SIS sends. `issue_counts` counts findings by code,
    and `issue_rows` the rows that they stand for. `stamp` stands for everything but the
    files that decides what an import does, so that the same bytes under the same stamp need no second walk. `seconds` is the
    time of the last walk: `started_at` and `finished_at` tell how long it waited, for a worker or for a person. `steps` are those of
    that walk. `by_school` is filled for what waits for a person and for dry runs. `clock` measures it as long as it goes on; it is not written.
    """

    number: int
    district: str
    source: int | None
    delivery: int | None
    kind: str
    trigger: str
    dry_run: bool
    status: Status
    outcome: Outcome | None
    reason: Reason | None
    revision_before: int
    revision_after: int
    plan: str | None
    started_at: datetime
    finished_at: datetime | None
    seconds: float | None
    layouts: LayoutsUsed | None = None
    layouts_why: str | None = None
    layouts_named: str | None = None
    stamp: str | None = None
    files: tuple[FileReport, ...] = ()
    tables: Mapping[str, TableReport] = field(default_factory=dict)
    limits: tuple[LimitReport, ...] = ()
    issue_counts: Mapping[str, int] = field(default_factory=dict)
    issue_rows: Mapping[str, int] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    contacts: ContactsReport | None = None
    withheld: tuple[Withheld, ...] = ()
    skipped: tuple[SkippedReport, ...] = ()
    schools: tuple[SchoolReport, ...] = ()
    by_school: tuple[SchoolPlan, ...] = ()
    steps: tuple[StepReport, ...] = ()
    clock: WalkClock | None = field(default=None, metadata={"written": False})

    def as_json(self) -> dict[str, Any]:
        """The report as plain JSON values, exactly the contract's names; at most 1,000 issues."""
        raw = asdict(self)
        raw["import"] = raw.pop("number")
        del raw["clock"]
        raw["steps"] = [asdict(s) | {"began": moment(s.began)} for s in self.steps]
        raw["started_at"] = moment(self.started_at)
        raw["finished_at"] = moment(self.finished_at) if self.finished_at else None
        raw["issues"] = [asdict(i) for i in self.issues[:ISSUES_IN_REPORT]]
        first = ["import", "district", "source", "delivery", "kind", "trigger", "dry_run", "status", "outcome", "reason"]
        return {k: raw[k] for k in first} | {k: v for k, v in raw.items() if k not in first}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> ImportReport:
        """The report that `as_json` wrote. Fields of a newer version are left out."""
        known = {f.name for f in fields(cls)}
        values = {k: v for k, v in raw.items() if k in known} | {"number": raw["import"]}
        values["reason"] = Reason(**raw["reason"]) if raw["reason"] else None
        values["layouts"] = _layouts_used(raw.get("layouts"))
        values["started_at"] = datetime.fromisoformat(raw["started_at"])
        values["finished_at"] = datetime.fromisoformat(raw["finished_at"]) if raw["finished_at"] else None
        values["files"] = tuple(FileReport(**(f | {"repairs": tuple(Repair(**r) for r in f["repairs"])})) for f in raw["files"])
        values["tables"] = {name: TableReport(**t) for name, t in raw["tables"].items()}
        values["limits"] = tuple(LimitReport(**limit) for limit in raw["limits"])
        values["by_school"] = tuple(SchoolPlan(**s) for s in raw.get("by_school", ()))
        values["steps"] = tuple(StepReport(**(s | {"began": datetime.fromisoformat(s["began"])})) for s in raw.get("steps", ()))
        values["issues"] = tuple(Issue(**i) for i in raw["issues"])
        values["contacts"] = _contacts(raw.get("contacts"))
        values["withheld"] = tuple(_withheld(w) for w in raw.get("withheld", ()))
        values["skipped"] = tuple(SkippedReport(**s) for s in raw.get("skipped", ()))
        values["schools"] = tuple(SchoolReport(**s) for s in raw.get("schools", ()))
        return cls(**values)


def _contacts(raw: Mapping[str, Any] | None) -> ContactsReport | None:
    return None if raw is None else ContactsReport(**(dict(raw) | {"rules": tuple(ContactRule(**r) for r in raw["rules"])}))


def _withheld(raw: Mapping[str, Any]) -> Withheld:
    examples = tuple(WithheldExample(e["key"], tuple(e["fields"])) for e in raw["examples"])
    return Withheld(**(dict(raw) | {"examples": examples}))


def _layouts_used(raw: Mapping[str, Any] | str | None) -> LayoutsUsed | None:
    """Reports written before sets had versions hold the name alone."""
    if raw is None:
        return None
    return LayoutsUsed(raw) if isinstance(raw, str) else LayoutsUsed(**raw)


def moment(at: datetime) -> str:
    """A point in time as OneRoster writes it: UTC, milliseconds, `Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
