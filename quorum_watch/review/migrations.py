"""How the review database came to have its tables: named steps, each in one transaction, each recorded.

Every table is insert-only. That takes three guards: against updates, against deletes, and against inserts that reuse a
key, because SQLite's ``INSERT OR REPLACE`` removes rows without asking the delete guard. A step is never edited once
released; a new need is a new step at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from quorum_watch.errors import InputError
from quorum_watch.review.db import NEWER, Database

#: Columns of every table but ``seq``; a row is told again, in full, in the body of its audit event.
COLUMNS: dict[str, tuple[str, ...]] = {
    "disposition": (
        "seed", "full_print", "finding", "run", "disposition", "basis", "privileged", "note", "second_reviewer",
        "withdraws",
    ),
    "note": ("seed", "finding", "privileged", "note", "withdraws"),
    "hold": ("name", "reason", "withdraws"),
    "edition_issued": ("edition", "run", "sha256", "audit_head", "recipient", "place"),
    "clearance": ("seed", "full_print", "finding", "word", "withdraws"),
    "interaction_note": ("name", "row_json", "reason", "withdraws"),
}  # fmt: skip
#: Action of an audit event -> the table that holds its row. Other actions have no row.
ACTIONS: dict[str, str] = {
    "decide": "disposition", "withdraw decision": "disposition",
    "note": "note", "withdraw note": "note",
    "place hold": "hold", "lift hold": "hold",
    "issue edition": "edition_issued",
    "clear": "clearance", "withdraw clearance": "clearance",
    "attach interaction": "interaction_note", "withdraw interaction": "interaction_note",
}  # fmt: skip
_INTEGERS = frozenset({"privileged", "withdraws"})
_OPTIONAL = frozenset({"withdraws"})


class Step(NamedTuple):
    """One step: its name, which is recorded, and what it does."""

    name: str
    apply: Callable[[Database], None]


def _table(db: Database, table: str, *, unique: Sequence[str] = ()) -> None:
    kinds = ", ".join(
        f"{c} {'bigint' if c in _INTEGERS and db.dialect != 'sqlite' else 'integer' if c in _INTEGERS else 'text'}"
        f"{'' if c in _OPTIONAL else ' not null'}"
        for c in COLUMNS[table]
    )
    key = "integer" if db.dialect == "sqlite" else "bigint"
    end = " strict" if db.dialect == "sqlite" else ""
    db.rows(f"create table {table} (seq {key} primary key references audit_event (seq), {kinds}){end}")
    _guard(db, table, ("seq", *unique))


def guard_statements(dialect: str, table: str, keys: Sequence[str]) -> tuple[str, ...]:
    """The guards of one table, as SQL of one dialect."""
    same = " or ".join(f"{k} = new.{k}" for k in keys)
    if dialect == "sqlite":
        stop = "begin select raise(abort, 'this table only grows'); end"
        return (
            f"create trigger {table}_no_update before update on {table} {stop}",
            f"create trigger {table}_no_delete before delete on {table} {stop}",
            f"create trigger {table}_no_reuse before insert on {table} "
            f"when exists (select 1 from {table} where {same}) {stop}",
        )
    return (
        f"create trigger {table}_no_update before update or delete on {table} for each row "
        "execute function only_grows()",
        f"create trigger {table}_no_truncate before truncate on {table} for each statement "
        "execute function only_grows()",
        f"create function {table}_key_is_new() returns trigger language plpgsql as $$ begin "
        f"if exists (select 1 from {table} where {same}) then raise exception 'this table only grows'; end if; "
        "return new; end $$",
        f"create trigger {table}_no_reuse before insert on {table} for each row execute function {table}_key_is_new()",
    )


def _guard(db: Database, table: str, keys: Sequence[str]) -> None:
    for statement in guard_statements(db.dialect, table, keys):
        db.rows(statement)


def _current(db: Database, table: str, by: str) -> None:
    """A view of what stands: the newest entry per ``by`` that is neither a withdrawal nor withdrawn."""
    gone = f"(select w.withdraws from {table} w where w.withdraws is not null)"
    columns = ", ".join(f"t.{c}" for c in COLUMNS[table] if c != "withdraws")
    db.rows(
        f"create view current_{table} as select t.seq, e.at, e.actor, {columns} from {table} t "
        f"join audit_event e on e.seq = t.seq where t.withdraws is null and t.seq not in {gone} "
        f"and t.seq = (select max(n.seq) from {table} n where n.{by} = t.{by} and n.withdraws is null "
        f"and n.seq not in {gone})"
    )


def begin_the_log(db: Database) -> None:
    """The chained log of everything anybody did."""
    if db.dialect == "postgresql":
        db.rows(
            "create function only_grows() returns trigger language plpgsql as "
            "$$ begin raise exception 'this table only grows'; end $$"
        )
    key, end = ("integer", " strict") if db.dialect == "sqlite" else ("bigint", "")
    db.rows(
        f"create table audit_event (seq {key} primary key, at text not null, actor text not null, "
        "action text not null, subject text not null, body_json text not null, prev_hash text not null, "
        f"hash text not null unique){end}"
    )
    _guard(db, "audit_event", ("seq", "hash"))
    _guard(db, "_migrations", ("name",))


def record_decisions(db: Database) -> None:
    """Decisions and notes about findings; the clerk's view shows the status and nothing else."""
    for table in ("disposition", "note"):
        _table(db, table)
        db.rows(f"create index {table}_by_seed on {table} (seed)")
        db.rows(f"create index {table}_by_withdrawal on {table} (withdraws)")
    _current(db, "disposition", "seed")
    db.rows("create view status as select finding, seed, disposition, at from current_disposition")


def hold_and_issue(db: Database) -> None:
    """Legal holds, what was issued to whom, and what was cleared for release."""
    for table in ("hold", "edition_issued", "clearance"):
        _table(db, table)
    _current(db, "hold", "name")
    _current(db, "clearance", "seed")


def attach_interactions(db: Database) -> None:
    """Interactions a person adds by hand, because the collection lacks them."""
    _table(db, "interaction_note")
    _current(db, "interaction_note", "name")


STEPS: tuple[Step, ...] = (
    Step("0001 begin the log", begin_the_log),
    Step("0002 record decisions", record_decisions),
    Step("0003 hold and issue", hold_and_issue),
    Step("0004 attach interactions", attach_interactions),
)


def applied(db: Database) -> tuple[str, ...]:
    """Names of the steps this database has had, in order."""
    if not db.has_table("_migrations"):
        return ()
    return tuple(name for (name,) in db.rows("select name from _migrations order by name"))


def refuse_newer(db: Database) -> None:
    """Raise QW-E252 where the database had a step this program does not know: a newer program wrote it."""
    unknown = set(applied(db)) - {s.name for s in STEPS}
    if unknown:
        raise InputError(
            NEWER,
            "The review database was written by a newer version of this program.",
            f"{db.where}: {', '.join(sorted(unknown))[:120]}",
            "Update quorum-watch; nothing was changed.",
        )


def migrate(db: Database, at: str) -> tuple[str, ...]:
    """Bring a database up to date; each step is one transaction with its record. Returns the steps applied."""
    refuse_newer(db)
    done = []
    for step in STEPS:
        if step.name in applied(db):
            continue
        with db.writing():
            if not db.has_table("_migrations"):
                end = " strict" if db.dialect == "sqlite" else ""
                db.rows(f"create table _migrations (name text primary key, at text not null){end}")
            if step.name in applied(db):  # another process was quicker
                continue
            step.apply(db)
            db.rows("insert into _migrations (name, at) values (?, ?)", (step.name, at))
            done.append(step.name)
    return tuple(done)


def missing_guards(db: Database) -> tuple[str, ...]:
    """Guards that should be there and are not, or read otherwise than they should."""
    keys = {"audit_event": ("seq", "hash"), "_migrations": ("name",)}
    had = {s.name for s in STEPS} & set(applied(db))
    if len(had) < len(STEPS):
        return ()
    present = db.guards()
    absent = []
    for table in ("_migrations", "audit_event", *COLUMNS):
        for statement in guard_statements(db.dialect, table, keys.get(table, ("seq",))):
            words = statement.split()
            if words[1] != "trigger":
                continue
            name = words[2]
            same = name in present and (db.dialect != "sqlite" or _plain(present[name]) == _plain(statement))
            if not same:
                absent.append(name)
    return tuple(sorted(absent))


def _plain(sql: str) -> str:
    return " ".join(sql.lower().split())
