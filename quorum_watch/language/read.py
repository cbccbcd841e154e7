"""The language stage: interactions in, one reading per interaction out, in the same order.

Words are read message by message; then each conversation is gone through in time order, so that short answers take the
subject of what they answer. A person's own coding replaces all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from quorum_watch.language.matters import Matter
from quorum_watch.language.store import Store, conversation_key
from quorum_watch.language.threads import group_threads
from quorum_watch.language.voice import Reader
from quorum_watch.model import Interaction, Reading

#: A person as the language stage needs them: id, name, other names they go by.
Person = tuple[str, str, tuple[str, ...]]
#: Called with (messages read so far, messages in all).
Progress = Callable[[int, int], None]
#: Messages between two calls of a progress function.
STRIDE = 500


def read_interactions(
    interactions: Sequence[Interaction],
    *,
    people: Iterable[Person] = (),
    bodies: Iterable[tuple[str, str]] = (),
    matters: Sequence[Matter] = (),
    lexicon_overlay: Path | None = None,
    model: Path | None = None,
    members: Iterable[str] = (),
    cache: Path | None = None,
    on_progress: Progress | None = None,
) -> tuple[Reading, ...]:
    """Read every interaction: topics, matter, scope and acts, each with the words that show it.

    Args:
        interactions: what to read, in any order; conversations are followed by thread, reply and time.
        people: (person id, name, other names), so that names are not taken for topics and relays find their person.
        bodies: (body id, name).
        matters: those messages may be linked to; anything with ``matter_id``, ``title`` and ``topic``.
        lexicon_overlay: the workspace's ``topics.toml``, if it has one.
        members: ids of the people who hold, held or will hold a voting seat; the words of others promise no vote.
            Without any, everybody is taken for a member.
        model: the folder of a topic model installed by ``topics learn``, if there is one.
        cache: a folder in which readings of unchanged conversations are kept; results are the same with and without.
        on_progress: called now and then with (done, all).

    Returns:
        One reading per interaction, in the order given.

    Raises:
        InputError: the workspace's topic file has faults (all of them are reported).
    """
    reader = Reader(
        people=tuple(people),
        bodies=tuple(bodies),
        matters=matters,
        lexicon_overlay=lexicon_overlay,
        model=model,
        members=frozenset(members),
    )
    found: dict[int, Reading] = {}
    threads = group_threads(interactions)
    with Store.open(cache, reader.version) as store:
        told = 0
        for numbers, readings in _read_threads(reader, interactions, threads, store):
            found.update(zip(numbers, readings, strict=True))
            if on_progress is not None and len(found) - told >= STRIDE:
                told = len(found)
                on_progress(told, len(interactions))
    if on_progress is not None:
        on_progress(len(interactions), len(interactions))
    return tuple(found[n] for n in range(len(interactions)))


def _read_threads(
    reader: Reader, interactions: Sequence[Interaction], threads: Iterable[Sequence[int]], store: Store
) -> Iterator[tuple[Sequence[int], Sequence[Reading]]]:
    for numbers in threads:
        thread = [interactions[n] for n in numbers]
        key = conversation_key(thread) if store.active else ""
        known = store.get(key)
        if known is None:
            known = reader.read_thread(thread)
            store.put(key, known)
        yield numbers, known
