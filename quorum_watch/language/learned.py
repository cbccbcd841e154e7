"""The installed topic model as the language stage uses it: only where the lexicon is silent, and with words to show."""

from __future__ import annotations

import hashlib
from pathlib import Path

from quorum_watch.language.lexicon import Lexicon


class LearnedTopics:
    """A model installed by ``topics learn``; loaded once, asked text by text."""

    def __init__(self, folder: Path, lexicon: Lexicon) -> None:
        from quorum_watch.language.topicmodel import Featurizer, load_model

        self._model = load_model(folder)
        self._features = Featurizer(lexicon)
        self.sha256 = hashlib.sha256(
            (folder / "model.json").read_bytes() + (folder / "weights.npz").read_bytes()
        ).hexdigest()

    def topic(self, text: str) -> str:
        """The topic of a text if the model is sure enough, else ``""``."""
        from quorum_watch.language.topicmodel import speak

        return speak(self._model, [text], self._features)[0]

    def show(self, text: str, topic: str) -> list[tuple[str, tuple[int, int, str]]]:
        """Words of the text that speak most for the topic, each with its start, end and exact form."""
        from quorum_watch.language.topicmodel import telling_words

        low, found = text.lower(), []
        for word in telling_words(self._model, text, topic):
            at = low.find(word)
            if at >= 0 and len(low) == len(text):
                found.append((word, (at, at + len(word), text[at : at + len(word)])))
        return found
