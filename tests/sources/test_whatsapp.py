"""WhatsApp's text export: no order of day and month is guessed, and no notice is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Role, TimeSource
from tests.sources.reading import damage, pack, read, refused, rows

GROUP = """\
[6/13/25, 9:00:00 AM] Budget: \u200eMessages and calls are end-to-end encrypted.
[6/13/25, 9:00:05 AM] Budget: \u200eDana Lee created this group
[6/13/25, 9:00:10 AM] Budget: \u200eDana Lee added Kim Elm and Lou Oak
[6/13/25, 9:01:00\u202fAM] Dana Lee: Can you both vote yes?
Second line: with a colon
[6/13/25, 9:02:00\u202fAM] ~\u00a0Kim Elm: \u200eimage omitted
[6/13/25, 9:03:00\u202fAM] +1 (608) 555-0142: Yes \u200e<This message was edited>
[6/13/25, 9:04:00\u202fPM] Lou Oak: \u200eThis message was deleted.
[6/13/25, 9:05:00\u202fPM] Budget: \u200eLou Oak left
""".encode()
TWO = b"""\
25.06.2025, 18:30 - Messages and calls are end-to-end encrypted. Tap to learn more.
25.06.2025, 18:31 - Kim Elm: Are you in?
25.06.2025, 18:32 - Dana: I am
"""
AMBIGUOUS = b"""\
06/05/19, 10:00 - Kim Elm: Are you in?
06/06/19, 10:05 - Dana: I am
and so is Lou
"""


def test_messages_notices_and_members_of_a_group(tmp_path: Path) -> None:
    items = read(tmp_path, "WhatsApp Chat - Budget/_chat.txt", GROUP, "whatsapp")
    assert refused(items) == [("ignored", "system_event")] * 2
    added, asked, picture, yes, deleted, left = rows(items)
    assert added.sender is not None
    assert (added.event, added.sender.name, [p.name for p in added.recipients]) == (
        "join",
        "Dana Lee",
        ["Kim Elm", "Lou Oak", "Budget"],
    )
    assert [p.role for p in added.recipients] == [Role.TO, Role.TO, Role.GROUP_MEMBER]
    assert asked.text == "Can you both vote yes?\nSecond line: with a colon"
    assert asked.when is not None
    assert (asked.when.at.isoformat(), asked.when.source) == ("2025-06-13T14:01:00+00:00", TimeSource.WORKSPACE)
    assert {Defect.NO_TIMEZONE, Defect.MEMBERSHIP_AT_EXPORT} <= set(asked.defects)
    assert (asked.channel, asked.audience) == (Channel.GROUP_CHAT, Audience.CLOSED_GROUP)
    assert [(p.name or p.address, p.role) for p in asked.recipients] == [
        ("Kim Elm", Role.GROUP_MEMBER),
        ("Lou Oak", Role.GROUP_MEMBER),
        ("+16085550142", Role.GROUP_MEMBER),
    ]
    assert (picture.text, picture.attachments) == ("", ("image omitted",))
    assert yes.sender is not None
    assert (yes.sender.address, yes.sender.kind, yes.text) == ("+16085550142", AccountKind.WHATSAPP, "Yes")
    assert Defect.EDITED in yes.defects
    assert (deleted.text, Defect.DELETED in deleted.defects) == ("", True)
    assert left.sender is not None
    assert (left.event, left.sender.name, left.thread) == ("leave", "Lou Oak", asked.thread)


def test_a_chat_of_two_is_private(tmp_path: Path) -> None:
    items = read(tmp_path, "WhatsApp Chat with Kim Elm.txt", TWO, "whatsapp")
    first, second = rows(items)
    assert (first.channel, first.audience) == (Channel.TEXT, Audience.PRIVATE)
    assert [(p.name, p.role) for p in first.recipients] == [("Dana", Role.TO)]
    assert [(p.name, p.role) for p in second.recipients] == [("Kim Elm", Role.TO)]
    assert first.when is not None
    assert first.when.at.isoformat() == "2025-06-25T23:31:00+00:00"


def test_an_ambiguous_order_is_refused_with_the_question_and_read_once_answered(tmp_path: Path) -> None:
    items = read(tmp_path, "WhatsApp Chat with Kim Elm.txt", AMBIGUOUS, "whatsapp")
    assert refused(items) == [("quarantined", "ambiguous_date_order")] * 2
    assert "whatsapp_date_order" in items[0].detail  # type: ignore[union-attr]
    for answer, day in (("month_first", "2019-06-05"), ("day_first", "2019-05-06")):
        first, second = rows(
            read(tmp_path, "WhatsApp Chat with Kim Elm.txt", AMBIGUOUS, answers=(("whatsapp_date_order", answer),))
        )
        assert first.when is not None
        assert first.when.at.date().isoformat() == day
        assert second.text == "I am\nand so is Lou"


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        (("06/05/19", "06/13/19"), "2019-06-05"),  # a thirteenth month does not exist
        (("06/05/19", "13/06/19"), "2019-05-06"),
        (("05/12/19", "06/05/19"), "2019-05-12"),  # from December back to May: only month first runs forwards
        (("2019-06-05", "2019-06-06"), "2019-06-05"),
    ],
)
def test_the_order_is_taken_from_the_file_where_the_file_proves_it(
    tmp_path: Path, dates: tuple[str, str], day: str
) -> None:
    data = "".join(f"{d}, 10:00 - Kim Elm: hello\n" for d in dates).encode()
    first = rows(read(tmp_path, "WhatsApp Chat with Kim Elm.txt", data, "whatsapp"))[0]
    assert first.when is not None
    assert first.when.at.date().isoformat() == day


def test_the_zip_of_a_telephone_reads_the_same(tmp_path: Path) -> None:
    items = read(tmp_path, "WhatsApp Chat - Budget.zip", pack({"_chat.txt": GROUP}), "zip")
    assert [r.event for r in rows(items)] == ["join", "message", "message", "message", "message", "leave"]
    assert rows(items)[0].recipients[-1].name == "Budget"


def test_plain_texts_are_not_taken_for_a_chat(tmp_path: Path) -> None:
    from quorum_watch.sources import registry

    path = tmp_path / "minutes.txt"
    path.write_text("Minutes of 6/13/25\n6/13/25, 9:00 - call to order\nThe mayor spoke\n")
    assert registry.detect(registry.open_source(path, tmp_path)) is None


def test_damaged_chats_are_accounted_for(tmp_path: Path) -> None:
    damage(tmp_path, "WhatsApp Chat - Budget/_chat.txt", GROUP, 80)
