"""Every chain that can be planted, by name.

The numbers of each come from the law of its day (``people.numbers``), so a chain fits whatever council it is played in.
A play gives ``None`` where the city has no room for it (no mayor outside the council, no vacancy ...).
"""

from __future__ import annotations

from tests.city import chains, talks
from tests.city.plots import Play

PLANTS: dict[str, Play] = {
    play.__name__: play
    for play in (
        talks.conversation_block,
        talks.conversation_half,
        talks.conversation_vacancy,
        talks.decision_by_message,
        talks.board_pair,
        talks.committee_reply_all,
        talks.public_thread,
        talks.attendance,
        talks.birthday_turn,
        chains.daisy_chain,
        chains.hub_poll,
        chains.bcc_poll,
        chains.mayor_polls,
        chains.administrator_relay,
        chains.spouse_relay,
        chains.split_groups,
        chains.members_elect,
        chains.signed_pledge,
        chains.phone_tree,
        chains.split_breakfasts,
    )
}
