"""What bodies of requests and small answers look like, where several groups of addresses share them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Whole = Annotated[int, Field(ge=1, le=2**31 - 1)]
Text = Annotated[str, Field(max_length=500)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Id = Annotated[str, Field(min_length=1, max_length=255, description="A sourcedId, exactly as it is stored.", examples=["s-1004"])]


class Body(BaseModel):
    """The body of a request. What it does not know it refuses, so that a misspelled word is not silently without effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(BaseModel):
    """An answer. More members may come with later versions."""

    model_config = ConfigDict(extra="allow", frozen=True)


class ValueProblem(Told):
    """One wrong value."""

    where: str = Field(description="Where it stands in the request.", examples=["body.timezone"])
    what: str = Field(description="What is wrong with it.")


class ProblemBody(Told):
    """Why there is no answer (RFC 9457)."""

    type: str = Field(description="Where the kind of problem is explained.", examples=["/docs#problem-misuse"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    code: str = Field(description="The kind of problem, or the reason's code of the import report.", examples=["misuse"])
    detail: str = Field(description="A sentence that says what to do.")
    remedy: str | None = Field(None, description="What to do about a reason.")
    errors: list[ValueProblem] | None = Field(None, description="Every wrong value of the request.")


class Reason(Told):
    """Why an import failed or waits."""

    code: str = Field(examples=["limit_exceeded"])
    message: str
    remedy: str
    detail: str | None = Field(None, description="What the other side said in its own terms, for who connects the two.")


class Started(Told):
    """An import that was handed to a worker."""

    import_: int = Field(alias="import", description="Its number in the district.")
    url: str = Field(description="Where its report is.", examples=["/api/v1/districts/pinewood/imports/12"])
    status: str = Field(examples=["running"])
    notes: list[str] = Field(default=[], description="What somebody should know of how it was taken.")


class Report(Told):
    """The import report. Its members are explained in the reference of the report."""

    import_: int = Field(alias="import")
    district: str
    source: int | None
    delivery: int | None
    kind: str
    trigger: str
    dry_run: bool
    status: str = Field(examples=["done"])
    outcome: str | None = Field(examples=["success_with_row_issues"])
    reason: Reason | None
    revision_before: int
    revision_after: int
    plan: str | None = Field(description="Hash of all planned changes, for `approve`.")
    issue_counts: dict[str, int]
    issues: list[dict[str, Any]] = Field(
        description="The first 1,000; `key` and `value` are null unless values are open to this token."
    )


class ImportLine(Told):
    """One line of the log."""

    import_: int = Field(alias="import")
    source: int | None
    delivery: int | None
    kind: str
    trigger: str
    dry_run: bool
    status: str
    outcome: str | None
    reason: str | None = Field(description="Its code.")
    revision_before: int | None
    revision_after: int | None
    started_at: str
    finished_at: str | None


class Held(Told):
    """What a person holds of a record: a field, or a mark."""

    field: str | None
    mark: str | None
    since: str
    who: str
    why: str | None
    until: str | None = Field(description="The day on which it ends by itself.")
    differs: list[str]


class RecordHeld(Told):
    """A record after a person did something to it."""

    table: str
    sourcedId: str
    revision: int
    held: list[Held]
