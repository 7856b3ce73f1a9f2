"""bench: the numbers of the design, each as a ratio to a floor that was measured in the same run."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from homeroom.cli.context import document, note, table
from homeroom.roster.faults import Misuse

Size = Literal["small", "medium", "large"]
HERE = Path(__file__).resolve().parents[3] / "benchmarks"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `reach` is what the design asks for, in the same unit as `got`."""

    name: str
    what: str
    got: str
    reach: str
    held: bool
    detail: str


@dataclass(slots=True)
class Ground:
    """What the measurements share: a folder for data, a size, the floor measured beside each of them."""

    folder: Path
    size: Size

    def module(self, name: str) -> ModuleType:
        """A script of the benchmarks folder as a module."""
        spec = importlib.util.spec_from_file_location(f"bench_{name}", HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module

    def prepared(self, size: str) -> Any:
        """The two nights of a size, made once and kept in the folder."""
        note(f"  data: {size} ...")
        return self.module("sizes").prepare(size, self.folder / "sizes")

    def beside(self, folder: Path, *nights: str) -> tuple[float, list[dict[str, Any]]]:
        """What deliveries cost, and the floor of that moment: the median of three runs before them and three after."""
        before = self._floors(folder)
        told = self.nights(*nights)
        return median([*before, *self._floors(folder)]), told

    def _floors(self, folder: Path) -> list[float]:
        """Seconds of whole processes that count the same rows."""
        command = [sys.executable, str(HERE / "floor.py"), str(folder)]
        return [float(self.module("process").run(command).wall) for _ in range(3)]

    def nights(self, *folders: str, layouts: str = "oneroster-1.1") -> list[dict[str, Any]]:
        """What deliveries cost in a worker that lives on (`benchmarks/nights.py`)."""
        return self._told("nights.py", layouts, *folders)

    def fleet(self, districts: int, *folders: str) -> list[dict[str, Any]]:
        """What each folder costs as a delivery of many districts (`benchmarks/fleet.py`)."""
        return self._told("fleet.py", str(districts), *folders)

    def powerschool(self, students: int, *rounds: str) -> list[dict[str, Any]]:
        """What pulling a district of a pretend PowerSchool costs (`benchmarks/powerschool.py`)."""
        return self._told("powerschool.py", str(students), *rounds)

    def _told(self, script: str, *given: str) -> list[dict[str, Any]]:
        """The answer of a script that works in a data folder of its own."""
        data = Path(tempfile.mkdtemp(prefix="data-", dir=self.folder))
        try:
            cost = self.module("process").run([sys.executable, str(HERE / script), str(data), *given])
            if cost.status != 0:
                raise Misuse("the benchmark's worker broke; its message stands above.")
            told: list[dict[str, Any]] = json.loads(cost.output)
            return told
        finally:
            shutil.rmtree(data, ignore_errors=True)


def _night(ground: Ground) -> Iterator[Row]:
    """Rows 1, 2 and 4: a night without change, a night with 1 % change, memory."""
    made = ground.prepared(ground.size)
    floor, told = ground.beside(made.night_1, str(made.night_1), f"={made.night_1}", str(made.night_2))
    first, same, changed = told
    for name, cost, reach in (("no-change", same, 2.5), ("one-percent", changed, 8.0)):
        ratio = cost["walk"] / floor
        yield Row(
            name,
            f"{'night without change' if name == 'no-change' else 'night with 1 % change'}, {cost['rows']:,} rows",
            f"{ratio:.1f} x floor",
            f"<= {reach} x",
            ratio <= reach,
            f"{cost['walk']:.2f} s, floor {floor:.2f} s; {_steps(cost)}",
        )
    yield Row(
        "first-load",
        f"first load, {first['rows']:,} rows",
        f"{first['walk'] / floor:.1f} x floor",
        "",
        True,
        f"{first['walk']:.2f} s; {_steps(first)}",
    )
    yield Row("memory", "peak memory of the worker", f"{changed['peak_mb']} MB", "<= 1200 MB", changed["peak_mb"] <= 1200, "")


def _largest(ground: Ground) -> Iterator[Row]:
    """Row 3: the largest district."""
    made = ground.prepared("large")
    floor, told = ground.beside(made.night_1, str(made.night_1), f"={made.night_1}", str(made.night_2))
    for cost, name, seconds, times in zip(
        told, ("first load", "no change", "1 % night"), (75, 10, 40), (30, 4.5, 17), strict=True
    ):
        ratio = cost["walk"] / floor
        yield Row(
            "largest",
            f"largest district, {name}, {cost['rows']:,} rows",
            f"{cost['walk']:.1f} s = {ratio:.1f} x floor",
            f"<= {seconds} s or {times} x",
            cost["walk"] <= seconds or ratio <= times,
            _steps(cost),
        )
    peak = max(c["peak_mb"] for c in told)
    yield Row("largest-memory", "peak memory at that size", f"{peak} MB", "<= 1200 MB", peak <= 1200, "")


def _identical(ground: Ground) -> Iterator[Row]:
    """Row 5: identical files again, sealing included."""
    made = ground.prepared(ground.size)
    _, again = ground.nights(str(made.night_1), str(made.night_1))
    gigabytes = again["bytes"] / 1e9
    seconds = (again["seal"] + again["walk"]) / gigabytes
    detail = f"{again['bytes'] / 1e6:.0f} MB: seal {again['seal']:.2f} s, walk {again['walk']:.2f} s"
    yield Row("identical", "identical files again", f"{seconds:.1f} s per GB", "<= 3 s per GB", seconds <= 3, detail)


def _pandas(ground: Ground) -> Iterator[Row]:
    """Row 6: the same job by a pandas script, whole processes against the worker's walk."""
    made = ground.prepared(ground.size)
    run = ground.module("process").run
    with tempfile.TemporaryDirectory(dir=ground.folder) as folder:
        command = [sys.executable, str(HERE / "pandas_sync.py")]
        walls = [
            run([*command, str(night), str(Path(folder) / "pandas.db")]).wall
            for night in (made.night_1, made.night_1, made.night_2)
        ]
    _, same, changed = ground.nights(str(made.night_1), f"={made.night_1}", str(made.night_2))
    for name, theirs, ours, reach in (("no change", walls[1], same, 8), ("1 % night", walls[2], changed, 4)):
        times = theirs / ours["walk"]
        detail = f"pandas {theirs:.1f} s, Homeroom {ours['walk']:.2f} s"
        yield Row("pandas", f"against pandas, {name}", f"{times:.1f} x faster", f">= {reach} x", times >= reach, detail)


def _layouts(ground: Ground) -> Iterator[Row]:
    """A layout of 20 targets against the night of row 2: the same changes, the same worker, one after the other, twice."""
    made, data = ground.prepared(ground.size), ground.module("layouts_data")
    first, second = data.prepare((made.night_1, made.night_2), ground.folder / "layouts" / ground.size)
    plain, mapped = [], []
    for _ in range(2):
        plain.append(ground.nights(str(made.night_1), str(made.night_2))[1])
        mapped.append(ground.nights(str(first), str(second), layouts=str(data.LAYOUTS))[1])
    least, most = (min(cost["walk"] for cost in costs) for costs in (plain, mapped))
    more = 100 * (most / least - 1)
    processor = ", ".join(f"{min(cost['cpu'] for cost in costs):.2f}" for costs in (plain, mapped))
    detail = f"{most:.2f} s, without {least:.2f} s (the better of two each; processor {processor} s); {_steps(mapped[-1])}"
    what = "20 targets, 5 formulas, 3 value maps on the night with 1 % change"
    yield Row("layouts", what, f"{more:+.0f} %", "<= +30 %", more <= 30, detail)


FLEET: dict[Size, int] = {"small": 4, "medium": 20, "large": 500}
"""How many districts of 5,000 students are really walked; the time of 500 is worked out from them."""


def _fleet(ground: Ground) -> Iterator[Row]:
    """Row 8: 500 districts of 5,000 students, 2 workers."""
    from homeroom.simulator.generate import generate

    folder, count = ground.folder / "students-5000-nights", FLEET[ground.size]
    if not folder.exists():
        generate(folder, 5000, 1, nights=2)
    first, night = ground.fleet(count, str(folder / "night-1"), str(folder / "night-2"))
    for name, cost in (("first load", first), ("the next night", night)):
        minutes = cost["wall"] * 500 / count / 60
        how = "measured" if count == 500 else f"worked out from {count} districts"
        detail = f"{how}: {cost['wall']:.1f} s, processor {cost['cpu']:.1f} s; {cost['not_done']} did not end by themselves"
        what = f"500 districts of 5,000 students, 2 workers, {name}"
        yield Row("fleet", what, f"{minutes:.1f} min", "<= 8 min", minutes <= 8 and not cost["not_done"], detail)


def _small(ground: Ground) -> Iterator[Row]:
    """Row 7: a district of 5,000 students."""
    from homeroom.simulator.generate import generate

    folder = ground.folder / "students-5000"
    if not folder.exists():
        generate(folder, 5000, 1)
    [cost] = ground.nights(str(folder))
    yield Row(
        "small",
        f"5,000 students, sealed to served, {cost['rows']:,} rows",
        f"{cost['walk']:.2f} s",
        "<= 5 s",
        cost["walk"] <= 5,
        _steps(cost),
    )


DISTRICTS: dict[Size, int] = {"small": 500, "medium": 2000, "large": 13_000}
"""How many districts the list of them shows."""


def _fleet_page(ground: Ground) -> Iterator[Row]:
    """The page of all districts, from their rows in the control store: no other store is opened."""
    count = DISTRICTS[ground.size]
    cost = ground.module("fleet_page").measure(ground.folder / "fleet-page", count)
    detail = f"median of {cost['rounds']}; the slowest {cost['slowest'] * 1000:.0f} ms; {cost['queries']} queries; processor {cost['cpu'] * 1000:.0f} ms"
    reach, held = ("<= 200 ms", cost["median"] <= 0.2) if ground.size != "large" else ("", True)
    what = f"the page of {count:,} districts"
    yield Row("fleet-page", what, f"{cost['median'] * 1000:.0f} ms", reach, held and cost["queries"] == 2, detail)


STUDENTS: dict[Size, int] = {"small": 500, "medium": 5000, "large": 100_000}
"""How many students the pretend PowerSchool has."""


def _powerschool(ground: Ground) -> Iterator[Row]:
    """Pulled by the API of a pretend PowerSchool in a process of its own: the whole district, one student, a server that fails."""
    count = STUDENTS[ground.size]
    first, same, one = ground.powerschool(count, "pull", "again", "refresh")
    for what, cost, most in (("first pull", first, 30), ("the next, nothing changed", same, 30)):
        detail = f"fetch {cost['fetch']:.2f} s; processor {cost['cpu']:.2f} s, without the server's; {cost['calls']} calls; {cost['outcome']}"
        done = cost["outcome"].startswith("success")
        reach, held = (f"<= {most} s", cost["wall"] <= most) if ground.size != "large" else ("", True)
        yield Row(
            "powerschool",
            f"PowerSchool, {count:,} students, {what}, {cost['rows']:,} rows",
            f"{cost['wall']:.1f} s",
            reach,
            held and done,
            detail,
        )
    peak = first["peak_fetch_mb"]
    detail = f"of the whole import {first['peak_mb']} MB"
    yield Row("powerschool-memory", "peak memory of the process that pulls", f"{peak} MB", "<= 1000 MB", peak <= 1000, detail)
    besides = one["wall"] - one["server"]
    detail = f"{one['wall']:.2f} s with the server; processor {one['cpu']:.2f} s; {one['calls']} calls; the third in its process"
    yield Row(
        "powerschool-refresh",
        "one student refreshed, besides the server's time",
        f"{besides:.2f} s",
        "<= 0.5 s",
        besides <= 0.5,
        detail,
    )
    for way, why in (("tables", "without the plug-in"), ("v1", "without the plug-in and tables")):
        (slow,) = ground.powerschool(count, way)
        detail = f"fetch {slow['fetch']:.2f} s; processor {slow['cpu']:.2f} s, without the server's {slow['server']:.2f}; {slow['calls']:,} calls; {slow['outcome']}"
        done = slow["outcome"].startswith("success")
        yield Row(
            f"powerschool-{way}", f"first pull by {way}, {why}, {slow['rows']:,} rows", f"{slow['wall']:.1f} s", "", done, detail
        )
    struck, clean = ground.powerschool(count, "struck", "again")
    same_roster = struck["outcome"].startswith("success") and clean["outcome"].startswith("success") and not clean["changed"]
    detail = f"{struck['struck']} of {struck['calls']} calls failed; {struck['wall']:.1f} s; processor {struck['cpu']:.2f} s"
    got = f"{clean['changed']} rows differ from a clean pull"
    yield Row(
        "powerschool-faults",
        "a first pull by tables, 5 % of whose calls fail in every way, against one by queries",
        got,
        "0 rows",
        same_roster,
        detail,
    )


MEASURES: dict[str, Callable[[Ground], Iterator[Row]]] = {
    "night": _night,
    "largest": _largest,
    "identical": _identical,
    "pandas": _pandas,
    "small": _small,
    "layouts": _layouts,
    "fleet": _fleet,
    "fleet-page": _fleet_page,
    "powerschool": _powerschool,
}
USUAL = ("night", "identical", "pandas", "small")


def _steps(cost: dict[str, Any]) -> str:
    held = f"held ({cost['held']}) and approved; " if cost["held"] else ""
    return held + ", ".join(f"{name} {seconds:.2f}" for name, seconds in cost["steps"].items())


def bench(
    *names: str,
    size: Size = "medium",
    folder: Path | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Measure the numbers of the design as ratios to a floor of the same run.

    Parameters
    ----------
    names
        night, largest, identical, pandas, small, layouts, fleet, fleet-page, powerschool; without any: the first five but the largest district.
    size
        small (9,829 rows), medium (488,684) or large (9,686,804); of a fleet 4, 20 or 500 districts are walked,
        the page of them shows 500, 2,000 or 13,000, and
        the pretend PowerSchool has 500, 5,000 or 100,000 students.
    folder
        Where the made-up data are kept for the next time; without it they are made anew.
    as_json
        Print one JSON document.
    """
    unknown = [n for n in names if n not in MEASURES]
    if unknown:
        raise Misuse(f"there is no benchmark {unknown[0]!r}; there are {', '.join(MEASURES)}.")
    if not HERE.is_dir():
        raise Misuse("the benchmarks are not part of an installed package: run homeroom bench from a checkout.")
    own = folder or Path(tempfile.mkdtemp(prefix="homeroom-bench-"))
    own.mkdir(parents=True, exist_ok=True)
    try:
        ground = Ground(own, size)
        rows: list[Row] = []
        for name in names or USUAL:
            note(f"{name} ...")
            rows.extend(MEASURES[name](ground))
    finally:
        if folder is None:
            shutil.rmtree(own, ignore_errors=True)
    if as_json:
        document(
            [{"name": r.name, "what": r.what, "got": r.got, "reach": r.reach, "held": r.held, "detail": r.detail} for r in rows]
        )
    else:
        table(
            ["what", "got", "to reach", "", "how"], [(r.what, r.got, r.reach, "yes" if r.held else "NO", r.detail) for r in rows]
        )
    return 0
