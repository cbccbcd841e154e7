"""Three layers of the same events: any contact, views exchanged, positions taken.

``contact`` holds every event of the subject, ``views`` those in which somebody's opinion moved, ``positions`` those in
which somebody took or reported a position on the proposal. Each layer contains the next. A reaction (a like, a
tapback) stays on the contact layer: no authority says what it means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from quorum_watch.model import Event, InteractionId
from quorum_watch.vocabulary import Act, Channel

CONTACT, VIEWS, POSITIONS = 1, 2, 4

#: The layers by name, widest first.
LAYERS: Mapping[str, int] = {"contact": CONTACT, "views": VIEWS, "positions": POSITIONS}

VIEW_ACTS = frozenset(
    {
        Act.OPINION,
        Act.DELIBERATE,
        Act.AGREE,
        Act.DISAGREE,
        Act.RELAY,
        Act.COMMIT,
        Act.SEEK_SUPPORT,
        Act.DECIDE,
        Act.SIGN,
        Act.DRAFT,
    }
)
#: Acts that take or report a position whatever they answer.
POSITION_ACTS = frozenset({Act.COMMIT, Act.RELAY, Act.DECIDE, Act.SIGN})
#: Acts that make a plain "agreed" in answer to them a position.
ASKING_ACTS = frozenset({Act.POLL, Act.COMMIT, Act.SEEK_SUPPORT, Act.DECIDE, Act.RELAY})


def layer_bit(layer: str) -> int:
    """The bit of a layer by its name; ``KeyError`` names the ones there are.

    >>> layer_bit("views")
    2
    """
    try:
        return LAYERS[layer]
    except KeyError:
        raise KeyError(f"no layer {layer!r}; there are {', '.join(LAYERS)}") from None


def is_reaction(event: Event) -> bool:
    """Whether the event is a like, an emoji or another one-click reaction."""
    return event.interaction.channel is Channel.SOCIAL_REACTION or event.interaction.event == "reaction"


def acts_of(event: Event) -> frozenset[Act]:
    """The acts of one event, spans set aside."""
    return frozenset(span.act for span in event.reading.acts)


def layer_bits(events: Sequence[Event], answer_window: timedelta) -> list[int]:
    """For each event (in time order) the layers it belongs to, as bits.

    An ``agree`` takes a position when it answers a question for votes, a commitment or a request for support: by its
    reply link, or, where there is none, because somebody it is addressed to asked its sender within ``answer_window``
    before it.
    """
    by_id: dict[InteractionId, int] = {e.interaction.id: i for i, e in enumerate(events)}
    asked: dict[tuple[str, str], int] = {}  # (who asked, who was asked) -> newest asking event
    bits = []
    for i, event in enumerate(events):
        interaction, acts, sender = event.interaction, acts_of(event), event.interaction.sender
        bit = CONTACT
        if not is_reaction(event):
            if acts & VIEW_ACTS:
                bit |= VIEWS
            if acts & POSITION_ACTS or (Act.AGREE in acts and _answers_an_ask(events, i, by_id, asked, answer_window)):
                bit |= VIEWS | POSITIONS
        bits.append(bit)
        if sender is not None and acts & ASKING_ACTS:
            for person in interaction.persons():
                asked[sender, person] = i
    return bits


def _answers_an_ask(
    events: Sequence[Event],
    index: int,
    by_id: Mapping[InteractionId, int],
    asked: Mapping[tuple[str, str], int],
    answer_window: timedelta,
) -> bool:
    interaction, own = events[index].interaction, acts_of(events[index])
    if interaction.channel in (Channel.CALL, Channel.IN_PERSON) and own & ASKING_ACTS:
        return True  # question and answer inside one conversation
    parent = by_id.get(interaction.in_reply_to) if interaction.in_reply_to else None
    if parent is not None:
        return bool(acts_of(events[parent]) & ASKING_ACTS)
    if interaction.sender is None:
        return False
    for person in interaction.persons():
        at = asked.get((person, interaction.sender))
        if at is not None and interaction.at - events[at].interaction.at <= answer_window:
            return True
    return False
