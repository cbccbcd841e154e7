"""Messages by people outside this project, with the answers shipped beside them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from quorum_watch.limits import Limits
from quorum_watch.mail.addresses import normalise_address, read_parties
from quorum_watch.mail.dates import read_date
from quorum_watch.mail.headers import scan_headers
from quorum_watch.mail.html import read_html
from quorum_watch.mail.message import parse_message
from quorum_watch.mail.mime import Part, Walk, read_part
from quorum_watch.mail.quotes import find_quotes
from quorum_watch.vocabulary import Role
from tests.shared import shared

pytestmark = pytest.mark.corpus


def listed(value: Any) -> set[str]:
    """Addresses of one expected header value."""
    address = value.get("Address", {}) if isinstance(value, dict) else {}
    people = [*address.get("List", []), *(m for g in address.get("Group", []) for m in g["addresses"])]
    return {normalise_address(m["address"]) for m in people if m.get("address") and "@" in m["address"]}


def test_stalwart_addresses_and_dates_all_agree() -> None:
    headers = dates = 0
    for path in sorted(shared("corpora", "stalwart").rglob("*.eml")):
        raw = path.read_bytes()
        found = scan_headers(raw, 0, len(raw), 1 << 20)
        for header in json.loads(path.with_suffix(".json").read_text())["parts"][0]["headers"]:
            name = header["name"].replace("_", "-") if isinstance(header["name"], str) else ""
            if name in ("from", "to", "cc", "bcc", "reply-to", "sender") and len(found.texts(name)) == 1:
                headers += 1
                got = {p.address for p in read_parties(found.texts(name), Role.TO).parties if p.address}
                assert got == listed(header["value"]), (path.name, name)
            if name == "date" and isinstance(header["value"], dict):
                dates += 1
                when = read_date(found.text("date"), "UTC").when
                assert when is not None
                assert when.at == instant(header["value"]["DateTime"]), path.name
    assert (headers, dates) == (34, 15)


def instant(value: dict[str, Any]) -> datetime:
    offset = timedelta(hours=value["tz_hour"], minutes=value["tz_minute"]) * (-1 if value["tz_before_gmt"] else 1)
    fields = [value[k] for k in ("year", "month", "day", "hour", "minute", "second")]
    return datetime(*fields, tzinfo=timezone(offset)).astimezone(UTC)  # type: ignore[misc]


def outline(part: Part) -> list[str]:
    """Kinds of the leaves in order."""
    return [p.kind for p in part.walk() if not p.children]


def expected_outline(path: Path) -> list[str] | None:
    """The same from the answer shipped with the message, where messages inside it are not opened."""
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except ElementTree.ParseError:
        return None
    out: list[str] = []

    def visit(node: ElementTree.Element, default: str) -> None:
        kind = default
        for field in node.findall("header/field"):
            match = re.match(r"content-type\s*:\s*([\w.+-]+/[\w.+-]+)", (field.text or "").strip(), re.I)
            if match:
                kind = match[1].lower()
        multipart, inner = node.find("multipart"), node.find("message")
        if multipart is not None:
            below = "message/rfc822" if kind == "multipart/digest" else "text/plain"
            for child in multipart.findall("body-part"):
                visit(child, below)
        elif inner is not None:
            out.append("message/rfc822")
        else:
            out.append(kind)

    visit(root, "text/plain")
    return out


def test_mime4j_structures() -> None:
    """The tree of parts equals the published one; the few that differ are named, with the reason."""
    agreed, differ = 0, []
    for path in sorted(shared("corpora", "mime4j").rglob("*.msg")):
        expected = expected_outline(path.with_suffix(".xml"))
        if expected is None:
            continue
        raw = path.read_bytes()
        headers = scan_headers(raw, 0, len(raw), 1 << 20)
        got = outline(read_part(raw, headers, len(raw), Walk(Limits(mime_parts=10_000))))
        if got == expected:
            agreed += 1
        else:
            differ.append((path.stem, got, expected))
    assert agreed == 70
    # A multipart that shows no part is read as text here rather than as nothing, and a boundary that ends in a blank
    # (which the standard forbids) is compared without it.
    empty = {
        "badbound",
        "missing-boundary",
        "missing-inner-boundary",
        "missing-inner-start-boundary",
        "multipartnopart",
    }
    blank = {"very-long-boundary", "very-very-long-boundary", "weird-boundary"}
    assert {d[0] for d in differ} == empty | blank
    assert all(len(got) == len(expected) + 1 for _, got, expected in differ)


def replies() -> list[tuple[str, str]]:
    folder = shared("corpora", "talon", "standard_replies")
    answers = {"iphone": "iphone_reply_text", "sparrow": "sparrow_reply_text"}
    out = []
    for path in sorted(folder.glob("*.eml")):
        answer = answers.get(path.stem)
        out.append((path.stem, (folder / answer).read_text().strip() if answer else "Hello"))
    return out


def test_talon_replies_split_where_their_authors_say() -> None:
    right, wrong = 0, []
    for name, reply in replies():
        record = parse_message(
            shared("corpora", "talon", "standard_replies", f"{name}.eml").read_bytes(), locator="", timezone="UTC"
        )
        own = "".join(c for n, c in enumerate(record.text) if not any(q.start <= n < q.end for q in record.quoted))
        if " ".join(own.split()) == " ".join(reply.split()):
            right += 1
        else:
            wrong.append(name)
        assert reply.split()[0] in record.text
    assert right == 12, wrong


def test_talon_html_replies_split_where_their_authors_say() -> None:
    """English forms split; the attribution lines of three programs in other scripts stay with the reply, kept."""
    right, kept = 0, []
    for path in sorted(shared("corpora", "talon", "html_replies").glob("*.html")):
        text, marked, fallback = read_html(path.read_text(encoding="utf-8", errors="replace"))
        assert not fallback
        spans = [(q.start, q.end) for q in find_quotes(text, "UTC", marked)]
        own = "".join(c for n, c in enumerate(text) if not any(a <= n < b for a, b in spans))
        assert own.startswith("Hi. I am fine.")
        if " ".join(own.split()) == "Hi. I am fine. Thanks, Alex":
            right += 1
        else:
            kept.append(path.stem)
    assert (right, kept) == (6, ["mail_ru", "windows_mail", "yandex_ru"])
