"""What header words probably mean: the words of `words.toml` and of the catalogue, found through short forms and slips."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from homeroom.layouts.nearness import cleaned, near
from homeroom.roster.catalogue import catalogue
from homeroom.roster.words import Said, _

_AROUND = re.compile(r"^\[[^\]]*\]|\[[^\]]*\]$|\([^)]*\)$")
"""`[13]FirstDay` names a table beside the word, `First Name [Required]` a remark."""
_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a column may hold. `becomes`: table -> target. `role`: whose ids these are, where the word says so."""

    concept: str
    looks: str
    becomes: Mapping[str, str]
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """A meaning of a header word, how sure it is (0 to 1), and why."""

    meaning: Meaning
    sure: float
    why: Said


@dataclass(frozen=True, slots=True)
class _Book:
    short: Mapping[str, str]
    words: Mapping[str, Meaning]
    secret: frozenset[str]
    file_words: Mapping[str, tuple[str, str | None]]


def plain(word: str) -> str:
    """A header word as words in small letters, short forms written out: `STU_First_NM` is `student first name`."""
    bare = _AROUND.sub("", word.strip())
    tokens = [t.lower() for t in _TOKEN.findall(bare)]
    return " ".join(_book().short.get(t, t) for t in tokens if t != "sis" or len(tokens) == 1)


def recognise(word: str) -> Recognised | None:
    """What a header word means by itself; None where nothing is near."""
    known = _book().words
    said = plain(word)
    if said in known:
        return Recognised(known[said], 0.9, _("its name says so"))
    run = {cleaned(w): m for w, m in known.items()}
    joined = cleaned(said)
    if joined in run:
        return Recognised(run[joined], 0.9, _("its name says so"))
    slips = {m.concept: m for w, m in run.items() if near(joined, w)}
    if len(slips) == 1:
        (meaning,) = slips.values()
        return Recognised(meaning, 0.7, _("its name is nearly that of {concept}", concept=meaning.concept.replace("-", " ")))
    return None


def names_columns(line: Sequence[str]) -> bool:
    """Whether a file's first line is surely one of header words: enough of them are known to the letter.

    A row of values has one or two of them by chance at most: a person may be called Grade, and a cell may say Teacher.
    """
    known = len({plain(word) for word in line if (found := recognise(word)) is not None and found.sure >= 0.9})
    return known >= 2 and (known == len(line) or (known >= 3 and known * 3 >= len(line)))


def of_guardian(word: str) -> bool:
    """Whether a header word speaks of a guardian's name, address or the like, not of the list of a student's guardians."""
    first, _blank, rest = plain(word).partition(" ")
    return first == "guardian" and rest not in ("", "id", "ids", "sourced id", "sourced ids")


def is_secret(word: str) -> bool:
    """Whether a column of this name is never read."""
    return plain(word) in _book().secret


def standard(table: str, word: str) -> str | None:
    """The target of a table that the standard, or its known deviations, call so."""
    names = _standard_names(table)
    return names.get(cleaned(_AROUND.sub("", word)))


@cache
def _standard_names(table: str) -> Mapping[str, str]:
    of = catalogue()[table]
    found = {cleaned(alias): target for alias, target in catalogue().aliases.get(table, {}).items()}
    for field in of.model:
        found |= {cleaned(spelled): field.name for spelled in (field.name, field.spelled_11) if spelled}
    return found


def of_file(name: str) -> tuple[str, str | None] | None:
    """The table that a file's name speaks of, and whose file it is; None where it says nothing, or two things."""
    words = [_book().short.get(t.lower(), t.lower()) for t in _TOKEN.findall(name.rpartition("/")[2].rpartition(".")[0])]
    found = dict.fromkeys(_book().file_words[w] for w in words if w in _book().file_words)
    # students-demographics, student_schedule, teacher sections: the last word is the thing, those before say whose
    return list(found)[-1] if found else None


@cache
def _book() -> _Book:
    raw = tomllib.loads(files("homeroom.layouts.proposing").joinpath("words.toml").read_text(encoding="utf-8"))
    short: dict[str, str] = raw["short"]
    words: dict[str, Meaning] = {}
    for concept, told in raw["concepts"].items():
        meaning = Meaning(concept, told["looks"], told["becomes"], told.get("role"))
        for spelled in told["words"]:
            words.setdefault(" ".join(short.get(t, t) for t in spelled.split()), meaning)
    file_words = {short.get(w, w): (f["table"], f.get("role")) for f in raw["files"].values() for w in f["words"]}
    return _Book(
        short, words, frozenset(" ".join(short.get(t, t) for t in w.split()) for w in raw["secret"]["words"]), file_words
    )
