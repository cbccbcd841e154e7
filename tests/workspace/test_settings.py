"""Opening a workspace: the minimum works, every mistake is named with its line, all at once."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from quorum_watch.errors import WorkspaceError
from quorum_watch.vocabulary import Reason
from quorum_watch.workspace import Workspace
from tests.shared import shared
from tests.workspace.fill import TOML, fill


def refused(path: Path) -> WorkspaceError:
    with pytest.raises(WorkspaceError) as caught:
        Workspace.open(path)
    return caught.value


def test_three_settings_are_enough(tmp_path: Path) -> None:
    ws = Workspace.open(fill(tmp_path))
    assert (ws.name, ws.jurisdiction, ws.timezone) == ("Alder Falls", "us-wi", "America/Chicago")
    assert ws.inbox == tmp_path / "inbox"
    assert ws.review_db.name == "review.sqlite"
    assert ws.contact.phone == ""
    assert ws.policy_path is None
    assert ws.roster_stale(date(2026, 1, 1)) is None


def test_every_setting_is_read(tmp_path: Path) -> None:
    toml = TOML + (
        'policy = "policy.yaml"\nown_domains = ["AlderFalls.example"]\narea_code = "608"\n'
        "roster_checked = 2026-04-21\nroster_max_age_days = 30\n"
        '[contact]\nname = "City Attorney"\nphone = "608-555-0100"\n'
        '[windows]\n"detection.window" = "36 hours"\nconversation.burst_gap = "90 minutes"\nepisode_gap = "2 weeks"\n'
        '[ingest]\nwhatsapp_date_order = "month_first"\n'
        '[restricted]\npersonal = ["family"]\naddresses = ["Doctor@clinic.example"]\n'
        "[limits]\nnesting = 2\n"
    )
    fill(tmp_path, toml=toml)
    (tmp_path / "policy.yaml").write_text("")
    ws = Workspace.open(tmp_path)
    assert ws.policy_path == tmp_path / "policy.yaml"
    assert ws.settings.own_domains == ("alderfalls.example",)
    assert ws.windows == {
        "window": timedelta(hours=36),
        "conversation.burst_gap": timedelta(minutes=90),
        "episode_gap": timedelta(weeks=2),
    }
    assert ws.settings.ingest == (("whatsapp_date_order", "month_first"),)
    assert ws.settings.restricted_addresses == ("doctor@clinic.example",)
    assert ws.settings.limits.nesting == 2
    assert ws.roster_stale(date(2026, 5, 21)) is False
    assert ws.roster_stale(date(2026, 5, 22)) is True
    assert ws.restriction("family/2026/a.eml") is Reason.PERSONAL
    assert ws.restriction("familyhall/a.eml") is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("restricted/a.eml", Reason.CLOSED_SESSION),
        ("inbox/Restricted/personal/x/a.eml", Reason.PERSONAL),
        ("restricted/privileged/a.eml", Reason.PRIVILEGED),
        ("unrestricted/a.eml", None),
    ],
)
def test_the_restricted_folders_need_no_setting(tmp_path: Path, name: str, reason: Reason | None) -> None:
    assert Workspace.open(fill(tmp_path)).restriction(name) is reason


def test_all_mistakes_of_the_settings_come_at_once_with_their_lines(tmp_path: Path) -> None:
    toml = (
        'name = ""\njurisdicton = "us-wi"\ntimezone = "Wisconsin"\narea_code = "6085"\n'
        '[windows]\nwindow = "a while"\n[contact]\nfax = "1"\n[limits]\nmembers = -4\n'
    )
    error = refused(fill(tmp_path, toml=toml, matters="matter_id,title,opened\nm1,Depot,2026-02-30\n"))
    places = {(f.code, f.where) for f in error.faults}
    assert places == {
        ("QW-E204", "workspace.toml line 2"),
        ("QW-E205", "workspace.toml line 1"),
        ("QW-E205", "workspace.toml"),
        ("QW-E206", "workspace.toml line 3"),
        ("QW-E206", "workspace.toml line 4"),
        ("QW-E206", "workspace.toml line 6"),
        ("QW-E204", "workspace.toml line 8"),
        ("QW-E206", "workspace.toml line 10"),
        ("QW-E209", "matters.csv line 2"),
    }
    assert any("Did you mean jurisdiction" in f.remedy for f in error.faults)
    assert error.exit_code == 3


def test_a_window_no_profile_has_is_named_and_the_names_are_the_profiles_own(tmp_path: Path) -> None:
    import yaml

    import quorum_watch.rules
    from quorum_watch.workspace.settings import WINDOWS

    error = refused(fill(tmp_path, toml=TOML + '[windows]\nwindows = "2 days"\n'))
    assert (error.code, error.faults[0].where) == ("QW-E204", "workspace.toml line 5")
    assert "Did you mean window?" in error.faults[0].remedy
    settings = Path(quorum_watch.rules.__file__).parent / "profiles" / "_settings.yaml"
    parameters = yaml.safe_load(settings.read_text("utf-8"))["parameters"]
    timed = {name.removeprefix("detection.") for name in parameters if name.startswith(("detection.", "conversation."))}
    assert timed == set(WINDOWS)


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    error = refused(fill(tmp_path, toml='name = "A"\njurisdiction = us-wi\n'))
    assert (error.code, error.faults[0].where) == ("QW-E203", "workspace.toml line 2")


def test_curly_quotes_and_old_encodings_are_explained(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "workspace.toml").write_bytes('name = "Caf\xe9"\n'.encode("cp1252"))
    assert refused(tmp_path).code == "QW-E203"
    (tmp_path / "workspace.toml").write_text("name = \u201cFalls\u201d\n", encoding="utf-8")
    assert "straight quotation marks" in refused(tmp_path).faults[0].remedy


def test_no_folder_a_file_and_an_empty_folder_each_say_what_to_do(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere").code == "QW-E201"
    (tmp_path / "file").write_text("")
    assert "file, not a workspace" in refused(tmp_path / "file").faults[0].what
    empty = tmp_path / "empty"
    empty.mkdir()
    error = refused(empty)
    assert error.code == "QW-E202"
    assert "quorum-watch init" in error.faults[0].remedy


def test_a_policy_that_is_not_there_is_a_fault_and_a_packaged_one_is_not(tmp_path: Path) -> None:
    assert refused(fill(tmp_path, toml=TOML + 'policy = "policy.yaml"\n')).code == "QW-E243"
    ws = Workspace.open(fill(tmp_path, toml=TOML + 'policy = "some-shipped-overlay"\n'))
    assert (ws.policy, ws.policy_path) == ("some-shipped-overlay", None)


def test_the_fingerprint_follows_content_and_not_place_or_layout(tmp_path: Path) -> None:
    one = Workspace.open(fill(tmp_path / "a"))
    other = Workspace.open(fill(tmp_path / "b", toml="# a comment\n" + TOML))
    changed = Workspace.open(fill(tmp_path / "c", toml=TOML.replace("Chicago", "Denver")))
    assert one.fingerprint() == other.fingerprint() != changed.fingerprint()


@pytest.mark.corpus
def test_the_scoring_scripts_workspaces_open(tmp_path: Path) -> None:
    import runpy

    from quorum_watch.roster import Roster

    cases, threads = shared("cases", "decisions.jsonl"), shared("language", "threads.jsonl")
    import json

    build_case = runpy.run_path(str(shared("cases", "workspace.py")))["build"]
    build_thread = runpy.run_path(str(shared("language", "score_threads.py")))["build"]
    total = 0
    for path, build in ((cases, build_case), (threads, build_thread)):
        for line in path.read_text("utf-8").splitlines():
            case = json.loads(line)
            folder = tmp_path / path.stem / str(case["id"])
            build(case, folder)
            ws = Workspace.open(folder)
            assert Roster.read(ws).in_office("body", date(2026, 3, 2)) > 0
            assert len(ws.matters) == len(case.get("matters", [1]))
            total += 1
    assert total == 132
