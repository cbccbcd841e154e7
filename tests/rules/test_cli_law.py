"""The law command as its users see it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from quorum_watch.cli.law import command
from quorum_watch.errors import LawError, UsageError
from quorum_watch.rules.cases import as_files, load_cases
from quorum_watch.rules.overlay import shipped


def run(*args: str) -> str:
    result = CliRunner().invoke(command, args, catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def data(*args: str) -> dict:
    return json.loads(run(*args, "--format", "json"))


def test_list_names_every_profile_its_stage_and_that_nobody_verified_it() -> None:
    text = run("list")
    for name in shipped("profiles"):
        assert name in text
    assert "text-checked" in text
    assert "nobody" in text
    assert "stoughton-social-media-2019" in text
    assert {p["id"] for p in data("list")["profiles"]} == set(shipped("profiles"))


def test_show_prints_text_sources_and_the_reading_not_used() -> None:
    text = run("show", "threshold.half", "--as-of", "2026-10-20")
    for part in ("Wis. Stat. 19.82(2)", "If one-half or more", "https://", "Reading not used", "Not settled"):
        assert part in text, part
    assert "No attorney has verified" in " ".join(text.replace("! ", "").split())


def test_show_a_repealed_rule_a_factor_a_family_and_the_gaps() -> None:
    assert "On 2026-10-20: not in force" in run("show", "proposal.zoning_protest", "--as-of", "2026-10-20")
    assert "On 2017-10-20: rule three_quarters" in run("show", "proposal.zoning_protest", "--as-of", "2017-10-20")
    assert "intermediary" in run("show", "W2")
    assert "quorum.common_council" in run("show", "quorum")
    assert "Vacancy base" in run("show", "gaps")
    shown = run("show", "policy", "--overlay", "stoughton-social-media-2019")
    assert "policy.avoid_interaction" in shown


def test_show_refuses_an_unknown_rule() -> None:
    with pytest.raises(LawError, match="Did you mean 'quorum'"):
        run("show", "quorm")


def test_numbers_print_the_arithmetic_step_by_step() -> None:
    args = ("numbers", "--body", "common_council", "--seats", "12", "--in-office", "11", "--tie-break",
            "--vote-rule", "two_thirds_of_members_elect", "--as-of", "2026-10-20")  # fmt: skip
    text = run(*args)
    assert "block (two_thirds_of_members_elect): 4 of 11" in text
    assert "11 - 8 + 1 = 4" in text
    assert "65.90(5)(a)" in text
    found = {(t["name"], t["vote_rule"]): t for t in data(*args)["thresholds"]}
    assert found["block", "two_thirds_of_members_elect"]["value"] == 4
    assert found["half", None]["unsettled"] is True
    assert data(*args)["banner"]


def test_numbers_of_an_unknown_proposal_show_every_rule() -> None:
    found = data("numbers", "--body", "common_council", "--seats", "12", "--as-of", "2026-10-20")
    blocks = [t["value"] for t in found["thresholds"] if t["name"] == "block"]
    assert blocks == [6, 6, 5, 5, 4]


@pytest.mark.parametrize(
    "args",
    [
        ("numbers",),
        ("numbers", "--body", "board"),
        ("numbers", "--body", "board", "--seats", "5", "--in-office", "6"),
        ("numbers", "--body", "board", "--seats", "5", "--present", "6"),
    ],
)
def test_numbers_that_cannot_be_are_refused(args: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        run(*args)


@pytest.mark.parametrize("state", [s for s in shipped("profiles") if s != "us-wi"])
def test_a_draft_prints_its_banner_on_every_output(state: str) -> None:
    for args in (("numbers", "--body", "board", "--seats", "7"), ("show", "serial.element"), ("show", "gaps"),
                 ("diff", "DAYS")):  # fmt: skip
        if args[0] == "diff":
            args = ("diff", state, "2017-01-01", "2026-01-01")
        else:
            args = (*args, "--profile", state)
        assert "! DRAFT" in run(*args)
        assert data(*args)["banner"].startswith("DRAFT")


def test_diff_shows_what_moved_and_the_rule_that_did_it() -> None:
    text = run("diff", "us-wi", "2017-01-01", "2026-01-01")
    assert "4 rules differ" in text
    assert "proposal.zoning_protest" in text
    assert "since 2018-04-05" in text
    assert data("diff", "us-wi", "2026-01-01", "2026-02-01")["changes"] == []
    assert any(c["rule"] == "serial.element" for c in data("diff", "us-wi", "2026-01-01", "2026-01-01",
                                                           "--other", "us-ca")["changes"])  # fmt: skip


def test_numbers_from_a_workspace(tmp_path: Path) -> None:
    pytest.importorskip("quorum_watch.roster.roster")
    scenario = next(s for s in load_cases("us-wi") if s.id == "budget-five/four-and-a-vacancy")
    for name, text in as_files(scenario).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    args = ("numbers", "--workspace", str(tmp_path), "--body", "common-council", "--as-of", "2026-10-20",
            "--vote-rule", "two_thirds_of_members_elect")  # fmt: skip
    found = data(*args)
    assert (found["body"]["seats"], found["body"]["in_office"], found["body"]["presiding_tie_break"]) == (12, 11, True)
    assert next(t["value"] for t in found["thresholds"] if t["name"] == "block") == 4
    with pytest.raises(UsageError, match="common-council"):
        run("numbers", "--workspace", str(tmp_path), "--body", "nothing")


def test_every_scenario_is_a_roster_that_is_not_refused(tmp_path: Path) -> None:
    roster = pytest.importorskip("quorum_watch.roster")
    for n, scenario in enumerate(load_cases("us-wi")):
        folder = tmp_path / str(n)
        for name, text in as_files(scenario).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        read = roster.Roster.read(folder)
        for body in scenario.bodies:
            assert read.in_office(body.body_id, __import__("datetime").date.fromisoformat(scenario.on)) >= len(
                body.members
            )


def test_check_accepts_a_good_overlay_and_refuses_a_bad_one_with_exit_code_four(tmp_path: Path) -> None:
    good = tmp_path / "policy.yaml"
    good.write_text("""schema: quorum-watch/law/1
id: my-city
kind: overlay
extends: us-wi
title: My city
stage: draft
as_of: 2026-01-01
authorities:
  ord-1: {cite: Code 1-2, title: Committees, status: unverified}
parameters:
  quorum.committee:
    description: A quorum of a committee.
    unit: share of members
    reference: [ord-1]
    values: {"2020-01-01": {value: {base: seats, rows: [{share: 2/3, compare: at_least}]}}}
""")
    assert "can be used" in run("check", str(good))
    assert data("check", str(good))["unverified"] == ["quorum.committee: Code 1-2 (unverified)"]
    good.write_text(good.read_text().replace("2/3", "3/2") + "spare: 1\n")
    done = subprocess.run([sys.executable, "-m", "quorum_watch", "law", "check", str(good)], capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 4
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.count("where:") == 2
    assert "policy.yaml line 15" in done.stderr
    assert str(tmp_path) not in done.stderr


def test_same_question_same_bytes() -> None:
    args = ("numbers", "--body", "common_council", "--seats", "12", "--as-of", "2026-10-20", "--format", "json")
    assert run(*args) == run(*args)
