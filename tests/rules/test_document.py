"""The page on the law says what the files say."""

from __future__ import annotations

from pathlib import Path

from quorum_watch.rules.document import rewrite
from quorum_watch.rules.overlay import shipped

PAGE = Path(__file__).resolve().parents[2] / "docs" / "law.md"


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rewrite(page) == page, "run: python -m quorum_watch.rules.document docs/law.md"


def test_the_page_shows_every_state_and_every_command() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in shipped("profiles"):
        assert f"`{name}`" in page
        assert f"### {name}" in page
    for command in ("law show", "law numbers", "law diff", "law check"):
        assert command in page


def test_a_page_that_is_out_of_date_is_noticed() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rewrite(page.replace("Wisconsin | text-checked", "Wisconsin | verified")) == page
