"""The words that made-up people, schools and streets are named with. Every combination is invented.

Accents, apostrophes, hyphens, suffixes and other scripts are there on purpose: a roster has them, and they are what breaks.
"""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

_LISTS = tomllib.loads(files("homeroom.simulator").joinpath("words.toml").read_text(encoding="utf-8"))
GIRLS: tuple[str, ...] = tuple(_LISTS["girls"].split())
BOYS: tuple[str, ...] = tuple(_LISTS["boys"].split())
FAMILIES: tuple[str, ...] = tuple(_LISTS["families"].split())
PLACES: tuple[str, ...] = tuple(_LISTS["places"].split())
ELSEWHERE = (  # a family name with girls' and boys' given names in the same script
    ("田中", ("美咲", "陽菜"), ("蓮", "大翔")),
    ("Соколова", ("Мария", "Дарья"), ("Михаил", "Иван")),
    ("حداد", ("ليلى", "مريم"), ("يوسف", "كريم")),
    ("김", ("유진", "서연"), ("민준", "도윤")),
    ("शर्मा", ("अनन्या", "दिया"), ("आरव", "विवान")),
    ("Παπαδοπούλου", ("Ελένη", "Μαρία"), ("Νίκος", "Γιώργος")),
)
SUFFIXES = ("Jr.", "Sr.", "II", "III", "IV")
LANGUAGES = ("en", "es", "vi", "zh", "ar", "so", "pt", "ru", "fr", "ht")
LANGUAGE_WEIGHTS = (72, 17, 2, 2, 1.5, 1, 1, 1, 1, 1.5)

DISTRICTS = ("Pinewood", "Cedar Valley", "Lake Marrow", "Three Forks", "Harlan Creek", "Bright River", "Old Mill", "Sage Plains")
AREA_CODES = tuple(str(n) for n in range(201, 990) if n % 100 not in (11, 55) and not n % 3)


def place(number: int) -> str:
    """The name of the n-th place; unlimited, and no two alike."""
    name = PLACES[number % len(PLACES)].replace("-", " ")
    turn = number // len(PLACES)
    if not turn:
        return name
    side = ("North", "South", "East", "West")[(turn - 1) % 4]
    return f"{name} {side}" if turn < 5 else f"{name} {side} {turn // 4}"


@cache
def plain(name: str) -> str:
    """A name as an e-mail address writes it: lower case ASCII letters; '' where the script has none."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return "".join(c for c in folded.lower() if c.isalpha())
