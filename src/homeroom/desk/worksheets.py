"""The worksheet of a district's own figures: what it asks, and how what was filled in compares with what arrived."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from homeroom.sync import sources
from homeroom.sync.arrived import arrived
from homeroom.sync.house import House
from homeroom.sync.layouts import Own, known_set

if TYPE_CHECKING:
    from homeroom.guide.worksheet.comparing import Comparison
    from homeroom.guide.worksheet.writing import Asked


def asked(house: House, slug: str, number: int | None) -> Asked:
    """What is known of the district already: its schools and terms, and whether marks or GPA come."""
    from homeroom.guide.worksheet.figures import count
    from homeroom.guide.worksheet.writing import Asked

    district = house.stores.control.districts.get(slug)
    source = sources.of(house, slug, number)
    brought = known_set(source.layouts, Own(house, slug)).layouts if source and source.layouts else ()
    with arrived(house, slug) as found:
        figures = count(found.bench, found.relations)
    return Asked(
        slug=slug,
        district=district.name,
        schools=tuple((school.id, school.name) for school in figures.schools.values()),
        terms=tuple(figures.terms),
        marks=any(layout.table in ("gpa", "grades") for layout in brought),
    )


def compared(house: House, slug: str, filled: Path, number: int | None) -> tuple[Comparison, str]:
    """A worksheet that was filled in, figure by figure beside the roster or what an import brings; and the words for that side."""
    from homeroom.guide.worksheet.comparing import compare
    from homeroom.guide.worksheet.figures import count
    from homeroom.guide.worksheet.reading import read

    house.stores.control.districts.get(slug)
    answers = read(filled, slug)
    with arrived(house, slug, number) as found:
        return compare(answers, count(found.bench, found.relations, [s.id for s in answers.samples])), found.said
