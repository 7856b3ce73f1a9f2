"""Recipes that know words: yes and no, roles, sexes."""

from __future__ import annotations

from collections.abc import Mapping

from homeroom.layouts.recipes.kitchen import Recipe, found, or_as_it_is, recipe

MENU: list[Recipe] = []

BOOLEAN: Mapping[str, tuple[str, ...]] = {
    "true": ("true", "1", "y", "yes", "t", "on", "x", "-1", "1.0", "s", "si", "sí", "verdadero", "checked"),
    "false": ("false", "0", "n", "no", "f", "off", "0.0", "falso", "unchecked"),
}


@recipe(
    MENU, "boolean", ("", "Y", "true"), ("", "0", "false"), ("", "S", "true"), ("", "TRUE", "true"), ("", "maybe", "maybe")
)  # fmt: skip
def _boolean(value: str, argument: str) -> str:
    """Yes and no in any usual spelling become `true` and `false`."""
    return or_as_it_is(found(BOOLEAN, f"lower({value})"), value)


_STUDENT = ("student", "s", "stu", "learner", "pupil", "students")
_TEACHER = (
    "teacher", "t", "tch", "teacher of record", "tor", "lead teacher", "leadteacher", "primary teacher", "co-teacher", "coteacher",
    "co teacher", "instructor", "faculty", "professor", "lecturer", "adjunct", "substitute", "substitute teacher", "teachers",
    "classroom teacher", "homeroom teacher", "special education teacher",
)  # fmt: skip
_PARENT = ("parent", "mother", "father", "mom", "dad", "mum", "madre", "padre", "parents")
_GUARDIAN = ("guardian", "legal guardian", "legalguardian", "foster parent", "custodian", "parent/guardian")
_RELATIVE = (
    "relative", "grandmother", "grandfather", "grandparent", "aunt", "uncle", "brother", "sister", "sibling", "stepmother", "stepfather",
    "step-mother", "step-father", "stepparent", "cousin",
)  # fmt: skip
_AIDE = (
    "aide", "aid", "teacher aide", "teacher's aide", "teacher assistant", "teacherassistant", "teaching assistant", "ta",
    "paraprofessional", "para", "assistant", "instructional aide",
)  # fmt: skip
_PROCTOR = ("proctor", "test administrator")
_PRINCIPAL = ("principal", "head teacher", "headteacher", "school principal")
_SITE = (
    "administrator",
    "admin",
    "assistant principal",
    "vice principal",
    "school administrator",
    "school admin",
    "dean",
    "siteadministrator",
)
_DISTRICT = ("district administrator", "district admin", "superintendent", "districtadministrator")
_SYSTEM = ("system administrator", "sysadmin", "it admin", "itadmin", "systemadministrator", "tech", "technology coordinator")
_COUNSELOR = ("counselor", "counsellor", "guidance counselor", "school counselor", "advisor", "adviser")

ROLES_11: Mapping[str, tuple[str, ...]] = {
    "student": _STUDENT,
    "teacher": _TEACHER,
    "parent": _PARENT,
    "guardian": _GUARDIAN,
    "relative": _RELATIVE,
    "aide": _AIDE,
    "proctor": _PROCTOR,
    "administrator": (*_SITE, *_PRINCIPAL, *_DISTRICT, *_SYSTEM),
}
ROLES_12: Mapping[str, tuple[str, ...]] = {
    **{role: words for role, words in ROLES_11.items() if role != "administrator"},
    "principal": _PRINCIPAL,
    "siteAdministrator": _SITE,
    "districtAdministrator": _DISTRICT,
    "systemAdministrator": _SYSTEM,
    "counselor": _COUNSELOR,
}


@recipe(
    MENU, "role-1.1", ("", "Student", "student"), ("", "T", "teacher"), ("", "Teacher of Record", "teacher"), ("", "Mother", "parent"),
    ("", "LEGAL GUARDIAN", "guardian"), ("", "Principal", "administrator"), ("", "visitor", "visitor"),
)  # fmt: skip
def _role_11(value: str, argument: str) -> str:
    """A role in any usual spelling becomes OneRoster 1.1's word; mother and father are parents, every administrator is one."""
    return or_as_it_is(found(ROLES_11, f"lower({value})"), value)


@recipe(
    MENU, "role-1.2", ("", "Principal", "principal"), ("", "Assistant Principal", "siteAdministrator"), ("", "Counsellor", "counselor"),
    ("", "IT Admin", "systemAdministrator"), ("", "Para", "aide"), ("", "siteAdministrator", "siteAdministrator"),
)  # fmt: skip
def _role_12(value: str, argument: str) -> str:
    """A role in any usual spelling becomes OneRoster 1.2's word, which tells administrators apart and knows counselors."""
    return or_as_it_is(found(ROLES_12, f"lower({value})"), value)


SEXES: Mapping[str, tuple[str, ...]] = {
    "male": ("m", "male", "boy"),
    "female": ("f", "female", "girl"),
    "other": ("x", "other", "nonbinary", "non-binary", "nb"),
    "unspecified": ("u", "unspecified", "unknown", "not specified", "notselected", "undeclared"),
}


@recipe(MENU, "sex", ("", "M", "male"), ("", "Female", "female"), ("", "X", "other"), ("", "9", "9"))
def _sex(value: str, argument: str) -> str:
    """M, F and their spellings become OneRoster's words for the sex in `demographics`."""
    return or_as_it_is(found(SEXES, f"lower({value})"), value)
