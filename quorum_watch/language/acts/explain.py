"""Show why a text is read as it is: what was matched, what was left out, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quorum_watch.language.acts.aid import load_aid
from quorum_watch.language.acts.find import Cue, find_cues
from quorum_watch.language.acts.people import names_of
from quorum_watch.language.acts.talk import State, ThreadContext, ThreadMessage
from quorum_watch.language.acts.threads import read_thread
from quorum_watch.model import ActSpan


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one text was read.

    ``lines`` are its sentences as the patterns see them (``@1`` stands for the first person named), ``cues`` every rule
    that fired, ``acts`` what was decided in context, ``state`` what the text leaves open for an answer. ``reasons`` are
    the words that counted most where the aid spoke; ``aided`` is false where its weights are missing.
    """

    lines: tuple[str, ...]
    cues: tuple[Cue, ...]
    acts: tuple[ActSpan, ...]
    state: State
    reasons: tuple[str, ...] = ()
    aided: bool = True


def explain_text(
    text: str, *, after: Sequence[str] = (), people: Sequence[str] = (), matters: Sequence[str] = ()
) -> Explanation:
    """Read ``text`` as the last message of a conversation.

    ``after`` holds the messages before it, oldest first, each by another writer; ``people`` are full names, ``matters``
    titles of pending matters.

    >>> found = explain_text("count me in", after=["Where are you on the rezoning?"], matters=["Rezoning of Mill Road"])
    >>> [(str(a.act), str(a.polarity), a.rule) for a in found.acts]
    [('commit', 'for', 'commit.will-support')]
    """
    context = ThreadContext(
        names_of({name: name for name in people}),
        matters=tuple((f"matter {n + 1}", title) for n, title in enumerate(matters)),
    )
    messages = [ThreadMessage(t, f"writer {n % 2}") for n, t in enumerate((*after, text))]
    last = read_thread(messages, context)[-1]
    cues = find_cues(text, context.names)
    lines = tuple(s.words for s in cues.sentences)
    return Explanation(lines, cues.cues, last.acts, last.state, last.reasons, load_aid() is not None)
