"""The panel in a real JupyterLab: a decision recorded by keyboard alone, and found again after a reload."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from quorum_watch.review.log import current_decisions
from tests.notebooks.lab import TOKEN, browser, lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]
#: Where pictures are kept for a person to look at, if wanted.
PICTURES = "QUORUM_WATCH_PICTURES"


def run_all(page) -> None:
    """Run every cell from the menu and wait until the panel, in the last of them, is shown."""
    page.locator(".jp-RenderedMarkdown h1").first.wait_for(timeout=60_000)
    idle = ".jp-Notebook-ExecutionIndicator[data-status=idle]"
    page.locator(idle).first.wait_for(timeout=60_000, state="attached")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    errors = page.locator("[data-mime-type='application/vnd.jupyter.stderr']")
    panel = page.locator("button", has_text="Record decision")
    panel.or_(errors).first.wait_for(timeout=60_000, state="attached")
    assert errors.all_inner_texts() == []


_NAME = """() => {
    const e = document.activeElement;
    const label = e.labels && e.labels.length ? e.labels[0].innerText : '';
    return (e.tagName === 'BUTTON' ? e.innerText : label).trim();
}"""


def tab_to(page, name: str) -> None:
    """Press Tab until what has the focus is called ``name``."""
    met = []
    for _ in range(30):
        page.keyboard.press("Tab")
        met.append(page.evaluate(_NAME))
        if met[-1].lstrip("○● ") == name:
            return
    pytest.fail(f"Tab never came to {name!r}: {met}")


def keep_picture(page, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.png"
    page.screenshot(path=path)
    assert path.stat().st_size > 20_000
    if os.environ.get(PICTURES):
        shutil.copy(path, Path(os.environ[PICTURES]) / path.name)


def test_a_decision_by_keyboard_survives_a_reload(run, tmp_path):
    city = run.case.workspace.root
    first = run.findings[0]
    with lab(city, tmp_path / "home") as address, browser() as page:
        page.goto(f"{address}/lab/tree/notebooks/10_review_findings.ipynb?token={TOKEN}")
        run_all(page)
        start = page.locator("button", has_text="not yet decided").first
        start.scroll_into_view_if_needed()
        start.focus()
        # From here on, keys only.
        tab_to(page, "training")
        page.keyboard.press("Space")
        page.locator("button", has_text="● training").wait_for(timeout=20_000)
        tab_to(page, "Basis (why)")
        page.keyboard.type("talk at the retreat")
        tab_to(page, "Note")
        page.keyboard.type("asked the clerk")
        tab_to(page, "Second reviewer")
        page.keyboard.type("R. Roe")
        tab_to(page, "Record decision")
        page.keyboard.press("Space")
        page.get_by_text("Recorded: training, by Reviewer").wait_for(timeout=20_000)
        keep_picture(page, tmp_path, "recorded")
        kept = current_decisions(city)[first.seed]
        assert (kept["disposition"], kept["basis"], kept["note"], kept["second_reviewer"]) == (
            "training", "talk at the retreat", "asked the clerk", "R. Roe",
        )  # fmt: skip
        assert not kept["privileged"]
        page.reload()
        run_all(page)
        page.get_by_text("Stands: training, by Reviewer").first.wait_for(timeout=20_000)
        page.get_by_text("Stands: training, by Reviewer").first.scroll_into_view_if_needed()
        keep_picture(page, tmp_path, "found-again")
        assert page.evaluate("window.alerted === undefined")
        assert page.locator(".jp-OutputArea-output script, .jp-OutputArea-output img[onerror]").count() == 0
