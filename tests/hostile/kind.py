"""What a hostile delivery is: a name, a sentence, how it is made, and what must become of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from hostile import district

Files = dict[str, bytes]
Outcome = Literal["success", "success_with_row_issues", "failed", "held"]


@dataclass(frozen=True, slots=True)
class Hostile:
    """One delivery that a district might send by mistake, by dialect or in malice.

    `make` writes it into an empty folder, which is then imported as it is. `first`: the base district was imported before.
    `outcome`: as in the report; `held` waits for approval. `issues` must be among the codes told as issues or as repairs, and
    of issues that are no mere info there are no others.
    `active` are the counts of active records afterwards (the base's, where nothing else is said; nothing is checked in tables
    that it leaves out); a failed or held delivery leaves what was there. `values` are cells that must be there afterwards:
    (table, sourcedId, column, value). `layouts` is named on the command line where given.
    """

    name: str
    says: str
    make: Callable[[Path], None]
    first: bool = False
    outcome: Outcome = "success"
    reason: str | None = None
    issues: frozenset[str] = frozenset()
    active: Mapping[str, int] = field(default_factory=lambda: dict(district.ACTIVE))
    values: tuple[tuple[str, str, str, str | None], ...] = ()
    layouts: str | None = None


class Collection(list[Hostile]):
    """A list that grows by decorating functions which change the base files; their docstring is the sentence."""

    def add(
        self,
        outcome: Outcome = "success",
        reason: str | None = None,
        *issues: str,
        first: bool = False,
        active: Mapping[str, int] | None = None,
        values: tuple[tuple[str, str, str, str | None], ...] = (),
        layouts: str | None = None,
    ) -> Callable[[Callable[[Files], Files]], Callable[[Files], Files]]:
        """Register the function below as a hostile delivery; its name with hyphens is the delivery's."""

        def register(change: Callable[[Files], Files]) -> Callable[[Files], Files]:
            self.append(
                Hostile(
                    name=change.__name__.replace("_", "-"),
                    says=" ".join((change.__doc__ or "").split()),
                    make=lambda folder: write(change(base()), folder),
                    first=first,
                    outcome=outcome,
                    reason=reason,
                    issues=frozenset(issues),
                    active=dict(district.ACTIVE) | dict(active or {}),
                    values=values,
                    layouts=layouts,
                )
            )
            return change

        return register


def base() -> Files:
    """The base district's files as a careful system writes them: UTF-8, CRLF."""
    return {name: text.replace("\n", "\r\n").encode() for name, text in district.FILES.items()}


def write(files: Files, folder: Path) -> None:
    """Put files into a folder that is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def edited(files: Files, name: str, old: str, new: str | bytes, count: int = 1) -> Files:
    """The files with `old` replaced in one of them. It must be there, so that no hostile delivery becomes harmless unnoticed."""
    raw, wanted = files[name], old.encode()
    assert wanted in raw, f"{old!r} is not in {name}"
    return files | {name: raw.replace(wanted, new.encode() if isinstance(new, str) else new, count)}


def every(files: Files, change: Callable[[bytes], bytes]) -> Files:
    """The files, each changed."""
    return {name: change(raw) for name, raw in files.items()}
