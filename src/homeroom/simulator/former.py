"""Students who left in earlier years: systems keep them, a roster does not take them."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom.simulator import words
from homeroom.simulator.dice import Dice
from homeroom.simulator.families import FIRST_STUDENT
from homeroom.simulator.records import District

GRADUATES_SCHOOL, GRADUATED_GRADE = "999999", "99"


@dataclass(frozen=True, slots=True)
class Former:
    """A student of earlier years. `status` as PowerSchool counts: 2 moved away, 3 graduated. Dates are ISO days."""

    dcid: int
    number: str
    given: str
    family: str
    born: str
    school: str
    grade: str
    status: str
    entered: str
    left: str


def former(district: District) -> tuple[Former, ...]:
    """One former student for every hundred, two at least; their numbers lie below those of the others."""
    count = min(900, max(2, district.free.student // 100))
    return tuple(_former(district, FIRST_STUDENT - 1 - n) for n in range(count))


def _former(district: District, dcid: int) -> Former:
    dice = Dice("former", district.name, dcid)
    graduated = dice.chance(0.5)
    year = district.year - dice.number(2, 4)
    return Former(
        dcid=dcid,
        number=f"{dcid * 7 + 200000:08d}",
        given=dice.pick(words.GIRLS),
        family=dice.pick(words.FAMILIES),
        born=f"{year - 18}-0{dice.number(1, 9)}-{dice.number(10, 28)}",
        school=GRADUATES_SCHOOL if graduated else district.schools[0].id,
        grade=GRADUATED_GRADE if graduated else "4",
        status="3" if graduated else "2",
        entered=f"{year - 1}-08-17",
        left=f"{year}-05-29",
    )
