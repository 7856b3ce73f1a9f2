"""What `powerschool-adapter` reads and writes; run in an environment of its own. It prints as it goes: the last line is ours."""

from __future__ import annotations

import json
import sys

from powerschool_adapter import PowerSchool

server = PowerSchool(*sys.argv[1:4], cache_key=None)


def fresh() -> PowerSchool:
    """It remembers the last record's id from one call to the next."""
    server.reset()
    server.id = None
    server.options = {}
    return server


students: list[str] = []
page = 1
while len(students) < int(sys.argv[4]):
    rows = fresh().table("students").projection("dcid").sort("dcid").page_size(50).page(page).get().squash_table_response()
    students += [row["dcid"] for row in rows.to_list()]
    page += 1
found = {
    "students": students,
    "one": fresh().table("students").for_id(1001).get().data["tables"]["students"]["last_name"],
    "school": fresh().to("/ws/v1/district/school").get().to_list()[0]["school_number"],
    "query": len(fresh().pq("org.example.rosterhub.roster.classes").page_size(0).send().to_list()),
    "argued": fresh().pq("com.pearson.core.student.search.get_student_basic_info", {"studentdcid": 1001}).to_list()[0]["_id"],
    "changes": fresh().get_subscription_changes("Homeroom", 0).data["tables"],
    "inserted": fresh().table("u_rosterhub").set_data({"name": "foreign", "status": True}).post().data["insert_count"],
}
print(json.dumps(found))
