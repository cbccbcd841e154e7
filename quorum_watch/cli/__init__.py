"""The command line: thin commands, each in a module loaded only when it is called, so that ``--help`` is quick.

Exit codes: 0 done (findings or not), 1 findings and ``--fail-on`` was asked, 2 usage, 3 input could not be read,
4 the law profile or the roster was refused. An error is three lines (what, where, what to do) with a code.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from itertools import pairwise

import click

from quorum_watch import __version__
from quorum_watch.errors import InputError, QuorumWatchError

#: Set in the environment to see a full trace of an unexpected fault.
DEBUG = "QUORUM_WATCH_DEBUG"

#: command -> (module, one-line help). The module must define ``command``, a click command.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Run the main job on the invented sample city."),
    "init": ("init", "Write a commented workspace a clerk can fill in."),
    "ingest": ("ingest", "Read what is new in inbox/ into evidence/."),
    "roster": ("roster", "People, terms, accounts, lists: what is missing or doubtful."),
    "analyze": ("analyze", "Build the contact graph and list findings."),
    "show": ("show", "Explain one finding, step by step."),
    "compare": ("compare", "What changed since another run, or under another law."),
    "review": ("review", "Open the attorney's notebooks; record or export decisions."),
    "report": ("report", "Build an edition: public, privileged, member."),
    "check": ("check", "Check a message before you send it (nothing is saved)."),
    "serve": ("serve", "Open the self-check page on this computer only."),
    "law": ("law", "Profiles, numbers and citations as of a date."),
    "topics": ("topics", "Explain, learn and prune topics."),
    "acts": ("acts", "Explain what a text does."),
    "export": ("export", "Every interaction as analysed, in the interchange format."),
    "audit": ("audit", "Verify evidence and decisions against what was issued."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when called; ``--help`` lists them without importing any."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Every command, in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"quorum_watch.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="quorum-watch")
def group() -> None:
    """Find contact among members of a public body that a lawyer should look at."""


def report_error(error: QuorumWatchError) -> None:
    """Print an error on stderr: three lines and how many more; as one JSON object if ``--format json`` was asked."""
    if _wants_json(sys.argv):
        faults = [{"code": f.code, "what": f.what, "where": f.where, "do": f.remedy} for f in error.faults]
        click.echo(json.dumps({"error": faults[0], "more": faults[1:]}), err=True)
        return
    for fault in error.faults:
        click.echo(str(fault), err=True)


def _wants_json(argv: list[str]) -> bool:
    return "--format=json" in argv or ("--format", "json") in pairwise(argv)


def main() -> None:
    """Entry point of ``quorum-watch``."""
    try:
        code = group.main(standalone_mode=False)
    except QuorumWatchError as error:
        report_error(error)
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        click.echo("Stopped; nothing half-done was kept.", err=True)
        code = 130
    except click.exceptions.Exit as error:
        code = error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        report_error(_unexpected(error))
        code = InputError.exit_code
    sys.exit(code if isinstance(code, int) else 0)


def _unexpected(error: Exception) -> QuorumWatchError:
    """A fault of the program, told as an error: which kind and where in the program, never what was being read."""
    step = error.__traceback__
    place = "quorum_watch"
    while step is not None:
        name = step.tb_frame.f_globals.get("__name__", "")
        if str(name).startswith("quorum_watch"):
            place = f"{name}, line {step.tb_lineno}"
        step = step.tb_next
    return InputError(
        "QW-E900",
        f"The program met something it was not made for ({type(error).__name__}); nothing partial was kept.",
        place,
        f"Please report this line. {DEBUG}=1 in the environment shows the full trace, which may hold message text.",
    )
