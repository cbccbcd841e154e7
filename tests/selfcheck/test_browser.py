"""The page in a real browser: a telephone and a desk, without script, by keyboard alone, and under axe."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.selfcheck.site import running

pikepdf = pytest.importorskip("pikepdf")
sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
VIEW = "I think we should reject the Mill Street rezoning."
#: Set to a folder to keep pictures of every page looked at.
PICTURES = os.environ.get("SELFCHECK_PICTURES", "")
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("no chromium: install the Debian package chromium, or set CHROMIUM to its path")
    with sync_api.sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running() as at:
        yield at


def open_page(browser: Any, size: dict[str, int], **options: Any) -> Any:
    page = browser.new_context(viewport=size, **options).new_page()
    page.set_default_timeout(15_000)
    return page


def ask(page: Any, address: str, to: str, text: str) -> None:
    page.goto(address)
    page.select_option("#who", "ann-abel")
    page.fill("#to", to)
    page.fill("#paste", text)
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_selector("#headline")


def picture(page: Any, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_paste_answer_why(browser: Any, address: str, size: dict[str, int], script: bool) -> None:
    page = open_page(browser, size, java_script_enabled=script)
    page.goto(address)
    picture(page, f"form-{size['width']}-{script}")
    ask(page, address, "council@harrow.example", VIEW)
    assert page.inner_text("#headline") == "Stop. Ask before you send."
    assert page.get_by_role("img", name="octagon").is_visible()
    assert "12 of 12 members of the Common Council" in page.inner_text(".count >> nth=0")
    assert not page.get_by_text("Reasons for care").is_visible()
    picture(page, f"stop-{size['width']}-{script}")
    page.get_by_text("Why?", exact=True).click()
    assert page.get_by_text("Reasons for care").is_visible()
    assert page.get_by_text("What we cannot see").is_visible()
    picture(page, f"why-{size['width']}-{script}")


@pytest.mark.parametrize(
    ("to", "text", "headline", "shape"),
    [
        ("council@harrow.example", VIEW, "Stop. Ask before you send.", "octagon"),
        ("eve-east", VIEW, "Change this before you send.", "triangle"),
        ("nell-nash", "How much did the plow cost?", "No concern found in what you pasted.", "circle"),
        ("who@elsewhere.example", "How much did the plow cost?", "We cannot tell.", "question mark"),
    ],
)
def test_every_answer_fits_one_screen_of_a_telephone(
    browser: Any, address: str, to: str, text: str, headline: str, shape: str
) -> None:
    """Shape, words, arithmetic, what to do, whom to call and what is saved: without scrolling, at 360 by 740."""
    page = open_page(browser, PHONE)
    ask(page, address, to, text)
    assert page.inner_text("#headline") == headline
    picture(page, f"answer-{shape.split()[0]}")
    for place in ("#headline", ".shape", ".do", ".call a", ".answer > .quiet"):
        box = page.locator(place).first.bounding_box()
        assert box["y"] >= 0, place
        assert box["y"] + box["height"] <= PHONE["height"], place
    assert page.get_by_role("img", name=shape).is_visible()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"]


def test_readable_at_twice_the_size(browser: Any, address: str) -> None:
    """At 200 % a telephone's page is 180 points wide: nothing may stick out sideways."""
    page = open_page(browser, {"width": 180, "height": 370})
    ask(page, address, "council@harrow.example", VIEW)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator("#headline").is_visible()


def test_by_keyboard_alone(browser: Any, address: str) -> None:
    page = open_page(browser, DESK)
    page.goto(address)
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        here = page.evaluate("document.activeElement.id || document.activeElement.textContent.trim().slice(0, 12)")
        seen.append(here)
        if here == "who":
            page.keyboard.type("Ann Abel")
        elif here == "to":
            page.keyboard.type("council@harrow.example")
        elif here == "paste":
            page.keyboard.type(VIEW)
        elif here == "Check":
            page.keyboard.press("Enter")
            break
    assert seen[0] == "Skip to the "
    page.wait_for_selector("#headline")
    assert page.inner_text("#headline") == "Stop. Ask before you send."
    assert page.evaluate("document.activeElement.id") == "headline"
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Why?":
            page.keyboard.press("Enter")
            break
    assert page.get_by_text("Reasons for care").is_visible()


def test_a_dropped_file_is_checked(browser: Any, address: str, tmp_path: Path) -> None:
    mail = tmp_path / "draft.eml"
    mail.write_text(f"From: ann.abel@harrow.example\nTo: council@harrow.example\nSubject: x\n\n{VIEW}\n", "utf-8")
    page = open_page(browser, DESK)
    page.goto(address)
    page.select_option("#who", "ann-abel")
    page.get_by_text("More", exact=True).click()
    page.set_input_files("#file", str(mail))
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_selector("#headline")
    assert page.inner_text("#headline") == "Stop. Ask before you send."


def test_choosing_people_gives_the_same_answer_as_typing(browser: Any, address: str) -> None:
    page = open_page(browser, PHONE)
    page.goto(address)
    page.select_option("#who", "ann-abel")
    page.get_by_text("Or choose people").click()
    page.get_by_label("Eve East").first.check()
    picture(page, "people")
    page.fill("#paste", VIEW)
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_selector("#headline")
    assert page.inner_text("#headline") == "Change this before you send."


def test_a_stranger_can_be_declared_with_one_tick(browser: Any, address: str) -> None:
    page = open_page(browser, PHONE)
    ask(page, address, "who@elsewhere.example", "The crosswalk is on the agenda.")
    assert page.inner_text("#headline") == "We cannot tell."
    page.get_by_label("who@elsewhere.example").check()
    page.get_by_role("button", name="Check again").click()
    page.wait_for_selector("text=No concern found")
    page.get_by_text("Why?", exact=True).click()
    assert page.get_by_text("You told us that these belong to no member: who@elsewhere.example.").is_visible()


def test_print_shows_the_reasons_and_not_the_form(browser: Any, address: str) -> None:
    page = open_page(browser, DESK)
    ask(page, address, "eve-east", VIEW)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.get_by_text("Reasons for care").is_visible()
    assert not page.locator("#paste").is_visible()
    pdf = page.pdf(format="Letter")
    assert pdf.startswith(b"%PDF")


def test_a_guide_prints_on_one_page(browser: Any, address: str) -> None:
    for which in ("member", "clerk", "attorney"):
        page = open_page(browser, DESK)
        page.goto(f"{address}/guide/{which}")
        picture(page, f"guide-{which}")
        with pikepdf.open(io.BytesIO(page.pdf(format="Letter"))) as pdf:
            assert len(pdf.pages) == 1, which


def test_offline_says_so_and_nothing_else(browser: Any, address: str) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    context.set_offline(True)
    page.goto(address)
    assert "You are offline" in page.inner_text("h1")
    kept = page.evaluate(
        "caches.keys().then(ks => Promise.all(ks.map(k => caches.open(k).then(c => c.keys())))).then("
        "found => found.flat().map(one => new URL(one.url).pathname))"
    )
    assert sorted(kept) == ["/offline", "/static/app.css", "/static/icon.svg"]
    context.set_offline(False)


def test_nothing_is_kept_in_the_browser(browser: Any, address: str) -> None:
    page = open_page(browser, PHONE)
    ask(page, address, "eve-east", "SECRETWORD " + VIEW)
    stores = "[Object.entries(localStorage), Object.entries(sessionStorage), document.cookie]"
    stored = page.evaluate(f"JSON.stringify({stores})")
    assert "SECRETWORD" not in stored
    assert "SECRETWORD" not in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, address: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    # The page forbids foreign script; axe is put in as the browser's own, past that rule.
    context = browser.new_context(viewport=PHONE, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    found = {}

    def look(name: str) -> None:
        response = axe.Axe().run(page).response
        found[name] = [(v["id"], v["nodes"][0]["html"][:120]) for v in response["violations"]]

    page.goto(address)
    look("form")
    answers = (("council@harrow.example", "stop"), ("eve-east", "change"), ("nell-nash", "no"), ("x@y.example", "?"))
    for to, name in answers:
        ask(page, address, to, VIEW)
        for summary in page.locator("summary").all():
            summary.click()
        look(name)
    for path in ("/guide/member", "/guide/clerk", "/guide/attorney", "/sign-in", "/offline"):
        page.goto(address + path)
        look(path)
    assert {k: v for k, v in found.items() if v} == {}
