"""The sample city is what its generator makes, its key agrees with its files, and its numbers with the law."""

from __future__ import annotations

import csv
import filecmp
import json
import mailbox
from datetime import date, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from quorum_watch.vocabulary import Act
from tests.city import SAMPLE_SEED, SAMPLE_SIZE, AnswerKey, generate, grade, small_city, vary
from tests.city.generate import COUNCILS
from tests.city.innocents import INNOCENTS
from tests.city.people import Numbers, build_city, numbers
from tests.city.plants import PLANTS
from tests.city.writers import DEFAULT_FORMATS, OTHER_FORMATS

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
MADE = ("inbox", "roster", "matters.csv", "meetings.csv", "topics.toml", "workspace.toml", "answer_key.json")


def files(folder: Path) -> dict[str, Path]:
    """Every generated file of a workspace, by its path below it."""
    return {
        p.relative_to(folder).as_posix(): p
        for name in MADE
        for p in ([folder / name] if (folder / name).is_file() else sorted((folder / name).rglob("*")))
        if p.is_file()
    }


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("city") / "again"
    generate(SAMPLE_SEED, SAMPLE_SIZE, out)
    return out


@pytest.fixture(scope="module")
def key() -> AnswerKey:
    return AnswerKey.from_json((SAMPLE / "answer_key.json").read_text(encoding="utf-8"))


def messages(folder: Path) -> dict[str, list[tuple[str, object]]]:
    """Every mail of the workspace by Message-ID, with the file it stands in."""
    found: dict[str, list[tuple[str, object]]] = {}
    for name, path in files(folder).items():
        if path.suffix == ".mbox":
            parsed = list(mailbox.mbox(path))
        elif path.suffix in (".eml", ".mail"):
            parsed = [message_from_bytes(path.read_bytes())]  # type: ignore[list-item]
        else:
            continue
        for message in parsed:
            if message["Message-ID"] is None:  # a few copies came through a converter
                continue
            found.setdefault(message["Message-ID"], []).append((name, message))
    return found


def test_the_committed_sample_is_what_the_generator_makes(made: Path) -> None:
    here, there = files(SAMPLE), files(made)
    assert sorted(here) == sorted(there)
    different = [name for name in here if not filecmp.cmp(here[name], there[name], shallow=False)]
    assert different == [], "run: python -m tests.benchmarks.make_city data/sample"


def test_the_sample_is_small_enough_to_carry(made: Path, key: AnswerKey) -> None:
    assert sum(p.stat().st_size for p in files(made).values()) < 4_000_000
    assert 2_500 <= key.messages <= 4_000


def test_every_kind_of_episode_is_in_the_sample(key: AnswerKey) -> None:
    assert {e.kind for e in key.planted} == set(PLANTS)
    assert {e.kind for e in key.innocents} == set(INNOCENTS)


def test_every_message_of_the_key_stands_in_the_inbox(key: AnswerKey) -> None:
    native = set(messages(SAMPLE))
    rows = [json.loads(x) for x in (SAMPLE / "inbox/interactions.jsonl").read_text(encoding="utf-8").splitlines()]
    native |= {r["id"] for r in rows} | {r["id"] for r in table(SAMPLE / "inbox/interactions.csv")}
    wanted = {m.native for e in key.episodes for m in e.messages}
    assert wanted - native == set()
    assert len(native) == key.messages  # nothing in the files that was not said, nothing said that is in no file


def test_copies_overlap_and_blind_copies_show_in_the_senders_copy_alone() -> None:
    copies = messages(SAMPLE)
    assert sum(len(found) > 1 for found in copies.values()) > 100
    blind = {m: [bool(x["Bcc"]) for _, x in found] for m, found in copies.items()}  # type: ignore[index]
    assert sum(any(b) for b in blind.values()) > 10
    assert all(sum(b) <= 1 for b in blind.values())


def test_members_of_an_episode_sat_on_its_body_that_day(key: AnswerKey) -> None:
    terms = table(SAMPLE / "roster/memberships.csv")
    for episode in key.episodes:
        day = datetime.fromisoformat(episode.first).date()
        seated = {
            t["person_id"]
            for t in terms
            if t["body_id"] == episode.body
            and (t["voting"] == "yes" or t["capacity"] == "member_elect")
            and date.fromisoformat(t["start"]) <= day <= date.fromisoformat(t["end"])
        }
        assert set(episode.members) <= seated, episode.kind
        assert set(episode.spoke) <= set(episode.members)


def test_planted_chains_reach_the_number_they_are_planted_for(key: AnswerKey) -> None:
    # law.md 2.3: twelve alders, half 6, quorum 8, ordinary pass 7, two-thirds block 5, and 4 with one seat vacant
    size = {e.kind: len(e.members) for e in key.planted}
    assert size["conversation_block"] == 5
    assert size["conversation_vacancy"] == 4
    assert size["daisy_chain"] == 8
    assert size["board_pair"] == 2
    assert size["committee_reply_all"] == 4
    assert size["attendance"] == 6


def test_the_city_is_shaped_as_the_law_paper_says() -> None:
    people, bodies = table(SAMPLE / "roster/people.csv"), {b["body_id"]: b for b in table(SAMPLE / "roster/bodies.csv")}
    assert bodies["common-council"]["seats"] == "12"
    assert bodies["plan-commission"]["seats"] == "7"
    assert bodies["cemetery-board"]["seats"] == "3"
    assert len(table(SAMPLE / "matters.csv")) >= 25
    assert len(table(SAMPLE / "meetings.csv")) >= 60
    assert sum(p["household"] == "H1" for p in people) == 2
    addresses = [a["value"] for a in table(SAMPLE / "roster/accounts.csv") if a["kind"] == "email"]
    assert all(a.split("@")[1].split(".")[0] == "example" for a in addresses)
    phones = [a["value"] for a in table(SAMPLE / "roster/accounts.csv") if a["kind"] == "phone"]
    assert all(p[5:8] == "555" and p[8:10] == "01" for p in phones)


def test_numbers_agree_with_the_worked_table() -> None:
    city = build_city(1, 12)
    full, vacant = date(2025, 9, 1), date(2025, 12, 1)
    assert numbers(city, "common-council", full) == Numbers(12, 6, 8, 7, 6)
    assert numbers(city, "common-council", full, "two_thirds_of_members_elect") == Numbers(12, 6, 8, 8, 5)
    assert numbers(city, "common-council", vacant, "two_thirds_of_members_elect") == Numbers(11, 6, 8, 8, 4)
    assert numbers(city, "common-council", full, "three_quarters_of_members") == Numbers(12, 6, 8, 9, 4)


@pytest.mark.parametrize("council", COUNCILS)
def test_other_sizes_make_whole_cities_with_seats_for_all(tmp_path: Path, council: int) -> None:
    made_key = generate(council * 7, 60, tmp_path, council=council)
    kinds = {e.kind for e in made_key.planted}
    assert set(PLANTS) - kinds <= {"mayor_polls", "conversation_vacancy", "attendance"}
    city = build_city(council * 7, council)
    for body in city.bodies.values():
        for day in (date(2025, 7, 1), date(2025, 12, 1), date(2026, 4, 15), date(2026, 6, 30)):
            assert len(city.sitting(body.id, day)) <= body.seats


def test_other_formats_can_be_asked_for(tmp_path: Path) -> None:
    everything = DEFAULT_FORMATS | OTHER_FORMATS - {"coded"}
    generate(3, 300, tmp_path, formats=everything, plants=["board_pair", "conversation_half"], innocents=[])
    assert list((tmp_path / "inbox").glob("sms-*.xml"))
    assert b"BEGIN:VEVENT" in (tmp_path / "inbox/calendar.ics").read_bytes()
    rows = (tmp_path / "inbox/interactions.jsonl").read_text(encoding="utf-8")
    assert '"channel": "text"' not in rows
    assert '"channel": "group_chat"' not in rows
    (chat,) = (tmp_path / "inbox").rglob("message_1.json")
    assert len(json.loads(chat.read_text())["messages"]) == 18
    generate(3, 300, tmp_path, formats=DEFAULT_FORMATS | {"rsmf"}, plants=["board_pair"], innocents=[])
    assert message_from_bytes((tmp_path / "inbox/messages.rsmf").read_bytes())["X-RSMF-Version"] == "2.0.0"
    with pytest.raises(ValueError, match="papyrus"):
        generate(3, 10, tmp_path, formats=frozenset({"papyrus"}))


def test_a_coded_city_says_what_every_planted_message_does(tmp_path: Path) -> None:
    made_key = generate(4, 60, tmp_path, formats=frozenset({"coded"}))
    lines = (tmp_path / "inbox/interactions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = {row["id"]: row for row in map(json.loads, lines)}
    assert len(rows) == made_key.messages
    matters = {m["matter_id"] for m in table(tmp_path / "matters.csv")}
    for episode in made_key.planted:
        for message in episode.messages:
            assert all(Act(act) for act in message.acts)
            assert rows[message.native].get("coded_acts", []) == list(message.acts)
            assert rows[message.native].get("coded_matter", episode.matter) in matters


def test_seeds_differ_and_repeat(tmp_path: Path) -> None:
    one, two, three = (tmp_path / n for n in "abc")
    for out, seed in ((one, 8), (two, 8), (three, 9)):
        generate(seed, 40, out)
    assert {n: p.read_bytes() for n, p in files(one).items()} == {n: p.read_bytes() for n, p in files(two).items()}
    assert (one / "roster/people.csv").read_bytes() != (three / "roster/people.csv").read_bytes()
    assert len({vary(seed).plants for seed in range(20)}) > 15


def step(at: str, sender: str) -> dict[str, object]:
    return {"n": 1, "at": at, "from": sender, "to": [], "interaction": "x", "channel": "email", "evidence": []}


def finding(episode: object, **change: object) -> dict[str, object]:
    e = episode
    whole = {
        "id": "QW-0001", "test": e.tests[0], "pattern": e.patterns[0], "concern": e.concern, "body": e.body,  # type: ignore[attr-defined]
        "members": {"spoke": list(e.spoke), "received": list(e.members), "could_have_seen": []},  # type: ignore[attr-defined]
        "steps": [step(m.at, m.sender) for m in e.messages],  # type: ignore[attr-defined]
    }  # fmt: skip
    return {**whole, **change}


def test_grading_rewards_the_right_answer_and_names_what_is_wrong(tmp_path: Path) -> None:
    _, made_key = small_city(tmp_path)
    chain, packet = made_key.planted[0], made_key.innocents[0]
    right = grade({"findings": [finding(chain)]}, made_key)
    assert (right.recall, right.recall_at_concern, right.precision_high) == (1.0, 1.0, 1.0)
    assert right.misses == ()
    for change, lack in (
        ({"body": "finance"}, "body"),
        ({"pattern": "broadcast"}, "pattern"),
        ({"concern": "note"}, "concern"),
        ({"members": {"spoke": [], "received": [], "could_have_seen": []}}, "members"),
    ):
        wrong = grade([finding(chain, **change)], made_key)
        assert wrong.found == 0
        assert wrong.misses[0].lacks[0].startswith(lack)
    assert grade([], made_key).misses[0].nearest == "nothing"
    loud = grade([finding(chain), finding(packet, concern="look_first")], made_key)
    assert (loud.innocents_high, loud.high, loud.high_true) == (1, 2, 1)
    stray = [step("2025-07-01T00:00:00+00:00", "nobody")]
    noisy = grade([finding(chain, concern="look", steps=stray)], made_key)
    assert noisy.looks_per_thousand == 1000 / made_key.ordinary
    assert grade([finding(chain, test="policy", steps=stray)], made_key).looks_ordinary == 0
