"""``quorum-watch audit``: verify evidence (here) and decisions (``cli/audit_decisions.py``)."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

#: Subcommands about decisions, in a module of their own that is loaded when one is called.
PLUGGED = dict.fromkeys(("verify", "head", "backup"), "quorum_watch.cli.audit_decisions")


class _AuditGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        present = [name for name, module in PLUGGED.items() if importlib.util.find_spec(module) is not None]
        return sorted({*super().list_commands(ctx), *present})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = PLUGGED.get(cmd_name)
        if module is None:
            return super().get_command(ctx, cmd_name)
        if importlib.util.find_spec(module) is None:
            return None
        plugged: click.Command = getattr(importlib.import_module(module), cmd_name)
        return plugged


@click.group("audit", cls=_AuditGroup)
def command() -> None:
    """Verify evidence and decisions against what was issued."""


class _Share(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            self.fail("give a share such as 1% or 0.01, or 100% for every row", param, ctx)
        return share


@command.command("evidence")
@click.argument("workspace", type=click.Path())
@click.option("--sample", type=_Share(), default="1%", show_default=True, help="Share of rows to fetch again.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the result.")
def evidence(workspace: str, sample: float, form: str) -> None:
    """Check that evidence and source files are as they were read.

    Verifies every batch and every source file, and fetches a sample of the rows again from their sources. Exit code 3
    if anything differs.
    """
    from quorum_watch.errors import EvidenceError
    from quorum_watch.evidence import audit_evidence
    from quorum_watch.evidence.audit import describe
    from quorum_watch.workspace import Workspace

    place = Workspace.open(workspace)
    bar = _bar() if sys.stderr.isatty() else None
    audit = audit_evidence(Path(place.inbox), Path(place.evidence), sample=sample, progress=bar)
    if form == "json":
        faults = [{"code": f.code, "what": f.what, "where": f.where, "do": f.remedy} for f in audit.faults]
        numbers = {"batches": audit.batches, "sources": audit.sources, "rows": audit.rows}
        checked = {"rows_checked": audit.rows_checked, "not_checked": audit.not_checked, "faults": faults}
        click.echo(json.dumps({"schema": "quorum-watch/audit/1", **numbers, **checked}, ensure_ascii=False))
    else:
        for line in describe(audit):
            click.echo(line)
    if audit.faults:
        raise EvidenceError.of(audit.faults)


def _bar() -> Callable[[int], None]:
    from tqdm import tqdm

    bar = tqdm(unit=" rows", file=sys.stderr, leave=False, delay=1)

    def show(checked: int) -> None:
        bar.update(checked - bar.n)

    return show
