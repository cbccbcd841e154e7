"""Every command, option and its help stand in docs/commands.md, and every option has help."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from quorum_watch.cli import group
from tests.docs.commands import PAGE, page, walk

ROOT = Path(__file__).resolve().parents[2]
ALL = dict(walk(group, "quorum-watch", click.Context(group)))


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.docs.commands"


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_command_and_option_says_what_it_does(name):
    command = ALL[name]
    assert command.help, f"{name} has no help"
    bare = [p.opts[0] for p in command.params if isinstance(p, click.Option) and not p.hidden and not p.help]
    assert bare == [], f"options of {name} without help"


@pytest.mark.parametrize("guide", [*sorted(p.name for p in (ROOT / "docs").glob("*.md")), "../README.md"])
def test_guides_name_only_commands_and_options_that_exist(guide):
    """In code spans and blocks: the command must exist, and each of its long options."""
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8").replace("\\\n", " ")
    spans = re.findall(r"`(quorum-watch [^`]*)`", text)
    for block in re.findall(r"```(?:sh|console|text)?\n(.*?)```", text, re.S):
        spans += [line.strip().removeprefix("$ ") for line in block.splitlines() if "quorum-watch " in line]
    unknown = []
    for span in spans:
        words = span.split("#")[0].partition("quorum-watch ")[2].split()
        if not words or words[0].startswith(("-", "COMMAND", "`")):
            continue
        if words[0] not in group.list_commands(click.Context(group)):
            if re.fullmatch(r"[a-z]+", words[0]):
                unknown.append(span)
            continue
        known = {
            o
            for n, c in ALL.items()
            if n.split()[1:2] == words[:1]
            for p in c.params
            for o in (*p.opts, *p.secondary_opts)
        }
        options = [o for o in re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", " ".join(words)) if o != "--help"]
        unknown += [f"{span}: {o}" for o in options if o not in known]
    assert unknown == []
