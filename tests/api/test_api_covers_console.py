"""Whatever the console does, a script can do: every page and every act of its forms stands in a table beside the operations that do the same.

A page or an act that stands not in the table fails here, and so does an operation that is not in the OpenAPI document. What is for people
only says why.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from homeroom.desk.acts import ACTS
from homeroom.doors.api import reference_page
from homeroom.doors.api.app import document
from homeroom.doors.console.pages import PAGES

Entry = tuple[str, ...] | str
"""Operations by their ids, or (as a sentence) why there are none."""

SIGNING_IN = "Signing in is for people: a program has its token."
LINK = "A link that opens once is for the person to whom it was sent."
ELEVATION = "A person turns the elevated role on, with a code; a token is made with it."
CHOOSE = "Without a choice the page asks to choose."
OWN_SECRET = (
    "A token that is stolen must not give its thief the account: password and code generator are changed by the person alone."
)
EVERYWHERE = {"GET /help": "Help says what the words of the pages mean; the reference is the API's.", "GET /sign-in": SIGNING_IN}

TABLE: dict[str, Entry] = {
    **EVERYWHERE,
    "POST /sign-in": SIGNING_IN,
    "GET /sign-in/sso": SIGNING_IN,
    "POST /sign-in/sso": SIGNING_IN,
    "POST /sign-out": "A program has no session: `revoke_token` ends its token.",
    "GET /elevate": ELEVATION,
    "POST /elevate": ELEVATION,
    "POST /elevate/end": "What a token carries of the elevated role ends with it: `revoke_token`.",
    "GET /once/{token}": LINK,
    "POST /once/{token}": LINK,
    # all districts
    "GET /": ("get_fleet", "list_districts"),
    "GET /needs": ("get_fleet",),
    "GET /districts.csv": ("export_fleet",),
    "GET /holds": ("list_holds",),
    "GET /imports": ("list_every_import",),
    "GET /onboarding": ("list_set_ups",),
    "GET /districts/new": ("begin_set_up",),
    "POST /districts/new": ("begin_set_up", "add_district"),
    # a district, its imports
    "GET /districts/{slug}": ("get_overview", "get_district", "get_support"),
    "GET /districts/{slug}/imports": ("search_imports", "list_imports"),
    "GET /districts/{slug}/imports/{number:int}": ("get_import", "list_causes", "get_hold"),
    "GET /districts/{slug}/imports/{number:int}/live": ("get_import", "list_causes"),
    "POST /districts/{slug}/imports/{number:int}": CHOOSE,
    "POST /districts/{slug}/imports/{number:int} decision=reject": ("reject_import",),
    "POST /districts/{slug}/imports/{number:int} decision=approve": ("approve_import",),
    "POST /districts/{slug}/imports/{number:int} decision=ask": ("ask_district",),
    "POST /districts/{slug}/imports/{number:int}/stop": ("stop_import",),
    "GET /districts/{slug}/imports/{number:int}/issues/{code}": ("list_issues", "list_causes"),
    "GET /districts/{slug}/imports/{number:int}/issues/{code}/rows.csv": ("download_cause",),
    "GET /districts/{slug}/imports/{number:int}/changes/{table}": ("list_changes_of_table",),
    "GET /districts/{slug}/imports/{number:int}/plan.csv": ("download_plan",),
    "GET /districts/{slug}/imports/{number:int}/refused/{place:int}": ("download_refused",),
    "GET /districts/{slug}/imports/{number:int}/originals/{place:int}": ("get_original",),
    "GET /districts/{slug}/imports/{number:int}/back": ("preview_rollback",),
    "POST /districts/{slug}/imports/{number:int}/back": ("roll_back",),
    # uploads
    "GET /districts/{slug}/upload": ("list_readers",),
    "POST /districts/{slug}/upload": ("upload",),
    "POST /districts/{slug}/upload kind=change_notification": ("upload",),
    "POST /districts/{slug}/upload/{number:int}/apply": ("apply_upload",),
    # records
    "GET /districts/{slug}/records": ("search_records",),
    "POST /districts/{slug}/records": ("search_records",),
    "GET /districts/{slug}/records/{table}/{key}": ("get_profile", "show_record"),
    "GET /districts/{slug}/records/{table}/{key}/compare": ("compare_record",),
    "GET /districts/{slug}/records/{table}/{key}/oneroster": ("show_as_oneroster",),
    "POST /districts/{slug}/records/{table}/{key}/refresh": ("refresh_record",),
    "POST /districts/{slug}/records/{table}/{key}/lock": ("lock_record",),
    "POST /districts/{slug}/records/{table}/{key}/lock how=correct": ("lock_record",),
    "POST /districts/{slug}/records/{table}/{key}/unlock": ("unlock_record",),
    "POST /districts/{slug}/records/{table}/{key}/unlock field=*": ("unlock_record",),
    "GET /districts/{slug}/missing": ("find_missing",),
    "POST /districts/{slug}/missing": ("find_missing",),
    # layouts
    "GET /layouts": ("list_layout_sets",),
    "GET /layouts/{set}": ("get_layout_set",),
    "GET /layouts/{set}/{layout}": ("get_layout",),
    "GET /districts/{slug}/layouts": ("list_layout_sets_in_use", "list_own_layouts", "list_unknown_files"),
    "GET /districts/{slug}/layouts/{set}": ("get_layout_set_in_use",),
    "GET /districts/{slug}/layouts/{set}/{layout}": ("get_layout_in_use", "get_row_of_layout"),
    "GET /districts/{slug}/layouts/proposal": ("get_proposal",),
    "POST /districts/{slug}/layouts/proposal": ("accept_proposal",),
    "GET /districts/{slug}/layouts/{set}/copy": ("get_layout_set_in_use",),
    "POST /districts/{slug}/layouts/{set}/copy": ("copy_layouts",),
    "GET /districts/{slug}/layouts/{set}/use": ("get_layout_set_in_use",),
    "POST /districts/{slug}/layouts/{set}/use": ("change_source",),
    "GET /districts/{slug}/layouts/{set}/go-back": ("get_layout_set_in_use",),
    "POST /districts/{slug}/layouts/{set}/go-back": ("restore_layouts",),
    "GET /districts/{slug}/layouts/{set}/compare/{a:int}/{b:int}": ("compare_layouts",),
    "GET /districts/{slug}/layouts/{set}/edit": ("get_own_layouts",),
    "POST /districts/{slug}/layouts/{set}/edit": ("check_layouts",),
    "POST /districts/{slug}/layouts/{set}/edit/problems": ("check_layouts",),
    "GET /districts/{slug}/layouts/{set}/edit/try": ("get_own_layouts",),
    "POST /districts/{slug}/layouts/{set}/edit/try": ("try_layouts",),
    "GET /districts/{slug}/layouts/{set}/edit/save": ("get_own_layouts",),
    "POST /districts/{slug}/layouts/{set}/edit/save": ("save_layouts",),
    # schools
    "GET /districts/{slug}/schools": ("get_schools", "list_schools"),
    "POST /districts/{slug}/schools": CHOOSE,
    "POST /districts/{slug}/schools do=match": ("match_school",),
    "POST /districts/{slug}/schools do=unmatch": ("match_school",),
    "POST /districts/{slug}/schools do=declare": ("add_school",),
    "POST /districts/{slug}/schools do=remove": ("remove_school",),
    "POST /districts/{slug}/schools do=ignore": ("ignore_school",),
    "POST /districts/{slug}/schools do=read": ("read_school_again",),
    # set-up
    "GET /districts/{slug}/setup": ("get_set_up",),
    "GET /districts/{slug}/setup/message": ("get_set_up",),
    "POST /districts/{slug}/setup/message": ("write_message",),
    "POST /districts/{slug}/setup/message ask": ("request_changes",),
    "GET /districts/{slug}/setup/training": ("get_set_up",),
    "POST /districts/{slug}/setup/training": ("set_training",),
    "GET /districts/{slug}/setup/approve": ("get_set_up",),
    "POST /districts/{slug}/setup/approve": ("approve_set_up",),
    "GET /districts/{slug}/setup/people": ("get_set_up",),
    "POST /districts/{slug}/setup/people": ("invite_own_person",),
    "GET /districts/{slug}/setup/worksheet": ("get_set_up_worksheet",),
    "POST /districts/{slug}/setup/worksheet": ("fill_worksheet",),
    "GET /districts/{slug}/setup/worksheet/sheet": ("get_set_up_worksheet",),
    "POST /districts/{slug}/setup/worksheet/sheet": ("upload_worksheet",),
    "GET /districts/{slug}/setup/worksheet/compare": ("get_set_up_worksheet",),
    "POST /districts/{slug}/setup/worksheet/compare": ("compare_set_up_worksheet",),
    "GET /districts/{slug}/setup/worksheet/accept": ("get_set_up_worksheet",),
    "POST /districts/{slug}/setup/worksheet/accept": ("accept_worksheet",),
    "GET /districts/{slug}/setup/worksheet/sign": ("get_set_up_worksheet",),
    "POST /districts/{slug}/setup/worksheet/sign": ("sign_worksheet",),
    "GET /districts/{slug}/setup/worksheet.xlsx": ("download_set_up_worksheet",),
    "GET /districts/{slug}/setup/guide": ("get_guide",),
    "GET /districts/{slug}/setup/plugin.zip": ("get_plugin",),
    # sources
    "GET /districts/{slug}/sources": ("list_sources",),
    "GET /districts/{slug}/sources/new": ("list_sources", "list_layout_sets", "add_source"),
    "POST /districts/{slug}/sources/new": ("add_source",),
    "GET /districts/{slug}/sources/{number:int}": ("get_source", "get_source_access"),
    "GET /districts/{slug}/sources/{number:int}/password": ("get_source_access",),
    "POST /districts/{slug}/sources/{number:int}/password": ("hand_over_credentials", "rotate_password"),
    "GET /districts/{slug}/sources/{number:int}/keys": ("list_keys",),
    "POST /districts/{slug}/sources/{number:int}/keys": ("add_key",),
    "GET /districts/{slug}/sources/{number:int}/keys/remove": ("list_keys",),
    "POST /districts/{slug}/sources/{number:int}/keys/remove": ("remove_key",),
    "GET /districts/{slug}/sources/{number:int}/secret": ("get_source_access",),
    "POST /districts/{slug}/sources/{number:int}/secret": ("set_secret",),
    "GET /districts/{slug}/sources/{number:int}/enabled": ("get_source",),
    "POST /districts/{slug}/sources/{number:int}/enabled": ("change_source",),
    "POST /districts/{slug}/sources/{number:int}/enabled enabled=true": ("change_source",),
    "GET /districts/{slug}/sources/{number:int}/archived": ("get_source",),
    "POST /districts/{slug}/sources/{number:int}/archived": ("take_source_back",),
    "POST /districts/{slug}/sources/{number:int}/archived archived=true": ("archive_source",),
    "GET /districts/{slug}/sources/{number:int}/notices": ("get_source_access",),
    "POST /districts/{slug}/sources/{number:int}/notices": ("renew_notices",),
    "POST /districts/{slug}/sources/{number:int}/notices do=subscribe": ("subscribe",),
    "POST /districts/{slug}/sources/{number:int}/notices do=stop": ("unsubscribe",),
    "GET /districts/{slug}/sources/{number:int}/test": ("get_source",),
    "POST /districts/{slug}/sources/{number:int}/test": ("test_source",),
    "GET /districts/{slug}/sources/{number:int}/pull": ("get_source",),
    "POST /districts/{slug}/sources/{number:int}/pull": ("pull_source",),
    "GET /districts/{slug}/sources/{number:int}/pause": ("get_source",),
    "POST /districts/{slug}/sources/{number:int}/pause": ("rest_source", "pause_source"),
    "POST /districts/{slug}/sources/{number:int}/pause go_on": ("resume_source",),
    "GET /districts/{slug}/sources/{number:int}/settings": ("list_source_settings", "get_limits"),
    "POST /districts/{slug}/sources/{number:int}/settings": ("change_source", "change_limits"),
    # people, audit, support access
    "GET /districts/{slug}/access": ("list_own_audit", "list_own_people", "get_support"),
    "GET /districts/{slug}/access/support": ("get_support",),
    "POST /districts/{slug}/access/support": ("turn_support_on",),
    "POST /districts/{slug}/access/support off": ("turn_support_off",),
    "GET /districts/{slug}/access/audit.csv": ("export_own_audit",),
    "GET /districts/{slug}/access/people": ("list_own_audit", "list_own_people"),
    "POST /districts/{slug}/access/people": ("invite_own_person",),
    "POST /districts/{slug}/access/people role=school_viewer": ("invite_own_person",),
    "GET /districts/{slug}/access/people/{number:int}": ("list_own_audit", "list_own_people"),
    "POST /districts/{slug}/access/people/{number:int}": CHOOSE,
    "POST /districts/{slug}/access/people/{number:int} do=link": ("link_own_person",),
    "POST /districts/{slug}/access/people/{number:int} do=code": ("forget_own_code",),
    "POST /districts/{slug}/access/people/{number:int} do=out": ("change_own_person",),
    "POST /districts/{slug}/access/people/{number:int} do=in": ("change_own_person",),
    "GET /audit": ("list_audit", "check_audit"),
    "GET /audit.csv": ("export_audit",),
    # settings
    "GET /districts/{slug}/settings": ("get_district", "get_notices", "get_looked_after"),
    "GET /districts/{slug}/settings/delete": ("get_district", "get_deletion"),
    "POST /districts/{slug}/settings/delete": ("delete_district",),
    "POST /districts/{slug}/keep": ("keep_district",),
    "POST /districts/{slug}/settings": ("change_district",),
    "GET /districts/{slug}/settings/looked-after": ("get_district", "get_looked_after"),
    "POST /districts/{slug}/settings/looked-after": ("look_after",),
    "GET /districts/{slug}/settings/notices": ("get_notices",),
    "POST /districts/{slug}/settings/notices": ("choose_notices",),
    "GET /settings": ("get_installation", "check_installation", "list_installation_settings", "list_people"),
    "GET /settings/people": ("get_installation", "list_people"),
    "POST /settings/people": ("invite_person",),
    "GET /settings/people/{number:int}": ("get_installation", "list_people"),
    "POST /settings/people/{number:int}": CHOOSE,
    "POST /settings/people/{number:int} do=link": ("link_person",),
    "POST /settings/people/{number:int} do=code": ("forget_code",),
    "POST /settings/people/{number:int} do=out": ("change_person",),
    "POST /settings/people/{number:int} do=in": ("change_person",),
    # apps
    "GET /apps": ("list_apps",),
    "POST /apps": ("add_app",),
    "POST /apps all": ("add_app",),
    "GET /apps/{client}/revoke": ("list_apps",),
    "POST /apps/{client}/revoke": ("revoke_app",),
    # oneself
    "GET /account": ("get_me", "list_tokens", "list_sessions"),
    "GET /account/preferences": ("get_me",),
    "POST /account/preferences": "Theme, time zone and keys are how the pages look to a person.",
    "GET /account/notices": ("get_me",),
    "POST /account/notices": ("choose_notices",),
    "GET /account/sessions/{number:int}/end": ("list_sessions",),
    "POST /account/sessions/{number:int}/end": ("end_session",),
    "GET /account/password": ("get_me",),
    "POST /account/password": OWN_SECRET,
    "POST /account/password tokens=keep": OWN_SECRET,
    "GET /account/generator": OWN_SECRET,
    "POST /account/generator": OWN_SECRET,
    "GET /account/tokens": ("list_tokens",),
    "POST /account/tokens": "A token makes no tokens: a person does, with a code.",
    "GET /account/tokens/{number:int}/revoke": ("list_tokens",),
    "POST /account/tokens/{number:int}/revoke": ("revoke_token",),
}
VALUES = {"code", "field", "kept", "kept_days", "message", "name", "source", "started", "sure", "why"}
"""Fields whose presence is looked at, and which choose no act. `sure` repeats a form after its before and after were shown."""


def operations() -> dict[str, dict[str, Any]]:
    return {operation["operationId"]: dict(operation) for _, _, operation in reference_page.operations(document())}


def wanted() -> set[str]:
    """Every page that is looked at, every form that is sent, and every act that a field of a form chooses."""
    found = set()
    for page in PAGES:
        if page.show is not None:
            found.add(f"GET {page.path}")
        if page.post is not None:
            found.add(f"POST {page.path}")
            found |= {f"POST {page.path} {act}" for act in chosen(page.post) if act not in VALUES}
    return found


def chosen(post: Callable[..., Any]) -> set[str]:
    """The acts of a form: where the function, or one of its module that it names, looks which value a field has, or whether it has one."""
    module, waiting, seen, found = inspect.getmodule(post), [post], set(), set[str]()
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        found |= set(acts_in(tree))
        named = (getattr(module, node.id, None) for node in ast.walk(tree) if isinstance(node, ast.Name))
        waiting += [each for each in named if inspect.isfunction(each) and each.__module__ == post.__module__]
    return found


def acts_in(tree: ast.AST) -> Iterator[str]:
    fields: dict[str, str] = {}
    keys: dict[str, list[Any]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target, value in pairs(node.targets[0], node.value):
                if isinstance(target, ast.Name) and (field := form_field(value)):
                    fields[target.id] = field
                if isinstance(target, ast.Name) and isinstance(value, ast.Dict):
                    keys[target.id] = [key.value for key in value.keys if isinstance(key, ast.Constant)]

    def field_of(node: ast.AST) -> str | None:
        return form_field(node) or (fields.get(node.id) if isinstance(node, ast.Name) else None)

    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[ast.Constant(value=value)]) if field_of(left):
                yield f"{field_of(left)}={value}"
            case ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="get"), args=[key, *_]) if field_of(key):
                yield from (f"{field_of(key)}={each}" for each in keys.get(table, ()))
            case ast.If(test=test) | ast.IfExp(test=test):
                bare = test.operand if isinstance(test, ast.UnaryOp) else test
                if field := field_of(bare):
                    yield field


def pairs(target: ast.AST, value: ast.AST) -> list[tuple[ast.AST, ast.AST]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def form_field(node: ast.AST) -> str | None:
    match node:
        case ast.Call(func=ast.Attribute(attr="form" | "forms"), args=[ast.Constant(value=str(name)), *_]):
            return name
    return None


def test_every_page_and_every_act_of_its_forms_has_an_operation_or_a_reason() -> None:
    missing = wanted() - set(TABLE)
    assert not missing, f"name the operations that do the same, or say why this is for people only: {sorted(missing)}"
    gone = set(TABLE) - wanted()
    assert not gone, f"no page does this any more: {sorted(gone)}"


def test_every_operation_of_the_table_is_in_the_document() -> None:
    known = operations()
    named = {(place, each) for place, entry in TABLE.items() if not isinstance(entry, str) for each in entry}
    assert not {pair for pair in named if pair[1] not in known}
    assert all(len(entry) > 20 for entry in TABLE.values() if isinstance(entry, str)), "a reason is a sentence"


def test_what_reads_the_acts_of_forms_sees_each_way_in_which_pages_choose() -> None:
    """The test above is worth as much as this reading: a choice by a comparison, by a table, by a field that is there or not."""
    code = """
def post(asked):
    who, do = asked.viewer, asked.form("do")
    acts = {"reject": a, "approve": b}
    if do == "match":
        return acts.get(asked.form("decision"))
    if not asked.form("off") and asked.form("how") == "correct":
        return None
    return a if asked.form("ask") else b
"""
    assert set(acts_in(ast.parse(code))) == {"do=match", "decision=reject", "decision=approve", "how=correct", "ask"}


def test_whoever_can_do_it_in_the_console_can_do_it_by_a_token_and_nobody_else() -> None:
    """The roles are those of the page: an operation that asks less would let a token exceed its maker, one that asks more would not let
    a script do what its maker can. Of several operations one is the page's own; others may be narrower or wider by themselves."""
    known, pages = operations(), {page.path: page for page in PAGES}
    for place, entry in TABLE.items():
        if isinstance(entry, str):
            continue
        method, _, rest = place.partition(" ")
        page = pages[rest.partition(" ")[0]]
        act = ACTS[page.needs(method) or ""]
        acts = {each: ACTS[known[each]["x-homeroom-act"]] for each in entry}
        assert any(set(found.roles) >= set(act.roles) for found in acts.values()) or place in OTHERWISE, (place, act.name)
        if method == "POST":
            alike = [
                each
                for each, found in acts.items()
                if (found.roles, found.asks, found.support) == (act.roles, act.asks, act.support)
            ]
            assert alike or place in OTHERWISE, (place, act.name, {each: found.name for each, found in acts.items()})


OTHERWISE = {
    "POST /districts/{slug}/imports/{number:int} decision=approve": "The form takes both decisions; the desk asks for holds.approve itself.",
    "POST /districts/{slug}/setup/message ask": "The form takes both buttons; the page asks for setup.step itself.",
    "POST /districts/{slug}/settings/notices": "The account page has the same choice for whoever sees the district.",
}
"""Forms whose operation asks for another act than the page, and why that is the same."""
