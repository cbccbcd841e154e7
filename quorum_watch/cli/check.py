"""``quorum-watch check``: advice on one message before it is sent. Nothing is written, nothing is remembered."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from quorum_watch.cli.common import emit, visible
from quorum_watch.errors import InputError, UsageError
from quorum_watch.vocabulary import Channel, Role, VoteRule

if TYPE_CHECKING:
    from quorum_watch.selfcheck.draft import Advice, Draft, OwnMessage
    from quorum_watch.selfcheck.place import Place


_CHANNELS = [c.value for c in Channel]
_RULES = [r.value for r in VoteRule]


@click.command("check")
@click.argument("draft", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--as", "person", required=True, metavar="PERSON", help="Who you are: your person id or address.")
@click.option("--workspace", "-w", default=Path(), type=click.Path(path_type=Path), help="The city's folder.")
@click.option("--to", multiple=True, metavar="PEOPLE", help="Instead of a file: whom it goes to.")
@click.option("--cc", multiple=True, metavar="PEOPLE", help="Whom it is copied to.")
@click.option("--bcc", multiple=True, metavar="PEOPLE", help="Blind copies.")
@click.option("--subject", default="", help="The subject line.")
@click.option("--text", help="The words; - reads them from standard input.")
@click.option("--already", multiple=True, metavar="PEOPLE", help="Who wrote under the post or is in the chat.")
@click.option("--outsider", multiple=True, metavar="PEOPLE", help="Addresses you know to belong to no member.")
@click.option("--channel", type=click.Choice(_CHANNELS), default="email", help="How it will travel.")
@click.option("--vote-rule", type=click.Choice(_RULES), help="The vote the item needs, if you know it.")
@click.option("--mailbox", type=click.Path(path_type=Path), help="Your own mailbox on this computer, to count as well.")
@click.option("--on", "day", metavar="DATE", help="Roster and law of another day (YYYY-MM-DD). Default: today.")
@click.option("--why", is_flag=True, help="Print the reasons both ways, with their sources.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="What to print.")
def command(
    draft: Path | None,
    person: str,
    workspace: Path,
    to: tuple[str, ...],
    cc: tuple[str, ...],
    bcc: tuple[str, ...],
    subject: str,
    text: str | None,
    already: tuple[str, ...],
    outsider: tuple[str, ...],
    channel: str,
    vote_rule: str | None,
    mailbox: Path | None,
    day: str | None,
    why: bool,
    form: str,
) -> None:
    """Check DRAFT (an .eml file, or - for standard input) before you send it. Nothing is saved."""
    from dataclasses import replace

    from quorum_watch.selfcheck import check, place, reading
    from quorum_watch.selfcheck.draft import CheckSettings

    typed = bool(to or cc or bcc or already or text is not None)
    if draft is not None and typed:
        raise UsageError(
            "QW-E131", "Give either a draft or --to, --cc and --text, not both.", "check", "Leave one of them out."
        )
    if draft is None and not typed:
        raise UsageError(
            "QW-E132",
            "There is nothing to check.",
            "check",
            "Name an .eml file, or - for standard input, or use --to and --text.",
        )
    on = _day(day)
    try:
        here = place.open_place(workspace)
        asking = here.person(person, on or _today(here.timezone))
        extra = reading.entries(already, Role.GROUP_MEMBER)
        rule = VoteRule(vote_rule) if vote_rule else None
        if draft is not None:
            message = _read(draft, asking, here)
            outside = tuple(a.value for a in reading.entries(outsider, Role.TO))
            how = Channel(channel)
            message = replace(message, outsiders=outside, already=extra, vote_rule=rule, channel=how)
        else:
            words = sys.stdin.read() if text == "-" else text or ""
            message = reading.compose(
                text=words,
                subject=subject,
                to=to,
                cc=cc,
                bcc=bcc,
                already=already,
                outsiders=outsider,
                channel=Channel(channel),
                vote_rule=rule,
                timezone=here.timezone,
            )
        own = _own_mail(mailbox, asking, here) if mailbox is not None else ()
    except Exception:  # of any kind: the answer first, then the error as every command tells it
        _print(check.cannot_tell("error", settings=CheckSettings()), form, why=why)
        raise
    _print(here.check(message, asking=asking, on=on or _today(here.timezone), own=own), form, why=why)


def _today(timezone: str) -> date:
    """The clock is read here, at the edge, and nowhere below."""
    return datetime.now(UTC).astimezone(ZoneInfo(timezone)).date()


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("QW-E133", "--on is not a date.", "check --on", "Write it as YYYY-MM-DD.") from None


def _read(path: Path, asking: str | None, here: Place) -> Draft:
    from quorum_watch.selfcheck import reading

    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise InputError("QW-E250", f"The draft cannot be opened: {reason}.", str(path), "Check the name.") from None
    return reading.read_raw(raw, asking=asking, roster=here.roster, timezone=here.timezone)


def _own_mail(path: Path, asking: str | None, here: Place) -> tuple[OwnMessage, ...]:
    """The person's own mailbox, read in memory."""
    from quorum_watch.limits import Limits
    from quorum_watch.model import Record
    from quorum_watch.selfcheck.draft import OwnMessage
    from quorum_watch.selfcheck.reading import from_record
    from quorum_watch.sources.interface import Context
    from quorum_watch.sources.registry import open_source, read_items

    if not path.exists():
        raise InputError("QW-E276", "There is no such mailbox.", str(path), "Name an mbox file or a folder of .eml.")
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    found = []
    for file in files:
        source = open_source(file, path if path.is_dir() else path.parent)
        for item in read_items(source, Context(timezone=here.timezone, limits=Limits())):
            if isinstance(item, Record) and item.when is not None:
                found.append(OwnMessage(item.when.at, from_record(item, asking=asking, roster=here.roster)))
    return tuple(found)


def _print(advice: Advice, form: str, *, why: bool) -> None:
    from quorum_watch.selfcheck.draft import advice_json
    from quorum_watch.selfcheck.render import as_text

    if form == "json":
        emit(json.dumps(advice_json(advice), ensure_ascii=False, indent=2))
        return
    emit("\n".join(visible(line) for line in as_text(advice, why=why).split("\n")))
