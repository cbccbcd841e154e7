"""One event is counted once, two events twice, and whatever copies contradict is shown."""

from __future__ import annotations

import json
import random
import time
from collections import Counter, defaultdict
from hashlib import sha256
from itertools import combinations
from pathlib import Path

import pytest

from quorum_watch.evidence import hash_message_id, ingest, load
from quorum_watch.evidence.duplicates import may_be_same_people
from quorum_watch.model import SourceRef, Stored
from quorum_watch.vocabulary import Defect, Role
from tests.evidence.fakes import READING, TEXT, line, read, write
from tests.shared import shared

HOUR = 3600


def only(folder: Path, *files: list[dict[str, object]]) -> list[Stored]:
    for n, lines in enumerate(files):
        write(folder / "inbox" / f"{n}.lines", *lines)
    return list(read(folder))


def test_published_example_of_the_message_id_hash() -> None:
    # EDRM MIH 1.0, as published by Relativity.
    key = "<CALckR-a8UDkRjO4xJyjd_s0GPxQWw@mail.gmail.com>"
    assert hash_message_id(key) == "1de319c276884bd0c9e2f1621ada26cc"


def test_bcc_of_the_senders_copy_is_kept(tmp_path: Path) -> None:
    sent = line(key="<1@x>", bcc=["cy.dahl@example.gov", "di.lund@example.gov"])
    (stored,) = only(tmp_path, [line(key="<1@x>")], [sent])
    assert {p.address for p in stored.record.recipients if p.role is Role.BCC} == {
        *("cy.dahl@example.gov", "di.lund@example.gov")
    }
    (copy,) = stored.copies
    assert copy.rule == "message_id"
    assert copy.differs in (("bcc-2",), ("bcc+2",))


def test_bcc_is_kept_from_every_copy(tmp_path: Path) -> None:
    files = [[line(key="<1@x>", bcc=[f"p{n}@example.gov"])] for n in range(5)]
    (stored,) = only(tmp_path, *files)
    everyone = {"bo.reed@example.gov", *(f"p{n}@example.gov" for n in range(5))}
    assert {p.address for p in stored.record.recipients} == everyone


def test_a_reused_id_with_other_content_is_split_and_marked(tmp_path: Path) -> None:
    other = line(key="<1@x>", text="The bridge inspection is on Thursday, please bring boots and a lamp.")
    found = only(tmp_path, [line(key="<1@x>"), other], [line(key="<1@x>")])
    assert len(found) == 2
    assert all(Defect.ID_REUSED in s.record.defects for s in found)
    assert len({s.id for s in found}) == 2
    assert sorted(len(s.copies) for s in found) == [0, 1]


def test_the_same_reminder_next_week_is_another_message(tmp_path: Path) -> None:
    found = only(tmp_path, [line(key="<1@x>"), line(key="<1@x>", at=7 * 24 * HOUR)])
    assert len(found) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"text": TEXT + "\n-- \nThis list is archived; to leave it write to the clerk of the village, please.\n"},
        {"subject": "[council] Library budget"},
        {"text": TEXT.replace(" ", "\n")},
        {"text": "\n>From " + TEXT},
        {"at": 5 * HOUR},
        {"sender": "", "name": "Moss, Ann"},
    ],
)
def test_archives_that_tell_one_message_differently_agree(tmp_path: Path, change: dict[str, object]) -> None:
    text = "\nFrom " + TEXT if "\n>From " in str(change.get("text")) else TEXT
    (stored,) = only(tmp_path, [line(key="<1@x>", text=text)], [line(**{"key": "<1@x>", "text": text, **change})])
    assert [c.rule for c in stored.copies] == ["message_id"]


def test_a_copy_whose_converter_added_the_zone_again(tmp_path: Path) -> None:
    damaged = line(
        **{"at": 5 * HOUR + 40, "sender": "", "name": "Moss, Ann", "to": ["Reed, Bo"], "zone": "none"},
        text=TEXT.replace("hours", "hour") + "\x00",
        subject="Library budget\x00",
    )
    (stored,) = only(tmp_path, [line(key="<1@x>", to=["Bo Reed <bo.reed@example.gov>"])], [damaged])
    assert stored.record.key == "<1@x>"
    assert Defect.DATE_CONFLICT in stored.record.defects
    (copy,) = stored.copies
    assert copy.rule == "suspected_copy"
    assert {"text", "sender", f"time{5 * HOUR + 40:+d}"} <= set(copy.differs)


@pytest.mark.parametrize(
    "change",
    [
        {"to": ["cy.dahl@example.gov"]},
        {"to": ["Dahl, Cy"]},
        {"at": 1800},
        {"at": 15 * HOUR},
        {"sender": "", "name": "Cy Dahl"},
        {"subject": "Bridge"},
        {"text": "The bridge inspection is on Thursday, please bring boots and a lamp with you."},
    ],
)
def test_look_alikes_without_an_id_stay_apart(tmp_path: Path, change: dict[str, object]) -> None:
    original = line(key="<1@x>", to=["Bo Reed <bo.reed@example.gov>"])
    found = only(tmp_path, [original], [line(**{"to": ["Bo Reed <bo.reed@example.gov>"], "at": HOUR, **change})])
    assert len(found) == 2


def test_a_letter_sent_one_by_one_is_not_one_letter(tmp_path: Path) -> None:
    one_by_one = [line(key=k, to=[f"alder{n}@example.gov"]) for n, k in enumerate(("<1@x>", "<2@x>", "", ""))]
    assert len(only(tmp_path, one_by_one)) == 4


def test_one_conversation_on_two_telephones(tmp_path: Path) -> None:
    phones = [
        [line(channel="text", at=s, sender="+16085550101", name="", to=["+16085550102"], subject="") for s in (0, 30)],
        [line(channel="text", at=s, sender="+16085550101", name="", to=["+16085550102"], subject="") for s in (1, 31)],
    ]
    found = only(tmp_path, *phones)
    assert len(found) == 2
    assert {c.rule for s in found for c in s.copies} == {"suspected_copy"}


def test_two_short_texts_in_one_minute_are_two(tmp_path: Path) -> None:
    texts = [line(channel="text", at=s, text="ok", subject="") for s in (0, 4, 9)]
    assert len(only(tmp_path, texts)) == 3


def test_two_ids_in_one_file_are_two_events(tmp_path: Path) -> None:
    found = only(tmp_path, [line(key="<1@x>"), line(key="<2@x>")], [line()])
    assert len(found) == 2
    assert Counter(c.rule for s in found for c in s.copies) == {"content": 1}


def test_ids_do_not_depend_on_files_or_copies(tmp_path: Path) -> None:
    (alone,) = only(tmp_path / "a", [line(key="<1@x>")])
    (among,) = only(tmp_path / "b", [line(key="<1@x>", bcc=["cy@example.gov"])], [line(key="<1@x>")], [line()])
    assert alone.id == among.id


def test_hostile_boxes_cost_no_square(tmp_path: Path) -> None:
    texts = [sha256(b"%d" % n).hexdigest() * 4 for n in range(1500)]
    same_id = [line(key="<1@x>", text=text, at=n) for n, text in enumerate(texts)]
    no_id = [line(text=text, at=n) for n, text in enumerate(texts)]
    assert len(only(tmp_path, same_id, no_id)) == 1500


def test_long_lists_of_recipients_are_compared_quickly() -> None:
    parties = json.dumps([["", f"p{n}@example.gov", f"Person{n}", "email", "to", "header"] for n in range(5000)])
    names = json.dumps([["", "", f"Person{n}", "name", "to", "header"] for n in range(5000)])
    other = json.dumps([["", "", f"Nobody{n}", "name", "to", "header"] for n in range(5000)])
    begun = time.process_time()
    assert may_be_same_people(parties, names)
    assert not may_be_same_people(parties, other)
    assert time.process_time() - begun < 2


# --- figures ---------------------------------------------------------------------------------------------------------


def test_pair_precision_and_recall_on_generated_copies(tmp_path: Path) -> None:
    for name, lines in generate(random.Random(20260302), events=400).items():
        write(tmp_path / "inbox" / name, *lines)
    precision, recall, pairs = measure(tmp_path)
    assert pairs > 600
    assert precision == 1.0
    assert recall == 1.0


@pytest.mark.corpus
def test_ponymail_boxes_merge_as_one_list(tmp_path: Path) -> None:
    """The same month kept by several archives: as many events as Message-IDs a byte scan sees, none of them mixed."""
    from quorum_watch.evidence.intake import default_registry

    boxes = sorted(shared("corpora", "ponymail").glob("*.mbox"))
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    keys: set[bytes] = set()
    for box in boxes:
        data = box.read_bytes()
        (inbox / box.name).write_bytes(data)
        for part in data.split(b"\nFrom "):
            head = part.split(b"\n\n")[0].replace(b"\n ", b" ").replace(b"\n\t", b" ")
            keys.update(v.split(b":", 1)[1].strip() for v in head.split(b"\n") if v.lower().startswith(b"message-id:"))
    ingest(inbox, tmp_path / "evidence", READING, registry=default_registry())
    evidence = load(tmp_path / "evidence")
    events = list(evidence)
    coverage = evidence.coverage()
    assert {s.record.key.encode() for s in events} == keys
    assert len(events) == len(keys)
    assert not any(Defect.ID_REUSED in s.record.defects for s in events)
    maven = [s for s in events if "maven_duplicates" in s.source.file]
    assert len(maven) == 10
    assert all(len(s.copies) == 3 for s in maven)
    assert coverage.totals["found"] == sum(coverage.totals[k] for k in ("rows", "duplicates", "quarantined"))


def generate(random: random.Random, events: int) -> dict[str, list[dict[str, object]]]:
    """Files full of events and of copies as archives make them; ``truth`` numbers the events."""
    words = ["budget", "library", "bridge", "hours", "north", "street", "vote", "letter", "draft", "meeting", "plan"]
    words += ["water", "sewer", "tax", "levy", "park"]
    people = [(f"Person{n} Family{n}", f"p{n}@example.gov") for n in range(12)]
    files: dict[str, list[dict[str, object]]] = defaultdict(list)
    for truth in range(events):
        name, address = random.choice(people)
        others = [f"{n} <{a}>" for n, a in random.sample(people, 3) if a != address]
        text = " ".join(random.choices(words, k=random.randint(12, 60)))
        at = random.randrange(0, 90 * 24 * HOUR)
        if random.random() < 0.3:
            chat = {"channel": "text", "sender": address, "name": name, "to": others, "subject": "", "truth": truth}
            if random.random() < 0.3:
                chat["text"], text = "ok", "ok"
            chat |= {"text": text, "at": at}
            files["phone-a.lines"].append(line(**chat))
            if random.random() < 0.5:
                files["phone-b.lines"].append(line(**{**chat, "at": at + random.randint(-2, 2)}))
            continue
        mail = {"key": f"<{truth}@x>", "sender": address, "name": name, "to": others}
        mail |= {"subject": " ".join(text.split()[:4]), "text": text, "at": at, "truth": truth}
        files["sent.lines"].append(line(**{**mail, "bcc": ["records@example.gov"] if random.random() < 0.3 else []}))
        if random.random() < 0.6:
            archived = {"subject": f"[list] {mail['subject']}", "text": text + " -- footer"}
            files["list.lines"].append(line(**{**mail, **archived}))
        if random.random() < 0.4:
            files["release.lines"].append(line(**{**mail, "text": text.replace(" ", "\n")}))
        if random.random() < 0.4:
            shift = random.choice((5, 6, -5, 0)) * HOUR + random.randint(-40, 40)
            bare = {"key": "", "sender": "", "at": at + shift, "zone": "none", "text": text + "\x00"}
            bare |= {"name": ", ".join(reversed(name.split())), "to": [o.split(" <")[0] for o in others]}
            files["converted.lines"].append(line(**{**mail, **bare}))
        if random.random() < 0.1:  # the same letter to somebody else, at once and without an id
            files["sent.lines"].append(line(**{**mail, "key": "", "to": ["zoe@example.gov"], "truth": truth + 10**6}))
        if random.random() < 0.1:  # the same words a week later
            files["sent.lines"].append(line(**{**mail, "at": at + 7 * 24 * HOUR, "truth": truth + 2 * 10**6}))
    return files


def measure(folder: Path) -> tuple[float, float, int]:
    """Pair precision, pair recall and the number of true pairs of what :func:`generate` wrote into ``folder``."""

    def truth(source: SourceRef) -> int:
        start, end = (int(x) for x in source.locator.removeprefix("bytes=").split("-"))
        return int(json.loads((folder / source.file).read_bytes()[start:end])["truth"])

    right = made = 0
    sizes: Counter[int] = Counter()
    for stored in read(folder):
        members = [truth(s) for s in (stored.source, *(c.source for c in stored.copies))]
        sizes.update(members)
        for a, b in combinations(members, 2):
            made += 1
            right += a == b
    true = sum(n * (n - 1) // 2 for n in sizes.values())
    return right / made, right / true, true
