"""People's decisions: recorded once, never altered, taken back by a new entry, found again after every new run.

>>> from datetime import UTC, datetime
>>> import tempfile, pathlib
>>> folder = tempfile.TemporaryDirectory()
>>> place = pathlib.Path(folder.name) / "review.sqlite"
>>> finding = {"id": "QW-7F3A", "fingerprint": {"seed": "7f3a", "full": "1"}}
>>> with ReviewLog.open(place, actor="attorney", clock=lambda: datetime(2026, 10, 20, 12, tzinfo=UTC)) as log:
...     _ = log.record(finding, Disposition.NO_CONCERN, basis="one-way notice; no replies", privileged=True)
...     log.standing(finding).decision.disposition.value
'no_concern'
>>> folder.cleanup()
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from quorum_watch import __version__
from quorum_watch.errors import EvidenceError, InputError, UsageError
from quorum_watch.review.audit import Entry, canonical, check, entries, format_head, hash_of, head_of
from quorum_watch.review.db import MISSING, Database, connect, is_server, make_sqlite, put_in_place
from quorum_watch.review.migrations import ACTIONS, COLUMNS, applied, migrate, refuse_newer
from quorum_watch.review.records import Decision, HandCoded, Hold, Note, Standing
from quorum_watch.vocabulary import Disposition, Edition

Clock = Callable[[], datetime]
NEEDS, UNKNOWN = "QW-E113", "QW-E114"
_LONGEST = 10_000


def utc_now() -> datetime:
    """The clock on the wall; everything below takes a clock from its caller."""
    return datetime.now(UTC)


def identity(finding: Any) -> tuple[str, str, str]:
    """Id, seed and full fingerprint of a finding, be it the contract's JSON, a ``Finding`` or a view of one."""
    if isinstance(finding, Mapping):
        return str(finding["id"]), str(finding["fingerprint"]["seed"]), str(finding["fingerprint"]["full"])
    try:
        return str(finding.id), str(finding.seed), str(finding.full)
    except AttributeError:
        raise UsageError(
            UNKNOWN, "This is not a finding.", type(finding).__name__, "Take one from a run: run.findings['QW-...']"
        ) from None


class ReviewLog:
    """The decision log of a workspace, opened by one named person. Use it with ``with``, or call :meth:`close`.

    Every method that writes makes exactly one log entry, in one transaction, and returns once it is on disk.
    """

    def __init__(self, db: Database, actor: str, clock: Clock) -> None:
        self._db, self._clock = db, clock
        self.actor = actor

    @classmethod
    def open(cls, place: Path | str, *, actor: str, clock: Clock = utc_now) -> ReviewLog:
        """Open (or begin) a log.

        Parameters
        ----------
        place
            Path of ``review.sqlite``, a workspace folder, or a ``postgresql://`` address.
        actor
            Who is working: the name that every entry will carry.
        clock
            Gives the time of an entry, with its zone.

        Raises
        ------
        UsageError, InputError, EvidenceError
            Without a name (QW-E113); damaged (QW-E251), newer than this program (QW-E252), changed by other hands
            (QW-E253), or not to be opened (QW-E256).
        """
        actor = _clean(actor)
        if not actor:
            raise UsageError(NEEDS, "Nobody is named.", "actor", "Say who decides, such as: actor='J. Doe, attorney'")
        if not is_server(place):
            path = Path(place)
            path = path / "review.sqlite" if path.is_dir() else path
            journal = path.with_name(path.name + "-wal")
            if not path.exists() and not journal.exists():
                if not path.parent.is_dir():
                    raise InputError(MISSING, "There is no such folder.", path.parent.name, "Check the path.")
                _begin_file(path, clock)
            place = path
        db = connect(place)
        try:
            log = cls(db, actor, clock)
            fresh = not applied(db)
            if migrate(db, log._now()) and fresh:
                log._append("begin", "log", {"program": f"quorum_watch {__version__}"}, None)
            found = check(db)
            if found.faults:
                raise EvidenceError.of(found.faults)
        except BaseException:
            db.close()
            raise
        return log

    # --- decisions ----------------------------------------------------------------------------------------------------

    def record(
        self,
        finding: Any,
        disposition: Disposition | str,
        *,
        basis: str,
        privileged: bool,
        note: str = "",
        second_reviewer: str = "",
        run: str = "",
    ) -> Decision:
        """Record a decision; it stands until another one about the same finding, or until it is taken back.

        ``basis`` says why, in words, and may not be empty. ``privileged`` has no default: marking everything as
        privileged protects nothing, so each decision says whether it holds legal advice.
        """
        try:
            chosen = Disposition(disposition)
        except ValueError:
            known = ", ".join(d.value for d in Disposition)
            raise UsageError(UNKNOWN, "There is no such decision.", str(disposition)[:40], f"Use: {known}") from None
        if not basis.strip():
            raise UsageError(NEEDS, "A decision needs its reason.", "basis", "Say in a few words what it rests on.")
        name, seed, full = identity(finding)
        row = {
            "seed": seed, "full_print": full, "finding": name, "run": run, "disposition": chosen.value,
            "basis": _clean(basis), "privileged": int(privileged), "note": _clean(note),
            "second_reviewer": _clean(second_reviewer), "withdraws": None,
        }  # fmt: skip
        entry = self._append("decide", name, row, "disposition")
        return _decision((entry.seq, entry.at, entry.actor, *list(row.values())[:-1]))

    def undo(self, finding: Any) -> Decision | None:
        """Take back the decision that stands about a finding, by a new entry; the one before it stands again.

        Returns what stands now. Raises ``UsageError`` (QW-E114) where nothing stands.
        """
        name, seed, full = identity(finding)
        standing = self._decisions(seed)
        if not standing:
            raise UsageError(UNKNOWN, "There is no decision to take back.", name, "Record one first.")
        gone = standing[0]
        row = {
            "seed": seed, "full_print": full, "finding": name, "run": gone.run, "disposition": gone.disposition.value,
            "basis": gone.basis, "privileged": int(gone.privileged), "note": "", "second_reviewer": "",
            "withdraws": gone.seq,
        }  # fmt: skip
        self._append("withdraw decision", name, row, "disposition")
        return self.standing(finding).decision

    def current(self) -> dict[str, Decision]:
        """Every decision that stands, by the seed fingerprint of its finding."""
        return {d.seed: d for d in self._decisions()}

    def standing(self, finding: Any) -> Standing:
        """The decision about a finding, and whether the finding changed since."""
        _, seed, full = identity(finding)
        found = self._decisions(seed)
        return Standing(found[0], found[0].full != full) if found else Standing(None, False)

    def unmatched(self, findings: Iterable[Any]) -> tuple[Decision, ...]:
        """Decisions about findings that a run no longer has: kept and shown, never dropped."""
        seeds = {identity(f)[1] for f in findings}
        return tuple(d for d in self._decisions() if d.seed not in seeds)

    def history(self, finding: Any | None = None) -> tuple[Entry, ...]:
        """Every entry of the log, or those about one finding, in order."""
        if finding is None:
            return tuple(entries(self._db))
        _, seed, _ = identity(finding)
        return tuple(e for e in entries(self._db) if json.loads(e.body).get("seed") == seed)

    def _decisions(self, seed: str | None = None) -> list[Decision]:
        columns = ", ".join(c for c in COLUMNS["disposition"] if c != "withdraws")
        sql = f"select seq, at, actor, {columns} from current_disposition"
        found = self._db.rows(f"{sql} where seed = ?", (seed,)) if seed is not None else self._db.rows(sql)
        return sorted((_decision(row) for row in found), key=lambda d: d.seq)

    # --- notes, holds, editions ---------------------------------------------------------------------------------------

    def note(self, finding: Any, text: str, *, privileged: bool) -> Note:
        """Add a remark about a finding without deciding."""
        if not text.strip():
            raise UsageError(NEEDS, "A note needs words.", "text", "Write the note.")
        name, seed, _ = identity(finding)
        row = {
            "seed": seed, "finding": name, "privileged": int(privileged), "note": _clean(text), "withdraws": None,
        }  # fmt: skip
        entry = self._append("note", name, row, "note")
        return Note(entry.seq, entry.at, entry.actor, name, privileged, row["note"])  # type: ignore[arg-type]

    def withdraw_note(self, seq: int) -> None:
        """Take back a note by its number."""
        found = self._db.rows("select seed, finding, privileged from note where seq = ? and withdraws is null", (seq,))
        if not found or self._db.rows("select 1 from note where withdraws = ?", (seq,)):
            raise UsageError(UNKNOWN, "There is no such note.", str(seq), "See log.notes().")
        seed, name, privileged = found[0]
        row = {"seed": seed, "finding": name, "privileged": privileged, "note": "", "withdraws": seq}
        self._append("withdraw note", name, row, "note")

    def notes(self, finding: Any | None = None) -> tuple[Note, ...]:
        """Remarks that stand, about one finding or about all."""
        sql = (
            "select n.seq, e.at, e.actor, n.finding, n.privileged, n.note, n.seed from note n "
            "join audit_event e on e.seq = n.seq where n.withdraws is null "
            "and n.seq not in (select withdraws from note where withdraws is not null) order by n.seq"
        )
        seed = identity(finding)[1] if finding is not None else None
        return tuple(
            Note(r[0], r[1], r[2], r[3], bool(r[4]), r[5]) for r in self._db.rows(sql) if seed is None or r[6] == seed
        )

    def place_hold(self, name: str, reason: str) -> Hold:
        """Put a legal hold in force; while any is, nothing is purged."""
        if not name.strip() or not reason.strip():
            raise UsageError(NEEDS, "A hold needs a name and a reason.", "hold", "Name the matter and say why.")
        row = {"name": _clean(name), "reason": _clean(reason), "withdraws": None}
        entry = self._append("place hold", row["name"] or "", row, "hold")
        return Hold(entry.seq, entry.at, entry.actor, str(row["name"]), str(row["reason"]))

    def lift_hold(self, name: str, reason: str) -> None:
        """Lift a hold by a new entry that says why."""
        held = [h for h in self.holds() if h.name == _clean(name)]
        if not held or not reason.strip():
            raise UsageError(NEEDS, "Name a hold in force, and say why it is lifted.", name[:60], "See log.holds().")
        for h in self._stack("hold", "name", held[0].name):
            row = {"name": held[0].name, "reason": _clean(reason), "withdraws": h}
            self._append("lift hold", held[0].name, row, "hold")

    def holds(self) -> tuple[Hold, ...]:
        """Holds in force."""
        found = self._db.rows("select seq, at, actor, name, reason from current_hold order by seq")
        return tuple(Hold(*r) for r in found)

    def record_edition(self, edition: Edition, *, run: str, sha256: str, recipient: str, place: str = "") -> str:
        """Record that an edition was issued: its hash, for whom, and the head printed on it. Returns that head.

        Print the returned head on the report, or print :meth:`head` before and record after: both are the same head.
        """
        head = self.head()
        row = {
            "edition": Edition(edition).value, "run": run, "sha256": sha256, "audit_head": head,
            "recipient": _clean(recipient), "place": _clean(place),
        }  # fmt: skip
        self._append("issue edition", f"{edition} edition", row, "edition_issued")
        return head

    def clear(self, finding: Any) -> str:
        """Clear a finding for the release list: its id and one status word may then be public. Returns the word."""
        name, seed, full = identity(finding)
        standing = self.standing(finding)
        if standing.decision is None or standing.changed:
            what = "Only a finding with a decision that still fits it can be cleared."
            raise UsageError(NEEDS, what, name, "Decide about the finding as it is now, then clear it.")
        row = {
            "seed": seed, "full_print": full, "finding": name, "word": standing.decision.disposition.value,
            "withdraws": None,
        }  # fmt: skip
        self._append("clear", name, row, "clearance")
        return str(row["word"])

    def withdraw_clearance(self, finding: Any) -> None:
        """Take a finding off the release list."""
        name, seed, full = identity(finding)
        for seq in self._stack("clearance", "seed", seed):
            row = {"seed": seed, "full_print": full, "finding": name, "word": "", "withdraws": seq}
            self._append("withdraw clearance", name, row, "clearance")

    def cleared(self) -> tuple[tuple[str, str, str, str], ...]:
        """What is cleared: ``(finding id, seed, full fingerprint, status word)``, only while that decision stands."""
        now = self.current()
        found = self._db.rows("select finding, seed, full_print, word from current_clearance order by finding, seed")
        return tuple(
            (r[0], r[1], r[2], r[3])
            for r in found
            if r[1] in now and (now[r[1]].full, now[r[1]].disposition.value) == (r[2], r[3])
        )

    # --- interactions attached by hand --------------------------------------------------------------------------------

    def attach(self, row: Mapping[str, Any], *, reason: str) -> HandCoded:
        """Keep one interaction that the collection lacks, as a row of the interchange format; see ``run.attach``."""
        if not reason.strip():
            raise UsageError(NEEDS, "Say how you know of this contact.", "reason", "Name who told you and when.")
        text = json.dumps(dict(row), ensure_ascii=True, sort_keys=True)
        if len(text) > _LONGEST:
            what = "This interaction is too long to attach."
            raise UsageError(UNKNOWN, what, f"{len(text)} characters", "Shorten its text.")
        name = f"hand-{hashlib.sha256(text.encode()).hexdigest()[:10]}"
        values = {"name": name, "row_json": text, "reason": _clean(reason), "withdraws": None}
        entry = self._append("attach interaction", str(values["name"]), values, "interaction_note")
        return HandCoded(entry.seq, entry.at, entry.actor, str(values["name"]), dict(row), str(values["reason"]))

    def detach(self, name: str) -> None:
        """Take an attached interaction back, by a new entry."""
        found = self._stack("interaction_note", "name", name)
        if not found:
            raise UsageError(UNKNOWN, "There is no such attached interaction.", name[:40], "See log.attached().")
        for seq in found:
            row = {"name": name, "row_json": "{}", "reason": "taken back", "withdraws": seq}
            self._append("withdraw interaction", name, row, "interaction_note")

    def attached(self) -> tuple[HandCoded, ...]:
        """Interactions attached by hand that stand."""
        columns = "seq, at, actor, name, row_json, reason"
        found = self._db.rows(f"select {columns} from current_interaction_note order by seq")
        return tuple(HandCoded(r[0], r[1], r[2], r[3], json.loads(r[4]), r[5]) for r in found)

    # --- the log itself -----------------------------------------------------------------------------------------------

    def note_act(self, action: str, subject: str, details: Mapping[str, Any]) -> Entry:
        """Log something done that has no table of its own: names unmasked, a packet written, a backup made."""
        if action in ACTIONS:
            raise UsageError(UNKNOWN, "That act has a method of its own.", action, "Use it.")
        return self._append(action, subject, {k: _plain(v) for k, v in details.items()}, None)

    def head(self) -> str:
        """Number and hash of the newest entry, as printed on issued reports."""
        return format_head(head_of(self._db))

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()

    def __enter__(self) -> ReviewLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")

    def _stack(self, table: str, column: str, value: str) -> list[int]:
        """Numbers of the entries of a table about one thing that stand, newest first."""
        sql = (
            f"select seq from {table} where {column} = ? and withdraws is null "
            f"and seq not in (select withdraws from {table} where withdraws is not null) order by seq desc"
        )
        return [int(r[0]) for r in self._db.rows(sql, (value,))]

    def _append(self, action: str, subject: str, values: Mapping[str, Any], table: str | None) -> Entry:
        with self._db.writing():
            number, previous = head_of(self._db)
            seq, at, body = number + 1, self._now(), canonical(values)
            subject = _clean(subject)
            digest = hash_of(seq, at, self.actor, action, subject, body, previous)
            entry = Entry(seq, at, self.actor, action, subject, body, previous, digest)
            self._db.rows(
                "insert into audit_event (seq, at, actor, action, subject, body_json, prev_hash, hash) "
                "values (?, ?, ?, ?, ?, ?, ?, ?)",
                (seq, at, self.actor, action, subject, body, previous, digest),
            )
            if table is not None:
                marks = ", ".join("?" * (len(values) + 1))
                names = ", ".join(COLUMNS[table])
                self._db.rows(
                    f"insert into {table} (seq, {names}) values ({marks})", (seq, *(values[c] for c in COLUMNS[table]))
                )
        return entry


def current_decisions(place: Path | str) -> dict[str, dict[str, Any]]:
    """Decisions that stand, as plain data by seed fingerprint, for renderers of the privileged edition.

    Keys of each: ``finding``, ``full``, ``disposition``, ``basis``, ``privileged``, ``note``, ``second_reviewer``,
    ``at``, ``actor``, ``run``, ``seq``. Empty where no decision was ever recorded. Nothing is written.
    """
    if not is_server(place):
        path = Path(place)
        path = path / "review.sqlite" if path.is_dir() else path
        if not path.exists() and not path.with_name(path.name + "-wal").exists():
            return {}
        place = path
    db = connect(place, readonly=True)
    try:
        refuse_newer(db)
        if not applied(db):  # a server's database that nobody has worked in yet
            return {}
        log = ReviewLog(db, "reader", utc_now)
        return {
            seed: {
                "finding": d.finding, "full": d.full, "disposition": d.disposition.value, "basis": d.basis,
                "privileged": d.privileged, "note": d.note, "second_reviewer": d.second_reviewer, "at": d.at,
                "actor": d.actor, "run": d.run, "seq": d.seq,
            }
            for seed, d in log.current().items()
        }  # fmt: skip
    finally:
        db.close()


def _begin_file(path: Path, clock: Clock) -> None:
    """A new database, whole before it gets its name, so that a crash leaves either none or a good one."""
    part = make_sqlite(path)
    db = connect(part)
    try:
        now = clock().astimezone(UTC).isoformat(timespec="seconds")
        migrate(db, now)
        ReviewLog(db, "quorum_watch", clock)._append("begin", "log", {"program": f"quorum_watch {__version__}"}, None)
        db.rows("pragma wal_checkpoint(truncate)")
    finally:
        db.close()
    put_in_place(part, path)


def _decision(row: tuple[Any, ...]) -> Decision:
    seq, at, actor, seed, full, finding, run, chosen, basis, privileged, note, second = row
    return Decision(
        int(seq), at, actor, seed, full, finding, run, Disposition(chosen), basis, bool(privileged), note, second
    )


def _clean(text: str) -> str:
    """Text as it can be stored everywhere: composed, without control characters, of bounded length."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    kept = "".join(c if c in "\n\t" or unicodedata.category(c) != "Cc" else "\ufffd" for c in text)
    return kept.strip()[:_LONGEST]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value


__all__ = [
    "Clock", "Decision", "HandCoded", "Hold", "Note", "ReviewLog", "Standing", "current_decisions", "identity",
    "utc_now",
]  # fmt: skip
