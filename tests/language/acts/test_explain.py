"""``acts explain``: a person sees which words made which act."""

from __future__ import annotations

import json

from click.testing import CliRunner

from quorum_watch.cli.acts import command


def run(*arguments: str) -> str:
    result = CliRunner().invoke(command, ["explain", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_text_shows_the_act_the_words_and_the_rule() -> None:
    out = run(
        "Bob says hes in", "--person", "Robert Jones", "--matter", "Rezoning of Mill Road", "--after", "rezoning?"
    )
    assert "relay, for about Robert Jones" in out
    assert "Bob says hes in" in out
    assert "relay.is-for" in out


def test_the_same_words_mean_what_they_answer() -> None:
    time = json.loads(run("works for me", "--after", "4pm thursday at the shop?", "--format", "json"))
    deal = json.loads(run("works for me", "--after", "r u for the levy", "--matter", "2026 levy", "--format", "json"))
    assert [a["act"] for a in time["acts"]] == ["schedule"]
    assert [a["act"] for a in deal["acts"]] == ["commit"]
    assert all("works for me"[a["start"] : a["end"]] == a["exact"] for a in deal["acts"])


def test_nothing_found_is_said() -> None:
    assert "No act" in run("zzz qqq", "--matter", "Levy")
