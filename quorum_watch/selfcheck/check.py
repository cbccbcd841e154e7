"""The self-check: one draft, the roster and the law profile in; advice out. Pure: the same input, the same answer.

It looks at nothing else: no collected message, no decision, no other member's contacts. What it cannot place is never
taken for harmless: an unknown address, an old roster, a draft profile, unread words or a fault of the program all give
*We cannot tell*. One answer is stronger than doubt: where the people already known are enough to stop, an unknown
address cannot make that better.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from quorum_watch.model import PersonId
from quorum_watch.roster import Roster
from quorum_watch.rules.profile import Profile
from quorum_watch.rules.schema import Stage
from quorum_watch.selfcheck.count import count_bodies, shown
from quorum_watch.selfcheck.draft import Advice, CheckSettings, Draft, OwnMessage
from quorum_watch.selfcheck.explain import Case, not_seen, reasons
from quorum_watch.selfcheck.judge import Content, Judged, content_of, judge, policy_speaks
from quorum_watch.selfcheck.own import related
from quorum_watch.selfcheck.people import Present, gather, standing_of
from quorum_watch.selfcheck.words import Words, read_words, spoken_names
from quorum_watch.vocabulary import SOCIAL, Act, Channel, Defect, Verdict
from quorum_watch.wording import say

#: Defects of a message that leave open who it goes to.
PEOPLE_UNSURE = frozenset(
    {
        Defect.RECIPIENT_COUNT_MISMATCH, Defect.UNDISCLOSED_RECIPIENTS, Defect.LIST_NOT_EXPANDED,
        Defect.AMBIGUOUS_IDENTITY,
    }
)  # fmt: skip
#: Defects that leave open what it says.
WORDS_UNSURE = frozenset(
    {
        Defect.TRUNCATED, Defect.OVERSIZE_PART, Defect.MIME_DEFECT, Defect.DECLARED_BUT_EMPTY, Defect.CHARSET_GUESSED,
    }
)  # fmt: skip


def check_draft(
    draft: Draft,
    *,
    asking: PersonId | None,
    roster: Roster,
    profile: Profile,
    on: date,
    settings: CheckSettings | None = None,
    own: Sequence[OwnMessage] = (),
) -> Advice:
    """Advice on a draft, before it is sent.

    Parameters
    ----------
    asking
        The person id of whoever asks; somebody the roster does not have gets *We cannot tell*.
    on
        The day whose roster and law apply: today, handed in by the caller.
    own
        Messages of the person's own mailbox, read on their own machine; only those on the same item are counted.

    Nothing is raised: whatever fails becomes *We cannot tell*.
    """
    settings = settings or CheckSettings()
    try:
        return _check(draft, asking, roster, profile.fresh(), on, settings, own)
    except Exception:
        return cannot_tell("error", settings=settings, profile=profile)


def cannot_tell(reason: str, *, settings: CheckSettings, profile: Profile | None = None) -> Advice:
    """The answer where there is none: ``reason`` names a sentence under ``check.do``."""
    who = settings.contact.name or say("check.who.attorney")
    return Advice(
        verdict=Verdict.CANNOT_TELL,
        headline=say("check.headline.cannot_tell"),
        shape=say("check.shape.cannot_tell"),
        do=(say(f"check.do.{reason}", {"who": who}),),
        why=(),
        not_seen=(say("check.not_seen.only_this"), say("check.not_seen.screen")),
        call=settings.contact,
        law=profile.title if profile else "",
        banner=profile.banner if profile else "",
    )


def _check(
    draft: Draft,
    asking: PersonId | None,
    roster: Roster,
    profile: Profile,
    on: date,
    settings: CheckSettings,
    own: Sequence[OwnMessage],
) -> Advice:
    if asking is None or asking not in roster.by_id:
        return cannot_tell("not_in_roster", settings=settings, profile=profile)
    present = gather(draft, asking, roster, on)
    words = read_words(draft, spoken_names(roster), asking)
    standing = standing_of(asking, roster, on)
    mine = related(draft, own, asking, roster, on, profile)
    counts = count_bodies(
        asking=asking, people=present.people, own_mail=mine - present.people, roster=roster, profile=profile, on=on,
        channel=draft.channel, vote_rule=draft.vote_rule, words=words,
    )  # fmt: skip
    members = frozenset(p for b in counts for p in (*b.people, *b.awaiting)) - {asking}
    content = content_of(draft, words, present, members)
    judged = judge(
        draft=draft, content=content, present=present, standing=standing, counts=counts, roster=roster,
        profile=profile, on=on,
    )  # fmt: skip
    case = Case(
        draft=draft, words=words, content=content, present=present, standing=standing, judged=judged, counts=counts,
        shown=shown(counts, profile, on), roster=roster, profile=profile, on=on, settings=settings,
        own_people=len(mine & members), own_used=bool(own),
    )  # fmt: skip
    doubts = doubts_of(case)
    verdict = Verdict.CANNOT_TELL if _in_doubt(judged, doubts) else judged.verdict
    why = reasons(case)
    return Advice(
        verdict=verdict,
        headline=say(f"check.headline.{verdict}"),
        shape=say(f"check.shape.{verdict}"),
        do=what_to_do(case, verdict, doubts),
        why=why,
        not_seen=not_seen(case),
        bodies=case.shown,
        unknown=present.unknown,
        remove=present.entries(judged.concerned) if verdict in (Verdict.STOP, Verdict.CHANGE) else (),
        keep=_keep(case) if verdict in (Verdict.STOP, Verdict.CHANGE) else (),
        call=settings.contact,
        law=profile.title,
        banner=profile.banner,
        as_of=on,
        unverified=profile.unverified(),
    )


#: Doubts that no answer survives: the numbers themselves cannot be trusted.
_FATAL = frozenset({"stale", "draft_law"})


def _in_doubt(judged: Judged, doubts: tuple[str, ...]) -> bool:
    if not doubts:
        return False
    return judged.verdict is not Verdict.STOP or bool(_FATAL & set(doubts))


def doubts_of(case: Case) -> tuple[str, ...]:
    """What leaves the answer open, as names of sentences under ``check.do``, the gravest first."""
    draft, present, content, words = case.draft, case.present, case.content, case.words
    found: dict[str, bool] = {
        "stale": bool(case.settings.stale),
        "draft_law": case.profile.stage is Stage.DRAFT,
        "unknown": bool(present.unknown),
        "no_people": not draft.recipients and not draft.already and draft.channel not in SOCIAL,
        "unread_people": bool(PEOPLE_UNSURE & set(draft.doubts)),
        "no_words": _silent(draft, content, words) and not case.counts,
        "unread_words": words.partly or words.language != "en" or bool(WORDS_UNSURE & set(draft.doubts)),
        "reaction": content.reaction and bool(case.counts) and not policy_speaks(draft.channel, case.profile, case.on),
        "elect": _hangs_on_elect(case),
    }
    return tuple(name for name, holds in found.items() if holds)


def _silent(draft: Draft, content: Content, words: Words) -> bool:
    return content.empty and not draft.received and words.blank


def _hangs_on_elect(case: Case) -> bool:
    """Whether counting people elected but not in office would change the answer."""
    if case.content.routine or case.judged.verdict is Verdict.STOP:
        return False
    for b in case.counts:
        more = len(b.people) + len(b.awaiting)
        if b.awaiting and (more >= b.deciding or case.judged.verdict is Verdict.NO_CONCERN):
            return True
    return False


def what_to_do(case: Case, verdict: Verdict, doubts: tuple[str, ...]) -> tuple[str, ...]:
    """What to do, first things first. Never how to stay under a number: either all other members, or none."""
    who = case.settings.contact.name or say("check.who.attorney")
    if verdict is Verdict.CANNOT_TELL:
        lines = [
            say(f"check.do.{d}", {"n": len(case.present.unknown), "who": who} if d == "unknown" else {"who": who})
            for d in doubts
        ]
        if "unknown" in doubts:
            lines.append(say("check.do.unknown_tell"))
        if case.judged.verdict is not Verdict.NO_CONCERN:
            lines.append(say("check.do.view_out"))
        return tuple(dict.fromkeys(lines))
    if verdict is Verdict.NO_CONCERN:
        return _may_send(case)
    return _change(case, who, stop=verdict is Verdict.STOP)


def _may_send(case: Case) -> tuple[str, ...]:
    content = case.content
    if case.draft.channel in SOCIAL:
        return (say("check.do.public_post"),)
    if content.routine and case.counts and not content.private:
        dates = Act.SCHEDULE in case.words.acts | case.words.quoted_acts
        return (say("check.do.date_time" if dates else "check.do.routine"),)
    if content.private:
        return (say("check.do.routine"),)
    if case.counts and not case.standing.official:
        return (say("check.do.one_way"), say("check.do.no_relay"))
    return (say("check.do.pass_on"),)


def _change(case: Case, who: str, *, stop: bool) -> tuple[str, ...]:
    reasons_ = case.judged.reasons
    lines: list[str] = [say("check.do.ask", {"who": who})] if stop else []
    keep = _keep_person(case)
    off = say("check.do.take_off" if case.standing.official else "check.do.take_members")
    if keep:
        lines += [say("check.do.reply_only", {"name": keep}), off]
    elif case.judged.concerned and not reasons_ & {"policy", "direct_reply", "household"}:
        lines.append(off)
    for name, line in (
        ("asks", "no_votes"),
        ("carries", "no_relay"),
        ("forwards", "no_relay"),
        ("decides", "no_vote_by_message"),
        ("errand", "no_errand"),
        ("household", "household"),
        ("policy", "social"),
        ("direct_reply", "social"),
        ("conceals", "do_not_delete"),
    ):
        if name in reasons_:
            lines.append(say(f"check.do.{line}"))
    if reasons_ & {"number", "view", "facts", "signs"}:
        inside = any(b.includes_asker or b.body in case.standing.presides for b in case.counts)
        lines.append(say("check.do.clerk" if inside else "check.do.packet"))
    if not stop and reasons_ & {"view", "facts", "signs"}:
        lines.append(say("check.do.keep_view"))
    elif stop and case.standing.official:
        lines.append(say("check.do.not_carry"))
    return tuple(dict.fromkeys(lines))


def _keep_person(case: Case) -> str:
    """The one person outside every body on the message who wrote to the member: whom a reply can go to alone."""
    if case.draft.channel is not Channel.EMAIL:
        return ""
    insiders = {p for b in case.counts for p in (*b.people, *b.awaiting)} | {case.present.asking}
    wrote = [s for s in case.present.seen if s.spoke and s.person not in insiders]
    if not wrote:
        return ""
    first = wrote[0]
    return case.roster.name(first.person) if first.person else first.raw


def _keep(case: Case) -> tuple[str, ...]:
    """Entries the person typed that reach no member of a body that is concerned."""
    present: Present = case.present
    reached = {s.via or s.raw for s in present.seen if s.person in case.judged.concerned}
    return tuple(
        dict.fromkeys(
            s.via or s.raw
            for s in present.seen
            if s.held == "line" and s.person and s.person != present.asking and (s.via or s.raw) not in reached
        )
    )
