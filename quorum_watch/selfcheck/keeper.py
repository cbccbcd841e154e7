"""The city as the running page knows it: read again when a file of it changes, never answering from a broken one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

from quorum_watch.errors import QuorumWatchError
from quorum_watch.selfcheck.check import cannot_tell
from quorum_watch.selfcheck.draft import Advice, CheckSettings
from quorum_watch.selfcheck.place import Place, open_place

Stamp = tuple[tuple[str, int, int], ...]


class Keeper:
    """Opens a workspace and keeps it up to date; ``today`` is handed in, as nothing here reads a clock."""

    def __init__(self, folder: Path, today: Callable[[str], date]) -> None:
        self.folder = folder
        self._today = today
        self._lock = threading.Lock()
        self._place: Place | None = open_place(folder)
        self._stamp = self._look()

    @property
    def place(self) -> Place | None:
        """The city, or ``None`` while its files cannot be used."""
        with self._lock:
            stamp = self._look()
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._place = open_place(self.folder)
                except QuorumWatchError:
                    self._place = None
            return self._place

    def today(self, place: Place) -> date:
        """Today in the city."""
        return self._today(place.timezone)

    def broken(self) -> Advice:
        """The answer while the city's files cannot be used."""
        return cannot_tell("error", settings=CheckSettings())

    def _look(self) -> Stamp:
        found = []
        names = [*self.folder.glob("*.toml"), *self.folder.glob("*.y*ml"), *self.folder.glob("*.xlsx")]
        names += [*self.folder.glob("*.csv"), *self.folder.glob("*.ics"), *(self.folder / "roster").glob("*")]
        for path in sorted(names):
            try:
                stat = path.stat()
            except OSError:
                continue
            found.append((path.name, stat.st_mtime_ns, stat.st_size))
        return tuple(found)
