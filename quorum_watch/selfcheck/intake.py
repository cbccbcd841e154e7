"""From a request to a draft: the form of the page, and the JSON of the endpoint. Everything stays in memory."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser

from quorum_watch.selfcheck.draft import Draft
from quorum_watch.selfcheck.place import Place
from quorum_watch.selfcheck.reading import compose, entries, looks_like_mail, read_raw
from quorum_watch.vocabulary import Channel, Role, VoteRule

_LISTS = ("to", "cc", "bcc", "already", "outsiders")
_TEXTS = ("as", "subject", "text", "eml", "channel", "vote_rule")
_MOST = 5_000
#: A pasted file longer than this is not shown again in the form.
SHOWN_AGAIN = 200_000


class BadRequestError(Exception):
    """What was sent is not a form or JSON of the right shape; carries no word of it."""


class _InMemory(MultiPartParser):
    """Files stay in memory: the guard has limited the body already."""

    spool_max_size = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """A draft, who asks (as written), and what the form shows again."""

    draft: Draft
    person: str
    shown: Mapping[str, Any]


async def read_form(body: bytes, headers: Headers) -> FormData:
    """The fields of a form. Raises :class:`BadRequestError`."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body
        yield b""

    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            return await _InMemory(
                headers, stream(), max_files=1, max_fields=1000, max_part_size=4 * 1024 * 1024
            ).parse()
        if kind == "application/x-www-form-urlencoded":
            return await FormParser(headers, stream()).parse()
    except (MultiPartException, ValueError, KeyError, AssertionError, LookupError):
        raise BadRequestError from None
    raise BadRequestError


async def asked_by_form(form: FormData, place: Place, signed_in: str) -> Asked:
    """What the page's form asks. A file wins over pasted words; people chosen are added to either."""
    ticked = [str(v) for v in form.getlist("outsider")]
    fields = {k: str(form.get(k, "")) for k in ("who", "paste", "to", "already", "outsiders", "channel", "vote_rule")}
    fields["outsiders"] = "\n".join([o for o in [fields["outsiders"], *ticked] if o])
    chosen = [str(v) for v in form.getlist("person")]
    who = signed_in or fields["who"]
    asking = place.roster.by_id.get(who)
    upload = form.get("file")
    raw = await upload.read() if isinstance(upload, UploadFile) else b""
    pasted = fields["paste"]
    person_id = asking.person_id if asking else None
    if raw:
        draft = read_raw(raw, asking=person_id, roster=place.roster, timezone=place.timezone)
        if len(raw) <= SHOWN_AGAIN:
            fields["paste"] = raw.decode("utf-8", "replace")
    elif looks_like_mail(pasted):
        draft = read_raw(pasted.encode(), asking=person_id, roster=place.roster, timezone=place.timezone)
    else:
        draft = compose(text=pasted, timezone=place.timezone)
    draft = replace(
        draft,
        recipients=(*draft.recipients, *entries([fields["to"], *chosen], Role.TO)),
        already=entries([fields["already"]], Role.GROUP_MEMBER),
        outsiders=tuple(a.value for a in entries([fields["outsiders"]], Role.TO)),
        channel=_channel(fields["channel"] or Channel.EMAIL.value),
        vote_rule=_rule(fields["vote_rule"]),
    )
    return Asked(draft, who, {**fields, "chosen": chosen})


def read_json(body: bytes) -> dict[str, Any]:
    """The object of a JSON request, every field of the right kind and none unknown. Raises :class:`BadRequestError`."""
    try:
        data = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadRequestError from None
    if not isinstance(data, dict) or set(data) - {*_LISTS, *_TEXTS, "attachments"}:
        raise BadRequestError
    for key in _LISTS:
        value = data.get(key, [])
        if not isinstance(value, list) or len(value) > _MOST or not all(isinstance(v, str) for v in value):
            raise BadRequestError
    for key in _TEXTS:
        if not isinstance(data.get(key, ""), str):
            raise BadRequestError
    count = data.get("attachments", 0)
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= _MOST:
        raise BadRequestError
    _channel(data.get("channel", Channel.EMAIL.value))
    _rule(data.get("vote_rule", ""))
    if data.get("eml") and any(data.get(k) for k in ("to", "cc", "bcc", "subject", "text")):
        raise BadRequestError
    return data


def asked_by_json(data: Mapping[str, Any], place: Place, signed_in: str) -> Asked:
    """What a JSON request asks."""
    who = signed_in or data.get("as", "")
    channel, rule = _channel(data.get("channel", Channel.EMAIL.value)), _rule(data.get("vote_rule", ""))
    if data.get("eml"):
        asking = who if who in place.roster.by_id else None
        draft = read_raw(data["eml"].encode("utf-8", "replace"), asking=asking, roster=place.roster,
                         timezone=place.timezone)  # fmt: skip
        draft = replace(
            draft,
            already=entries(data.get("already", ()), Role.GROUP_MEMBER),
            outsiders=tuple(a.value for a in entries(data.get("outsiders", ()), Role.TO)),
            channel=channel,
            vote_rule=rule,
        )
    else:
        draft = compose(
            text=data.get("text", ""),
            subject=data.get("subject", ""),
            to=data.get("to", ()),
            cc=data.get("cc", ()),
            bcc=data.get("bcc", ()),
            already=data.get("already", ()),
            outsiders=data.get("outsiders", ()),
            channel=channel,
            vote_rule=rule,
            timezone=place.timezone,
        )
        draft = replace(draft, attachments=data.get("attachments", 0))
    return Asked(draft, who, {})


def _channel(text: str) -> Channel:
    try:
        return Channel(text)
    except ValueError:
        raise BadRequestError from None


def _rule(text: str) -> VoteRule | None:
    try:
        return VoteRule(text) if text else None
    except ValueError:
        raise BadRequestError from None
