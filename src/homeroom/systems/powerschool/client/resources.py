"""The lists of `/ws/v1`: their paths, the words of their envelopes, and which limit of the server counts for their pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of record. `singular` and `plural` are the envelope's words, `limit` the name of its page size in the metadata."""

    singular: str
    plural: str
    limit: str


RESOURCES: Mapping[str, Resource] = {
    r.singular: r
    for r in (
        Resource("school", "schools", "school_max_page_size"),
        Resource("student", "students", "student_max_page_size"),
        Resource("staff", "staffs", "staff_max_page_size"),
        Resource("course", "courses", "course_max_page_size"),
        Resource("section", "sections", "section_max_page_size"),
        Resource("section_enrollment", "section_enrollments", "section_enrollment_max_page_size"),
        Resource("term", "terms", "term_max_page_size"),
    )
}

DEFAULT_PAGE = 100
"""The page size where a server names none."""
TABLE_LIMIT = "schema_table_query_max_page_size"
