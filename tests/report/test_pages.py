"""Every page in a real browser: WCAG 2.1 AA by axe-core, keyboard alone, 200 % zoom, a phone, paper."""

from __future__ import annotations

import pytest

from quorum_watch.report import render_overview
from quorum_watch.report.editions import KINDS, build_report
from quorum_watch.report.period import parse_period
from quorum_watch.report.render_html import render_html
from tests.report.browser import axe_source, chromium
from tests.report.invented import reviewed, run_of

pytestmark = pytest.mark.browser
YEAR = parse_period("2026")


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


def pages():
    """The three editions, filled and empty, and with forty bodies."""
    made = {}
    wanted = (("filled", [7, 9], 3, KINDS), ("empty", [7], 0, KINDS[:1]), ("many", [12, *[5] * 39], 60, KINDS[:1]))
    for name, sizes, findings, kinds in wanted:
        material = run_of(sizes, findings)
        for kind in kinds:
            who = "p-0-1" if kind == "member" else ""
            edition = build_report(material, YEAR, kind, recipient=who, reviewed=reviewed(material))
            made[f"{kind}-{name}"] = render_html(edition)
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory, material):
    place = tmp_path_factory.mktemp("pages")
    for name, data in pages().items():
        (place / f"{name}.html").write_bytes(data)
    person = max(
        material.roster.by_id,
        key=lambda p: (sum(i.sender == p for i in material.interactions), p),
    )
    real = build_report(material, parse_period("2025"), "member", recipient=person)
    (place / "member-real.html").write_bytes(render_html(real))
    (place / "overview.html").write_text(render_overview(material.document, {}), encoding="utf-8")
    return place


def test_no_page_fails_wcag_2_1_aa(browser, folder):
    axe = axe_source()
    context = browser.new_context(bypass_csp=True, offline=True)
    page = context.new_page()
    found = {}
    for path in sorted(folder.glob("*.html")):
        page.goto(path.as_uri())
        page.evaluate(axe)
        result = page.evaluate(
            "axe.run({runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}})"
        )
        assert result["passes"]
        found[path.name] = [(v["id"], v["nodes"][0]["html"][:120]) for v in result["violations"]]
    page.set_content("<html><body><img src='data:,'><h3>x</h3></body></html>")
    page.evaluate(axe)
    broken = page.evaluate("axe.run()")
    assert {"image-alt", "html-has-lang"} <= {v["id"] for v in broken["violations"]}, "axe sees what is wrong"
    context.close()
    assert len(found) == 7
    assert {k: v for k, v in found.items() if v} == {}


def test_nothing_is_lost_at_200_percent_or_on_a_phone(browser, folder):
    for width in (640, 320):  # 1280 pixels at 200 %, and the 320 of WCAG 1.4.10
        context = browser.new_context(viewport={"width": width, "height": 800}, offline=True)
        page = context.new_page()
        for name in ("public-filled", "privileged-filled", "member-filled", "public-many"):
            page.goto((folder / f"{name}.html").as_uri())
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width + 1, (name, width, wide)
        context.close()


def test_keyboard_alone(browser, folder):
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((folder / "privileged-filled.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    targets = page.evaluate("document.querySelectorAll('main a, main [tabindex=\"0\"]').length")
    assert targets > 10
    first = ""
    for _ in range(60):
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none"
        to = page.evaluate("document.activeElement.getAttribute('href')")
        if to and to.startswith("#open-"):
            first = to
            break
    assert first, "a number can be reached by the keyboard"
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector(':target').id") == first[1:]
    context.close()


def test_pages_ask_for_nothing_and_run_nothing(browser, folder):
    context = browser.new_context()
    asked = []
    page = context.new_page()
    page.on("request", lambda r: asked.append(r.url))
    page.on("console", lambda m: asked.append(m.text))
    for path in sorted(folder.glob("*.html")):
        page.goto(path.as_uri())
    context.close()
    assert [a for a in asked if not a.startswith("file:")] == []
    assert len(asked) == 7


def test_printed_pages_have_numbers(browser, folder):
    from io import BytesIO

    from pdfminer.high_level import extract_text

    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((folder / "public-many.html").as_uri())
    paper = page.pdf(prefer_css_page_size=True)
    context.close()
    text = extract_text(BytesIO(paper))
    assert "Skip to the report" not in text
    assert "Page 1 of" in text
