"""What leaves the desk: opened by other tools, inert, and every alteration found."""

from __future__ import annotations

import csv
import email
import email.policy
import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile

import defusedxml.ElementTree
import networkx as nx
import pytest

from quorum_watch.errors import InputError
from quorum_watch.notebook import analyze, open_run
from quorum_watch.report.desk import read_release_list
from quorum_watch.review.audit import verify
from quorum_watch.review.exports import privilege_log, release_fits, release_list
from quorum_watch.review.log import ReviewLog
from quorum_watch.review.packet import verify_packet, write_packet
from quorum_watch.sources import registry
from quorum_watch.sources.interface import Context
from tests.review.cities import FORMULA, SCRIPT, hostile_city


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    city = hostile_city(tmp_path_factory.mktemp("hostile"))
    analyze(city)
    return city


@pytest.fixture
def run(made, tmp_path):
    city = tmp_path / "city"
    shutil.copytree(made, city)
    return open_run(city)


def hostile_finding(run):
    """The finding made of the hostile messages."""
    return next(f for f in run.findings if any("hostile" in s["source"]["file"] for s in f.raw["steps"]))


def mail_finding(run):
    return next(f for f in run.findings if f.raw["steps"][0]["channel"] == "email")


def packet(run, finding, path):
    told = run.stories[finding.id]
    return write_packet(run.case.workspace, finding.raw, told.steps, path, run=run.id)


def command(*args):
    return subprocess.run(
        [sys.executable, "-m", "quorum_watch", *map(str, args)], capture_output=True, text=True, check=False
    )


def test_a_packet_of_mail_holds_the_very_bytes_of_each_message(run, tmp_path):
    finding = mail_finding(run)
    made = packet(run, finding, tmp_path / "p.zip")
    assert made["missing"] == []
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        for m in made["messages"]:
            data = archive.read(m["file"])
            assert hashlib.sha256(data).hexdigest() == m["sha256"]
            if m["file"].endswith(".eml"):
                assert email.message_from_bytes(data)["Message-ID"]
        rows = list(csv.DictReader(io.StringIO(archive.read("messages.csv").decode("utf-8-sig"))))
        assert [r["locator"] for r in rows] == [m["locator"] for m in made["messages"]]
        assert json.loads(archive.read("finding.json"))["id"] == finding.id
    found = verify_packet(tmp_path / "p.zip", run.case.workspace)
    assert found.faults == ()
    assert found.found_again == len(made["messages"])


def test_the_same_finding_gives_the_same_packet(run, tmp_path):
    for name in ("a.zip", "b.zip"):
        packet(run, run.findings[0], tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_hostile_words_are_inert_in_every_file_of_a_packet(run, tmp_path):
    finding = hostile_finding(run)
    packet(run, finding, tmp_path / "p.zip")
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        assert all(n.isascii() and ".." not in n and "<" not in n for n in archive.namelist())
        for row in csv.reader(io.StringIO(archive.read("messages.csv").decode("utf-8-sig"))):
            for cell in row:
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
                assert "\u202e" not in cell
                assert "\x1b" not in cell
        assert FORMULA in archive.read("messages.csv").decode("utf-8-sig").replace('""', '"')  # kept, as text
        graph = nx.read_graphml(io.BytesIO(archive.read("graph.graphml")))
        assert graph.number_of_edges() == len(finding.raw["steps"])
        gexf = defusedxml.ElementTree.fromstring(archive.read("graph.gexf"))
        assert len(list(gexf.iter("{http://www.gexf.net/1.2draft}edge"))) == len(finding.raw["steps"])
        for name in ("graph.graphml", "graph.gexf"):
            assert "<script" not in archive.read(name).decode()


def test_chats_open_as_rsmf(run, tmp_path):
    finding = hostile_finding(run)
    packet(run, finding, tmp_path / "p.zip")
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        message = email.message_from_bytes(archive.read("chats.rsmf"), policy=email.policy.default)
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "rsmf.zip"
    with zipfile.ZipFile(io.BytesIO(attached.get_content())) as inner:
        manifest = json.loads(inner.read("rsmf_manifest.json"))
    assert len(manifest["events"]) == len(finding.raw["steps"]) == int(message["X-RSMF-EventCount"])
    people = {p["id"] for p in manifest["participants"]}
    for e in manifest["events"]:
        assert e["participant"] in people
        assert SCRIPT in e["body"]  # the words themselves, as data
    # Our own reader takes it for what it is, and finds the same words again.
    path = tmp_path / "chats.rsmf"
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        path.write_bytes(archive.read("chats.rsmf"))
    items = list(registry.read_items(registry.open_source(path, tmp_path), Context(timezone="America/Chicago")))
    assert sorted(i.text for i in items) == sorted(e.interaction.text for e in run.stories[finding.id].steps)


@pytest.mark.parametrize("damage", ["altered", "added", "removed", "cut", "not a zip"])
def test_an_altered_packet_is_found_out(run, tmp_path, damage):
    path, other = tmp_path / "p.zip", tmp_path / "q.zip"
    packet(run, run.findings[0], path)
    if damage == "cut":
        other.write_bytes(path.read_bytes()[:-100])
    elif damage == "not a zip":
        other.write_text("words")
    else:
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if damage == "removed" and name == "messages.csv":
                    continue
                if damage == "altered" and name.startswith("originals/001"):
                    data = data.replace(b" ", b"_", 1)
                new.writestr(name, data)
            if damage == "added":
                new.writestr("extra.txt", "x")
    assert {f.code for f in verify_packet(other).faults} <= {"QW-E265", "QW-E266"}
    assert verify_packet(other).faults


def test_a_source_changed_after_the_packet_is_reported(run, tmp_path):
    finding = hostile_finding(run)
    packet(run, finding, tmp_path / "p.zip")
    source = run.case.workspace.inbox / "hostile.jsonl"
    source.write_text(source.read_text(encoding="utf-8").replace("vote for", "vote no"), encoding="utf-8")
    assert {f.code for f in verify_packet(tmp_path / "p.zip", run.case.workspace).faults} == {"QW-E225"}
    again = packet(run, finding, tmp_path / "q.zip")
    assert len(again["missing"]) == len(finding.raw["steps"])  # said, not dropped


def test_the_privilege_log_has_the_usual_columns_and_none_of_the_advice(run):
    with ReviewLog.open(run.review, actor='=cmd|"J. Doe"') as log:
        first, second = run.findings[0], run.findings[1]
        log.record(first, "refer", basis="SECRET ADVICE", privileged=True, note="SECRET NOTE", second_reviewer="R. Roe")
        log.record(second, "no_concern", basis="open remark", privileged=False)
        log.note(second, "SECRET TOO", privileged=True)
        text = privilege_log(log, run.document)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == ["id", "date", "author", "recipients", "type", "basis", "description"]
    assert len(rows) == 2
    assert first.id in rows[0]["description"]
    assert rows[0]["recipients"] == "R. Roe"
    assert rows[0]["author"].startswith("'=")
    assert "SECRET" not in text


def test_the_release_list_crosses_to_the_report_and_fits_its_hash(run, tmp_path):
    with ReviewLog.open(run.review, actor="J. Doe") as log:
        cleared, other = run.findings[0], run.findings[1]
        log.record(cleared, "no_concern", basis="SECRET", privileged=True)
        log.record(other, "refer", basis="SECRET", privileged=True)
        log.clear(cleared)
        text = release_list(log, run.document, at="2026-11-02T09:00:00+00:00")
    assert "SECRET" not in text
    content = json.loads(text)
    assert release_fits(content)
    assert not release_fits(content | {"released": []})
    (tmp_path / "released.json").write_text(text, encoding="utf-8")
    released, _ = read_release_list(tmp_path / "released.json", run.document)
    assert [(r.finding, r.status) for r in released] == [(cleared.id, "no concern")]


def test_the_command_line_records_exports_verifies_and_backs_up(run, tmp_path):
    city, one = run.case.workspace.root, run.findings[0].id
    assert command("audit", "verify", city).returncode == 0  # no decisions yet is not a fault
    done = command("review", city, "--by", "J. Doe", "record", one, "training", "--basis", "b", "--not-privileged")
    assert done.returncode == 0, done.stderr
    listed = command("review", city, "list", "--format", "json")
    assert listed.returncode == 0, listed.stderr
    first = next(f for f in json.loads(listed.stdout)["findings"] if f["finding"] == one)
    assert (first["decision"]["disposition"], first["decision"]["actor"]) == ("training", "J. Doe")
    path = tmp_path / "p.zip"
    assert command("review", city, "export", "--packet", one, "--out", path).returncode == 0
    head = command("audit", "head", city).stdout.strip()
    done = command("audit", "verify", city, "--packet", path, "--head", head, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["packets"][0]["found_again"] == len(run.findings[0].raw["steps"])
    backup = tmp_path / "b.sqlite"
    assert command("audit", "backup", city, backup).returncode == 0
    assert verify(backup, [head]).faults == ()
    # A packet altered together with its manifest no longer is the one the log recorded.
    packet(run, run.findings[1], path)
    done = command("audit", "verify", city, "--packet", path, "--no-evidence")
    assert done.returncode == 3
    assert "QW-E265" in done.stderr
    # An issued report names a head; a log rolled back to an older backup no longer has it.
    register = city / "reports" / "issued"
    register.mkdir(parents=True)
    assert command("review", city, "undo", one).returncode == 0
    later = command("audit", "head", city).stdout.strip()
    (register / "register.jsonl").write_text(json.dumps({"audit_head": later}) + "\n", encoding="utf-8")
    assert command("audit", "verify", city, "--no-evidence").returncode == 0
    for end in ("", "-wal", "-shm"):
        (city / f"review.sqlite{end}").unlink(missing_ok=True)
    shutil.copy(backup, city / "review.sqlite")
    done = command("audit", "verify", city, "--no-evidence")
    assert done.returncode == 3
    assert "QW-E260" in done.stderr
    assert "Traceback" not in done.stderr


def test_mistakes_on_the_command_line_say_what_to_do(run):
    city = run.case.workspace.root
    done = command("review", city, "record", "QW-FFFF", "training", "--basis", "b", "--privileged")
    assert done.returncode == 3
    assert "QW-E234" in done.stderr
    assert command("review", city, "record", run.findings[0].id, "guilty").returncode == 2
    assert command("review", city, "export").returncode == 2
    with pytest.raises(InputError):
        run.findings["QW-FFFF"]
