"""Notice: what a noticed meeting clears, and what attending another body's meeting asks for.

Pure functions of a meeting row, a contact and the profile. They answer with a reason that can be printed and the rule
it rests on; where the row does not say enough they clear *with a doubt* that is printed too, because an incomplete
spreadsheet must not turn an ordinary public meeting into a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from quorum_watch.model import Citation, Threshold
from quorum_watch.rules.phrases import phrase
from quorum_watch.rules.practice import effect
from quorum_watch.rules.profile import Profile

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """One row of ``meetings.csv``: aware times, the bodies its notice names, what it is about.

    ``good_cause`` is true where the row records good cause for short notice.
    """

    meeting_id: str
    body_ids: tuple[str, ...]
    start: datetime
    end: datetime | None = None
    notice_posted: datetime | None = None
    matter_ids: tuple[str, ...] = ()
    subject: str = ""
    good_cause: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What a contact is about: a matter where known, its title, and topics."""

    matter: str = ""
    title: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Whether a meeting clears a contact, and why.

    ``outcome`` is ``cleared``, ``not_cleared``, ``excluded`` (the body is outside the law) or ``no_matter`` (nothing to
    clear: too few attended, or no rule was found). ``reason`` is the key of the sentence ``because``; ``doubts`` says
    what the row leaves open; ``rules`` names the parameters used.
    """

    meeting_id: str
    outcome: str
    reason: str
    because: str
    citation: Citation
    rules: tuple[str, ...]
    doubts: tuple[str, ...] = ()

    @property
    def clears(self) -> bool:
        """Whether the contact needs no finding."""
        return self.outcome in ("cleared", "excluded")


def clears(profile: Profile, meeting: MeetingFacts, *, body_id: str, at: datetime, about: About,
           parent_id: str | None = None, bargaining: bool = False) -> Notice:
    """Does ``meeting`` clear a contact of ``body_id`` at ``at`` on the subject ``about``?

    ``parent_id`` is the body of which this one is a subunit; such a subunit may meet beside its parent's noticed
    meeting.
    """
    on = meeting.start.date()
    if bargaining and "bargaining" in (profile.parameter("bodies_excluded", on).value or ()):
        return _answer(profile, meeting, "excluded", "bargaining", "bodies_excluded")
    named = body_id in meeting.body_ids
    beside_parent = not named and parent_id is not None and parent_id in meeting.body_ids
    must_name = profile.parameter("notice.must_name", on).value or ()
    if not named and not beside_parent and "body" in must_name:
        return _answer(profile, meeting, "not_cleared", "body_not_named", "notice.must_name")
    end, doubts = _end(profile, meeting)
    after = profile.optional("notice.subunit_after_parent", on) if beside_parent else None
    if beside_parent and after is None:
        return _answer(profile, meeting, "not_cleared", "body_not_named", "notice.must_name")
    first = meeting.start - profile.duration("notice.early_start", on)
    last = end + (after.value if after is not None else timedelta())
    if not first <= at <= last:
        return _answer(profile, meeting, "not_cleared", "outside_time", "notice.assumed_length")
    matched = _same_subject(meeting, about)
    if matched is False and "subject" in must_name:
        return _answer(profile, meeting, "not_cleared", "subject_not_named", "notice.must_name")
    if matched is None:
        doubts = (*doubts, phrase("notice", "subject_not_stated"))
    posted = _posted(profile, meeting)
    if not posted.clears:
        return posted
    if beside_parent:
        return _answer(profile, meeting, "cleared", "subunit_adjacent", "notice.subunit_after_parent", doubts=doubts)
    return replace(posted, doubts=doubts)


def attendance(profile: Profile, meeting: MeetingFacts, thresholds: Iterable[Threshold], *, body_id: str, count: int,
               notices: Iterable[MeetingFacts] = ()) -> Notice:
    """``count`` members of ``body_id`` attended ``meeting`` of another body: was their own notice needed, and given?

    ``thresholds`` are those of ``body_id``; ``notices`` are other meeting rows, among which a row of this body at the
    same time (such as a notice of a possible quorum) is looked for.
    """
    on = meeting.start.date()
    pool = tuple(thresholds)
    asked = [t for t in pool if effect(profile, t) == "presumption"] or list(profile.meeting_numbers(pool))
    rule = profile.word("attendance_elsewhere", on)
    least = min((t.value for t in asked), default=None)
    words = {"count": count, "threshold": least}
    if least is None or count < least:
        return _answer(profile, meeting, "no_matter", "attended_below", "attendance_elsewhere", words=words)
    if rule == "open_participation_ok":
        return _answer(profile, meeting, "cleared", "attended_open", "attendance_elsewhere", words=words)
    if rule == "no_rule_found":
        return _answer(profile, meeting, "no_matter", "attended_no_rule", "attendance_elsewhere", words=words)
    end, doubts = _end(profile, meeting)
    for row in (meeting, *notices):
        own_end, _ = _end(profile, row)
        if body_id in row.body_ids and row.start <= end and meeting.start <= own_end:
            posted = _posted(profile, row)
            if posted.clears:
                return _answer(profile, row, "cleared", "attended_own_notice", "attendance_elsewhere", words=words,
                               doubts=doubts)
    return _answer(profile, meeting, "not_cleared", "attended_no_notice", "attendance_elsewhere", words=words)


def _posted(profile: Profile, meeting: MeetingFacts) -> Notice:
    """Whether the notice was posted long enough ahead."""
    on = meeting.start.date()
    if meeting.notice_posted is None:
        return _answer(profile, meeting, "not_cleared", "no_notice", "notice.ahead")
    ahead = meeting.start - meeting.notice_posted
    needed = profile.optional("notice.ahead", on)
    words = {"ahead": say(ahead), "needed": say(needed.value) if needed is not None else ""}
    if ahead >= (needed.value if needed is not None else timedelta()):
        return _answer(profile, meeting, "cleared", "cleared", "notice.ahead", words=words)
    shorter = profile.optional("notice.ahead_for_good_cause", on) if meeting.good_cause else None
    if shorter is not None and ahead >= shorter.value:
        return _answer(profile, meeting, "cleared", "good_cause", "notice.ahead_for_good_cause", words=words)
    return _answer(profile, meeting, "not_cleared", "late_notice", "notice.ahead", words=words)


def _end(profile: Profile, meeting: MeetingFacts) -> tuple[datetime, tuple[str, ...]]:
    if meeting.end is not None:
        return meeting.end, ()
    assumed = profile.duration("notice.assumed_length", meeting.start.date())
    return meeting.start + assumed, (phrase("notice", "end_not_stated", assumed=say(assumed)),)


def _same_subject(meeting: MeetingFacts, about: About) -> bool | None:
    """True, false, or ``None`` where the row does not say what the meeting was about."""
    if about.matter and about.matter in meeting.matter_ids:
        return True
    subject = _words(meeting.subject)
    for text in (about.matter, about.title, *(t.replace("_", " ") for t in about.topics)):
        words = _words(text)
        if words and (f" {words} " in f" {subject} " or (subject and f" {subject} " in f" {words} ")):
            return True
    # A row that only says which meeting it was ("Finance Committee regular meeting") leaves the subject open.
    only_titled = not subject or "meeting" in subject.split()
    return None if only_titled and not (meeting.matter_ids and about.matter) else False


def _words(text: str) -> str:
    return " ".join(re.findall(r"[\w-]+", text.casefold()))


def say(length: timedelta) -> str:
    """A length of time in words.

    >>> say(timedelta(hours=26)), say(timedelta(minutes=95)), say(-timedelta(hours=1))
    ('26 h', '1 h 35 min', '0 min')
    """
    hours, rest = divmod(max(length, timedelta()), _HOUR)
    minutes = rest // _MINUTE
    parts = [f"{hours} h"] if hours else []
    return " ".join(parts + ([f"{minutes} min"] if minutes or not hours else []))


def _answer(profile: Profile, meeting: MeetingFacts, outcome: str, reason: str, rule: str, *,
            words: Mapping[str, object] | None = None, doubts: tuple[str, ...] = ()) -> Notice:
    because = phrase("notice", reason, **{"meeting": meeting.meeting_id, **(words or {})})
    known = rule if rule in profile else "notice.must_name"
    value = profile.parameter(known, meeting.start.date())
    return Notice(meeting.meeting_id, outcome, reason, because, value.citation, (known,), doubts)
