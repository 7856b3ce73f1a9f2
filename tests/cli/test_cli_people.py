"""The first operator, and everybody after: invited, listed, shut out by commands; the audit shown, exported and checked."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from homeroom.cli import WRONG_USE, run


@pytest.fixture
def homeroom(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: str) -> tuple[int, str, str]:
        status = run(["--data", str(tmp_path / "data"), *arguments])
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def test_the_first_operator_gets_a_link(homeroom: Any) -> None:
    status, out, _ = homeroom("person", "add", "ada@vendor.example", "--role", "operator", "--json")
    made = json.loads(out)
    assert (status, made["role"]) == (0, "operator")
    assert made["link"].startswith("http://127.0.0.1:8080/once/")
    status, out, _ = homeroom("person", "link", "ada@vendor.example", "--json")
    assert json.loads(out)["link"] != made["link"]
    status, out, _ = homeroom("person", "list")
    assert "ada@vendor.example  ada   operator  all" in out


def test_mistakes_are_one_sentence(homeroom: Any) -> None:
    for arguments, told in [
        (("person", "add", "ada", "--role", "operator"), "no e-mail address"),
        (("person", "add", "ada@v.example", "--role", "king"), "There is no role 'king'"),
        (("person", "add", "ada@v.example", "--role", "administrator"), "needs a district"),
        (("person", "link", "nobody@v.example"), "homeroom person list"),
        (("audit", "--since", "yesterday"), "no day or moment"),
        (("audit", "nowhere"), "nowhere"),
    ]:
        status, _, err = homeroom(*arguments)
        assert (status, told in err, "Traceback" in err) == (WRONG_USE, True, False), err


def test_somebody_is_shut_out_and_let_in(homeroom: Any) -> None:
    homeroom("person", "add", "ada@vendor.example", "--role", "operator")
    assert "last operator" in homeroom("person", "disable", "ada@vendor.example")[2]
    homeroom("person", "add", "bob@vendor.example", "--role", "engineer")
    assert homeroom("person", "disable", "bob@vendor.example")[0] == 0
    assert json.loads(homeroom("person", "list", "--json")[1])[1]["disabled"] is True
    assert json.loads(homeroom("person", "enable", "bob@vendor.example", "--json")[1]) == {
        "email": "bob@vendor.example",
        "disabled": False,
    }


def test_the_audit_is_shown_searched_exported_and_checked(homeroom: Any) -> None:
    homeroom("district", "add", "pinewood", "--name", "Pinewood")
    homeroom("district", "add", "larkspur", "--name", "Larkspur")
    homeroom("person", "add", "ada@vendor.example", "--role", "operator")
    assert [row["act"] for row in json.loads(homeroom("audit", "--json")[1])] == [
        "person-invited",
        "district-added",
        "district-added",
    ]
    assert [row["district"] for row in json.loads(homeroom("audit", "pinewood", "--format", "json")[1])] == ["pinewood"]
    assert json.loads(homeroom("audit", "--until", "2020-01-01", "--json")[1]) == []
    assert homeroom("audit", "--last", "1")[2].startswith("3 entries in all")
    rows = list(csv.DictReader(io.StringIO(homeroom("audit", "--format", "csv", "--act", "person-invited")[1].lstrip("\ufeff"))))
    assert [(row["number"], row["who"]) for row in rows] == [("3", "command line")]
    status, out, _ = homeroom("audit", "--check")
    assert (status, "The chain is whole: 3 entries checked." in out) == (0, True)
