"""Learn the weights of the aid beside the act rules, and measure what it is worth.

    python -m tests.benchmarks.train_aid THREADS.jsonl MAIL.txt [--write] [--measure] [--misses]

Learns from the labelled threads, the project's invented sentences and conversations, and sentences of ordinary mail
(no act of a council). ``--write`` stores ``aid_weights.json``: the same input gives the same bytes. ``--measure``
prints ten folds by thread, in which the aid never saw the thread it reads. The rules did see every thread, so a second
table leaves out, fold by fold, every pattern that fires in no thread of the other nine folds and in no invented text.
The third table reads ``training/held.txt``, from which the aid never learned; the rules were widened after its errors
had been read, so it is no figure for unseen talk.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from quorum_watch.language.acts import aid as aid_module
from quorum_watch.language.acts import find, scene, threads
from quorum_watch.language.acts.aid import ACTS, Aid, Place, features, place_of, read_weights
from quorum_watch.language.acts.find import Sentence
from quorum_watch.language.acts.patterns import Rules, load_rules
from quorum_watch.language.acts.people import names_of
from quorum_watch.language.acts.talk import MessageActs, State, ThreadContext, ThreadMessage
from quorum_watch.vocabulary import Act
from tests.benchmarks.eval_acts import CORE, SWAP, quoted

HERE = Path(__file__).resolve().parents[1] / "language" / "acts"
TRAINING = HERE / "training"
WEIGHTS = Path(aid_module.__file__).parent / "aid_weights.json"
FOLDS = 10
#: Fitting: strength of fit, features kept, smallest weight kept, weight of one example by its source.
STRENGTH, KEPT, SMALLEST = 1.0, 9000, 0.08
WORTH = {"thread": 1.5, "talk": 1.0, "line": 0.7, "sentence": 0.5, "mail": 0.5}
LIMITS = {
    "add": {"poll": 0.9, "commit": 0.9, "relay": 0.9, "seek_support": 0.9},
    "drop": {"poll": 0.3, "commit": 0.3, "relay": 0.3, "seek_support": 0.3},
}


@dataclass(frozen=True)
class Talk:
    """One labelled conversation: per message the acts, and which stretches of the text carry them.

    ``marks`` holds ``(start, end, acts)``; ``wanted`` the acts of each message with their directions.
    """

    name: str
    source: str
    context: ThreadContext
    messages: tuple[ThreadMessage, ...]
    marks: tuple[tuple[tuple[int, int, frozenset[str]], ...], ...]
    wanted: tuple[frozenset[tuple[str, str]], ...]
    only: str = ""
    first: int = 0


@dataclass
class Example:
    """One sentence to learn from: what the model sees, its acts (``None``: unknown), its worth."""

    talk: str
    seen: list[str]
    acts: dict[Act, bool | None]
    worth: float


# --- reading the labelled texts ---------------------------------------------------------------------------------------


def given_threads(path: Path) -> list[Talk]:
    """The labelled threads."""
    result = []
    for line in path.read_text("utf-8").splitlines():
        thread = json.loads(line)
        people = {p: v["name"] for p, v in thread["people"].items()}
        members = frozenset(p for p, v in thread["people"].items() if v["role"] == "member")
        context = ThreadContext(names_of(people), members, tuple((m["id"], m["title"]) for m in thread["matters"]))
        place = {m["id"]: n for n, m in enumerate(thread["messages"])}
        messages, marks, wanted = [], [], []
        for m in thread["messages"]:
            parent = place.get(m["in_reply_to"]) if m["in_reply_to"] else None
            messages.append(ThreadMessage(m["text"], m["from"], tuple(m["to"]), parent, quoted=quoted(m["text"])))
            found = []
            for a in m["gold"]["acts"]:
                start = m["text"].find(a["span"])
                found.append((max(0, start), max(0, start) + len(a["span"]), frozenset((a["act"],))))
            marks.append(tuple(found))
            wanted.append(frozenset((a["act"], a["polarity"]) for a in m["gold"]["acts"]))
        result.append(Talk(thread["id"], "thread", context, tuple(messages), tuple(marks), tuple(wanted)))
    return result


_HEAD = re.compile(r"(\w)=([^,(]+?)(?: \((\w+)\))?(?:,|$)")
_LINE = re.compile(r"(\w)>(\w+)(?: (\d+))?: (.*)")


def marked_talks(path: Path) -> list[Talk]:
    """Conversations in the form of ``held.txt``."""
    result = []
    for number, block in enumerate(re.split(r"^## ", path.read_text("utf-8"), flags=re.M)[1:]):
        head, *lines = block.strip().splitlines()
        title, _, who = head.partition(" ; ")
        people = {m[1]: (m[2].strip(), m[3] or "member") for m in _HEAD.finditer(who.replace(", ", ","))}
        members = frozenset(p for p, (_, role) in people.items() if role == "member")
        context = ThreadContext(names_of({p: n for p, (n, _) in people.items()}), members, (("m1", title),))
        messages, marks, wanted = [], [], []
        for line in lines:
            match = _LINE.match(line)
            assert match is not None, line
            sender, to, answered, rest = match.groups()
            text, found = "", []
            for acts, words in re.findall(r"\[([\w+]*)\] ([^\[]*)", rest):
                start = len(text)
                text += words
                found.append((start, start + len(words.rstrip()), frozenset(filter(None, acts.split("+")))))
            parent = int(answered) - 1 if answered else None
            messages.append(ThreadMessage(text.rstrip(), sender, tuple(to), parent))
            marks.append(tuple(found))
            wanted.append(frozenset((a, "") for _, _, acts in found for a in acts))
        result.append(Talk(f"{path.stem}{number}", "talk", context, tuple(messages), tuple(marks), tuple(wanted)))
    return result


def oblique_talks() -> list[Talk]:
    """``invented_threads.txt``."""
    from tests.language.acts.test_invented_threads import ALSO, PEOPLE, conversations

    result = []
    for number, (title, acts, messages) in enumerate(conversations()):
        context = ThreadContext(names_of(PEOPLE) | ALSO, frozenset(PEOPLE), (("m1", title),))
        marks = tuple(((0, len(m.text), frozenset((a,))),) for a, m in zip(acts, messages, strict=True))
        wanted = tuple(frozenset(((a, ""),)) for a in acts)
        result.append(Talk(f"oblique{number}", "talk", context, tuple(messages), marks, wanted))
    return result


_AFTER = {
    "none": "The pool levy is item 4 on Monday.",
    "poll": "Where is everyone on the pool levy?",
    "seek": "Can I count on your support for the pool levy?",
    "ballot": "Please vote by reply on the pool levy.",
    "time": "What time is the meeting about the pool levy?",
    "fact": "How much is the pool levy?",
    "social": "Pizza on Friday, anybody?",
    "talk": "Dana is a yes on the pool levy.",
    "draft": "I'll move the pool levy, you second.",
    "sign": "Will you sign the petition for the pool levy?",
}
_LINE_CONTEXT = ThreadContext(
    {"dana": "d", "bob": "b"},
    frozenset("abcd"),
    (("m1", "Pool levy, tower lease, bond, rezoning permit, liquor license, trail, library, budget"),),
)


def single_lines() -> list[Talk]:
    """``lines.txt``: each line answers a message that leaves the question named."""
    result, acts, after = [], "", "none"
    for number, line in enumerate((TRAINING / "lines.txt").read_text("utf-8").splitlines()):
        if line.startswith("= "):
            acts, after = line[2:].split(" after ")
        elif line and not line.startswith("#"):
            messages = [ThreadMessage(_AFTER[after], "a")] if _AFTER[after] else []
            marks: list[tuple[tuple[int, int, frozenset[str]], ...]] = [() for _ in messages]
            kinds = frozenset(acts.split("+"))
            result.append(
                Talk(
                    f"line{number}",
                    "line",
                    _LINE_CONTEXT,
                    (*messages, ThreadMessage(line, "c", reply_to=0 if messages else None)),
                    (*marks, ((0, len(line), kinds),)),
                    tuple(frozenset() for _ in range(len(messages) + 1)),
                    first=len(messages),
                    only=after,
                )
            )
    return result


def invented_sentences() -> list[Talk]:
    """``invented_sentences.tsv``."""
    from tests.language.acts.test_invented import MATTERS, OPENERS, PEOPLE

    context = ThreadContext(names_of(PEOPLE), matters=MATTERS)
    result = []
    with (HERE / "invented_sentences.tsv").open(encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)):
            kinds = frozenset((row["act"],)) if row["label"] == "yes" else frozenset(("not " + row["act"],))
            opener = ThreadMessage(OPENERS.get(row["after"], OPENERS["-"]), "pat")
            result.append(
                Talk(
                    f"sentence{number}",
                    "sentence",
                    context,
                    (opener, ThreadMessage(row["text"], "dana", reply_to=0)),
                    ((), ((0, len(row["text"]), kinds),)),
                    (frozenset(), frozenset()),
                    first=1,
                )
            )
    return result


def ordinary_mail(path: Path, part: str) -> list[Talk]:
    """Sentences of ordinary mail; ``part`` is ``even`` or ``odd`` by line, or ``all``."""
    from tests.benchmarks.false_alarms import MATTERS, sentences

    result = []
    for number, text in enumerate(sentences(path)):
        if part != "all" and (number % 2 == 0) != (part == "even"):
            continue
        context = ThreadContext(matters=MATTERS)
        message = ThreadMessage(text, "a")
        result.append(Talk(f"mail{number}", "mail", context, (message,), (((0, len(text), frozenset()),),), ()))
    return result


# --- examples ---------------------------------------------------------------------------------------------------------


@dataclass
class Listener:
    """Stands in for the aid while examples are collected: notes every sentence with its place."""

    heard: list[tuple[Sentence, Place]] = field(default_factory=list)

    def __call__(self, at: scene.Scene, view: object, spans: list, *, last: bool) -> list:
        """Note the sentence; leave the rules' acts as they are."""
        self.heard.append((view.sentence, place_of(at, view, last=last)))  # type: ignore[attr-defined]
        return spans


def gold_state(talk: Talk, number: int, before: State | None, kept: State) -> State:
    """The state the labels say a message leaves."""
    kinds = {a for _, _, acts in talk.marks[number] for a in acts}
    question, asked = (before.question if before else ""), False
    if "poll" in kinds or "seek_support" in kinds:
        question, asked = ("poll" if "poll" in kinds else "seek"), True
        if kept.question == "ballot":
            question = "ballot"
    elif "schedule" in kinds:
        question = "time"
    elif "deliberate" in kinds and "?" in talk.messages[number].text:
        question = "fact"
    elif kinds & {"commit", "relay"}:
        question = "poll" if question not in ("ballot", "seek") else question
    elif kinds == {"social"}:
        question = "social"
    acts = frozenset(Act(k) for k in kinds if k in set(Act))
    return replace(kept, business=True, clear=True, question=question, asked=asked, acts=acts)


def heard(talk: Talk, how: str) -> Iterator[tuple[int, Sentence, Place]]:
    """Every sentence of a conversation with its place; states as the rules leave them or as the labels say."""
    cues = [find.find_cues(threads.own_words(m), talk.context.names) for m in talk.messages]
    reader = threads._Reader(talk.context, threads.title_words(talk.context.matters))
    answered, curt = threads._answered(talk.messages, cues)
    signs = sum(reader.points(c)[0] + threads._outright(c) for c in cues)
    reader.pooled = len(talk.messages) > 1 and (signs >= 2 or curt)
    usual = scene.second_opinion
    try:
        for number, message in enumerate(talk.messages):
            scene.second_opinion = listener = Listener()  # type: ignore[assignment]
            before = reader._parent(number, message)
            reader.read(number, message, cues[number], is_answered=number in answered)
            if how == "labels":
                reader.states[-1] = gold_state(talk, number, before, reader.states[-1])
            if talk.source == "line" and number < talk.first:
                wanted = talk.only if talk.only not in ("none", "talk", "draft") else ""
                asked = wanted in ("poll", "seek", "ballot", "sign")
                if talk.only == "talk":
                    wanted = "poll" if how == "labels" else ""
                reader.states[-1] = replace(reader.states[-1], business=True, question=wanted, asked=asked)
            for sentence, place in listener.heard:
                yield number, sentence, place
    finally:
        scene.second_opinion = usual


def examples(talk: Talk) -> list[Example]:
    """What one conversation teaches."""
    result = []
    for how in ("rules",) if talk.source in ("mail", "sentence") else ("rules", "labels"):
        for number, sentence, place in heard(talk, how):
            if number < talk.first:
                continue
            kinds: set[str] = set()
            for start, end, acts in talk.marks[number]:
                common = min(end, sentence.end) - max(start, sentence.start)
                if common * 2 > min(end - start, sentence.end - sentence.start):
                    kinds |= acts
            known: dict[Act, bool | None] = {a: str(a) in kinds for a in ACTS}
            if "decide" in kinds:
                known[Act.COMMIT] = True
            for kind in kinds:
                if kind.startswith("not "):
                    known = {a: False if str(a) == kind[4:] else None for a in ACTS}
            result.append(
                Example(talk.name, features(sentence, place), known, WORTH[talk.source] / (1 + (how == "labels")))
            )
    return result


# --- learning ---------------------------------------------------------------------------------------------------------


def learn(lessons: list[Example]) -> str:
    """The weights file learned from the examples."""
    counts = Counter(f for e in lessons for f in e.seen)
    talks: dict[str, set[str]] = {}
    for e in lessons:
        for f in e.seen:
            talks.setdefault(f, set()).add(e.talk)
    known = sorted(f for f in counts if len(talks[f]) > 1)
    place = {f: n for n, f in enumerate(known)}
    rows, columns = [], []
    for n, e in enumerate(lessons):
        for f in e.seen:
            if f in place:
                rows.append(n)
                columns.append(place[f])
    matrix = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(lessons), len(known)))
    weights = np.zeros((len(ACTS), len(known)))
    bias = np.zeros(len(ACTS))
    for k, act in enumerate(ACTS):
        usable = [n for n, e in enumerate(lessons) if e.acts[act] is not None]
        model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0, tol=1e-5)
        model.fit(
            matrix[usable],
            [bool(lessons[n].acts[act]) for n in usable],
            sample_weight=[lessons[n].worth for n in usable],
        )
        weights[k], bias[k] = model.coef_[0], model.intercept_[0]
    size = np.abs(weights).max(axis=0)
    kept = sorted((n for n in range(len(known)) if size[n] >= SMALLEST), key=lambda n: (-round(size[n], 6), known[n]))
    table = {known[n]: [round(w * 100) for w in weights[:, n]] for n in sorted(kept[:KEPT], key=lambda n: known[n])}
    lines = ",\n".join(
        f"{json.dumps(f, ensure_ascii=False)}:{json.dumps(r, separators=(',', ':'))}" for f, r in table.items()
    )
    head = {"acts": [str(a) for a in ACTS], "bias": [round(b * 100) for b in bias], "limits": LIMITS}
    return json.dumps(head, indent=1)[:-2] + ',\n "weights": {\n' + lines + "\n}}\n"


# --- measuring --------------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """Right, too many and missed, per act."""

    right: Counter = field(default_factory=Counter)
    many: Counter = field(default_factory=Counter)
    missed: Counter = field(default_factory=Counter)

    def add(self, wanted: frozenset[tuple[str, str]], found: set[str]) -> list[str]:
        """Count one message as ``score_threads.py`` does; what was wrong."""
        want = {a for a, _ in wanted}
        soft = set().union(*(SWAP.get(a, set()) for a, p in wanted if p in ("none",) and a in SWAP), set())
        wrong = []
        for act in sorted((found | want) & set(CORE)):
            if act in found and act in want:
                self.right[act] += 1
            elif act in found and act not in soft:
                self.many[act] += 1
                wrong.append("+" + act)
            elif act in want and not (any(p == "none" for x, p in wanted if x == act) and SWAP.get(act, set()) & found):
                self.missed[act] += 1
                wrong.append("-" + act)
        return wrong

    def line(self, act: str = "") -> str:
        """Precision and recall."""
        r, m, x = ((c[act] if act else sum(c.values())) for c in (self.right, self.many, self.missed))
        return f"P {r / max(1, r + m):.3f} R {r / max(1, r + x):.3f} ({r} right, {m} too many, {x} missed)"


def read_with(talk: Talk, aid: Aid | None) -> tuple[MessageActs, ...]:
    """Read a conversation with these weights."""
    usual = aid_module.load_aid
    try:
        aid_module.load_aid = lambda: aid  # type: ignore[assignment]
        return threads.read_thread(talk.messages, talk.context)
    finally:
        aid_module.load_aid = usual


def rules_without(fold: list[Talk], rest: list[Talk], usual: Rules) -> Rules:
    """The rules without patterns that fire in ``fold`` and nowhere in ``rest``."""
    patterns = {id(p): p for pairs in usual.index.values() for _, p in pairs}

    def firing(talks: list[Talk], among: dict[int, object]) -> set[int]:
        result: set[int] = set()
        for talk in talks:
            for message in talk.messages:
                cues = find.find_cues(message.text, talk.context.names)
                text = "".join(s.words[:-2] for s in cues.sentences) + "| "
                result |= {i for i, p in among.items() if p.regex.search(text)}  # type: ignore[attr-defined]
        return result

    inside = firing(fold, dict(patterns))
    outside = firing(rest, {i: patterns[i] for i in inside})
    gone = inside - outside
    index = {w: tuple((n, p) for n, p in pairs if id(p) not in gone) for w, pairs in usual.index.items()}
    return replace(usual, index=index)


def measure(given: list[Talk], others: list[Talk], lessons: dict[str, list[Example]], *, show: bool) -> None:
    """Print the three tables."""
    usual = load_rules()
    tables = {
        k: Tally()
        for k in ("rules (saw all)", "rules (saw all) + aid", "rules without fold", "rules without fold + aid")
    }
    for k in range(FOLDS):
        fold = given[k::FOLDS]
        names = {t.name for t in fold}
        aid = read_weights(learn([e for n, es in lessons.items() if n not in names for e in es]))
        rest = [t for t in given if t.name not in names] + [t for t in others if t.source != "mail"]
        fewer = rules_without(fold, [t for t in rest if t.source != "line"], usual)
        for title, rules in (("rules (saw all)", usual), ("rules without fold", fewer)):
            find.load_rules = lambda rules=rules: rules  # type: ignore[assignment, misc]
            for mark, weights in (("", None), (" + aid", aid)):
                for talk in fold:
                    for wanted, answer, message in zip(
                        talk.wanted, read_with(talk, weights), talk.messages, strict=True
                    ):
                        wrong = tables[title + mark].add(wanted, {str(a.act) for a in answer.acts})
                        if wrong and show and title + mark == "rules without fold + aid":
                            print(
                                talk.name,
                                wrong,
                                message.text[:200].replace("\n", " / "),
                                [(str(a.act), a.rule) for a in answer.acts],
                                answer.state.clear,
                            )
            find.load_rules = load_rules
    for title, tally in tables.items():
        print(f"{title:28} {tally.line()}")
        if title.endswith("aid"):
            for act in CORE:
                print(f"    {act:14} {tally.line(act)}")


def measure_held(aid: Aid, *, show: bool) -> None:
    """The table of the conversations kept for measuring."""
    for title, weights in (("held: rules", None), ("held: rules + aid", aid)):
        tally = Tally()
        for talk in marked_talks(TRAINING / "held.txt"):
            for wanted, answer, message in zip(talk.wanted, read_with(talk, weights), talk.messages, strict=True):
                wrong = tally.add(wanted, {str(a.act) for a in answer.acts})
                if wrong and show and weights:
                    print(talk.name, wrong, message.text[:200], [(str(a.act), a.rule) for a in answer.acts])
        print(f"{title:28} {tally.line()}")
        for act in CORE:
            print(f"    {act:14} {tally.line(act)}")


def measure_mail(path: Path, aid: Aid) -> None:
    """False alarms on the half of the mail the aid did not learn from."""
    for title, weights in (("mail: rules", None), ("mail: rules + aid", aid)):
        alarms = 0
        talks = ordinary_mail(path, "odd")
        for talk in talks:
            alarms += bool({str(a.act) for m in read_with(talk, weights) for a in m.acts} & set(CORE))
        print(f"{title:28} {alarms * 1000 / len(talks):.2f} of 1,000 ({len(talks)} sentences not learned from)")


def main() -> None:
    """Learn, and print or store."""
    parser = argparse.ArgumentParser()
    parser.add_argument("threads", type=Path)
    parser.add_argument("mail", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--misses", action="store_true")
    args = parser.parse_args()
    given = given_threads(args.threads)
    others = oblique_talks() + single_lines() + invented_sentences() + ordinary_mail(args.mail, "even")
    others += marked_talks(TRAINING / "talks1.txt") + marked_talks(TRAINING / "talks2.txt")
    lessons = {t.name: examples(t) for t in given + others}
    text = learn([e for es in lessons.values() for e in es])
    print(f"{sum(map(len, lessons.values()))} examples, {len(text)} characters of weights")
    if args.write:
        WEIGHTS.write_text(text, "utf-8")
    if args.measure:
        measure(given, others, lessons, show=args.misses)
        measure_held(read_weights(text), show=False)
        measure_mail(args.mail, read_weights(text))


if __name__ == "__main__":
    main()
