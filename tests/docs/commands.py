"""The page of commands, made from the commands themselves.

Run ``python -m tests.docs.commands`` after a change of a command, an option or its help.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from quorum_watch.cli import COMMANDS, group

PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"
_HEAD = """# Commands

<!-- Made by `python -m tests.docs.commands` from the commands themselves; a test compares the two. -->

`quorum-watch COMMAND --help` says the same. Every command works without a network.

| exit code | meaning |
|---|---|
| 0 | done, whether or not there are findings |
| 1 | `analyze --fail-on` was asked and a finding reaches that level |
| 2 | the command was asked for something it does not do |
| 3 | a file or folder could not be read, or stored evidence or decisions were changed |
| 4 | the law profile or the roster was refused |
| 130 | stopped with Ctrl-C; nothing half-done is kept |

Error codes: [errors](errors.md).
"""


def walk(command: click.Command, name: str, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, groups before what they hold."""
    yield name, command
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            assert found is not None
            yield from walk(found, f"{name} {inner}", click.Context(found, parent=context))


def _usage(name: str, command: click.Command) -> str:
    pieces = command.collect_usage_pieces(click.Context(command, info_name=name))
    return " ".join((name, *pieces))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _option(option: click.Option) -> str:
    shown = ", ".join((*option.opts, *option.secondary_opts))
    if not option.is_flag:
        kind = option.type
        shown += " " + (
            "|".join(map(str, kind.choices))
            if isinstance(kind, click.Choice)
            else option.make_metavar(click.Context(click.Command("x")))
        )
    notes = [option.help or ""]
    if option.required:
        notes.append("Needed.")
    if option.multiple:
        notes.append("May be repeated.")
    if isinstance(option.default, str | int | Path) and not option.is_flag and str(option.default) not in {"", "."}:
        notes.append(f"Without it: `{option.default}`.")
    return f"| `{_cell(shown)}` | {_cell(' '.join(n for n in notes if n))} |"


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for name, command in walk(group, "quorum-watch", click.Context(group)):
        if name == "quorum-watch":
            continue
        level = "##" if name.count(" ") == 1 else "###"
        text = " ".join((command.help or "").split("\f")[0].split())
        parts.append(f"{level} {name}\n\n`{_usage(name, command)}`\n\n{text}\n")
        options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
        if options:
            parts.append("\n".join(("| option | meaning |", "|---|---|", *map(_option, options))) + "\n")
    return "\n".join(parts)


def names() -> tuple[str, ...]:
    """The commands of the first level."""
    return tuple(COMMANDS)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
