"""From cues to acts: read a conversation in time order.

"Yes" is a vote, a dinner or a time, depending on what it answers. Each message is read with the state its predecessors
left: is the talk about City business, and what was asked? The rules here are few and each is stated once:

1. A message belongs to business or to private life by its own words; without any it stays where its parent was.
2. The question a reply answers is the one its parent asks, else the one its parent was answering.
3. A position counts as ``commit`` when it is said outright, or when it answers a poll or a request.
4. When a vote was asked for *by message*, positions are votes: ``decide``.
5. Hedged talk is ``opinion``; talk about keeping things for the meeting is ``caution`` and hides lesser acts.
6. What others think is ``relay``, one per person named; about people without a seat it is ``inform``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from quorum_watch.language.acts.find import Cue, Cues, Sentence, find_cues
from quorum_watch.language.acts.patterns import load_rules
from quorum_watch.model import ActSpan, MatterId, PersonId
from quorum_watch.vocabulary import Act, Confidence, Polarity, Scope


@dataclass(frozen=True, slots=True)
class ThreadContext:
    """What the reader of a conversation knows besides its words.

    ``names`` maps spoken names in lower case to person ids (``names_of``); ``members`` holds those with a seat (empty:
    everybody); ``matters`` the pending matters ``(id, title)``, the likeliest first.
    """

    names: Mapping[str, PersonId] = field(default_factory=dict)
    members: frozenset[PersonId] = frozenset()
    matters: tuple[tuple[MatterId, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """One message of a conversation, in time order.

    ``text`` is the sender's own words (other zones blanked by spaces of equal length); ``quoted`` holds ``(start, end,
    person)`` of quoted words. ``reply_to`` is the index of the message answered, ``None`` if not recorded. ``scope``
    and ``matter`` are what the topic stage knows, ``None`` where it does not.
    """

    text: str
    sender: PersonId | None = None
    recipients: tuple[PersonId, ...] = ()
    reply_to: int | None = None
    scope: Scope | None = None
    matter: MatterId | None = None
    quoted: tuple[tuple[int, int, PersonId | None], ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """What a message leaves to those that answer it.

    ``question`` is what is open: ``poll``, ``ballot``, ``seek``, ``sign``, ``time``, ``fact``, ``social`` or ``""``;
    ``asked`` says whether the message itself asked. ``polarity`` is the way its own position points.
    """

    business: bool
    clear: bool = True
    question: str = ""
    asked: bool = False
    polarity: Polarity = Polarity.NONE
    matter: MatterId | None = None
    acts: frozenset[Act] = frozenset()
    balloted: bool = False
    asker: PersonId | None = None


@dataclass(frozen=True, slots=True)
class MessageActs:
    """The acts of one message and the state it leaves."""

    acts: tuple[ActSpan, ...]
    state: State


#: Words that show City business by themselves, and words that do so only beside another one.
_CIVIC = re.compile(
    r"(?<!\S)(?:council|ordinance|ordinances|rezoning|rezone|zoning|variance|levy|tif|tid|annexation|annex|referendum|alder|alderman|alders|"
    r"trustee|trustees|quorum|ratify|easement|cosponsor|cosponsors|cosponsoring|yeses|ayes|supervisors|bylaw|curfew|overlay|setback|millage|"
    r"vote|votes|voting|levee|moratorium|pud) "
)
_CIVIC_THING = re.compile(_CIVIC.pattern.replace("|vote|votes|voting", ""))
_WEAK_CIVIC = re.compile(
    r"(?<!\S)(?:board|resolution|motion|amendment|agenda|packet|permit|budget|bond|bonds|license|contract|bid|bids|hearing|clerk|commission|committee|city|village|"
    r"town|county|tax|taxes|fee|fees|policy|mayor|developer|petition|staff|sponsor|agreement|grant|lease|appointment|plan|proposal|funding|"
    r"reserves|project|attorney|counsel|minutes|tally|street|road|park|sewer|water|police|fire|sidewalk|trail|parking|library|pool|housing|"
    r"apartments|rate|rates|overtime|salary|raise|mill|bridge|siren|sirens|plow|landfill|chief|administrator) "
)
_STOP = frozenset(
    "the and for from with city town village county new request approval resolution ordinance amendment agreement contract of to a in on at "
    "street road avenue general fund program policy plan project service services update district award bid purchase replacement".split()
)
_VOCATIVE = re.compile(
    r"(?:\| (?:(?:hey|hi|hello|ok|yo|and|so|well|no|yes|thanks|thank you|sorry|dear|but|,) ){0,3}(@\d+) (?=,|:|-|you |\|)|, (@\d+) (?=\||,)|(@\d+) (?=you |are you|do you|will you|can you)|(@\d+) \|)"
)
_FIRST_PERSON = re.compile(r"(?<!\S)(?:i|me|my|mine|myself) ")
_THANKS = re.compile(r"(?<!\S)(?:thanks|thank|appreciate|received|welcome|bless|congrats|regards) ")
_POSITIONS = frozenset({Act.RELAY, Act.COMMIT})
_SHORT_WHO = re.compile(r"(?<!\S)(?:who|you|@\d+|%\S+|he|she|they|them|him|her) ")
_MEMBER_DOES = re.compile(
    r"(?:\| |(?:and|but|so|ok|that|,|:|plus|also|now|lol|says|said|think|hear|heard|know|believe|saw|guess) )(@\d+) (?:(?:and|or) (?:@\d+|%\S+|i) )?"
    r"(?:is|are|was|were|has|have|had|will|would|can|could|might|may|does|did|says|said|wants|likes|thinks|told|seems|sounds|came|comes|went|goes|got|gets|gave|gives|answered|stays|stayed|feels|sits|stands|leans|needs|agrees|agreed|keeps|never) "
)
_POSITION = re.compile(
    r"(?<!\S)(?:vote|votes|voting|support|supporting|oppose|opposed|against|favor|approve|on board|position|stance|leaning yes|leaning no|yes|no|passing|approving|intend|in or out|with me|with us) "
)
_FYI = re.compile(
    r"(?<!\S)(?:fyi|for your information|heads up|just so you know|for your awareness|attached|reminder) "
)
_IT = re.compile(
    r"(?<!\S)(?:it|this|that|one|thing|these|them|ordinance|resolution|amendment|rezoning|permit|contract|budget|levy|license|bond|bonds|fee|grant|lease|deal|plan|proposal|item|map|overtime|tif|purchase|waiver|ban) "
)
_WHO_WHY = re.compile(r"\| (?:who|why|how) ")
_WE_COULD = re.compile(r"(?<!\S)(?:can|could|should|shall|would) (?:we|somebody|someone|it|they) ")
_VOTES = re.compile(r"(?<!\S)(?:vote|votes|voting|aye|nay|motion|cosponsor|yeses|whip) ")
_VOTEWORD = re.compile(r"(?<!\S)(?:vote|voting|votes|support|oppose|approve|motion|against|favor|yes|no|aye|nay) ")
_SIGNING = re.compile(
    r"\b(?:sign|signs|signature|signatures|signers|petition|co-?sponsors?|initials?)\b", re.IGNORECASE
)
_WOULD_IF = re.compile(r"(?<!\S)(?:would|could) you (?:\S+ ){1,3}if ")
_BEG = re.compile(r"(?<!\S)(?:please|help|count on|need) ")
_TO_YOU = re.compile(r"(?<!\S)(?:you|your|yours|everyone|everybody|anyone|anybody|either|folks|all of|@\d+) ")
_FACTUAL = re.compile(
    r"(?<!\S)(?:park|eaten|eat|drive|how many|how much|seem|seems|what is in|what happens|what time|know|see|seen|read|get the|got the|hear|heard|send|sent|remember|mean|find|check|ask|explain|tell me what|"
    r"look at|looked|talk|talked|call|called|meet|forward|share|print|give me a|mind|need|kidding|think about it|drafted|write|wrote|sure|happen|happened) "
)
_STANCE = re.compile(
    r"(?<!\S)(?:vote|votes|voting|support|supporting|oppose|opposed|against|favor|approve|board|position|stand|leaning|lean|yes|no|back|behind|passing|for|live|count|intend) "
)
_NO_TONE = re.compile(
    r"(?<!\S)(?:no|not|never|nor|neither|nothing|against|hate|opposed|oppose|kill|worst|bad|terrible|dead|enough|nobody|loses|wrong|too|unless|refuse|without|hardly|last|nonsense|robbery) "
)
_NEGATIVE_TITLE = re.compile(
    r"\b(?:repeal|remov|eliminat|discontinu|clos(?:e|ing|ure)|ban\b|prohibit|denial|deny|rescind|cut(?:s|ting)?\b|reduc|terminat|demoli|vacat|abolish|suspen)",
    re.IGNORECASE,
)
_KEEP = re.compile(r"(?<!\S)(?:keep|save|preserve|retain|protect|restore|maintain)(?:ing)? ")
_AGAINST_THING = re.compile(
    r"(?<!\S)(?:stop|kill|block|defeat|deny|reject|sink|oppose|against|down|not|no|cut|close|end|eliminate|remove) "
)
#: Surnames that are first of all words; they are known only with a capital, which the spelled-out line does not see.
_COMMON = frozenset(
    "no the and for will may more day park parks street field fields bank church court hill hall woods wood rivers waters long young small little high good best love price cash case grant mark banks moves he she so an le".split()
)
_NAMEWORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_TITLES = frozenset(
    "mr mrs ms dr ald alder alderman alderwoman alderperson councilman councilwoman supervisor trustee mayor chair chairman chairwoman president rev sen rep pastor clerk agent director planner judge the hon of and sgt".split()
)


def names_of(
    people: Mapping[PersonId, str], aliases: Mapping[PersonId, Sequence[str]] | None = None
) -> dict[str, PersonId]:
    """Spoken names in lower case -> person, from full names: surname, first name and its familiar forms.

    A name two people share is left out unless only one bears it as written. ``aliases`` are further names, taken as
    written; placeholders that are no words ("seat-4") are left out.

    >>> names_of({"p1": "Robert Jones", "p2": "Ann Jones"})["bob"]
    'p1'
    """
    nick: dict[str, list[str]] = {}
    for short, fulls in load_rules().nicknames.items():
        for full in fulls:
            nick.setdefault(full, []).append(short)
    claims: dict[str, dict[PersonId, int]] = {}
    for person, name in people.items():
        for alias in (aliases or {}).get(person, ()):
            for word in _NAMEWORD.findall(alias):
                if word.lower() not in _TITLES and len(word) > 1 and not re.search(r"[\d@]", alias):
                    claims.setdefault(word.lower(), {})[person] = 2
        if re.search(r"\d", name):
            continue
        words = [w.lower() for w in _NAMEWORD.findall(name)]
        parts = [w for w in words if w not in _TITLES and len(w) > 1] or words
        for word in parts:
            if word not in _COMMON:
                claims.setdefault(word, {})[person] = 2
        for short in nick.get(parts[0], []) if parts else []:
            claims.setdefault(short, {}).setdefault(person, 1)
        if parts and parts[0] in load_rules().nicknames:
            for full in load_rules().nicknames[parts[0]]:
                claims.setdefault(full, {}).setdefault(person, 1)
    result: dict[str, PersonId] = {}
    for word, bearers in claims.items():
        best = max(bearers.values())
        holders = [p for p, rank in bearers.items() if rank == best]
        if len(holders) == 1:
            result[word] = holders[0]
    return result


def title_words(matters: Sequence[tuple[MatterId, str]]) -> dict[str, MatterId]:
    """Stems of the telling words of matter titles -> the first matter that has them."""
    stems: dict[str, MatterId] = {}
    for matter, title in matters:
        for word in re.findall(r"[^\W_]+(?:\.\d+)?", title.lower()):
            if word not in _STOP and (len(word) > 3 or (word.isdigit() and len(word) > 1)):
                stems.setdefault(_stem(word), matter)
    return stems


def _stem(word: str) -> str:
    """A crude stem: enough for "rezoning"/"rezone", "bonds"/"bond", "fireworks"/"firework"."""
    return word[:5] if len(word) > 5 else word.rstrip("s") if len(word) > 3 else word


_CORE = frozenset({Act.POLL, Act.COMMIT, Act.RELAY, Act.SEEK_SUPPORT, Act.DECIDE})


@dataclass(slots=True)
class _Reader:
    """Reads the messages of one conversation one after another; holds nothing but the context and the states so far."""

    context: ThreadContext
    stems: dict[str, MatterId]
    states: list[State] = field(default_factory=list)
    pooled: bool = False

    def read(self, number: int, message: ThreadMessage, cues: Cues, *, answered: bool = False) -> MessageActs:
        parent = self._parent(number, message)
        matter = message.matter or self._matter(cues.sentences) or (parent.matter if parent else None)
        if matter is None and len(self.context.matters) == 1:
            matter = self.context.matters[0][0]
        business, clear = self._business(message, cues, parent)
        own = self._points(cues)[1]
        near = own or self.pooled or parent is not None or message.matter is not None or message.scope is Scope.BUSINESS
        scene = _Scene(
            message=message,
            context=self.context,
            stems=self.stems,
            business=business,
            clear=clear,
            near=near,
            near_own=own,
            brief=len(message.text.split()) <= 14,
            question=parent.question if parent else "",
            asked=parent.asked if parent else False,
            parent=parent,
            matter=matter,
            title=next((t for m, t in self.context.matters if m == matter), ""),
            balloted=parent.balloted if parent else False,
            implicit=message.reply_to is None,
            answered=answered,
        )
        acts = scene.decide(cues)
        state = scene.state(acts)
        self.states.append(state)
        return MessageActs(tuple(acts), state)

    def _parent(self, number: int, message: ThreadMessage) -> State | None:
        if message.reply_to is not None and 0 <= message.reply_to < number:
            return self.states[message.reply_to]
        return self.states[number - 1] if number else None

    def _matter(self, sentences: Sequence[Sentence]) -> MatterId | None:
        counts: dict[MatterId, int] = {}
        for sentence in sentences:
            for word in set(sentence.words.split()):
                matter = self.stems.get(_stem(word.lstrip("%")))
                if matter is not None:
                    counts[matter] = counts.get(matter, 0) + 1
        return max(sorted(counts), key=lambda m: counts[m]) if counts else None

    def _points(self, cues: Cues) -> tuple[int, bool, bool]:
        """How much a message's words speak of City business; whether they touch a pending matter, or civic words."""
        words = {w.lstrip("%") for s in cues.sentences for w in s.words.split()}
        own = {_stem(w) for w in words} & self.stems.keys()
        civic = any(_CIVIC.search(s.words) for s in cues.sentences)
        weak = {w for s in cues.sentences for w in _WEAK_CIVIC.findall(s.words)}
        return 2 * len(own) + 2 * civic + len(weak), bool(own), civic

    def _business(self, message: ThreadMessage, cues: Cues, parent: State | None) -> tuple[bool, bool]:
        """Is the message about City business, and do its own words or its parent's make that clear?"""
        if message.scope is Scope.BUSINESS:
            return True, True
        if message.scope is Scope.NOT_BUSINESS:
            return False, True
        points, own, civic = self._points(cues)
        if self.pooled and points:
            points = max(points, 2)
        pastime = sum(c.kind == "pastime" for c in cues.cues)
        outright = any(c.act in _CORE and c.confidence is Confidence.HIGH for c in cues.cues)
        pending = bool(self.context.matters)
        if own and points >= 2:
            return True, True
        if parent is None:
            if pastime and not (pending and (civic or outright)):
                return False, True
            return (pending or civic) and not (pastime and not civic), (points >= 2 and (civic or pending)) or (
                self.pooled and not pastime
            )
        if pastime and not civic and not outright and not (parent.business and parent.asked):
            return False, True
        if (
            not parent.business
            and pending
            and (own or any(_CIVIC_THING.search(x.words) for x in cues.sentences))
            and not pastime
        ):
            return True, True
        return parent.business, parent.clear or self.pooled or (civic and pending)


@dataclass(slots=True)
class _Scene:
    """One message with everything its cues are weighed against."""

    message: ThreadMessage
    context: ThreadContext
    stems: Mapping[str, MatterId]
    business: bool
    clear: bool
    near: bool
    near_own: bool
    brief: bool
    question: str
    asked: bool
    parent: State | None
    matter: MatterId | None
    title: str
    balloted: bool
    implicit: bool
    answered: bool = False
    stance: Polarity = Polarity.NONE

    def decide(self, cues: Cues) -> list[ActSpan]:
        """The acts of the message, sentence by sentence."""
        by_sentence: dict[int, list[Cue]] = {}
        for cue in cues.cues:
            by_sentence.setdefault(cue.sentence, []).append(cue)
        found: list[ActSpan] = []
        for number, sentence in enumerate(cues.sentences):
            mine = by_sentence.get(number, [])
            if self.business and not self.clear:
                mine = [
                    c
                    for c in mine
                    if c.act not in _CORE or (c.confidence is Confidence.HIGH and _VOTES.search(sentence.words))
                ]
            found.extend(self._sentence(sentence, mine, number, found))
        found.extend(self._quoted())
        kinds = {s.act for s in found}
        if self.business and kinds - {Act.SOCIAL}:
            found = [s for s in found if s.act is not Act.SOCIAL]
        if Act.SEEK_SUPPORT in kinds:
            found = [s for s in found if s.act is not Act.POLL or not s.rule.startswith("question.")]
        return _merge([self._seated(span) for span in found])

    def _seated(self, span: ActSpan) -> ActSpan:
        """Only a member promises a vote: the same words of a resident or of staff are an opinion."""
        if (
            span.act is not Act.COMMIT
            or not self.context.members
            or self.message.sender is None
            or self.message.sender in self.context.members
        ):
            return span
        act = Act.AGREE if span.rule.startswith("answer.yes") else Act.OPINION
        return ActSpan(
            act,
            span.start,
            span.end,
            span.exact,
            span.polarity,
            span.about,
            None,
            span.rule,
            span.confidence,
            span.field,
        )

    def _sentence(self, sentence: Sentence, cues: list[Cue], number: int, before: list[ActSpan]) -> list[ActSpan]:
        best: dict[Act, Cue] = {}
        for cue in sorted(cues, key=lambda c: (-c.confidence.rank, c.kind == "answer", c.rule)):
            best.setdefault(cue.act, cue)
        kinds = {c.kind: c for c in cues if c.kind}
        rules = {c.rule: c for c in cues}
        out: list[ActSpan] = []

        def add(
            act: Act,
            cue: Cue | None,
            *,
            polarity: Polarity | None = None,
            rule: str = "",
            confidence: Confidence | None = None,
        ) -> list[ActSpan]:
            span = self._span(act, sentence, cue, polarity, rule, confidence)
            out.append(span)
            return out

        if Act.CONCEAL in best:
            add(Act.CONCEAL, best[Act.CONCEAL])
            if Act.COMMIT not in best or best[Act.COMMIT].kind == "answer":
                return out
        if not self.business:
            if Act.SOCIAL in best and "pastime" in kinds and not sentence.asks:
                return add(Act.SOCIAL, kinds["pastime"])
            if Act.SCHEDULE in best and (self.question != "social" or sentence.asks):
                return add(Act.SCHEDULE, best[Act.SCHEDULE])
            if Act.CAUTION in best:
                return add(Act.CAUTION, best[Act.CAUTION])
            if Act.MINISTERIAL in best and "pastime" not in kinds:
                return add(Act.MINISTERIAL, best[Act.MINISTERIAL])
            if self.question == "time" and not (Act.SOCIAL in best):
                return add(Act.SCHEDULE, None, rule="reply.time")
            return add(Act.SOCIAL, best.get(Act.SOCIAL), rule="thread.private")
        if Act.CAUTION in best and not (
            Act.COMMIT in best and best[Act.COMMIT].kind == "" and Confidence.HIGH is best[Act.COMMIT].confidence
        ):
            return add(Act.CAUTION, best[Act.CAUTION])
        if sentence.asks:
            return self._question(sentence, best, kinds, add) or out
        return self._statement(sentence, best, kinds, rules, number, before, add) or out

    def _question(self, sentence: Sentence, best: dict[Act, Cue], kinds: dict[str, Cue], add) -> list[ActSpan] | None:  # type: ignore[no-untyped-def]
        poll, seek, schedule = best.get(Act.POLL), best.get(Act.SEEK_SUPPORT), best.get(Act.SCHEDULE)
        if "ballot" in kinds:
            return add(Act.POLL, kinds["ballot"])
        if poll is not None and poll.where == "reply":
            after = self.question in ("poll", "ballot", "seek") or (
                self.parent and self.parent.acts & {Act.COMMIT, Act.RELAY, Act.OPINION}
            )
            poll = poll if after and self.message.sender not in sentence.people else None
        if poll is not None and poll.where == "matter" and not self._names_matter(sentence.words):
            poll = None
        if (
            seek is not None
            and poll is not None
            and poll.confidence is Confidence.HIGH
            and not _BEG.search(sentence.words)
        ):
            seek = None
        if seek is not None and not (schedule is not None and not self.clear):
            return add(Act.SEEK_SUPPORT, seek)
        if poll is not None and (self.clear or _STANCE.search(sentence.words) or poll.confidence is Confidence.HIGH):
            return add(Act.POLL, poll)
        if schedule is not None and self.clear and _WHO_WHY.match(sentence.words):
            schedule = None
        if schedule is not None:
            return add(Act.SCHEDULE, schedule)
        for act in (Act.MINISTERIAL, Act.DRAFT):
            if act in best:
                return add(act, best[act])
        if self.business and not _FACTUAL.search(sentence.words):
            if (
                self.answered
                and self.clear
                and self._names_matter(sentence.words)
                and not _WE_COULD.search(sentence.words)
            ):
                return add(Act.POLL, None, rule="question.answered-with-positions", confidence=Confidence.LOW)
            if (
                self.parent is not None
                and self.parent.acts & _POSITIONS
                and _SHORT_WHO.search(sentence.words)
                and len(sentence.words.split()) <= 9
            ):
                return add(Act.POLL, None, rule="question.about-positions", confidence=Confidence.LOW)
            if (
                self.clear
                and self.near
                and self._names_matter(sentence.words)
                and _TO_YOU.search(sentence.words)
                and not _WOULD_IF.search(sentence.words)
            ):
                return add(Act.POLL, None, rule="question.to-you", confidence=Confidence.LOW)
        if Act.SOCIAL in best and Act.DELIBERATE not in best:
            return add(Act.SOCIAL, best[Act.SOCIAL])
        if len(sentence.words.split()) <= 4 and self.clear and any(_stem(w.lstrip("%")) in self.stems for w in sentence.words.split()):
            return add(Act.POLL, None, rule="question.bare-matter", confidence=Confidence.LOW)
        if len(sentence.words.split()) > 4:
            return add(Act.DELIBERATE, best.get(Act.DELIBERATE), rule="question.other")
        return None

    def _names_matter(self, words: str) -> bool:
        """Does a sentence speak of the matter: by a word of its title, a civic word, a stance, or as "it"?"""
        return (
            any(_stem(w.lstrip("%")) in self.stems for w in words.split())
            or (self.brief and self.near_own)
            or _CIVIC.search(words) is not None
            or _POSITION.search(words) is not None
            or _IT.search(words) is not None
            or len(words.split()) <= (7 if _TO_YOU.search(words) else 5)
        )

    def _statement(self, sentence, best, kinds, rules, number, before, add) -> list[ActSpan] | None:  # type: ignore[no-untyped-def]
        words = sentence.words
        open_poll = self.question in ("poll", "seek", "ballot")
        hold, defer = kinds.get("hold"), kinds.get("defer")
        commit = best.get(Act.COMMIT)
        relay = best.get(Act.RELAY)
        if self.question == "ballot" or self.balloted:
            result = best.get(Act.DECIDE)
            if (
                result is not None
                and not _THANKS.search(words)
                and (result.kind != "ballot-answer" or self.question == "ballot")
            ):
                return add(Act.DECIDE, result)
            if relay is not None and relay.kind == "tally" and self.balloted:
                return add(Act.DECIDE, relay, rule="ballot.tally")
            if commit is not None and hold is None and self.question == "ballot" and not _THANKS.search(words):
                return add(Act.DECIDE, commit, rule="ballot." + commit.rule)
        if Act.DECIDE in best and best[Act.DECIDE].where == "anywhere":
            return add(Act.DECIDE, best[Act.DECIDE])
        if "ballot" in kinds:
            return add(Act.POLL, kinds["ballot"])
        strong = [c for c in (commit,) if c is not None and c.kind not in ("answer", "defer")]
        if relay is not None and self._is_about_others(relay, words):
            others = self._relays(relay, words)
            for act, person, polarity in others:
                span = self._span(act, sentence, relay, polarity, "", None)
                add(act, relay, polarity=polarity)[-1] = _about(span, person)
            if strong and _FIRST_PERSON.search(words) and not hold:
                add(Act.COMMIT, strong[0])
            for act in (Act.SEEK_SUPPORT, Act.DRAFT):
                if act in best:
                    add(act, best[act])
            return None
        about = (
            _MEMBER_DOES.search(words)
            if self.clear
            and open_poll
            and not strong
            and not {Act.SCHEDULE, Act.MINISTERIAL, Act.SOCIAL, Act.DRAFT, Act.AGREE, Act.DISAGREE} & set(best)
            else None
        )
        if about is not None and Act.SEEK_SUPPORT not in best:
            label = int(about.group(1)[1:])
            order = list(dict.fromkeys(re.findall(r"@(\d+) ", words)))
            person = sentence.people[order.index(str(label))]
            if person != self.message.sender and person in (self.context.members or {person}):
                polarity = Polarity.AGAINST if _NO_TONE.search(words) else Polarity.NONE
                add(Act.RELAY, None, polarity=polarity, rule="speaks-of-a-member", confidence=Confidence.LOW)
                out = self._span(Act.RELAY, sentence, None, polarity, "speaks-of-a-member", Confidence.LOW)
                return [_about(out, person)]
        if Act.SEEK_SUPPORT in best and not strong:
            add(Act.SEEK_SUPPORT, best[Act.SEEK_SUPPORT])
            if Act.SIGN in best:
                add(Act.SIGN, best[Act.SIGN])
            return None
        if (
            Act.POLL in best
            and not strong
            and self.message.sender not in sentence.people
            and (best[Act.POLL].where != "reply" or open_poll)
        ):
            return add(Act.POLL, best[Act.POLL])
        if hold is not None and not (strong and commit.rule == "commit.conditional"):
            return add(Act.OPINION, hold, polarity=Polarity.NONE)
        if Act.SIGN in best and (not strong or self.question == "sign"):
            return add(Act.SIGN, best[Act.SIGN])
        if strong and self.question == "time" and not _VOTEWORD.search(words):
            return add(Act.SCHEDULE, commit, polarity=Polarity.NONE, rule="reply.time")
        if strong:
            self.stance = self._direct(commit.polarity, words, commit)
            return add(Act.COMMIT, commit, polarity=self.stance)
        if Act.SIGN in best and self.question == "sign":
            return add(Act.SIGN, best[Act.SIGN])
        if defer is not None:
            return add(Act.COMMIT, defer, polarity=Polarity.NONE)
        own_question = (
            self.parent is not None and self.parent.asker is not None and self.parent.asker == self.message.sender
        )
        if (
            commit is not None
            and commit.kind == "answer"
            and (commit.rule == "answer.same" or not (own_question and not self.asked))
        ):
            if self.parent is not None and Act.DRAFT in self.parent.acts and not self.asked:
                return add(Act.DRAFT, commit, rule="reply.draft", polarity=Polarity.NONE)
            if open_poll:
                self.stance = self._answer(commit)
                return add(
                    Act.COMMIT,
                    commit,
                    polarity=self.stance,
                    confidence=Confidence.MEDIUM if self.asked else Confidence.LOW,
                )
            if self.question == "time":
                return add(Act.SCHEDULE, commit, polarity=Polarity.NONE, rule="reply.time")
            if self.question == "sign":
                return add(Act.SIGN, commit, rule="reply.sign")
            if self.question == "fact" and number == 0:
                return add(Act.INFORM, commit, polarity=Polarity.NONE, rule="reply.fact")
            if self.parent is not None and number == 0 and self.message.sender != self.parent.asker:
                return add(
                    Act.AGREE if commit.polarity is Polarity.FOR else Act.DISAGREE,
                    commit,
                    polarity=Polarity.NONE,
                    confidence=Confidence.LOW,
                )
        if (
            self.asked
            and open_poll
            and number == 0
            and not _THANKS.search(words)
            and Act.DISAGREE not in best
            and Act.DRAFT not in best
        ):
            bare = len(words.split()) <= 8 or _FIRST_PERSON.search(words)
            if bare and Act.SCHEDULE not in best and Act.MINISTERIAL not in best:
                return add(
                    Act.COMMIT,
                    None,
                    rule="answer.in-other-words",
                    polarity=Polarity.AGAINST if _NO_TONE.search(words) else Polarity.FOR,
                )
        if Act.INFORM in best and _FYI.search(words):
            return add(Act.INFORM, best[Act.INFORM])
        for act in (Act.MINISTERIAL, Act.DRAFT, Act.SCHEDULE):
            if act in best:
                return add(act, best[act])
        short = len(words.split()) < 12
        if Act.DISAGREE in best and number == 0 and self.parent is not None and not _THANKS.search(words):
            return add(Act.DISAGREE, best[Act.DISAGREE])
        if Act.AGREE in best and (number == 0 or short) and self.parent is not None:
            return add(Act.AGREE, best[Act.AGREE])
        if Act.SOCIAL in best and best[Act.SOCIAL].kind != "pastime":
            return add(Act.SOCIAL, best[Act.SOCIAL])
        if any(a.act in (Act.COMMIT, Act.OPINION, Act.DECIDE, Act.DISAGREE) for a in before):
            return add(Act.OPINION, best.get(Act.OPINION), polarity=self.stance, rule="after.position")
        if self.question == "fact":
            return add(Act.INFORM, best.get(Act.INFORM), rule="reply.fact")
        if Act.OPINION in best:
            return add(Act.OPINION, best[Act.OPINION])
        if Act.DELIBERATE in best:
            return add(Act.DELIBERATE, best[Act.DELIBERATE])
        if Act.INFORM in best:
            return add(Act.INFORM, best[Act.INFORM])
        if Act.SOCIAL in best:
            return add(Act.SOCIAL, best[Act.SOCIAL])
        return None

    def _is_about_others(self, relay: Cue, words: str) -> bool:
        return not (relay.kind == "tally" and self.question == "fact")

    def _relays(self, relay: Cue, words: str) -> list[tuple[Act, PersonId | None, Polarity]]:
        """One relay per person named who is not addressed; a tally or a pronoun alone is attributed to nobody."""
        addressed = {m for match in _VOCATIVE.finditer(words) for m in match.groups() if m}
        labels = list(dict.fromkeys(re.findall(r"@\d+", words)))
        people = [
            p
            for label, p in zip(labels, relay.people, strict=False)
            if label not in addressed and p != self.message.sender
        ]
        polarity = self._direct(relay.polarity, words, relay)
        if self.context.members and people and not any(p in self.context.members for p in people):
            return [(Act.INFORM, None, Polarity.NONE)]
        seated = [p for p in people if not self.context.members or p in self.context.members]
        return [(Act.RELAY, p, polarity) for p in seated] or [(Act.RELAY, None, polarity)]

    def _direct(self, polarity: Polarity, words: str, cue: Cue) -> Polarity:
        """Turn a position about the thing into one about the matter's title: keeping what the title would close is against it."""
        if polarity is Polarity.NONE or not self.title or not _NEGATIVE_TITLE.search(self.title):
            return polarity
        if _KEEP.search(words) and not _NEGATIVE_TITLE.search(words):
            return Polarity.AGAINST if polarity is Polarity.FOR else Polarity.FOR
        return polarity

    def _answer(self, commit: Cue) -> Polarity:
        """Which way an answer points: "yes" to "will you vote it down?" is against; "same" repeats what it answers."""
        if self.parent is None:
            return commit.polarity
        if not self.asked and self.parent.polarity is not Polarity.NONE and commit.polarity is Polarity.FOR:
            return self.parent.polarity
        if self.asked and self.parent.polarity is Polarity.AGAINST and commit.polarity is not Polarity.NONE:
            return Polarity.FOR if commit.polarity is Polarity.AGAINST else Polarity.AGAINST
        return commit.polarity

    def _quoted(self) -> list[ActSpan]:
        """Positions inside quoted words are relays about whoever wrote them, never the sender's own."""
        spans: list[ActSpan] = []
        for start, end, person in self.message.quoted:
            inside = find_cues(self.message.text[start:end], self.context.names)
            for cue in inside.cues:
                if cue.act is Act.COMMIT and cue.kind not in ("answer", "defer") and self.business:
                    a, b = start + cue.start, start + cue.end
                    spans.append(
                        ActSpan(
                            Act.RELAY,
                            a,
                            b,
                            self.message.text[a:b],
                            cue.polarity,
                            self.matter,
                            person,
                            "quoted." + cue.rule,
                            Confidence.LOW,
                        )
                    )
        return spans

    def _span(
        self,
        act: Act,
        sentence: Sentence,
        cue: Cue | None,
        polarity: Polarity | None,
        rule: str,
        confidence: Confidence | None,
    ) -> ActSpan:
        start, end = (cue.start, cue.end) if cue is not None else (sentence.start, sentence.end)
        direction = polarity if polarity is not None else cue.polarity if cue is not None else Polarity.NONE
        sure = confidence or (cue.confidence if cue is not None else Confidence.LOW)
        return ActSpan(
            act,
            start,
            end,
            self.message.text[start:end],
            direction,
            self.matter if self.business else None,
            None,
            rule or (cue.rule if cue else ""),
            sure,
        )

    def state(self, acts: list[ActSpan]) -> State:
        """What this message leaves open for those who answer it."""
        kinds = frozenset(a.act for a in acts)
        question, asked = self.question, False
        own = Polarity.NONE
        for span in acts:
            if span.act is Act.POLL:
                question = (
                    "ballot"
                    if span.rule == "poll.ballot"
                    else "poll"
                    if question != "ballot" or not asked
                    else question
                )
                asked = True
            elif span.act is Act.SEEK_SUPPORT:
                wanted = "sign" if _SIGNING.search(self.message.text) else "seek"
                question, asked = (wanted if question != "ballot" or not asked else question), True
            elif span.act in (Act.COMMIT, Act.OPINION, Act.DECIDE, Act.RELAY) and span.polarity is not Polarity.NONE:
                own = span.polarity
        if not asked:
            if kinds & {Act.SCHEDULE}:
                question = "time"
            elif Act.DELIBERATE in kinds and any(a.rule in ("deliberate.question", "question.other") for a in acts):
                question = "fact"
            elif not self.business:
                question = "social"
            elif kinds & {Act.COMMIT, Act.RELAY, Act.DECIDE, Act.AGREE} and question not in ("time", "fact", "social"):
                question = question or ("poll" if kinds & {Act.COMMIT, Act.RELAY} else "")
            elif kinds and kinds <= {Act.INFORM, Act.MINISTERIAL, Act.SOCIAL, Act.CAUTION, Act.DRAFT, Act.CONCEAL}:
                question = ""
        asking = next((a.polarity for a in acts if a.act in (Act.POLL, Act.SEEK_SUPPORT)), Polarity.NONE)
        balloted = (
            self.balloted or any(a.rule == "poll.ballot" or a.act is Act.DECIDE for a in acts)
        ) and self.business
        return State(
            self.business,
            self.clear,
            question,
            asked,
            asking if asked else own,
            self.matter,
            kinds,
            balloted,
            self.message.sender if asked else self.parent.asker if self.parent else None,
        )


def _about(span: ActSpan, person: PersonId | None) -> ActSpan:
    return ActSpan(
        span.act,
        span.start,
        span.end,
        span.exact,
        span.polarity,
        span.about,
        person,
        span.rule,
        span.confidence,
        span.field,
    )


def _merge(spans: list[ActSpan]) -> list[ActSpan]:
    """Sorted, without repeats of one act, person and direction on the same words."""
    seen: dict[tuple[object, ...], ActSpan] = {}
    for span in spans:
        seen.setdefault((span.start, span.end, span.act, span.attributed_to, span.polarity, span.about), span)
    return sorted(seen.values(), key=lambda s: (s.start, s.end, s.act, s.attributed_to or "", s.polarity))


def read_thread(
    messages: Sequence[ThreadMessage], context: ThreadContext, cues: Sequence[Cues] | None = None
) -> tuple[MessageActs, ...]:
    """Read a conversation in time order; the result has one entry per message.

    ``cues`` may hold what ``find_cues`` gave for each message (from a cache); it is computed where missing.
    """
    reader = _Reader(context, title_words(context.matters))
    found = cues if cues is not None else [find_cues(own_words(m), context.names) for m in messages]
    answered = _answered(messages, found)
    # A conversation of several messages that together speak of a pending matter is about it throughout.
    reader.pooled = (
        len(messages) > 1 and bool(context.matters) and sum(reader._points(c)[0] + _outright(c) for c in found) >= 2
    )
    return tuple(reader.read(n, message, found[n], answered=n in answered) for n, message in enumerate(messages))


def _outright(cues: Cues) -> bool:
    """Does a message hold a position, a request or a count said in so many words?"""
    return any(c.act in _CORE and c.confidence is Confidence.HIGH and c.kind != "ballot" for c in cues.cues)


def _answered(messages: Sequence[ThreadMessage], cues: Sequence[Cues]) -> frozenset[int]:
    """Messages that somebody answered by taking a position: what such a message asks is a poll."""
    result: set[int] = set()
    for number, message in enumerate(messages):
        parent = message.reply_to if message.reply_to is not None else number - 1
        if not 0 <= parent < number or messages[parent].sender == message.sender:
            continue
        took = [
            c
            for c in cues[number].cues
            if c.act is Act.COMMIT and not c.asks and c.sentence == 0 and c.rule != "answer.same"
        ]
        agrees = any(c.act is Act.AGREE and c.sentence == 0 for c in cues[number].cues)
        if took and not (agrees and all(c.kind == "answer" for c in took)):
            result.add(parent)
    return frozenset(result)


def own_words(message: ThreadMessage) -> str:
    """The text with quoted words blanked, offsets unchanged."""
    text = message.text
    for start, end, _ in message.quoted:
        text = text[:start] + re.sub(r"\S", " ", text[start:end]) + text[end:]
    return text
