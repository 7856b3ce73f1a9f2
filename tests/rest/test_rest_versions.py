"""The words of one version in the other."""

import pytest

from homeroom.roster.catalogue import catalogue
from homeroom.roster.versions import (
    Role,
    items,
    orgs_in_11,
    role_in_11,
    role_in_12,
    roles_meaning,
    roles_of,
    stored_columns,
    word,
)
from homeroom.store import roster_tables


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (["student"], "student"),
        (["student", "teacher"], "teacher"),
        (["principal"], "administrator"),
        (["counselor", "guardian"], "aide"),
        (["ext:mentor"], None),
        ([], None),
    ],
)
def test_one_role_speaks_for_several(roles: list[str], expected: str | None) -> None:
    assert role_in_11(roles) == expected


def test_an_administrator_is_one_of_the_org() -> None:
    assert role_in_12("administrator", "district") == "districtAdministrator"
    assert role_in_12("administrator", "school") == "siteAdministrator"
    assert role_in_12("administrator", None) == "siteAdministrator"


def test_one_role_row_per_org_each_once() -> None:
    assert [r.org for r in roles_of("u1", "teacher", "s1, s2,,s1", {})] == ["s1", "s2"]
    assert roles_of("u1", None, "s1", {}) == ()


def test_the_primary_org_comes_first() -> None:
    roles = [Role("u", "teacher", "s1", "secondary"), Role("u", "teacher", "s2"), Role("u", "aide", "s3")]
    assert orgs_in_11(roles) == ("s2", "s3", "s1")
    assert orgs_in_11(roles, "s1") == ("s1", "s2", "s3")
    assert orgs_in_11(roles, "elsewhere") == ("s2", "s3", "s1")


def test_a_role_of_11_means_these_of_12() -> None:
    assert set(roles_meaning("administrator")) > {"principal", "districtAdministrator"}
    assert roles_meaning("student") == ("student",)


def test_words_of_a_code_list() -> None:
    kind = catalogue()["orgs"].field("type")
    assert word(kind, "1.2", "campus of 3") == "ext:campus-of-3"
    assert word(kind, "1.2", "ext:campus") == "ext:campus"
    assert word(kind, "1.1", "ext:campus") == "ext:campus"
    sex = catalogue()["demographics"].field("sex")
    assert word(sex, "1.1", "other") is None
    assert word(sex, "1.2", None) is None


def test_a_stored_row_begins_with_what_every_record_has() -> None:
    for table in catalogue():
        columns = stored_columns(table)
        assert columns[:3] == ("sourcedId", "status", "dateLastModified")
        assert columns[-1] == "metadata"
        assert len(set(columns)) == len(columns)


def test_items_of_a_list_cell() -> None:
    assert items(" a, b,,c ") == ("a", "b", "c")
    assert items(None) == ()


def test_the_store_keeps_a_record_in_the_order_in_which_it_travels() -> None:
    """What `RosterStore.rows` gives, without its first column and what Homeroom knows of the record, is what `export` takes."""
    for table in catalogue():
        columns = stored_columns(table)
        assert roster_tables.stored_columns(table)[1 : 1 + len(columns)] == columns
