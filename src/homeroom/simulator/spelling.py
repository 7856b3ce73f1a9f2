"""How systems spell the same thing: dates, telephone numbers, grades, yes and no, languages."""

from __future__ import annotations

from homeroom.simulator.records import ALL_GRADES, Person

POWERSCHOOL_GRADES = {g: str(n) for n, g in enumerate(ALL_GRADES)}
"""Kindergarten is 0, no zero in front."""
CLEVER_GRADES = {g: "Kindergarten" if g == "KG" else str(int(g)) for g in ALL_GRADES}
SDS_GRADES = {g: "kg" if g == "KG" else g for g in ALL_GRADES}
RACE_LETTERS = {"white": "W", "black": "B", "asian": "A", "native": "I", "pacific": "P", "two": "M"}
LANGUAGES = {
    "en": ("English", "eng"),
    "es": ("Spanish", "spa"),
    "vi": ("Vietnamese", "vie"),
    "zh": ("Chinese", "zho"),
    "ar": ("Arabic", "ara"),
    "so": ("Somali", "som"),
    "pt": ("Portuguese", "por"),
    "ru": ("Russian", "rus"),
    "fr": ("French", "fra"),
    "ht": ("Haitian Creole", "hat"),
}
"""By two-letter code: the name in English and the three-letter code."""


def us_date(day: str) -> str:
    """An ISO day as MM/DD/YYYY; blank stays blank."""
    return f"{day[5:7]}/{day[8:10]}/{day[:4]}" if day else ""


def digits(telephone: str) -> str:
    """A telephone number as ten digits."""
    return telephone.replace("-", "")


def bracketed(telephone: str) -> str:
    """A telephone number as (555) 555-0100; blank stays blank."""
    return f"({telephone[:3]}) {telephone[4:]}" if telephone else ""


def yes(flag: bool) -> str:
    """Y or N."""
    return "Y" if flag else "N"


def sex(person: Person) -> str:
    """F or M; blank where nothing is known."""
    return person.sex[:1].upper()


def signs_in(person: Person) -> str:
    """The log-in name: the e-mail address up to the sign, else the number."""
    return person.email.split("@")[0] or person.number or person.id.lower()
