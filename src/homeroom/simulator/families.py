"""Households: children with their contacts, brothers and sisters sharing them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from homeroom.simulator import words
from homeroom.simulator.dice import Dice
from homeroom.simulator.records import ALL_GRADES, Person, School

Sex = Literal["female", "male"]
FIRST_STUDENT, FIRST_CONTACT = 1001, 540
CHILDREN, CHILDREN_WEIGHTS = (1, 2, 3, 4), (58, 30, 9, 3)
CONTACTS, CONTACTS_WEIGHTS = (0, 1, 2, 3), (4, 43, 45, 8)
OTHER_RELATIONS = ("grandmother", "grandfather", "aunt", "uncle", "sister", "foster parent", "stepfather", "neighbor")
RACES = ("white", "black", "asian", "native", "pacific", "two")
RACE_WEIGHTS = (52, 18, 9, 3, 1, 7)


@dataclass(slots=True)
class Counter:
    """The next free numbers, as the system's own tables would give them out."""

    student: int = FIRST_STUDENT
    contact: int = FIRST_CONTACT


class Household(NamedTuple):
    """The children and contacts of one family."""

    children: tuple[Person, ...]
    contacts: tuple[Person, ...]


def household(dice: Dice, counter: Counter, schools: dict[str, School], year: int, room: int) -> Household:
    """A family with at most `room` children. `schools` gives the school of its neighbourhood for every grade."""
    family, girls, boys = _names(dice)
    language = dice.weighted(words.LANGUAGES, words.LANGUAGE_WEIGHTS)
    race = dice.weighted(RACES, RACE_WEIGHTS)
    hispanic = language == "es" or dice.chance(0.08)
    grades = [dice.pick(ALL_GRADES) for _ in range(min(room, dice.weighted(CHILDREN, CHILDREN_WEIGHTS)))]
    attended = tuple(sorted({schools[g].id for g in grades}))
    contacts = _contacts(dice, counter, family, attended, language)
    ids = tuple(c.id for c in contacts)
    children = []
    for grade in grades:
        sex: Sex = "female" if dice.chance(0.49) else "male"
        given = dice.pick(girls if sex == "female" else boys)
        children.append(
            _child(dice, counter.student, given, family, schools[grade].id, grade, year, sex, race, hispanic, language, ids)
        )
        counter.student += 1
    return Household(tuple(children), contacts)


def _names(dice: Dice) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    if dice.chance(0.006):
        return dice.pick(words.ELSEWHERE)
    family = dice.pick(words.FAMILIES)
    if dice.chance(0.07):
        family = f"{family}{dice.pick((' ', '-'))}{dice.pick(words.FAMILIES)}"
    return family, words.GIRLS, words.BOYS


def _child(
    dice: Dice,
    number: int,
    given: str,
    family: str,
    school: str,
    grade: str,
    year: int,
    sex: Sex,
    race: str,
    hispanic: bool,
    language: str,
    contacts: tuple[str, ...],
) -> Person:
    if sex == "male" and dice.chance(0.02):
        family = f"{family} {dice.pick(words.SUFFIXES)}"
    return Person(
        id=f"S{number}",
        dcid=number,
        role="student",
        given=given,
        middle=dice.pick(words.GIRLS if sex == "female" else words.BOYS) if dice.chance(0.55) else "",
        family=family,
        schools=(school,),
        email=address(given, family, number),
        language=language,
        number=f"{number * 7 + 200000:08d}",
        grade=grade,
        born=_born(dice, grade, year),
        sex=sex,
        race=race,
        hispanic=hispanic,
        contacts=contacts,
    )


def _born(dice: Dice, grade: str, year: int) -> str:
    """A day in the twelve months before the September in which a child of that grade turned five, six, ..."""
    first = date(year - 7 - ALL_GRADES.index(grade), 9, 2)
    return date.fromordinal(first.toordinal() + dice.number(0, 363)).isoformat()


def _contacts(dice: Dice, counter: Counter, family: str, schools: tuple[str, ...], language: str) -> tuple[Person, ...]:
    found = []
    home = telephone(dice) if dice.chance(0.4) else ""
    for place in range(dice.weighted(CONTACTS, CONTACTS_WEIGHTS)):
        relation = ("mother", "father", "")[place] if dice.chance(0.88) else ""
        relation = relation or dice.pick(OTHER_RELATIONS)
        woman = relation in ("mother", "grandmother", "aunt", "sister") or (relation[-1] in "tr" and dice.chance(0.5))
        given = dice.pick(words.GIRLS if woman else words.BOYS)
        own = family if dice.chance(0.75) else dice.pick(words.FAMILIES)
        number = counter.contact
        counter.contact += 1
        found.append(
            Person(
                id=f"G{number}",
                dcid=number,
                role="contact",
                given=given,
                family=own,
                schools=schools,
                email=address(given, own, number, "family.example.org") if dice.chance(0.86) else "",
                mobile=telephone(dice) if dice.chance(0.92) else "",
                phone=home,
                language=language,
                relation=relation,
                legal=dice.chance(0.3),
            )
        )
    return tuple(found)


def address(given: str, family: str, number: int, domain: str = "students.example.org") -> str:
    """An e-mail address in a reserved domain, unique by its number."""
    name = ".".join(filter(None, (words.plain(given), words.plain(family)[:12]))) or "student"
    return f"{name}.{number}@{domain}"


def telephone(dice: Dice) -> str:
    """A telephone number of the range kept free for fiction (555-0100 to 555-0199)."""
    return f"{dice.pick(words.AREA_CODES)}-555-01{dice.number(0, 99):02d}"
