"""Two hundred secrets planted in a city's mail, names, files and decisions; none may leave by the open editions."""

from __future__ import annotations

import io
import shutil
import zipfile
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from random import Random

import pikepdf
import pytest
from pdfminer.high_level import extract_text

from quorum_watch import pipeline
from quorum_watch.report.content import Decision, LogEntry, Released
from quorum_watch.report.editions import Reviewed, build_report
from quorum_watch.report.formats import FORMATS, write
from quorum_watch.report.material import collected_days, material_of
from quorum_watch.report.period import between

KINDS = ("body", "subject", "name", "attachment", "decision", "file", "address", "quoted")
EACH = 25


def secrets() -> dict[str, list[str]]:
    """Words that occur nowhere else, ASCII letters only so that no format can spell them otherwise."""
    random = Random(20260704)
    return {
        k: [f"Zq{k}{''.join(random.choice('abcdefghijklmnop') for _ in range(9))}x" for _ in range(EACH)] for k in KINDS
    }


def mail(sender: str, to: list[str], at: datetime, k: int, s: dict[str, list[str]]) -> bytes:
    """One message with a secret in every place a message has."""
    m = EmailMessage()
    m["From"] = f"{s['name'][k]} <{sender}>"
    m["To"] = ", ".join(to)
    m["Cc"] = f"{s['name'][k]} Resident <{s['address'][k].lower()}@example.com>"
    m["Subject"] = f"{s['subject'][k]} budget vote"
    m["Date"] = format_datetime(at)
    m["Message-ID"] = f"<{s['address'][k].lower()}.{k}@example.com>"
    m.set_content(
        f"I will vote yes on the budget, {s['body'][k]}. Can I count on your support?\n\n"
        f"On Monday, {s['name'][k]} wrote:\n> {s['quoted'][k]} is against the budget\n"
    )
    m.add_attachment(b"x", maintype="application", subtype="pdf", filename=f"{s['attachment'][k]}.pdf")
    return m.as_bytes()


@pytest.fixture(scope="module")
def planted(small_run, tmp_path_factory):
    """The small city with twenty-five messages among its members, each full of secrets, and decisions to match."""
    found = secrets()
    city = tmp_path_factory.mktemp("leaks") / "city"
    shutil.copytree(small_run.case.workspace.root, city, ignore=shutil.ignore_patterns("evidence", "runs", ".cache"))
    roster = small_run.case.roster
    body = small_run.document["findings"][0]["body"]
    start = small_run.interactions[len(small_run.interactions) // 2].at
    members = [seat.person for seat in roster.members(body, start.date())]
    address = {a.person_id: a.value for a in reversed(roster.accounts) if a.kind.value == "email"}
    for k in range(EACH):
        one, two = members[k % len(members)], members[(k + 1) % len(members)]
        raw = mail(address[one], [address[two]], start + timedelta(hours=k), k, found)
        (city / "inbox" / f"{found['file'][k]}.eml").write_bytes(raw)
    run = pipeline.analyze(city)
    decisions = {
        f["fingerprint"]["seed"]: (Decision("training", "2026-05-01T10:00:00+00:00", found["decision"][0],
                                            found["decision"][1], " ".join(found["decision"][2:]), True),)
        for f in run.document["findings"]
    }  # fmt: skip
    log = [LogEntry(*[found["decision"][3]] * 7)]
    return run, members, found, Reviewed(decisions, log, (Released("QW-0000", "no concern"),), "0" * 64)


def said(files: dict[str, bytes]) -> str:
    """Everything a reader or a tool could find in the files: names, bytes, unpacked parts, streams, text, metadata."""
    out = []
    for name, data in files.items():
        out += [name, data.decode("utf-8", "ignore"), data.decode("utf-16-le", "ignore")]
        if name.endswith(".docx"):
            with zipfile.ZipFile(io.BytesIO(data)) as box:
                for part in box.namelist():
                    out += [part, box.read(part).decode("utf-8", "ignore")]
        if name.endswith(".pdf"):
            out.append(extract_text(io.BytesIO(data)).replace("\n", ""))
            with pikepdf.open(io.BytesIO(data)) as pdf:
                out.append(str(dict(pdf.docinfo)))
                for thing in pdf.objects:
                    out.append(repr(thing))
                    if isinstance(thing, pikepdf.Stream):
                        try:
                            raw = thing.read_bytes()
                        except pikepdf.PdfError:
                            raw = thing.read_raw_bytes()
                        out += [raw.decode("utf-8", "ignore"), raw.decode("utf-16-be", "ignore")]
    return "\n".join(out).lower()


def made(planted, kind, recipient=""):
    run, _, _, reviewed = planted
    material = material_of(run)
    days = collected_days(material)
    edition = build_report(material, between(*days), kind, recipient=recipient, reviewed=reviewed)
    return said(write(edition, FORMATS, f"report-{kind}"))


def test_the_secrets_are_really_in_there(planted):
    run, _, found, _ = planted
    assert sum(len(v) for v in found.values()) == 200
    texts = "\n".join(f"{i.subject} {i.text} {i.sender_raw} {i.source.file}" for i in run.interactions)
    for kind in ("body", "subject", "name", "file"):
        assert all(s in texts for s in found[kind]), kind
    assert any(s["interaction"] for f in run.document["findings"] for s in f["steps"])
    text = made(planted, "privileged")
    seen = {kind: sum(s.lower() in text for s in found[kind]) for kind in found}
    assert seen["decision"] == EACH, "decisions belong in the privileged edition"
    assert seen["file"] or seen["body"], "the planted messages are part of findings"


def test_the_public_edition_leaks_nothing(planted):
    text = made(planted, "public")
    leaked = [s for group in planted[2].values() for s in group if s.lower() in text]
    assert leaked == []
    run = planted[0]
    for person in run.case.roster.people:
        if person.name != run.case.workspace.contact.name.split(",")[0]:
            assert person.name.lower() not in text
            assert person.person_id not in text


def test_no_member_edition_leaks_anything(planted):
    run, members, found, _ = planted
    for member in members[:3]:
        text = made(planted, "member", member)
        leaked = [s for group in found.values() for s in group if s.lower() in text]
        assert leaked == []
        contact = run.case.workspace.contact.name
        others = [p for p in run.case.roster.people if p.person_id != member and p.name not in contact]
        assert [p.name for p in others if p.name.lower() in text] == []


def test_the_search_finds_what_is_hidden_in_any_format():
    """The canary's own canary: a word put into an edition is found in each of its formats alone."""
    from quorum_watch.report.blocks import Edition, Grid, Heading, Para, row

    word = secrets()["body"][0]
    blocks = (Heading(2, "A", "a"), Para((word,)), Grid("t", "T", ("a",), (row(word),)))
    edition = Edition("public", "Title", "Sub", "City", "2026-01-01", blocks)
    for name in FORMATS:
        assert word.lower() in said(write(edition, (name,), "r")), name
