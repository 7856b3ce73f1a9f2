"""`guide.toml`: what the administrator of a system is told to do in it, in the words and menus of that system.

It lies beside `set.toml` in a layout set's folder. Everything that Homeroom knows by itself (files, headers, formats, the
connection) is not written there but made from the layouts and the source.

title = "..."       what the guide is called       system = "..."     which systems it is for
intro = "..."       Markdown                       cadence = "..."    how often the files are sent
deadline = "..."    by when                        who = "..."        who does this at the district
[[step]] title, text (Markdown), menu ("A > B > C")
[example]           file name = CSV text: example rows in place of those that Homeroom makes up
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from homeroom.layouts.faults import LayoutFault, LayoutFaults
from homeroom.layouts.language import read_toml
from homeroom.layouts.nearness import did_you_mean
from homeroom.layouts.positions import Places, places
from homeroom.layouts.sets import GUIDE
from homeroom.roster.words import Said, _

TEXTS = ("title", "system", "intro", "cadence", "deadline", "who")
KEYS = (*TEXTS, "step", "example")
STEP = ("title", "text", "menu")


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `text` is Markdown; `menu` are the menu entries to choose, one after the other."""

    title: str
    text: str = ""
    menu: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """What a set's `guide.toml` says. Blank texts were not said. `examples`: file name -> CSV text with a header."""

    title: str = ""
    system: str = ""
    intro: str = ""
    cadence: str = ""
    deadline: str = ""
    who: str = ""
    steps: tuple[Step, ...] = ()
    examples: Mapping[str, str] = field(default_factory=dict)

    @property
    def written(self) -> bool:
        """Whether the set has a guide at all."""
        return bool(self.title or self.steps)


def of_set(texts: Mapping[str, str]) -> Steps:
    """What the texts of a set (file name -> TOML) tell an administrator; nothing where there is no guide. Raises LayoutFaults."""
    return read(texts[GUIDE]) if GUIDE in texts else Steps()


def read(text: str, origin: str = GUIDE) -> Steps:
    """Read a guide. Raises LayoutFaults with all mistakes, each with its line."""
    raw = read_toml(text, origin)
    reader = _Reader(origin, text, places(text), [])
    said = {key: reader.text(raw, key, _("{key} must be a text.", key=key)) for key in TEXTS}
    for key in raw:
        if key not in KEYS:
            reader.complain((key,), _("{key} is not known here.", key=key), did_you_mean(key, KEYS))
    steps = reader.steps(raw.get("step", []))
    examples = reader.examples(raw.get("example", {}))
    if reader.faults:
        raise LayoutFaults(reader.faults)
    return Steps(**said, steps=steps, examples=examples)


@dataclass(slots=True)
class _Reader:
    """One reading of one text: collects the mistakes."""

    origin: str
    source: str
    places: Places
    faults: list[LayoutFault]

    def complain(self, path: tuple[str, ...], message: Said, remedy: Said, line: int | None = None) -> None:
        place = (line, 1) if line is not None else self.places.find(path)
        self.faults.append(LayoutFault(self.origin, *place, message, remedy))

    def text(self, raw: Mapping[str, Any], key: str, wrong: Said, line: int | None = None) -> str:
        value = raw.get(key, "")
        if isinstance(value, str):
            return value.strip()
        self.complain((key,), wrong, _('Write it as {key} = "...".', key=key), line)
        return ""

    def steps(self, raw: Any) -> tuple[Step, ...]:
        if not isinstance(raw, list) or not all(isinstance(s, dict) for s in raw):
            self.complain(("step",), _("Steps are sections."), _("Write each under [[step]]."))
            return ()
        return tuple(self._step(number, said) for number, said in enumerate(raw))

    def _step(self, number: int, raw: Mapping[str, Any]) -> Step:
        lines = [n for n, line in enumerate(self.source.splitlines(), 1) if line.strip().replace(" ", "").startswith("[[step]]")]
        line = lines[number] if number < len(lines) else 1
        for key in raw:
            if key not in STEP:
                self.complain(("step", key), _("A step has no {key}.", key=key), did_you_mean(key, STEP), line)
        title = self.text(raw, "title", _("The title of a step must be a text."), line)
        if not title:
            self.complain(("step",), _("A step has no title."), _('Write title = "...".'), line)
        menu = tuple(
            part.strip()
            for part in self.text(raw, "menu", _("The menu of a step must be a text."), line).split(">")
            if part.strip()
        )
        return Step(title, self.text(raw, "text", _("The text of a step must be a text."), line), menu)

    def examples(self, raw: Any) -> Mapping[str, str]:
        if not isinstance(raw, dict) or not all(isinstance(v, str) for v in raw.values()):
            self.complain(
                ("example",), _("Examples are texts by file name."), _('Write "users.csv" = """...""" below [example].')
            )
            return {}
        return {name: text.strip("\n") + "\n" for name, text in raw.items()}
