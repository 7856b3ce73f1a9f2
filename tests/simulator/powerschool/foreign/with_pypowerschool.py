"""What `pypowerschool` reads and writes; run in an environment of its own."""

from __future__ import annotations

import json
import sys

from pypowerschool.powerschool import Client

client = Client(*sys.argv[1:4])
schools = client.schools_in_district()
found = {
    "schools": sorted(s["school_number"] for s in schools),
    "students": sorted(s["id"] for s in client.students_in_district()),
    "active": len(client.students_in_district(query="school_enrollment.enroll_status==A")),
    "sections": sorted(x["id"] for s in schools for x in client.sections_for_school(s["id"])),
    "staff": sorted(x["id"] for s in schools for x in client.staff_for_school(s["id"], "emails,school_affiliations")),
    "courses": sum(len(client.courses_for_school(s["id"])) for s in schools),
    "one": client.student_for_dcid(1001, "demographics")["demographics"]["birth_date"],
    "district": client.current_district()["name"],
    "page": client.fetch_metadata()["student_max_page_size"],
    "query": len(client.powerquery("ws/schema/query/org.example.rosterhub.roster.enrollments")),
    "written": client.post_data("ws/schema/table/u_rosterhub", {"tables": {"u_rosterhub": {"name": "foreign"}}}),
}
print(json.dumps(found))
