"""Posts, comments and reactions of a Facebook or Instagram download.

Each list holds what its owner wrote; whom a comment answers stands only in a sentence ("Dana Lee replied to Kim Elm's
comment."), and that sentence is what is read. The download does not say who could see a post: it counts as public,
one inside a group as closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from quorum_watch.model import Party, Record, Rejected
from quorum_watch.sources.chats import cut_text, judge_time, list_of, make_key, owner_party, read_epoch, text_of
from quorum_watch.sources.interface import Context, Item, SourceFile
from quorum_watch.sources.jsonspan import Value, open_export, refuse_file
from quorum_watch.sources.mojibake import Mended
from quorum_watch.vocabulary import AccountKind, Audience, Channel, Defect, Outcome, Reason, Role

#: Names by which the lists are known.
PAGES = (
    b'"comments_v2"',
    b'"reactions_v2"',
    b'"group_posts_v2"',
    b'"group_comments_v2"',
    b'"comments_media_comments"',
    b'"comments_reels_comments"',
    b'"likes_media_likes"',
    b'"likes_comment_likes"',
    b'"string_map_data"',
)
_LISTS = ("", *(p.decode().strip('"') for p in PAGES if p.endswith((b'_v2"', b'_comments"', b'_likes"'))))
_TIMED = re.compile(rb'"(?:creation_)?timestamp"\s*:')
_ENTRY = re.compile(rb'"data"\s*:\s*\[\s*\{\s*"(?:post|comment|reaction|update_timestamp)"')
_KINDS = r"(?:post|comment|photo|video|link|status|album|event|note|reel|story|life event|check-in|poll|activity)"
_ANSWER = re.compile(
    rf"(?P<who>.{{1,120}}?) (?P<verb>replied to|commented on|likes|liked|loves|reacted to|disliked)\s+"
    rf"(?:(?P<own>(?:his|her|their|its|your) own)|(?P<whom>.{{1,120}}?)['’]s?|(?P<some>an?|the)) {_KINDS}\b"
)
_WROTE = re.compile(
    r"(?P<who>.{1,120}?) (?:updated|shared|posted|added|wrote|was|is|created|published|checked|commented|replied|likes|"
    r"liked|reacted|uploaded|went)\b"
)
_WALL = re.compile(r"(?:wrote|posted|shared .{1,60}) (?:on|to) (?P<whom>.{1,120}?)['’]s? (?:timeline|wall|profile)")
_GROUP = re.compile(r" in (?P<group>.{1,200}?)\.?$")


def is_page(head: bytes) -> bool:
    """Whether a JSON document begins as one of these lists do."""
    known = any(sign in head for sign in PAGES) or _ENTRY.search(head) or head[:200].find(b'"media"') >= 0
    return bool(known and _TIMED.search(head))


def read_page(file: SourceFile, context: Context) -> Iterator[Item]:
    """Every entry of one list."""
    export = open_export(file, context.limits, *_LISTS)
    if isinstance(export, Rejected):
        yield export
        return
    found = False
    for value in export.values():
        found = True
        if value.reason is not None or not isinstance(value.data, dict):
            yield value.refuse(value.reason or Reason.BAD_FIELD, value.detail or "not an entry")
        else:
            yield _read_entry(value, file, context)
    yield from export.rest()
    if not found and export.document.broken < 0:
        yield refuse_file(file, Outcome.IGNORED, Reason.SIDECAR, "an empty list")


def _read_entry(value: Value, file: SourceFile, context: Context) -> Item:
    entry: dict[str, Any] = value.data
    mended = Mended()
    found = _instagram(entry) or _facebook(entry)
    title = mended.text(text_of(entry, "title"))
    read = read_epoch(found.get("timestamp"))
    refused = judge_time(read, value.locator, value.sha256)
    if refused is not None:
        return refused
    event = found["event"]
    text, cut = cut_text(mended.text(found.get("text", "")), context.limits)
    sender, recipients = _people(mended.text(found.get("author", "")), mended.text(found.get("to", "")), title)
    if sender is None:
        sender = owner_party(context.custodian, file.name)
    group = mended.text(found.get("group", ""))
    if not group and (b'"group_' in file.head[:200]):
        match = _GROUP.search(title)
        group = match["group"] if match else "group"
    defects = [*read.defects, *cut]
    if event != "reaction" and not text and not found.get("attached"):
        return value.refuse(Reason.SYSTEM_EVENT, "an entry without words or attachments", Outcome.IGNORED)
    if event == "comment" and not recipients:
        defects.append(Defect.MISSING_PARENT)
    if mended.repaired:
        defects.append(Defect.MOJIBAKE_REPAIRED)
    channel = {"post": Channel.SOCIAL_POST, "comment": Channel.SOCIAL_COMMENT}.get(event, Channel.SOCIAL_REACTION)
    who = sender.address or sender.name
    return Record(
        locator=value.locator,
        sha256=value.sha256,
        key=make_key("facebook", event, read.when.raw if read.when else "", who, title, text),
        channel=channel,
        when=read.when,
        sender=sender,
        recipients=recipients,
        text=text,
        audience=Audience.CLOSED_GROUP if group else Audience.PUBLIC,
        event=event,
        attachments=tuple(found.get("attached", ())),
        defects=tuple(dict.fromkeys(defects)),
        extra=tuple((k, v) for k, v in (("group", group), ("title", title)) if v),
    )


def _facebook(entry: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {"event": "post", "timestamp": entry.get("timestamp", entry.get("creation_timestamp"))}
    for part in list_of(entry, "data"):
        if not isinstance(part, dict):
            continue
        for name, event in (("comment", "comment"), ("reaction", "reaction")):
            inner = part.get(name)
            if isinstance(inner, dict):
                out |= {"event": event, "text": text_of(inner, name), "author": text_of(inner, "author", "actor")}
                out["group"] = text_of(inner, "group")
                out["timestamp"] = out["timestamp"] or inner.get("timestamp")
        if isinstance(part.get("post"), str):
            out["text"] = part["post"]
    attached = [_attached(a) for a in list_of(entry, "attachments") + list_of(entry, "media")]
    out["attached"] = [a for a in attached if a]
    if list_of(entry, "media") and "text" not in out:
        first = list_of(entry, "media")[0]
        out["text"] = text_of(entry, "title") or text_of(first, "title")
        out["timestamp"] = out["timestamp"] or (first.get("creation_timestamp") if isinstance(first, dict) else None)
    return out


def _instagram(entry: dict[str, Any]) -> dict[str, Any] | None:
    fields = entry.get("string_map_data")
    if isinstance(fields, dict):
        when = next((v.get("timestamp") for v in fields.values() if isinstance(v, dict) and v.get("timestamp")), None)
        told = {"event": "comment", "text": text_of(fields.get("Comment"), "value"), "timestamp": when}
        return told | {"to": text_of(fields.get("Media Owner"), "value")}
    likes = list_of(entry, "string_list_data")
    if likes and isinstance(likes[0], dict):
        told = {"event": "reaction", "text": text_of(likes[0], "value"), "timestamp": likes[0].get("timestamp")}
        return told | {"to": text_of(entry, "title")}
    return None


def _attached(entry: Any) -> str:
    for part in [entry, *list_of(entry, "data")]:
        inner = part.get("media", part.get("external_context", part)) if isinstance(part, dict) else {}
        found = text_of(inner, "uri", "url")
        if found:
            return found.rsplit("/", 1)[-1] if not found.startswith("http") else found
    return ""


def _people(author: str, to: str, title: str) -> tuple[Party | None, tuple[Party, ...]]:
    """Who wrote, and whom it answers."""
    answer = _ANSWER.match(title)
    wrote = answer or _WROTE.match(title)
    wall = _WALL.search(title)
    name = author or (wrote["who"] if wrote else "")
    whom = to or (answer["whom"] if answer and answer["whom"] else "") or (wall["whom"] if wall else "")
    sender = _party(name) if name and name != "You" else None
    return sender, ((_party(whom),) if whom and whom != name else ())


def _party(name: str) -> Party:
    """A display name or a handle: on a public page the roster decides which of its accounts it is."""
    return Party(name, name.casefold(), name, AccountKind.NAME, Role.TO, "display_name")
