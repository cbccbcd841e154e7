"""Decide what one message does: its cues weighed against its place in the conversation.

A sentence is first asked what hides everything else (concealment, caution, private talk), then read as a question or as
a statement. Statements try, in this order: a vote by message, other people's positions, requests, the writer's own
position, answers, and the acts that only give context. Every span names the rule that made it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from quorum_watch.language.acts.aid import second_opinion
from quorum_watch.language.acts.asking import EXPLICIT
from quorum_watch.language.acts.find import Cue, Cues
from quorum_watch.language.acts.signs import (
    BEG,
    CIVIC,
    FACTUAL,
    FIRST_PERSON,
    FYI,
    IT,
    KEEP,
    MEMBER_DOES,
    NEGATIVE_TITLE,
    NO_TONE,
    POSITION,
    SIGNING,
    SOMEBODY,
    STANCE,
    THANKS,
    TO_YOU,
    VOCATIVE,
    VOTES,
    VOTEWORD,
    WE_COULD,
    WHO_WHY,
    WOULD_IF,
)
from quorum_watch.language.acts.talk import CORE, State, ThreadContext, ThreadMessage, stem
from quorum_watch.language.acts.view import View, flip, merge, quoted_relays, seated, toward_question
from quorum_watch.model import ActSpan, MatterId, PersonId
from quorum_watch.vocabulary import Act, Confidence, Polarity

_SIDES = frozenset({Act.COMMIT, Act.OPINION, Act.DECIDE, Act.DISAGREE})
_OPEN = ("poll", "seek", "ballot")
_LESSER = frozenset({Act.SCHEDULE, Act.MINISTERIAL, Act.SOCIAL, Act.DRAFT, Act.AGREE, Act.DISAGREE})
_QUESTIONS = frozenset({"deliberate.question", "question.other"})
_ONE_WAY = frozenset({Act.INFORM, Act.MINISTERIAL, Act.SOCIAL, Act.CAUTION, Act.DRAFT, Act.CONCEAL})
#: Words of a sentence (its two end marks included) up to which it counts as bare or short.
_BY_NAME = "poll.by-name"
#: Says that a view follows, whatever was asked.
_FRANK = re.compile(
    r"(?<!\S)(?:if you ask me|frankly|honestly|personally|for what it is worth|to my mind|my (?:own )?view|my worry|"
    r"(?:bothers|worries|troubles|sells) me|i (?:like|do not like|think|believe|am uneasy)) "
)
_BARE, _SHORT, _SHORT_QUESTION, _ONE_WORD = 8, 12, 9, 4


@dataclass(slots=True)
class Scene:
    """One message with everything its cues are weighed against (see ``threads.py`` for how each is known)."""

    message: ThreadMessage
    context: ThreadContext
    stems: Mapping[str, MatterId]
    business: bool
    clear: bool
    near: bool
    brief_on_matter: bool
    parent: State | None
    matter: MatterId | None
    title: str
    answered: bool
    stance: Polarity = Polarity.NONE
    reasons: list[str] = field(default_factory=list)
    timed: bool = False

    @property
    def question(self) -> str:
        """What is open for this message to answer."""
        return self.parent.question if self.parent is not None else ""

    @property
    def asked(self) -> bool:
        """Whether the message answered asks it itself."""
        return self.parent is not None and self.parent.asked

    def decide(self, cues: Cues) -> list[ActSpan]:
        """The acts of the message, sentence by sentence."""
        found: list[ActSpan] = []
        taken = False
        by_sentence: dict[int, list[Cue]] = {}
        for cue in cues.cues:
            by_sentence.setdefault(cue.sentence, []).append(cue)
        for number, sentence in enumerate(cues.sentences):
            mine = by_sentence.get(number, [])
            if self.business and not self.clear:
                # Where nothing shows City business, only words of voting do.
                votes = VOTES.search(sentence.words) is not None
                timing = self.question == "time"
                mine = [
                    c
                    for c in mine
                    if c.act not in CORE
                    or (votes and c.confidence is Confidence.HIGH)
                    or (timing and c.kind == "answer")
                ]
            view = View(sentence, number, mine, taken)
            spans = second_opinion(self, view, self._sentence(view), last=number + 1 == len(cues.sentences))
            found.extend(spans)
            self.timed = any(s.act is Act.SCHEDULE for s in spans)
            taken = taken or any(s.act in _SIDES for s in spans)
        if self.business:
            found.extend(quoted_relays(self.message, self.context, self.matter))
        found = self._asks_by_answers(cues, found)
        kinds = {s.act for s in found}
        if self.business and kinds - {Act.SOCIAL}:
            found = [s for s in found if s.act is not Act.SOCIAL]
        if Act.SEEK_SUPPORT in kinds:
            found = [s for s in found if s.act is not Act.POLL or not s.rule.startswith("question.")]
        return merge([seated(span, self.context, self.message.sender) for span in found])

    def _asks_by_answers(self, cues: Cues, found: list[ActSpan]) -> list[ActSpan]:
        """An opening message nobody would call a question is one if people answer it by taking positions."""
        opens = self.parent is None
        said = {s.act for s in found} & (CORE | _ONE_WAY | {Act.SCHEDULE, Act.SIGN})
        if not (self.answered and self.business and self.clear and opens) or said:
            return found
        last = cues.sentences[-1]
        short = len(cues.sentences) == 1 and len(last.words.split()) < _BARE
        if FACTUAL.search(last.words) or not short or not self.has_title_word(last.words):
            return found
        view = View(last, len(cues.sentences) - 1, [], taken=False)
        poll = self._span(view, Act.POLL, None, rule="answered-with-positions")
        return [s for s in found if s.end <= last.start] + [poll]

    def _sentence(self, view: View) -> list[ActSpan]:
        best = view.best
        hidden: list[ActSpan] = []
        if Act.CONCEAL in best:
            hidden = [self._span(view, Act.CONCEAL)]
            asks = Act.POLL in best and view.sentence.asks
            if not asks and (Act.COMMIT not in best or best[Act.COMMIT].kind == "answer"):
                return hidden
        if not self.business:
            return hidden + self._private(view)
        commit = best.get(Act.COMMIT)
        promised = commit is not None and commit.kind == "" and commit.confidence is Confidence.HIGH
        if Act.CAUTION in best and not promised:
            return [*hidden, self._span(view, Act.CAUTION)]
        return hidden + (self._question(view) if view.sentence.asks else self._statement(view))

    def _private(self, view: View) -> list[ActSpan]:
        """A sentence of private life: times, logistics, warnings, else social."""
        best = view.best
        if "pastime" in view.kinds and not view.sentence.asks:
            return [self._span(view, Act.SOCIAL, view.kinds["pastime"])]
        if Act.SCHEDULE in best and (self.question != "social" or view.sentence.asks):
            return [self._span(view, Act.SCHEDULE)]
        if Act.CAUTION in best:
            return [self._span(view, Act.CAUTION)]
        if Act.MINISTERIAL in best and "pastime" not in view.kinds:
            return [self._span(view, Act.MINISTERIAL)]
        if self.question == "time" and Act.SOCIAL not in best:
            return [self._span(view, Act.SCHEDULE, None, rule="reply.time")]
        return [self._span(view, Act.SOCIAL, rule="thread.private")]

    # --- questions ---------------------------------------------------------------------------------------------------

    def _question(self, view: View) -> list[ActSpan]:
        words, best = view.words, view.best
        if "ballot" in view.kinds:
            return [self._span(view, Act.POLL, view.kinds["ballot"])]
        poll, seek, schedule = self._poll(view), best.get(Act.SEEK_SUPPORT), best.get(Act.SCHEDULE)
        if poll is not None and poll.confidence is Confidence.HIGH and not BEG.search(words):
            seek = None
        if self.timed and poll is None and seek is None and not CIVIC.search(words) and view.length <= _SHORT_QUESTION:
            # A time told, then asked about: "We may start at 5:30. Will that work for you?"
            return [self._span(view, Act.SCHEDULE, rule="question.time")]
        if seek is not None and (schedule is None or self.clear):
            return [self._span(view, Act.SEEK_SUPPORT, polarity=self.toward_title(seek.polarity, words))]
        if poll is not None and (self.clear or STANCE.search(words) or poll.confidence is Confidence.HIGH):
            return [self._span(view, Act.POLL, poll)]
        if schedule is not None and not (self.clear and WHO_WHY.match(words)):
            return [self._span(view, Act.SCHEDULE)]
        for act in (Act.MINISTERIAL, Act.DRAFT):
            if act in best:
                return [self._span(view, act)]
        rule = self._poll_by_place(view)
        if rule:
            return [self._span(view, Act.POLL, None, rule=rule)]
        if Act.SOCIAL in best and Act.DELIBERATE not in best:
            return [self._span(view, Act.SOCIAL)]
        if view.length <= _ONE_WORD and self.clear and self.has_title_word(words):
            return [self._span(view, Act.POLL, None, rule="question.bare-matter")]
        if view.length > _ONE_WORD:
            return [self._span(view, Act.DELIBERATE, rule="question.other")]
        return []

    def _poll(self, view: View) -> Cue | None:
        """The sentence's poll cue, if this is the place for it."""
        poll = view.best.get(Act.POLL)
        if poll is None or (poll.rule == _BY_NAME and view.number):
            return None
        if poll.where == "reply":
            about = self.parent is not None and bool(self.parent.acts & {Act.COMMIT, Act.RELAY, Act.OPINION})
            fits = (self.question in _OPEN or about) and self.message.sender not in view.sentence.people
            return poll if fits else None
        if poll.where == "matter" and not self._names_matter(view.words):
            return None
        return poll

    def _poll_by_place(self, view: View) -> str:
        """The rule by which a question no pattern knows is a poll, or ``""``."""
        words = view.words
        if FACTUAL.search(words) or ("pastime" in view.kinds and not CIVIC.search(words)):
            return ""
        names = self._names_matter(words)
        if self.answered and self.clear and names and not WE_COULD.search(words):
            return "question.answered-with-positions"
        about = self.parent is not None and self.parent.acts & {Act.COMMIT, Act.RELAY}
        if about and view.length <= _SHORT_QUESTION and SOMEBODY.search(words) and STANCE.search(words):
            return "question.about-positions"
        if self.clear and self.near and names and TO_YOU.search(words) and not WOULD_IF.search(words):
            return "question.to-you"
        return ""

    def has_title_word(self, words: str) -> bool:
        """Does a sentence hold a telling word of a pending matter's title?"""
        return any(stem(w) in self.stems for w in words.split())

    def _names_matter(self, words: str) -> bool:
        """Does a sentence speak of the matter: by a word of its title, a civic word, a stance, or as "it"?"""
        return (
            self.brief_on_matter
            or self.has_title_word(words)
            or any(sign.search(words) for sign in (CIVIC, POSITION, IT))
            or len(words.split()) <= (_BARE - 1 if TO_YOU.search(words) else _ONE_WORD + 1)
        )

    # --- statements --------------------------------------------------------------------------------------------------

    def _statement(self, view: View) -> list[ActSpan]:
        for step in (self._vote, self._of_others, self._request, self._position, self._answer, self._in_other_words):
            found = step(view)
            if found:
                return found
        return self._context(view)

    def _vote(self, view: View) -> list[ActSpan]:
        """Votes by message: only where one was asked for, or where the words say so themselves."""
        best = view.best
        result, relay, commit = best.get(Act.DECIDE), best.get(Act.RELAY), best.get(Act.COMMIT)
        polite = THANKS.search(view.words) is not None
        balloted = self.parent is not None and self.parent.balloted
        voting = self.question == "ballot"
        if result is not None and not polite and (voting or (balloted and result.kind != "ballot-answer")):
            return [self._span(view, Act.DECIDE)]
        if balloted and relay is not None and relay.kind == "tally":
            return [self._span(view, Act.DECIDE, relay, rule="ballot.tally")]
        if voting and commit is not None and "hold" not in view.kinds and not polite:
            return [self._span(view, Act.DECIDE, commit, rule="ballot." + commit.rule)]
        if result is not None and result.where == "anywhere":
            return [self._span(view, Act.DECIDE)]
        if "ballot" in view.kinds:
            return [self._span(view, Act.POLL, view.kinds["ballot"])]
        return []

    def _of_others(self, view: View) -> list[ActSpan]:
        """Other people's positions."""
        relay, words = view.best.get(Act.RELAY), view.words
        if relay is not None and not (relay.kind == "tally" and self.question == "fact"):
            way = self.toward_title(relay.polarity, words)
            if relay.kind == "tally" and self.parent is not None and self.parent.polarity is not Polarity.NONE:
                way = self.parent.polarity
            span = self._span(view, Act.RELAY, relay, polarity=way)
            found = [replace(span, act=act, attributed_to=person) for act, person in self.whose(view)]
            if view.outright is not None and FIRST_PERSON.search(words) and "hold" not in view.kinds:
                found.append(self._span(view, Act.COMMIT, view.outright))
            return found + [self._span(view, act) for act in (Act.SEEK_SUPPORT, Act.DRAFT) if act in view.best]
        silent = view.outright is not None or Act.SEEK_SUPPORT in view.best or bool(_LESSER & view.best.keys())
        about = MEMBER_DOES.search(words) if self.clear and self.question in _OPEN and not silent else None
        if about is None:
            return []
        labels = list(dict.fromkeys(re.findall(r"@\d+", words)))
        person = view.sentence.people[labels.index(about.group(1))]
        if person == self.message.sender or person not in (self.context.members or {person}):
            return []
        polarity = Polarity.AGAINST if NO_TONE.search(words) else Polarity.NONE
        span = self._span(view, Act.RELAY, None, polarity=polarity, rule="speaks-of-a-member")
        return [replace(span, attributed_to=person)]

    def whose(self, view: View) -> list[tuple[Act, PersonId | None]]:
        """One relay per person named who is not addressed; a tally or a pronoun alone is attributed to nobody."""
        addressed = {m for match in VOCATIVE.finditer(view.words) for m in match.groups() if m}
        labels = dict.fromkeys(re.findall(r"@\d+", view.words))
        named = [
            person
            for label, person in zip(labels, view.sentence.people, strict=False)
            if label not in addressed and person != self.message.sender
        ]
        members = self.context.members
        seated = [p for p in named if not members or p in members]
        if named and not seated:
            return [(Act.INFORM, None)]
        return [(Act.RELAY, p) for p in seated] or [(Act.RELAY, None)]

    def _request(self, view: View) -> list[ActSpan]:
        """Requests for support, and polls put as statements."""
        best = view.best
        if view.outright is not None or (self._answers(view) and view.length < _BARE):
            return []
        if Act.SEEK_SUPPORT in best:
            way = self.toward_title(best[Act.SEEK_SUPPORT].polarity, view.words)
            asked = [self._span(view, Act.SEEK_SUPPORT, polarity=way)]
            return [*asked, self._span(view, Act.SIGN)] if Act.SIGN in best else asked
        poll = best.get(Act.POLL)
        closing = view.number > 0 and poll is not None and poll.rule == _BY_NAME
        mine = closing or self.message.sender in view.sentence.people
        if poll is not None and not mine and (poll.where != "reply" or self.question in _OPEN):
            return [self._span(view, Act.POLL)]
        return []

    def _position(self, view: View) -> list[ActSpan]:
        """The writer's own position said outright, hedged or deferred; signatures."""
        outright, best = view.outright, view.best
        if view.kinds.get("hold") is not None and outright is None and THANKS.search(view.words):
            # "Thanks, I'll think about it" is a courtesy.
            return [self._span(view, Act.SOCIAL, view.kinds["hold"], polarity=Polarity.NONE, rule="reply.courtesy")]
        if "hold" in view.kinds and (outright is None or outright.rule != "commit.conditional"):
            return [self._span(view, Act.OPINION, view.kinds["hold"], polarity=Polarity.NONE)]
        if Act.SIGN in best and (self.question == "sign" or not (outright or self._answers(view))):
            # A request to put an item on an agenda stays one when it is signed.
            return [self._span(view, act) for act in (Act.SIGN, Act.MINISTERIAL) if act in best]
        if outright is not None:
            if self.question == "time" and not VOTEWORD.search(view.words):
                return [self._span(view, Act.SCHEDULE, outright, polarity=Polarity.NONE, rule="reply.time")]
            self.stance = self.toward_title(outright.polarity, view.words)
            if not EXPLICIT.search(view.words):
                # "Count on me" agrees to what was asked, whichever way that points.
                self.stance = toward_question(self.parent, outright)
            promised = self._span(view, Act.COMMIT, outright, polarity=self.stance)
            return [promised, self._span(view, Act.SIGN)] if Act.SIGN in best else [promised]
        if "defer" in view.kinds:
            return [self._span(view, Act.COMMIT, view.kinds["defer"], polarity=Polarity.NONE)]
        return []

    def _answers(self, view: View) -> bool:
        """Does a sentence open a message with words that answer the poll or request it replies to?"""
        commit = view.best.get(Act.COMMIT)
        return self.asked and self.question in _OPEN and view.number == 0 and commit is not None

    def _answer(self, view: View) -> list[ActSpan]:
        """Bare answers: they take their act from the question."""
        commit, parent = view.best.get(Act.COMMIT), self.parent
        if commit is None or commit.kind != "answer" or parent is None:
            return []
        own_question = parent.asker is not None and parent.asker == self.message.sender and not parent.asked
        if own_question and commit.rule != "answer.same":
            return []
        if Act.DRAFT in parent.acts and not parent.asked:
            return [self._span(view, Act.DRAFT, commit, polarity=Polarity.NONE, rule="reply.draft")]
        if self.question in _OPEN:
            self.stance = toward_question(self.parent, commit)
            sure = Confidence.MEDIUM if parent.asked else Confidence.LOW
            return [self._span(view, Act.COMMIT, commit, polarity=self.stance, confidence=sure)]
        act = {"time": Act.SCHEDULE, "sign": Act.SIGN, "fact": Act.INFORM}.get(self.question)
        if act is Act.SIGN:
            return [self._span(view, act, commit, rule="reply.sign")]
        if act is Act.SCHEDULE or (act is Act.INFORM and view.number == 0):
            return [self._span(view, act, commit, polarity=Polarity.NONE, rule=f"reply.{self.question}")]
        if view.number == 0 and self.message.sender != parent.asker:
            act = Act.AGREE if commit.polarity is Polarity.FOR else Act.DISAGREE
            return [self._span(view, act, commit, polarity=Polarity.NONE, confidence=Confidence.LOW)]
        return []

    def _in_other_words(self, view: View) -> list[ActSpan]:
        """The first words that answer a poll take a position even if no pattern knows them; of low confidence."""
        best = view.best
        if not (self.asked and self.question in _OPEN and view.number == 0) or THANKS.search(view.words):
            return []
        if {Act.DISAGREE, Act.DRAFT, Act.SCHEDULE, Act.MINISTERIAL} & best.keys():
            return []
        if view.length > _BARE and not FIRST_PERSON.search(view.words):
            return []
        polarity = Polarity.AGAINST if NO_TONE.search(view.words) else Polarity.FOR
        return [self._span(view, Act.COMMIT, None, polarity=polarity, rule="answer.in-other-words")]

    def _context(self, view: View) -> list[ActSpan]:
        """The acts that only give context."""
        best, words = view.best, view.words
        if Act.INFORM in best and FYI.search(words):
            return [self._span(view, Act.INFORM)]
        for act in (Act.MINISTERIAL, Act.DRAFT, Act.SCHEDULE):
            if act in best:
                return [self._span(view, act)]
        first = view.number == 0
        if self.parent is not None:
            if Act.DISAGREE in best and first and not THANKS.search(words):
                return [self._span(view, Act.DISAGREE)]
            if Act.AGREE in best and (first or view.length < _SHORT):
                return [self._span(view, Act.AGREE)]
        if Act.SOCIAL in best and best[Act.SOCIAL].kind != "pastime":
            return [self._span(view, Act.SOCIAL)]
        if view.taken:
            return [self._span(view, Act.OPINION, polarity=self.stance, rule="after.position")]
        if self.question == "fact" and not (Act.OPINION in best and _FRANK.search(words)):
            return [self._span(view, Act.INFORM, rule="reply.fact")]
        for act in (Act.OPINION, Act.DELIBERATE, Act.INFORM, Act.SOCIAL):
            if act in best:
                return [self._span(view, act)]
        return []

    # --- polarity, quotation, spans, state ---------------------------------------------------------------------------

    def toward_title(self, polarity: Polarity, words: str) -> Polarity:
        """A position about the thing as one about the matter: keeping what its title would close is against it."""
        ends = NEGATIVE_TITLE.search(self.title)
        if polarity is not Polarity.NONE and ends and KEEP.search(words) and ends.group().lower() not in words:
            return flip(polarity)
        return polarity

    def _span(
        self,
        view: View,
        act: Act,
        cue: Cue | str | None = "best",
        *,
        polarity: Polarity | None = None,
        rule: str = "",
        confidence: Confidence | None = None,
    ) -> ActSpan:
        """A span for ``act`` where ``cue`` stands (by default the sentence's best for it); the sentence without one."""
        shown = view.best.get(act) if isinstance(cue, str) else cue
        start, end = (shown.start, shown.end) if shown is not None else (view.sentence.start, view.sentence.end)
        direction = polarity if polarity is not None else shown.polarity if shown is not None else Polarity.NONE
        return ActSpan(
            act,
            start,
            end,
            self.message.text[start:end],
            direction,
            self.matter if self.business else None,
            None,
            rule or (shown.rule if shown is not None else ""),
            confidence or (shown.confidence if shown is not None else Confidence.LOW),
        )

    def state(self, acts: list[ActSpan]) -> State:
        """What this message leaves open for those who answer it."""
        kinds = frozenset(a.act for a in acts)
        question, asked, own = self.question, False, Polarity.NONE
        for span in acts:
            if span.act in (Act.POLL, Act.SEEK_SUPPORT):
                if span.rule == "poll.ballot":
                    question = "ballot"
                elif not (asked and question == "ballot"):
                    question = (
                        "poll" if span.act is Act.POLL else "sign" if SIGNING.search(self.message.text) else "seek"
                    )
                asked = True
            elif span.act in (Act.COMMIT, Act.OPINION, Act.DECIDE, Act.RELAY) and span.polarity is not Polarity.NONE:
                own = span.polarity
        if not asked:
            question = self._left_open(acts, kinds)
        asking = next((a.polarity for a in acts if a.act in (Act.POLL, Act.SEEK_SUPPORT)), Polarity.NONE)
        balloted = (self.parent is not None and self.parent.balloted) or any(
            a.rule == "poll.ballot" or a.act is Act.DECIDE for a in acts
        )
        before = self.parent.asker if self.parent is not None else None
        return State(
            self.business,
            self.clear,
            question,
            asked,
            asking if asked else own,
            self.matter,
            kinds,
            balloted and self.business,
            self.message.sender if asked else before,
        )

    def _left_open(self, acts: list[ActSpan], kinds: frozenset[Act]) -> str:
        """The question that stays open after a message that asked for no position itself."""
        question = self.question
        if Act.SCHEDULE in kinds and not (self.clear and question in _OPEN):
            return "time"
        if Act.DELIBERATE in kinds and any(a.rule in _QUESTIONS for a in acts):
            return "fact"
        if not self.business:
            return "social"
        if kinds & {Act.COMMIT, Act.RELAY, Act.DECIDE, Act.AGREE} and question not in ("time", "fact", "social"):
            return question or ("poll" if kinds & {Act.COMMIT, Act.RELAY} else "")
        return "" if kinds and kinds <= _ONE_WAY else question
