"""``quorum-watch init``: what a clerk gets, and that filling it in is enough."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from quorum_watch.cli.init import command
from quorum_watch.errors import QuorumWatchError, RosterError, WorkspaceError
from quorum_watch.roster import Roster
from quorum_watch.roster.load import SPECS
from quorum_watch.workspace import Workspace
from quorum_watch.workspace.template import create


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


@pytest.mark.parametrize("xlsx", [False, True])
def test_an_unfilled_workspace_says_what_to_fill_in(tmp_path: Path, xlsx: bool) -> None:
    root = tmp_path / "city"
    create(root, xlsx=xlsx)
    with pytest.raises(WorkspaceError) as nameless:
        Workspace.open(root)
    assert [f.what for f in nameless.value.faults] == ["name is empty."]
    toml = (root / "workspace.toml").read_text()
    (root / "workspace.toml").write_text(toml.replace('name = ""', 'name = "Alder Falls"', 1))
    with pytest.raises(RosterError) as empty:
        Roster.read(Workspace.open(root))
    assert [f.code for f in empty.value.faults] == ["QW-E417"]
    assert empty.value.exit_code == 4


def test_filling_in_the_templates_is_enough(tmp_path: Path) -> None:
    create(tmp_path / "city", settings={"name": 'The "Falls"\\', "jurisdiction": "us-ca", "timezone": "America/Denver"})
    rows = {
        "people": "ann,Ann Ames,alder,\r\n",
        "bodies": "council,Common Council,common_council,3,,,,\r\n",
        "memberships": "ann,council,,,2026-04-21,\r\n",
        "accounts": "ann,email,ann@falls.example\r\n",
    }
    for name, row in rows.items():
        with (tmp_path / "city" / "roster" / f"{name}.csv").open("a", encoding="utf-8", newline="") as file:
            file.write(row)
    ws = Workspace.open(tmp_path / "city")
    assert (ws.name, ws.jurisdiction, ws.timezone) == ('The "Falls"\\', "us-ca", "America/Denver")
    assert (ws.matters, ws.meetings) == ((), ())
    assert Roster.read(ws).in_office("council", date(2026, 5, 1)) == 1


def test_filling_in_the_workbook_is_enough(tmp_path: Path) -> None:
    create(tmp_path / "city", settings={"name": "Falls"}, xlsx=True)
    path = tmp_path / "city" / "roster.xlsx"
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [spec.name for spec in SPECS]
    book["people"].append(["ann", "Ann Ames", "alder"])
    book["bodies"].append(["council", "Common Council", "common_council", 3])
    book["memberships"].append(["ann", "council", "member", "yes", date(2026, 4, 21)])
    book["accounts"].append(["ann", "phone", 6085550101])
    book.save(path)
    roster = Roster.read(Workspace.open(tmp_path / "city"))
    assert roster.in_office("council", date(2026, 4, 20)) == 0
    assert roster.in_office("council", date(2026, 4, 21)) == 1
    assert roster.accounts[0].value == "+16085550101"


def test_every_column_is_in_the_templates_and_explained(tmp_path: Path) -> None:
    create(tmp_path / "city")
    readme = (tmp_path / "city" / "README.txt").read_text()
    for spec in SPECS:
        raw = (tmp_path / "city" / "roster" / f"{spec.name}.csv").read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf"), "spreadsheet programs need the mark to read UTF-8"
        header = raw.decode("utf-8-sig").splitlines()[0].split(",")
        assert set(header) == set(spec.columns)
        for column in header:
            assert column in readme


def test_every_setting_that_is_switched_off_works_when_switched_on(tmp_path: Path) -> None:
    import re

    create(tmp_path / "city", settings={"name": "Falls"})
    toml = tmp_path / "city" / "workspace.toml"
    switched = re.sub(r"^# (?=[a-z_.]+ = )", "", toml.read_text(), flags=re.MULTILINE)
    assert switched.count("\n# ") < toml.read_text().count("\n# ") - 10
    toml.write_text(switched)
    (tmp_path / "city" / "policy.yaml").write_text("")
    ws = Workspace.open(tmp_path / "city")
    assert len(ws.windows) == 5
    assert ws.contact.phone
    assert len(ws.settings.restricted_addresses) == 1


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(WorkspaceError) as caught:
        create(tmp_path)
    assert caught.value.code == "QW-E244"
    assert [p.name for p in tmp_path.iterdir()] == ["note.txt"]
    with pytest.raises(WorkspaceError):
        create(tmp_path / "note.txt")


def test_a_folder_that_cannot_be_made_is_one_plain_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(QuorumWatchError) as caught:
        create(tmp_path / "file" / "city")
    assert caught.value.code == "QW-E245"


def test_the_command_says_what_to_do_next(tmp_path: Path) -> None:
    done = run(str(tmp_path / "city"))
    assert done.exit_code == 0
    assert "Fill in the name in workspace.toml." in done.output
    told = json.loads(run(str(tmp_path / "other"), "--xlsx", "--format", "json").output)
    assert told["files"] == ["workspace.toml", "README.txt", "roster.xlsx", "matters.csv", "meetings.csv"]
    assert isinstance(run(str(tmp_path / "city")).exception, WorkspaceError)
