"""Malformed rule files are refused with what, where and what to do; every fault at once; exit code 4."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quorum_watch.errors import LawError
from quorum_watch.rules import check_file, load_profile
from quorum_watch.rules.reading import read_yaml

HEAD = """schema: quorum-watch/law/1
id: my-city
kind: overlay
extends: us-wi
title: My city
stage: draft
as_of: 2026-01-01
authorities:
  ord-1: {cite: Code 1-2, title: Committees, status: verified, document: Code of ordinances, says: Three are a quorum.}
"""
GOOD = (
    HEAD
    + """parameters:
  quorum.committee:
    description: A quorum of a committee.
    unit: share of members
    reference: [ord-1]
    values: {"2020-01-01": {value: {base: both, rows: [{share: 2/3, compare: at_least}]}}}
factors:
  city_rule: {name: city_rule, kind: policy, description: The city's own rule., reference: [ord-1]}
"""
)


def refused(tmp_path: Path, text: str | bytes) -> LawError:
    file = tmp_path / "policy.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(LawError) as caught:
        check_file(file)
    error = caught.value
    assert error.exit_code == 4
    for fault in error.faults:
        assert fault.code.startswith("QW-E42")
        assert fault.what
        assert fault.remedy
        assert "policy.yaml" in fault.where
        assert str(tmp_path) not in fault.where, "no machine path in an error"
    return error


def test_a_good_overlay_loads_and_changes_the_number(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(GOOD)
    profile = load_profile("us-wi", overlay=file)
    assert profile.overlay_id == "my-city"
    assert profile.parameter("quorum.committee", __import__("datetime").date(2026, 1, 1)).citation.cite == "Code 1-2"
    assert profile.joined.parameters["quorum.board"].origin == "us-wi"


PARAM = HEAD + """parameters:
  quorum.committee:
    description: A quorum.
    unit: share
    reference: [ord-1]
    values:
"""
MALFORMED = [
    ("unknown key", HEAD + "overlays: yes\n", "Unknown entry 'overlays'", 10),
    ("unknown parameter", GOOD.replace("quorum.committee:", "quorom.committee:"), "No code reads a parameter", 11),
    ("missing citation", GOOD.replace("    reference: [ord-1]\n", ""), "has no 'reference'", 11),
    (
        "unknown citation",
        GOOD.replace("    reference: [ord-1]\n", "    reference: [ord-2]\n"),
        "No authority is named 'ord-2'",
        14,
    ),
    (
        "two values on one date",
        PARAM + '      "2020-01-01": {value: null}\n      "2020-01-01": {value: null}\n',
        "Two values on one date",
        17,
    ),
    ("unknown start", PARAM + "      unknown: {value: null}\n", "a start date that is not known is not guessed", 16),
    ("since for ever", PARAM + '      "0001-01-01": {value: null}\n', "since for ever", 16),
    ("impossible date", PARAM + '      "2020-02-30": {value: null}\n', "there is no day 2020-02-30", 16),
    ("impossible share", GOOD.replace("2/3", "4/3"), "no body can reach", 15),
    (
        "more than all",
        GOOD.replace("share: 2/3, compare: at_least", "share: 1/1, compare: more_than"),
        "no body can reach",
        15,
    ),
    ("decimal share", GOOD.replace("2/3", "0.66"), "written as a fraction", 15),
    ("zero share", GOOD.replace("2/3", "0/3"), "written as a fraction", 15),
    (
        "wrong type",
        GOOD.replace("{base: both, rows: [{share: 2/3, compare: at_least}]}", "[1, 2]"),
        "expected entries base, rows",
        15,
    ),
    ("value missing", PARAM + '      "2020-01-01": {note: nothing}\n', "has no 'value'", 16),
    (
        "state law",
        PARAM.replace("quorum.committee", "threshold.half") + '      "2020-01-01": {value: null}\n',
        "is state law",
        11,
    ),
    ("law factor", GOOD.replace("kind: policy, ", "kind: law, "), "of kind law in a file of kind overlay", 17),
    (
        "state factor",
        GOOD.replace("city_rule: {name: city_rule", "W2: {name: city_rule"),
        "already one of state law",
        17,
    ),
    ("state authority", GOOD.replace("ord-1", "stat-19.82-2"), "already one of state law", None),
    (
        "verified without words",
        HEAD.replace(", says: Three are a quorum.", ""),
        "verified without its words",
        9,
    ),
    ("read nowhere", HEAD.replace(", document: Code of ordinances", ""), "was read, but not where", 9),
    ("verified by nobody", HEAD.replace("stage: draft", "stage: verified"), "names nobody who verified", 6),
    ("unknown stage", HEAD.replace("stage: draft", "stage: certain"), "is not a known word", 6),
    ("no extends", HEAD.replace("extends: us-wi\n", ""), "has no 'extends'", None),
    ("unknown state", HEAD.replace("us-wi", "us-zz"), "no law profile named 'us-zz'", None),
    ("another schema", HEAD.replace("law/1", "law/9"), "another schema", 1),
    ("anchors", HEAD + "parameters: &a {}\n", "Anchors and aliases", 10),
    ("alias", HEAD + "parameters: *a\n", "Anchors and aliases", None),
    ("tag", HEAD + "parameters: !!python/object/apply:os.system [true]\n", "Tags", 10),
    ("duplicate key", HEAD + "id: other\n", "Two entries named id", 10),
    ("not a mapping", "- a\n- b\n", "does not hold named entries", None),
    ("empty", "", "does not hold named entries", None),
    ("two documents", HEAD + "---\nid: b\n", "several documents", None),
    ("not yaml", "a: [1\nb: }\n", "not well-formed", None),
    ("deep", "a: " + "[" * 5000 + "]" * 5000, "nested too deeply", 1),
    ("huge", "a: " + "x" * 1_100_000, "too large", None),
    ("tab", "a:\n\t- b\n", "not well-formed", None),
]


@pytest.mark.parametrize(("name", "text", "what", "line"), MALFORMED, ids=[m[0] for m in MALFORMED])
def test_malformed_overlays_are_refused(tmp_path: Path, name: str, text: str, what: str, line: int | None) -> None:
    error = refused(tmp_path, text)
    hit = next((f for f in error.faults if what in f.what), None)
    assert hit is not None, str(error)
    if line is not None:
        assert hit.where.endswith(f"line {line}"), hit.where


def test_every_fault_is_reported_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace("2/3", "9/3").replace("    unit: share of members\n", "").replace("cite: Code 1-2, ", "")
        + "spare: 1\n"
    )
    error = refused(tmp_path, text)
    found = " ".join(f.what for f in error.faults)
    assert len(error.faults) >= 4
    for what in ("no body can reach", "'unit'", "'cite'", "'spare'"):
        assert what in found


def test_a_billion_laughs_is_refused_at_once(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    assert "Anchors" in refused(tmp_path, bomb).faults[0].what


def test_bytes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    assert "UTF-8" in refused(tmp_path, b"\xff\xfe\x00a").faults[0].what


def test_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert check_file(file).overlay_id == "my-city"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LawError, match="could not be opened"):
        check_file(tmp_path / "none.yaml")


def test_an_overlay_of_another_state_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(GOOD)
    with pytest.raises(LawError, match="not 'us-ca'"):
        load_profile("us-ca", overlay=file)


def test_an_unknown_profile_says_which_are_known() -> None:
    with pytest.raises(LawError, match="Did you mean 'us-wi'"):
        load_profile("us-wis")
    with pytest.raises(LawError, match="no law profile"):
        load_profile("../../etc/passwd")


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("abc:-[]{}&*!\"'#|>,?\n %@`0123/.~"), max_size=80))
def test_no_text_ends_in_anything_but_data_or_a_refusal(text: str) -> None:
    try:
        page = read_yaml(text, "x.yaml")
    except LawError as error:
        where = [f.where for f in error.faults]
    else:
        where = ["x.yaml"] if isinstance(page.data, dict) else []
    assert where
    assert all(w.startswith("x.yaml") for w in where)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.sampled_from(list("x:-{}[]&*!\"'\n 9")))
def test_any_one_character_changed_is_data_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, at: int, new: str
) -> None:
    file = tmp_path_factory.mktemp("o") / "policy.yaml"
    file.write_text(GOOD[:at] + new + GOOD[at + 1 :])
    try:
        check_file(file)
        outcome = 0
    except LawError as error:
        outcome = error.exit_code
    assert outcome in (0, 4)
