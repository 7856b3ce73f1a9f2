"""The provider over HTTP, as an application meets it: tokens, pages, links, filters, errors, and who may see what."""

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from shutil import copytree

import psycopg
import pytest
import structlog
from starlette.testclient import TestClient

from homeroom.doors.rest.endpoints import endpoints
from homeroom.doors.rest.provider import create
from homeroom.store.stores import Stores
from homeroom.store.stores import open as open_stores
from rest.roster_of_pinewood import NOW, PINEWOOD, app, district
from store_plans import commit

V11 = "/ims/oneroster/v1p1"
V12 = "/ims/oneroster/rostering/v1p2"
SCOPE = "https://purl.imsglobal.org/spec/or/v1p2/scope/"
_numbers = count(1)
EVERYTHING = ("roster-core.readonly", "roster.readonly", "roster-demographics.readonly", "resource.readonly")


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self):
        return self.now


def opened(folder: Path, url: str | None = None) -> Stores:
    """Stores with one district and one app that may read all of it."""
    stores = open_stores(folder, url)
    district(stores, "pinewood")
    app(stores, "reader", *EVERYTHING, districts=("pinewood",))
    return stores


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with Pinewood in it, to be copied."""
    folder = tmp_path_factory.mktemp("ready") / "data"
    opened(folder).close()
    return folder


@pytest.fixture
def stores(ready: Path, tmp_path: Path) -> Iterator[Stores]:
    """Stores of its own for a test that changes something."""
    copytree(ready, tmp_path / "data", symlinks=True)
    with open_stores(tmp_path / "data") as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def web(stores: Stores, clock: Clock) -> Iterator[TestClient]:
    with TestClient(create(stores, address="https://roster.example", now=clock)) as client:
        yield client


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Stores that all reading tests share and none changes, on each engine in turn."""
    with ExitStack() as doors:
        url = None if request.param == "sqlite" else doors.enter_context(database(request.getfixturevalue("postgres_server")))
        yield doors.enter_context(opened(tmp_path_factory.mktemp("shared") / "data", url))


@contextmanager
def database(server: str) -> Iterator[str]:
    """A database of its own on a running server."""
    name = f"rest_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        before, _, query = server.partition("?")
        yield f"{before.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def bearer(shared: Stores) -> Iterator[TestClient]:
    """An application with a token."""
    with TestClient(create(shared, address="https://roster.example", now=Clock())) as client:
        client.headers["Authorization"] = f"Bearer {token(client)}"
        yield client


def token(web: TestClient, client_id: str = "reader", scope: str = "") -> str:
    answer = web.post("/oauth/token", data={"grant_type": "client_credentials", "scope": scope}, auth=(client_id, "s3cret"))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def ids(web: TestClient, path: str, **parameters: object) -> list[str]:
    answer = web.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    (found,) = answer.json().values()
    return [record["sourcedId"] for record in found]


# -- tokens -------------------------------------------------------------------------------------------------------


def test_a_token_for_an_app(bearer: TestClient) -> None:
    answer = bearer.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=("reader", "s3cret"))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["token_type"], told["expires_in"]) == ("bearer", 3600)
    assert SCOPE + "roster-core.readonly" in told["scope"].split()
    assert answer.headers["cache-control"] == "no-store"


def test_credentials_in_the_form_and_the_other_address(bearer: TestClient) -> None:
    form = {"grant_type": "client_credentials", "client_id": "reader", "client_secret": "s3cret"}
    assert bearer.post("/token", data=form).status_code == 200


def test_only_scopes_that_were_asked_for_and_allowed(bearer: TestClient) -> None:
    form = {"grant_type": "client_credentials", "scope": "http://purl.imsglobal.org/spec/or/v1p1/scope/roster.readonly admin"}
    told = bearer.post("/token", data=form, auth=("reader", "s3cret")).json()
    assert told["scope"] == "https://purl.imsglobal.org/spec/or/v1p1/scope/roster.readonly"
    answer = bearer.post("/token", data=form | {"scope": "admin"}, auth=("reader", "s3cret"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_wrong_credentials_are_one_answer(bearer: TestClient) -> None:
    form = {"grant_type": "client_credentials"}
    for auth in (("reader", "wrong"), ("nobody", "s3cret")):
        answer = bearer.post("/oauth/token", data=form, auth=auth)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer.headers["www-authenticate"].startswith("Basic")
    assert bearer.post("/oauth/token", data=form).status_code == 401
    broken = bearer.post("/oauth/token", data=form, headers={"Authorization": "Basic !!!"})
    assert broken.status_code == 401


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ["client_credentials", "client_credentials"]}, "invalid_request"),
        ({"grant_type": "client_credentials", "scope": "x" * 20_000}, "invalid_request"),
    ],
)
def test_a_bad_form(bearer: TestClient, form: dict, error: str) -> None:
    answer = bearer.post("/oauth/token", data=form, auth=("reader", "s3cret"))
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_guessing_is_slowed_down_for_the_guesser_only(web: TestClient, stores: Stores, clock: Clock) -> None:
    app(stores, "other", *EVERYTHING)
    form = {"grant_type": "client_credentials"}
    for _ in range(10):
        assert web.post("/oauth/token", data=form, auth=("reader", "guess")).status_code == 401
    answer = web.post("/oauth/token", data=form, auth=("reader", "s3cret"))
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert web.post("/oauth/token", data=form, auth=("other", "s3cret")).status_code == 200
    clock.now += timedelta(seconds=61)
    assert web.post("/oauth/token", data=form, auth=("reader", "s3cret")).status_code == 200


def test_a_token_is_asked_for_by_post(bearer: TestClient) -> None:
    assert bearer.get("/oauth/token").status_code == 405


def test_a_token_ends_after_an_hour_and_a_second_one_does_not_end_the_first(web: TestClient, clock: Clock) -> None:
    first, _second = token(web), token(web)
    headers = {"Authorization": f"Bearer {first}"}
    assert web.get(f"{V12}/orgs", headers=headers).status_code == 200
    clock.now += timedelta(seconds=3601)
    assert web.get(f"{V12}/orgs", headers=headers).status_code == 401


def test_a_revoked_app_reads_for_five_seconds_at_most(web: TestClient, stores: Stores, clock: Clock) -> None:
    headers = {"Authorization": f"Bearer {token(web)}"}
    assert web.get(f"{V12}/orgs", headers=headers).status_code == 200
    stores.control.apps.revoke("reader", clock.now)
    clock.now += timedelta(seconds=5)
    assert web.get(f"{V12}/orgs", headers=headers).status_code == 401
    assert web.post("/token", data={"grant_type": "client_credentials"}, auth=("reader", "s3cret")).status_code == 401


def test_the_store_has_no_readable_token(web: TestClient, tmp_path: Path) -> None:
    given = token(web).encode()
    for file in (tmp_path / "data").rglob("control*"):
        if file.is_file():
            assert given not in file.read_bytes()


# -- pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [
        ("/orgs", "orgs", ["d1", "s1", "s2", "s9"]),
        ("/schools", "orgs", ["s1", "s2", "s9"]),
        ("/academicSessions", "academicSessions", ["y1", "t1", "t2", "g1"]),
        ("/terms", "academicSessions", ["t1", "t2"]),
        ("/gradingPeriods", "academicSessions", ["g1"]),
        ("/courses", "courses", ["k1", "k2"]),
        ("/classes", "classes", ["c/1", "c2"]),
        ("/users", "users", ["u1", "u2", "u3", "u4", "u5", "u6", "u7"]),
        ("/students", "users", ["u1", "u2", "u6"]),
        ("/teachers", "users", ["u3", "u7"]),
        ("/enrollments", "enrollments", ["e1", "e2", "e3", "e4"]),
        ("/demographics", "demographics", ["u1"]),
        ("/schools/s1/classes", "classes", ["c/1"]),
        ("/schools/s1/courses", "courses", ["k1"]),
        ("/schools/s2/enrollments", "enrollments", ["e3", "e4"]),
        ("/schools/s1/students", "users", ["u1", "u2", "u6"]),
        ("/schools/s2/teachers", "users", ["u7"]),
        ("/schools/s2/terms", "academicSessions", ["t1", "t2"]),
        ("/schools/s1/classes/c%2F1/enrollments", "enrollments", ["e1", "e2"]),
        ("/schools/s1/classes/c%2F1/students", "users", ["u1"]),
        ("/schools/s1/classes/c%2F1/teachers", "users", ["u3"]),
        ("/classes/c2/students", "users", ["u2"]),
        ("/classes/c%2F1/teachers", "users", ["u3"]),
        ("/courses/k2/classes", "classes", ["c2"]),
        ("/students/u1/classes", "classes", ["c/1"]),
        ("/teachers/u3/classes", "classes", ["c/1"]),
        ("/users/u2/classes", "classes", ["c2"]),
        ("/terms/t1/classes", "classes", ["c/1", "c2"]),
        ("/terms/t1/gradingPeriods", "academicSessions", ["g1"]),
    ],
)
@pytest.mark.parametrize("root", [V11, V12])
def test_every_collection(bearer: TestClient, root: str, path: str, key: str, expected: list[str]) -> None:
    answer = bearer.get(root + path)
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == [key]
    assert [r["sourcedId"] for r in answer.json()[key]] == sorted(expected)  # one commit numbers its records by sourcedId
    assert answer.headers["x-total-count"] == str(len(expected))


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/orgs/s1", "org"),
        ("/schools/s1", "org"),
        ("/academicSessions/y1", "academicSession"),
        ("/terms/t1", "academicSession"),
        ("/gradingPeriods/g1", "academicSession"),
        ("/courses/k1", "course"),
        ("/classes/c%2F1", "class"),
        ("/users/u4", "user"),
        ("/students/u1", "user"),
        ("/teachers/u7", "user"),
        ("/enrollments/e1", "enrollment"),
        ("/demographics/u1", "demographics"),
    ],
)
@pytest.mark.parametrize("root", [V11, V12])
def test_every_single(bearer: TestClient, root: str, path: str, key: str) -> None:
    answer = bearer.get(root + path)
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == [key]
    assert isinstance(answer.json()[key], dict)
    assert "x-total-count" not in answer.headers


def test_every_endpoint_of_the_standard_is_there() -> None:
    rostering = [e for e in endpoints() if e.service == "rostering"]
    resources = [e for e in endpoints() if e.service == "resources"]
    assert (len(rostering), len(resources)) == (41, 4)


def test_resources_of_a_class(bearer: TestClient) -> None:
    assert ids(bearer, f"{V11}/classes/c%2F1/resources") == ["m1"]
    assert ids(bearer, "/ims/oneroster/resources/v1p2/resources") == ["m1"]
    assert bearer.get(f"{V12}/resources").status_code == 404
    session = bearer.get(f"{V12}/classes/c%2F1").json()["class"]
    assert session["resources"][0]["href"] == "https://roster.example/ims/oneroster/resources/v1p2/resources/m1"


def test_a_removed_record_is_listed_with_its_status_and_can_be_filtered(bearer: TestClient) -> None:
    assert bearer.get(f"{V12}/users/u6").json()["user"]["status"] == "tobedeleted"
    assert ids(bearer, f"{V12}/students", filter="status='active'") == ["u1", "u2"]


def test_a_user_has_roles_in_12_and_one_role_in_11(bearer: TestClient) -> None:
    user = bearer.get(f"{V12}/users/u4").json()["user"]
    assert user["roles"] == [
        {
            "roleType": "primary",
            "role": "districtAdministrator",
            "org": {"href": f"https://roster.example{V12}/orgs/d1", "sourcedId": "d1", "type": "org"},
        }
    ]
    both = bearer.get(f"{V11}/users/u7").json()["user"]
    assert (both["role"], [o["sourcedId"] for o in both["orgs"]]) == ("administrator", ["s2", "s1"])
    assert both["metadata"] == {"badge": "77"}


def test_an_org_knows_its_children(bearer: TestClient) -> None:
    org = bearer.get(f"{V12}/orgs/d1").json()["org"]
    assert [c["sourcedId"] for c in org["children"]] == ["s1", "s2"]
    assert bearer.get(f"{V12}/orgs/s1").json()["org"]["parent"]["sourcedId"] == "d1"


def test_walking_by_next_links_meets_every_record_once(bearer: TestClient) -> None:
    url: str | None = f"https://roster.example{V12}/users?limit=3"
    met: list[str] = []
    while url:
        answer = bearer.get(url.removeprefix("https://roster.example"))
        met += [u["sourcedId"] for u in answer.json()["users"]]
        links = dict(reversed(part.split("; ")) for part in answer.headers["link"].split(", "))
        url = links.get('rel="next"', "").strip("<>") or None
    assert met == ["u1", "u2", "u3", "u4", "u5", "u6", "u7"]


def test_links_keep_other_parameters_and_the_last_page_is_short(bearer: TestClient) -> None:
    answer = bearer.get(f"{V12}/users", params={"limit": 3, "offset": 3, "fields": "sourcedId"})
    links = dict(reversed(part.split("; ")) for part in answer.headers["link"].split(", "))
    base = f"<https://roster.example{V12}/users?fields=sourcedId&"
    assert links == {
        'rel="next"': base + "limit=3&offset=6>",
        'rel="prev"': base + "limit=3&offset=0>",
        'rel="first"': base + "limit=3&offset=0>",
        'rel="last"': base + "limit=1&offset=6>",
    }


def test_beyond_the_end_is_an_empty_page(bearer: TestClient) -> None:
    answer = bearer.get(f"{V12}/users", params={"offset": 10**12})
    assert (answer.json(), answer.headers["x-total-count"]) == ({"users": []}, "7")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=ten", "limit=10001", "offset=-1", "offset=x", "limit=", "limit=%C2%B2"]
)
@pytest.mark.parametrize(("root", "minor"), [(V11, "invalid data"), (V12, "invaliddata")])
def test_a_bad_page_is_refused_not_cut(bearer: TestClient, root: str, minor: str, query: str) -> None:
    answer = bearer.get(f"{root}/users?{query}")
    assert answer.status_code == 400
    assert minor in answer.text


def test_sorting(bearer: TestClient) -> None:
    assert ids(bearer, f"{V12}/users", sort="familyName", orderBy="desc", limit=3) == ["u7", "u4", "u1"]
    assert ids(bearer, f"{V12}/users", sort="familyName") == ["u6", "u2", "u3", "u1", "u5", "u4", "u7"]
    assert ids(bearer, f"{V12}/users", sort="shoeSize") == ["u1", "u2", "u3", "u4", "u5", "u6", "u7"]
    answer = bearer.get(f"{V11}/users", params={"sort": "shoeSize"}).json()
    assert list(answer) == ["users", "statusInfoSet"]
    assert answer["statusInfoSet"][0]["imsx_codeMinor"] == "invalid_sort_field"


def test_fields(bearer: TestClient) -> None:
    assert bearer.get(f"{V12}/users/u1", params={"fields": "givenName,grades"}).json() == {
        "user": {"givenName": "Zoë", "grades": ["09"]}
    }
    for bad in ("", "givenName,,grades"):
        assert bearer.get(f"{V12}/users", params={"fields": bad}).status_code == 400
    assert "invalid_selection_field" in bearer.get(f"{V12}/users", params={"fields": "shoeSize"}).text
    old = bearer.get(f"{V11}/users", params={"fields": "shoeSize"})
    assert old.status_code == 200
    assert "givenName" in old.json()["users"][0]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("/users", "familyName='o''brien'", ["u1", "u5"]),
        ("/users", "familyName='O'Brien'", ["u1", "u5"]),
        ("/users", "familyName='O'Brien' AND role='student'", ["u1"]),
        ("/users", "role='administrator'", ["u4", "u7"]),
        ("/users", "roles.role='principal'", ["u7"]),
        ("/users", "roles.role='districtAdministrator'", ["u4"]),
        ("/users", "roles.org.sourcedId='s2'", ["u2", "u7"]),
        ("/users", "role!='student' AND status='active'", ["u3", "u4", "u5", "u7"]),
        ("/users", "email='MAY@pine.example'", ["u3"]),
        ("/users", "email!='may@pine.example' AND role='teacher'", ["u7"]),
        ("/users", "givenName~'o'", ["u1", "u4", "u6", "u7"]),
        ("/users", "grades='09'", ["u1"]),
        ("/users", "grades~'09,10'", ["u1", "u2"]),
        ("/users", "metadata.badge='77'", ["u7"]),
        ("/users", "sourcedId='U1'", []),
        ("/users", "dateLastModified>'2026-08-31'", ["u1", "u2", "u3", "u4", "u5", "u6", "u7"]),
        ("/users", "dateLastModified>'2026-09-01T06:30:00+00:00'", ["u6"]),
        ("/classes", "school.sourcedId='s1'", ["c/1"]),
        ("/classes", "school='s2'", ["c2"]),
        ("/classes", "terms.sourcedId='t2'", ["c2"]),
        ("/classes", "terms='t1,t2'", ["c2"]),
        ("/classes", "terms!='t2'", ["c/1"]),
        ("/courses", "grades='09,10'", ["k1"]),
        ("/enrollments", "primary='true'", ["e2"]),
        ("/enrollments", "primary=true OR role='student'", ["e1", "e2", "e3", "e4"]),
        ("/demographics", "birthDate<'2012-01-01'", ["u1"]),
        ("/orgs", "name='50%_ off'", []),
        ("/orgs", "name~'%'", []),
    ],
)
def test_filters(bearer: TestClient, path: str, text: str, expected: list[str]) -> None:
    assert ids(bearer, V12 + path, filter=text) == expected


def test_a_11_filter_on_role_speaks_11_words(bearer: TestClient) -> None:
    assert ids(bearer, f"{V11}/users", filter="role='administrator'") == ["u4", "u7"]
    assert ids(bearer, f"{V11}/users", filter="orgs.sourcedId='s2'") == ["u2", "u7"]


@pytest.mark.parametrize(
    "text",
    [
        "familyName",
        "familyName='x",
        "familyName='x' and role='student'",
        "familyName='x' AND role='student' AND status='active'",
        "shoeSize='9'",
        "school.name='x'",
        "password='x'",
        "familyName = 'x'",
        "terms>'t1'",
        "'; DROP TABLE users",
    ],
)
def test_a_bad_filter_is_refused(bearer: TestClient, text: str) -> None:
    for path in ("/users", "/classes"):
        answer = bearer.get(V12 + path, params={"filter": text})
        assert answer.status_code == 400
        assert "invalid_filter_field" in answer.text


@pytest.mark.parametrize("text", ["dateLastModified>'yesterday'", "enabledUser='yes'"])
def test_a_bad_value_is_refused(bearer: TestClient, text: str) -> None:
    answer = bearer.get(f"{V12}/users", params={"filter": text})
    assert (answer.status_code, "invaliddata" in answer.text) == (400, True)


# -- who may see what -----------------------------------------------------------------------------------------------


def test_no_token_no_roster(web: TestClient) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic " + b64encode(b"reader:s3cret").decode()}):
        answer = web.get(f"{V12}/orgs", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["imsx_CodeMinor"]["imsx_codeMinorField"] == [
            {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": "unauthorisedrequest"}
        ]
    assert web.get(f"{V11}/orgs").json()["statusInfoSet"][0]["imsx_codeMinor"] == "unauthorized"


@pytest.mark.parametrize(
    ("scope", "opened", "closed"),
    [
        ("roster-core.readonly", "/users", "/classes/c2/students"),
        ("roster.readonly", "/classes/c2/students", "/demographics"),
        ("roster-demographics.readonly", "/demographics/u1", "/users"),
    ],
)
def test_scopes(web: TestClient, scope: str, opened: str, closed: str) -> None:
    headers = {"Authorization": f"Bearer {token(web, scope=SCOPE + scope)}"}
    assert web.get(V12 + opened, headers=headers).status_code == 200
    answer = web.get(V12 + closed, headers=headers)
    assert (answer.status_code, "forbidden" in answer.text) == (403, True)


def test_an_app_without_named_scopes_gets_no_demographics(web: TestClient, stores: Stores) -> None:
    app(stores, "plain", districts=("pinewood",))
    headers = {"Authorization": f"Bearer {token(web, 'plain')}"}
    assert web.get(f"{V12}/users", headers=headers).status_code == 200
    assert web.get(f"{V12}/demographics", headers=headers).status_code == 403


def test_an_app_of_several_districts_names_one(web: TestClient, stores: Stores) -> None:
    district(stores, "oakdale", {"orgs": [{"sourcedId": "o1", "name": "Oak", "type": "school"}]})
    app(stores, "both", districts=("pinewood", "oakdale"))
    headers = {"Authorization": f"Bearer {token(web, 'both')}"}
    assert web.get(f"{V12}/orgs", headers=headers).status_code == 400
    answer = web.get(f"/d/oakdale{V12}/orgs?limit=1", headers=headers)
    assert [o["sourcedId"] for o in answer.json()["orgs"]] == ["o1"]
    assert f"<https://roster.example/d/oakdale{V12}/orgs?limit=1&offset=0>" in answer.headers["link"]
    session = web.get(f"/d/pinewood{V12}/classes/c2", headers=headers).json()["class"]
    assert session["school"]["href"] == f"https://roster.example/d/pinewood{V12}/orgs/s2"


def test_an_app_sees_only_its_districts(web: TestClient, stores: Stores) -> None:
    web.headers["Authorization"] = f"Bearer {token(web)}"
    district(stores, "oakdale", {"orgs": [{"sourcedId": "o1", "name": "Oak", "type": "school"}]})
    for slug in ("oakdale", "nowhere", "%2e%2e", ""):
        answer = web.get(f"/d/{slug}{V12}/orgs")
        assert answer.status_code in (403, 404)
        assert "o1" not in answer.text
    assert ids(web, f"{V12}/orgs")[0] == "d1"


# -- errors and headers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/users/none", "/schools/d1", "/students/u3", "/nothing", "/users/u1/nothing", "/classes/none/students"]
)
def test_what_is_not_there(bearer: TestClient, path: str) -> None:
    answer = bearer.get(V12 + path)
    assert (answer.status_code, "unknownobject" in answer.text) == (404, True)
    answer = bearer.get(V11 + path)
    assert answer.json()["statusInfoSet"][0]["imsx_codeMinor"] == "unknown object"


def test_the_service_is_read_only(bearer: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert bearer.request(method, f"{V12}/users").status_code == 405


def test_head_has_the_headers_of_get_and_no_body(bearer: TestClient) -> None:
    head, get = bearer.head(f"{V12}/users"), bearer.get(f"{V12}/users")
    assert head.content == b""
    for name in ("content-length", "x-total-count", "link"):
        assert head.headers[name] == get.headers[name]


def test_every_answer_is_guarded(bearer: TestClient) -> None:
    for path in (f"{V12}/users", f"{V12}/none", "/ims/oneroster/else"):
        headers = bearer.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert len(headers["x-request-id"]) == 16


def test_log_lines_have_no_ids_and_no_names(bearer: TestClient) -> None:
    with structlog.testing.capture_logs() as lines:
        bearer.get(f"{V12}/users/u1")
        bearer.get(f"{V12}/users", params={"filter": "familyName='O''Brien'"})
    told = json.dumps(lines, default=str)
    assert [line["route"] for line in lines] == ["1.2 /users/{}", "1.2 /users"]
    assert "u1" not in told
    assert "Brien" not in told


def test_a_bug_is_told_by_an_id_and_never_by_its_text(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        """An apps table that fails in the worst way: with a child's name in the message."""

        def token(self, *_: object) -> None:
            raise RuntimeError("Zoë O'Brien")

    provider = create(stores)
    provider.desk._apps = Broken()  # type: ignore[assignment]
    with structlog.testing.capture_logs() as lines, TestClient(provider) as web:
        answer = web.get(f"{V12}/users", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.text
    assert "Zoë" not in answer.text + json.dumps(lines, default=str, ensure_ascii=False)
    assert any(line.get("error") == "RuntimeError" for line in lines)


def test_a_new_revision_is_served_at_once(web: TestClient, stores: Stores, tmp_path: Path) -> None:
    web.headers["Authorization"] = f"Bearer {token(web)}"
    assert len(ids(web, f"{V12}/schools")) == 3
    school = {"sourcedId": "s3", "name": "Elm", "type": "school"}
    commit(stores.roster("pinewood"), {"orgs": [("add", school)]}, tmp_path)
    answer = web.get(f"{V12}/schools")
    assert (len(answer.json()["orgs"]), answer.headers["x-total-count"]) == (4, "4")


def test_every_offset_begins_where_it_should(web: TestClient, stores: Stores, tmp_path: Path) -> None:
    """Whole tables and their active records, over several blocks of ids, some of them with holes."""
    orgs = [{"sourcedId": f"o{n}", "name": "x", "type": "school"} for n in range(1300)]
    district(stores, "large", {"orgs": orgs})
    commit(stores.roster("large"), {"orgs": [("remove", o) for o in orgs[:1000:3]]}, tmp_path)
    app(stores, "pager", districts=("large",))
    headers = {"Authorization": f"Bearer {token(web, 'pager')}"}
    for query in ("", "&filter=status%3D'active'", "&filter=status%3D'tobedeleted'", "&filter=name%3D'x'"):
        whole = [o["sourcedId"] for o in web.get(f"{V12}/orgs?limit=10000{query}", headers=headers).json()["orgs"]]
        for offset in (0, 1, 333, 334, 682, 690, 965, 966, 1022, 1023, 1024, 1295, 1299, 1300):
            page = web.get(f"{V12}/orgs?limit=5&offset={offset}{query}", headers=headers)
            assert [o["sourcedId"] for o in page.json()["orgs"]] == whole[offset : offset + 5]
            assert page.headers["x-total-count"] == str(len(whole))


def test_without_a_configured_address_the_host_header_is_believed(stores: Stores) -> None:
    with TestClient(create(stores), base_url="http://hub.local:8080") as web:
        headers = {"Authorization": f"Bearer {token(web)}"}
        org = web.get(f"{V12}/orgs/s1", headers=headers).json()["org"]
    assert org["parent"]["href"] == f"http://hub.local:8080{V12}/orgs/d1"


def test_pinewood_is_not_changed_by_reading() -> None:
    assert PINEWOOD["users"][0]["sourcedId"] == "u1"


def test_what_an_app_read_last_is_written_once_a_minute_and_at_a_new_revision(stores: Stores, clock: Clock) -> None:
    """A row for the app and the district, not for every page; a newer revision counts at once."""
    app(stores, "other", *EVERYTHING, districts=("pinewood",))
    provider = create(stores, now=clock)
    with TestClient(provider) as web:
        headers = {"Authorization": f"Bearer {token(web)}"}
        token(web, "other")

        def read(seconds: int = 0) -> list[tuple[str, int, int]]:
            clock.now += timedelta(seconds=seconds)
            assert web.get(f"{V12}/users", headers=headers).status_code == 200
            provider.readings._writer.submit(lambda: None).result()  # what was heard before is written then
            found = stores.control.readings.of("pinewood").values()
            return [(each.app, int((each.at - NOW).total_seconds()), each.revision) for each in found]

        assert stores.control.readings.of("pinewood") == {}
        assert read() == [("reader", 0, 2)]
        assert read(30) == [("reader", 0, 2)]
        assert read(31) == [("reader", 61, 2)]
        commit(stores.roster("pinewood"), {"users": [("update", PINEWOOD["users"][0] | {"givenName": "Zoe"})]}, stores.data)
        assert read(1) == [("reader", 62, 3)]
        assert web.get(f"{V12}/users/nobody", headers=headers).status_code == 404
        clock.now += timedelta(seconds=90)
        assert web.get(f"{V12}/nothing", headers=headers).status_code == 404
        assert read() == [("reader", 152, 3)]
