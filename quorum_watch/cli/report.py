"""``quorum-watch report``: build an edition, write it whole, and enter it in the register of issued reports.

Works unattended: exit code 0 with findings, nothing asked, nothing partial left. From cron, early each quarter::

    15 6 2 1,4,7,10 * quorum-watch report /srv/city --period last-quarter --edition public --format html,pdf
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quorum_watch.cli.common import emit, progress, received, short

if TYPE_CHECKING:
    from quorum_watch.pipeline import Run
    from quorum_watch.report.editions import Reviewed
    from quorum_watch.report.period import Period
    from quorum_watch.workspace import Workspace


@click.command("report")
@click.argument("workspace", type=click.Path(path_type=Path))
@click.option("--period", metavar="PERIOD", help="2026-Q3, 2026-09, 2026, last-month, last-quarter or last-year.")
@click.option("--since", metavar="DAY", help="First day, instead of --period.")
@click.option("--until", metavar="DAY", help="Last day, instead of --period.")
@click.option("--edition", "kind", type=click.Choice(["public", "privileged", "member"]), default="public",
              show_default=True, help="Who it is for.")  # fmt: skip
@click.option("--for", "recipient", metavar="PERSON", default="", help="The member (id), or who gets it.")
@click.option("--format", "form", default="html,pdf", show_default=True, help="Any of html,pdf,docx,csv.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the files (default: reports/issued/...).")
@click.option("--release-list", type=click.Path(path_type=Path), help="Findings cleared for the public edition.")
@click.option("--law", metavar="PROFILE", help="Use this law profile instead of the workspace's.")
@click.option("--allow-stale-roster", is_flag=True, help="Go on although the roster was not checked lately.")
@click.option("--allow-draft-law", is_flag=True, help="Go on although the law profile is a draft.")
def command(
    workspace: Path,
    period: str | None,
    since: str | None,
    until: str | None,
    kind: str,
    recipient: str,
    form: str,
    out: Path | None,
    release_list: Path | None,
    law: str | None,
    allow_stale_roster: bool,
    allow_draft_law: bool,
) -> None:
    """Build one edition of the report on WORKSPACE for a period (default: everything collected)."""
    from quorum_watch import pipeline
    from quorum_watch.report import editions, formats, issue
    from quorum_watch.report.material import Issue, material_of

    asked = formats.parse_formats(form)
    _need_person(kind, recipient)
    stamp = received()
    chosen = _period(period, since, until, date.fromisoformat(stamp["at"][:10]))
    run = pipeline.analyze(workspace, law=law, progress=progress(), received=stamp)
    ws = run.case.workspace
    chosen = chosen or _everything(run)
    marks = _marks(run, chosen, allow_stale_roster=allow_stale_roster, allow_draft_law=allow_draft_law)
    material = material_of(run, _before(run))
    head = _audit_head(ws, stamp["by"])
    reviewed = _reviewed(run, kind, recipient, release_list)

    def build(extra: Issue) -> Any:
        return editions.build_report(material, chosen, kind, recipient=recipient, reviewed=reviewed, issue=extra)

    shelf = ws.reports / "issued"
    stem = f"{chosen.label}-{kind}" + (f"-{recipient}" if kind == "member" else "")
    request = issue.Request(kind, chosen.label, recipient, out or shelf / stem)
    content = issue.fingerprint(build(Issue(marks=marks)))
    place = issue.place_of(issue.read_register(shelf), request, content)
    printed = place.audit_head if place.again else head
    edition = build(Issue(printed, marks, place.replaces, place.correction))
    files = formats.write(edition, asked, f"report-{stem}")
    about = {"content": content, "run": run.id, "audit_head": printed, **stamp}
    done = issue.issue(shelf, request, place, files, about)
    if not done.again:
        _record(ws, stamp["by"], kind, run.id, done, recipient)
    _tell(done)


def _need_person(kind: str, recipient: str) -> None:
    from quorum_watch.errors import UsageError

    if kind == "member" and not recipient:
        raise UsageError("QW-E164", "A member edition is for one member.", "--for", "Add: --for PERSON_ID")
    if kind == "public" and recipient:
        raise UsageError("QW-E164", "The public edition is for anyone.", "--for", "Leave --for out.")


def _period(name: str | None, since: str | None, until: str | None, today: date) -> Period | None:
    """The period asked for; ``None`` where nothing was said."""
    from quorum_watch.errors import UsageError
    from quorum_watch.report.period import BAD_PERIOD, between, last_full, parse_period

    if name and (since or until):
        remedy = "Give --period, or --since and --until."
        raise UsageError(BAD_PERIOD, "There are two periods.", "--period, --since, --until", remedy)
    if name:
        return last_full(name.strip().lower(), today) or parse_period(name)
    if not since and not until:
        return None
    days = []
    for option, text in (("--since", since), ("--until", until)):
        try:
            days.append(date.fromisoformat(text or ""))
        except ValueError:
            raise UsageError(BAD_PERIOD, f"{option} is not a day.", option, "Write both as YYYY-MM-DD.") from None
    return between(days[0], days[1])


def _everything(run: Run) -> Period:
    """The period of the whole collection."""
    from quorum_watch.errors import InputError
    from quorum_watch.report.period import between

    found = run.document["coverage"]["period"]
    if not found:
        raise InputError(
            "QW-E237", "Nothing has been collected, so there is no period to report on.", "inbox/",
            "Put files into inbox/, or name a period with --period.",
        )  # fmt: skip
    return between(date.fromisoformat(found[0][:10]), date.fromisoformat(found[1][:10]))


def _marks(run: Run, period: Period, *, allow_stale_roster: bool, allow_draft_law: bool) -> tuple[str, ...]:
    """What had to be allowed; raises with every refusal at once."""
    from quorum_watch.errors import Fault, RefusedError
    from quorum_watch.rules.schema import Stage

    faults, marks = [], []
    stale = run.case.workspace.roster_stale(period.until)
    if stale is None or stale:
        marks.append("unchecked_roster" if stale is None else "stale_roster")
        if not allow_stale_roster:
            what = "Nobody has said when the roster was last checked." if stale is None else (
                "The roster was last checked too long before the end of the period.")  # fmt: skip
            remedy = "Compare the roster with the minutes and set roster_checked, or add --allow-stale-roster."
            faults.append(Fault("QW-E433", what, "workspace.toml, roster_checked", remedy))
    if run.case.profile.stage is Stage.DRAFT:
        marks.append("draft_law")
        if not allow_draft_law:
            remedy = "Have an attorney read the profile, or add --allow-draft-law; the cover will say so."
            faults.append(Fault("QW-E432", "The law profile is a draft.", run.case.profile.id, remedy))
    if faults:
        raise RefusedError.of(faults)
    return tuple(marks)


def _before(run: Run) -> tuple[dict[str, Any], ...]:
    """The findings of the run this one is compared with; none where that run is gone."""
    from quorum_watch import runs
    from quorum_watch.errors import InputError

    previous = run.document["run"]["previous"]
    if previous is None:
        return ()
    try:
        return tuple(runs.load(run.case.workspace.runs, previous)["findings"])
    except InputError:
        return ()


def _reviewed(run: Run, kind: str, recipient: str, release_list: Path | None) -> Reviewed:
    from quorum_watch.report.desk import decisions_of, log_of, log_rows, read_release_list
    from quorum_watch.report.editions import Reviewed

    if kind == "public":
        if release_list is None:
            return Reviewed({})
        released, digest = read_release_list(release_list, run.document)
        return Reviewed({}, released=released, list_hash=digest)
    if kind == "member":
        return Reviewed({})
    place = run.case.workspace.review_db
    if not place.exists():
        return Reviewed({}, log_of(run.document, {}, recipient))
    from quorum_watch.review.exports import privilege_log
    from quorum_watch.review.log import ReviewLog, current_decisions

    with ReviewLog.open(place, actor="report") as log:
        rows = log_rows(privilege_log(log, run.document))
    return Reviewed(decisions_of(current_decisions(place), run.document), rows)


def _audit_head(ws: Workspace, by: str) -> str:
    """The newest entry of the decision log, where the workspace has one."""
    if not ws.review_db.exists():
        return ""
    from quorum_watch.review.log import ReviewLog

    with ReviewLog.open(ws.review_db, actor=by or "report") as log:
        return log.head()


def _record(ws: Workspace, by: str, kind: str, run: str, done: Any, recipient: str) -> None:
    """Enter the issue in the decision log too, where there is one."""
    if not ws.review_db.exists():
        return
    from quorum_watch.review.log import ReviewLog
    from quorum_watch.vocabulary import Edition

    with ReviewLog.open(ws.review_db, actor=by or "report") as log:
        log.record_edition(Edition(kind), run=run, sha256=done.hash, recipient=recipient, place=done.folder.name)


def _tell(done: Any) -> None:
    for name in done.files:
        emit(short(done.folder / name))
    emit(f"Hash: {done.hash}")
    if done.again:
        emit("Issued before with the same content; the register is unchanged.")
    elif done.replaces:
        emit(f"This is a correction. It replaces {done.replaces}.")
