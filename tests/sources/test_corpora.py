"""Every published mail file is read to its end; what is found equals what is accounted for."""

from __future__ import annotations

import hashlib
import mailbox
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from quorum_watch.mail.addresses import normalise_address
from quorum_watch.model import Record, Rejected
from quorum_watch.sources import registry
from quorum_watch.sources.interface import Context, Item
from quorum_watch.vocabulary import Defect
from tests.shared import shared

pytestmark = pytest.mark.corpus
CONTEXT = Context("America/Chicago")


def read(path: Path) -> tuple[str, list[Item]]:
    file = registry.open_source(path, path.parent)
    reader = registry.detect(file)
    items = list(registry.read_items(file, CONTEXT))
    for item in random.Random(1).sample(items, min(3, len(items))):
        if reader is not None and isinstance(item, Record):
            assert hashlib.sha256(reader.fetch(file, item.locator)).hexdigest() == item.sha256
    return reader.kind if reader else "unknown", items


@pytest.mark.parametrize("folder", ["mime4j", "ruby-mail", "stalwart", "ponymail", "talon", "pst"])
def test_every_file_is_read_to_the_end(folder: str) -> None:
    outcomes: Counter[str] = Counter()
    for path in sorted(shared("corpora", folder).rglob("*")):
        if path.is_file():
            kind, items = read(path)
            assert items, path.name
            outcomes[kind] += len(items)
            assert not any(isinstance(i, Rejected) and i.reason.value == "reader_failed" for i in items), path.name
    assert sum(outcomes.values()) > 0


#: Messages in each box, counted by hand or by the archive that published it; only boxes with more than one.
BOXES = {"mbox.rlug": 5}


def test_boxes_hold_as_many_messages_as_the_standard_library_finds_or_say_why() -> None:
    total = 0
    for path in sorted(shared("corpora", "ponymail").glob("*.mbox")):
        kind, items = read(path)
        mails = [i for i in items if ";part=" not in i.locator]
        naive = len(mailbox.mbox(path, create=False))
        marks = sum(isinstance(i, Record) and Defect.MBOX_AMBIGUOUS_FROM in i.defects for i in items)
        if kind == "mbox":
            assert naive - len(mails) == 0 or marks > 0, path.name
            total += len(mails)
    assert total > 300


def test_the_published_box_splits_into_its_published_messages() -> None:
    folder = shared("corpora", "mime4j", "mbox", "src", "test", "resources", "test-1")
    _, items = read(folder / "mbox.rlug")
    whole = (folder / "mbox.rlug").read_bytes()
    assert len(items) == BOXES["mbox.rlug"]
    for n, item in enumerate(items):
        start, end = map(int, item.locator.removeprefix("bytes=").split("-"))
        single = (folder / f"mbox.rlug-{n}").read_bytes()
        assert whole[start:end].strip().endswith(single.strip()[-200:])


def test_no_address_of_real_list_headers_is_lost_in_silence() -> None:
    """What a byte scan of From, To, Cc and Bcc sees is in the row, or the row says that counts disagree."""
    seen = 0
    for path in sorted(shared("corpora", "ponymail").glob("*.mbox")):
        _, items = read(path)
        raw = path.read_bytes()
        for item in items:
            if not isinstance(item, Record) or ";part=" in item.locator:
                continue
            start, end = map(int, item.locator.removeprefix("bytes=").split("-"))
            head = re.split(rb"\r?\n\r?\n", raw[start:end], maxsplit=1)[0].decode("latin-1")
            fields = re.findall(r"^(?:to|cc|bcc):((?:.*)(?:\n[ \t].*)*)", head, re.I | re.M)
            visible = {normalise_address(a) for f in fields for a in re.findall(r"[\w.+'/=-]+@[\w-]+(?:\.[\w-]+)+", f)}
            taken = {p.address for p in item.recipients} | ({item.sender.address} if item.sender else set())
            assert visible <= taken or Defect.RECIPIENT_COUNT_MISMATCH in item.defects, path.name
            seen += len(visible)
    assert seen > 300


def test_the_zipped_set_conserves_its_members() -> None:
    kind, items = read(shared("corpora", "ruby-mail", "emails.zip"))
    members = {re.match(r"member=([^;]+)", i.locator)[1] for i in items}  # type: ignore[index]
    assert kind == "zip"
    assert len(members) == 102 - sum(";part=" in i.locator for i in items)


def test_dates_are_never_before_mail_existed() -> None:
    for path in sorted(shared("corpora").rglob("*")):
        if path.suffix in (".eml", ".mbox", ".msg"):
            for item in read(path)[1]:
                assert not isinstance(item, Record) or (item.when is not None and item.when.at.year > 1970)
