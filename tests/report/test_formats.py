"""The four formats: the same bytes twice, readable by a machine that reads aloud, harmless."""

from __future__ import annotations

import csv
import io
import itertools
import json
import zipfile
from xml.etree import ElementTree

import pikepdf
import pytest

from quorum_watch.errors import InputError, UsageError
from quorum_watch.report.blocks import Edition, Grid, Heading, Link, Para, Picture, row
from quorum_watch.report.editions import KINDS, build_report
from quorum_watch.report.formats import FORMATS, parse_formats, write
from quorum_watch.report.period import parse_period
from quorum_watch.report.render_csv import inert
from quorum_watch.report.render_pdf import compile_pdf, data_of, render_pdf, showable
from tests.report.invented import reviewed, run_of

YEAR = parse_period("2026")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HOSTILE = [
    "<script>alert(1)</script>", "=cmd|'/c calc'!A0", "+1", "-2+3", "@SUM(1)", "\tx", "\rx", "#import \"@preview/x\"",
    "#panic()", "$ x $", "*bold* _it_ `raw`", "\u202egnp.exe", "\x00\x07\x1b[2J", "\ud800", "\ufffe", "\ufdd0",
    "👍🏽 漢字",
    "]]><!--", "&amp;", "{{ 7*7 }}", "{% raw %}", "javascript:alert(1)", "a" * 5000, "\u0000", "'quoted", "e\u0301",
]  # fmt: skip


def build(kind, *, findings=5, sizes=(7,)):
    material = run_of(list(sizes), findings)
    who = "p-0-1" if kind == "member" else ""
    return build_report(material, YEAR, kind, recipient=who, reviewed=reviewed(material))


@pytest.fixture(scope="module")
def privileged():
    return build("privileged")


@pytest.fixture(scope="module")
def pdf(privileged):
    return pikepdf.open(io.BytesIO(render_pdf(privileged)))


@pytest.mark.parametrize("kind", KINDS)
def test_same_run_same_bytes(kind):
    first = write(build(kind), FORMATS, "report")
    second = write(build(kind), ("csv", "docx", "pdf", "html"), "report")
    assert set(first) == set(second)
    assert {name: first[name] == second[name] for name in first} == dict.fromkeys(first, True)


# --- PDF --------------------------------------------------------------------------------------------------------------


def walk(node):
    """Every structure element below a node, depth first: (type, element)."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield str(kid["/S"]), kid
            yield from walk(kid)


def test_pdf_has_title_language_and_marks(pdf, privileged):
    root = pdf.Root
    assert str(root.Lang).startswith("en")
    assert bool(root.MarkInfo.Marked)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    with pdf.open_metadata() as meta:
        assert meta["dc:title"].startswith(privileged.title)
        assert str(meta["pdfuaid:part"]) == "1"
    assert all(page.get("/Tabs") == "/S" for page in pdf.pages if "/Annots" in page)


def test_pdf_structure_tree(pdf, privileged):
    found = list(walk(pdf.Root.StructTreeRoot))
    kinds = [k for k, _ in found]
    assert kinds[0] == "/Document"
    levels = [int(k[2]) for k in kinds if k[:2] == "/H" and k[2:].isdigit()]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert len(levels) == 1 + sum(isinstance(b, Heading) for b in privileged.blocks)
    heads = [e for k, e in found if k == "/TH"]
    assert len(heads) == sum(len(g.head) for g in privileged.grids())
    for e in heads:
        attributes = e["/A"] if isinstance(e["/A"], pikepdf.Array) else [e["/A"]]
        assert any(str(a.get("/Scope")) == "/Column" for a in attributes if isinstance(a, pikepdf.Dictionary))
    figures = [e for k, e in found if k == "/Figure"]
    pictures = [b for b in privileged.blocks if isinstance(b, Picture)]
    assert sorted(str(e["/Alt"]) for e in figures) == sorted(showable(p.alt) for p in pictures)
    assert kinds.count("/Table") == len(list(privileged.grids()))
    assert "/Link" in kinds
    assert "/L" in kinds


def test_typst_refuses_what_is_not_accessible():
    edition = Edition("public", "Title", "Sub", "City", "2026-01-01", (Para(("Words.",)),))
    good = b"#let data = json(bytes(sys.inputs.data))\n#set document(title: data.title)\n= #data.title\n"
    assert compile_pdf(good, data_of(edition)).startswith(b"%PDF")
    broken = {
        "no title": b"#let data = json(bytes(sys.inputs.data))\n= #data.title\n",
        "skipped level": good + b"=== Deep\n",
        "no alt": good
        + b'#image(bytes("<svg xmlns=\\"http://www.w3.org/2000/svg\\" width=\\"9\\" height=\\"9\\"/>"))\n',
        "not typst": b"#let = (",
    }
    for template in broken.values():
        with pytest.raises(InputError, match="QW-E277"):
            compile_pdf(template, data_of(edition))


def test_the_template_imports_nothing():
    from importlib import resources

    text = resources.files("quorum_watch.report").joinpath("templates/edition.typ").read_text(encoding="utf-8")
    assert "@preview" not in text
    assert "import" not in text
    assert "read(" not in text


# --- Word -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def docx(privileged):
    return zipfile.ZipFile(io.BytesIO(write(privileged, ("docx",), "r")["r.docx"]))


def test_word_has_styles_header_rows_and_alt_text(docx, privileged):
    body = ElementTree.fromstring(docx.read("word/document.xml"))
    styles = [e.get(f"{W}val") for e in body.iter(f"{W}pStyle")]
    assert styles[0] == "Title"
    assert sum(s.startswith("Heading") for s in styles) == sum(isinstance(b, Heading) for b in privileged.blocks)
    tables = list(body.iter(f"{W}tbl"))
    assert len(tables) == len(list(privileged.grids()))
    for table, grid in zip(tables, privileged.grids(), strict=True):
        rows = table.findall(f"{W}tr")
        assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None
        assert len(rows) == len(grid.rows) + 1
        assert table.find(f"{W}tblPr/{W}tblCaption").get(f"{W}val") == grid.caption
    drawn = [
        e.get("descr")
        for e in body.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr")
    ]
    assert drawn == [b.alt for b in privileged.blocks if isinstance(b, Picture)]


def test_word_properties_are_ours(docx, privileged):
    core = docx.read("docProps/core.xml").decode()
    assert privileged.title in core
    assert "2026-12-31" in core
    assert "python-docx" not in core
    assert "2013" not in core
    assert not [n for n in docx.namelist() if "thumbnail" in n]
    assert {i.date_time for i in docx.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_word_opens_again_and_its_links_lead_somewhere(docx):
    import docx as library

    reopened = library.Document(docx.fp)
    assert reopened.paragraphs[0].style.name == "Title"
    body = ElementTree.fromstring(docx.read("word/document.xml"))
    marks = {e.get(f"{W}name") for e in body.iter(f"{W}bookmarkStart")}
    targets = {e.get(f"{W}anchor") for e in body.iter(f"{W}hyperlink")} - {None}
    assert targets
    assert targets <= marks
    ids = [e.get(f"{W}id") for e in body.iter(f"{W}bookmarkStart")]
    assert len(ids) == len(set(ids))


# --- what strangers write ---------------------------------------------------------------------------------------------


def hostile_edition():
    rows = tuple(row(text, Link(text, text), text) for text in HOSTILE)
    blocks = (
        Heading(2, "A heading " + HOSTILE[0], "h"),
        *(Para((text,)) for text in HOSTILE),
        Grid("t", HOSTILE[0], ("=1", "b", "c"), rows),
    )
    return Edition("privileged", "Title " + HOSTILE[0], HOSTILE[11], "City", "2026-01-01", blocks)


def test_hostile_text_is_inert_in_every_format():
    files = write(hostile_edition(), FORMATS, "r")
    page = files["r.html"].decode()
    assert "<script" not in page
    assert 'href="javascript' not in page
    assert "\u202e" not in page
    assert "49" not in page.split("{{ 7*7 }}")[1][:5]
    rows = list(csv.reader(io.StringIO(files["tables/t.csv"].decode("utf-8-sig"))))
    assert rows[0][0] == "'=1"
    assert not [c for r in rows for c in r if c[:1] in ("=", "+", "-", "@", "\t", "\r", "\0")]
    words = zipfile.ZipFile(io.BytesIO(files["r.docx"])).read("word/document.xml").decode()
    assert "\u202e" not in words
    assert files["r.pdf"].startswith(b"%PDF")


def test_formula_marks_can_be_taken_back():
    for text in ("=1", "+1", "-1", "@a", "'a", "plain"):
        cell = inert(text)
        assert (cell[1:] if cell.startswith("'") else cell) == text


def test_csv_tables_have_their_columns(privileged):
    files = write(privileged, ("csv",), "r")
    steps = list(csv.reader(io.StringIO(files["tables/steps.csv"].decode("utf-8-sig"))))
    grids = [g for g in privileged.grids() if g.sheet == "steps"]
    assert len(steps) == 1 + sum(len(g.rows) for g in grids)
    assert {len(r) for r in steps} == {len(grids[0].head) + 1}
    assert {r[0] for r in steps[1:]} == {g.subject for g in grids}


def test_characters_the_font_lacks_become_their_names():
    assert showable("👍 漢") == "[thumbs up sign] [cjk unified ideograph-6f22]"
    assert showable("café – ok") == "café – ok"


def test_html_asks_for_nothing(privileged):
    page = write(privileged, ("html",), "r")["r.html"].decode()
    assert "default-src 'none'" in page
    assert "<script" not in page
    for attribute in ("src=", "@import", "url(http", 'xlink:href="http'):
        assert attribute not in page
    assert '<html lang="en">' in page


def test_formats_by_name():
    assert parse_formats("csv,html") == ("html", "csv")
    for bad in ("exe", "", "html;pdf"):
        with pytest.raises(UsageError, match="QW-E162"):
            parse_formats(bad)


def test_data_for_typst_is_plain(privileged):
    json.dumps(data_of(privileged))
