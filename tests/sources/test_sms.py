"""Backups of a telephone: who wrote to whom, groups, calls, reactions in words, and a file no XML parser would take."""

# ruff: noqa: E501 - a sample reads best as it would arrive

from __future__ import annotations

from pathlib import Path

from quorum_watch.sources.tapbacks import read_tapback
from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Role
from tests.sources.reading import damage, read, refused, rows

MS = 1772463600000  # 2026-03-02 15:00:00 UTC
TEXTS = f"""<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<!--File Created By SMS Backup & Restore-->
<smses count="7" backup_set="x">
  <sms protocol="0" address="(608) 555-0142" date="{MS}" type="1" subject="null" body="Can you vote yes? &#55357;&#56832;" date_sent="{MS - 900}" contact_name="Dana Lee" />
  <sms address="16085550142" date="{MS + 60000}" type="2" body="I will" date_sent="0" contact_name="Dana Lee" />
  <sms address="6085550142" date="{MS + 90000}" type="2" body="Liked “Can you vote yes? &#55357;&#56832;”" date_sent="0" contact_name="Dana Lee" />
  <sms address="6085550142" date="{MS + 95000}" type="3" body="never sent" contact_name="Dana Lee" />
  <sms address="6085550142" date="{MS + 96000}" type="5" body="failed" contact_name="Dana Lee" />
  <mms date="{MS + 120000}" msg_box="1" address="6085550142~6085550143" m_id="m1" sub="null" ct_t="application/vnd.wap.multipart.related">
    <parts>
      <part seq="-1" ct="application/smil" text="&lt;smil/&gt;" />
      <part seq="0" ct="text/plain" text="Lunch before the meeting?" />
      <part seq="1" ct="image/jpeg" cl="plan.jpg" data="AAAA" />
    </parts>
    <addrs>
      <addr address="+16085550142" type="137" charset="106" />
      <addr address="+16085550143" type="151" charset="106" />
      <addr address="+16085550100" type="151" charset="106" />
    </addrs>
  </mms>
  <mms date="{MS // 1000 + 180}" msg_box="2" address="6085550142~6085550143" m_id="m2" sub="null">
    <parts><part seq="0" ct="text/plain" text="Yes" /></parts>
    <addrs>
      <addr address="insert-address-token" type="137" charset="106" />
      <addr address="+16085550142" type="151" charset="106" />
      <addr address="+16085550143" type="130" charset="106" />
    </addrs>
  </mms>
</smses>
""".encode()
CALLS = f"""<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<calls count="5">
  <call number="+16085550142" duration="312" date="{MS}" type="1" contact_name="Dana Lee" />
  <call number="6085550143" duration="60" date="{MS + 1000}" type="2" contact_name="(Unknown)" />
  <call number="6085550143" duration="0" date="{MS + 2000}" type="3" contact_name="(Unknown)" />
  <call number="-1" duration="20" date="{MS + 3000}" type="1" contact_name="(Unknown)" />
  <call number="6085550143" duration="31" date="{MS + 4000}" type="4" contact_name="(Unknown)" />
</calls>
""".encode()


def test_texts_go_both_ways_and_the_owner_is_found_in_the_group_messages(tmp_path: Path) -> None:
    items = read(tmp_path, "backup.xml", TEXTS, "sms")
    found = rows(items)
    assert len(items) == 7
    assert refused(items) == [("ignored", "draft"), ("ignored", "not_sent")]
    first, second = found[:2]
    assert first.sender is not None
    assert (first.sender.address, first.sender.name, first.sender.kind) == (
        "+16085550142",
        "Dana Lee",
        AccountKind.PHONE,
    )
    assert [p.address for p in first.recipients] == ["+16085550100"]
    assert second.sender is not None
    assert (second.sender.address, second.recipients[0].address) == ("+16085550100", "+16085550142")
    assert (first.channel, first.audience, first.thread) == (Channel.TEXT, Audience.PRIVATE, second.thread)
    assert first.text == "Can you vote yes? 😀"
    assert first.defects == (Defect.XML_REPAIRED,)
    assert first.when is not None
    assert first.when.at.isoformat() == "2026-03-02T15:00:00+00:00"


def test_a_tapback_is_a_reaction_to_the_message_it_quotes_and_never_repeats_its_words(tmp_path: Path) -> None:
    found = rows(read(tmp_path, "backup.xml", TEXTS))
    reaction = found[2]
    assert (reaction.event, reaction.text, reaction.in_reply_to) == ("reaction", "Liked", found[0].key)
    assert read_tapback("Questioned “Why?”") is not None
    assert read_tapback("Liked an image") is not None
    assert read_tapback("Liked your idea") is None


def test_group_messages_reach_everybody_listed(tmp_path: Path) -> None:
    received, sent = rows(read(tmp_path, "backup.xml", TEXTS))[3:]
    assert (received.channel, received.audience, received.attachments) == (
        Channel.GROUP_CHAT,
        Audience.CLOSED_GROUP,
        ("plan.jpg",),
    )
    assert received.text == "Lunch before the meeting?"
    assert {p.address: p.role for p in received.recipients} == {
        "+16085550143": Role.GROUP_MEMBER,
        "+16085550100": Role.GROUP_MEMBER,
    }
    assert sent.sender is not None
    assert sent.sender.address == "+16085550100"
    assert {p.address: p.role for p in sent.recipients} == {
        "+16085550142": Role.GROUP_MEMBER,
        "+16085550143": Role.CC,
    }
    assert sent.when is not None
    assert sent.when.at.isoformat() == "2026-03-02T15:03:00+00:00"  # a date in seconds among milliseconds
    assert sent.thread == received.thread


def test_calls_are_contacts_only_where_somebody_answered(tmp_path: Path) -> None:
    items = read(tmp_path, "calls-16085550100.xml", CALLS, "sms")
    assert refused(items) == [("ignored", "not_sent"), ("quarantined", "no_sender")]
    incoming, outgoing, voicemail = rows(items)
    assert incoming.sender is not None
    assert outgoing.sender is not None
    assert (incoming.channel, incoming.event, incoming.sender.address) == (Channel.CALL, "call", "+16085550142")
    assert (incoming.recipients[0].address, outgoing.sender.address) == ("+16085550100", "+16085550100")
    assert dict(incoming.extra)["duration_seconds"] == "312"
    assert (voicemail.channel, voicemail.event) == (Channel.TEXT, "voicemail")


def test_without_a_number_the_owner_is_whom_the_folder_names_or_an_account_to_be_told(tmp_path: Path) -> None:
    text = b'<smses count="1"><sms address="6085550142" date="1772463600000" type="1" body="hi"/></smses>'
    (named,) = rows(read(tmp_path, "sms-20260302091500.xml", text, custodian="lee-dana"))
    assert (named.recipients[0].name, named.recipients[0].kind) == ("lee-dana", AccountKind.NAME)
    (bare,) = rows(read(tmp_path, "sms-20260302091500.xml", text))
    assert bare.recipients[0].name == "owner of sms-20260302091500.xml"


def test_a_wrong_count_and_a_doubtful_clock_are_said(tmp_path: Path) -> None:
    text = (
        b'<smses count="2"><sms address="6085550142" date="1772463600000" date_sent="1772467200000" type="1" body="a"/>'
        b"</smses>"
    )
    items = read(tmp_path, "a.xml", text)
    assert refused(items) == [("quarantined", "count_mismatch")]
    assert Defect.DATE_CONFLICT in rows(items)[0].defects


def test_broken_elements_cost_only_themselves(tmp_path: Path) -> None:
    text = (
        b'<smses count="4"><sms address="6085550142" date="1772463600000" type="1" body="a & b"/>'
        b'<sms address="6085550142" date="1772463600001" type="1" body="fine"/>'
        b'<mms date="1772463600002" msg_box="1" address="6085550142"><parts>'
        b'<sms address="6085550142" date="later" type="1" body="c"/></smses>'
    )
    items = read(tmp_path, "a.xml", text)
    assert [r.text for r in rows(items)] == ["fine"]
    assert refused(items) == [
        ("quarantined", "xml_invalid"),
        ("quarantined", "xml_invalid"),
        ("quarantined", "bad_date"),
    ]


def test_entities_are_refused_and_empty_backups_ignored(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE smses [<!ENTITY a "b">]><smses count="1"><sms body="&a;"/></smses>'
    assert refused(read(tmp_path, "a.xml", bomb, "sms")) == [("quarantined", "xml_entity")]
    assert refused(read(tmp_path, "b.xml", b'<smses count="0"></smses>')) == [("ignored", "sidecar")]


def test_damaged_backups_are_accounted_for(tmp_path: Path) -> None:
    assert damage(tmp_path, "a.xml", TEXTS, 80) & {"truncated", "count_mismatch"}
    damage(tmp_path, "b.xml", CALLS, 40)
