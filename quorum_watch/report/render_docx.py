"""An edition as a Word file for editing: real heading styles, header rows, pictures with words, its own title.

The same edition gives the same bytes: the package is written again with fixed times, and the properties that
python-docx fills in by itself (an author, a comment, a date of 2013) are replaced.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Inches, Pt, RGBColor

from quorum_watch.report import charts
from quorum_watch.report.blocks import (
    Block,
    Bullets,
    Edition,
    Grid,
    Heading,
    Inline,
    Para,
    Picture,
    Terms,
    Words,
    address,
)
from quorum_watch.report.text import visible
from quorum_watch.wording import say

_EPOCH = (1980, 1, 1, 0, 0, 0)
_LONGEST_NAME = 40
_WIDE = 6.6
_FONT = "Arial"
_INK = RGBColor(0x1A, 0x1A, 0x1A)


def render_docx(edition: Edition) -> bytes:
    """The file; the same edition gives the same bytes."""
    writer = _Writer(edition)
    for block in edition.blocks:
        writer.put(block)
    return writer.bytes()


class _Writer:
    """Puts blocks into a document; holds the bookmarks given so far."""

    def __init__(self, edition: Edition) -> None:
        self.document: Any = Document()
        self.styles: dict[str, str] = {}
        self.marks = 0
        self.pictures = 0
        anchors = [b.anchor for b in edition.blocks if isinstance(b, Heading)]
        self.anchors = {*anchors, *(a for g in edition.grids() for a in g.anchors if a)}
        self._dress(edition)
        self.line("Title", edition.title)
        self.line("Subtitle", edition.subtitle)

    def line(self, style: str, text: str = "") -> Any:
        """A paragraph at the end; the style is set by its id, because looking it up by name each time is slow."""
        if style not in self.styles:
            self.styles[style] = self.document.styles[style].style_id
        made = self.document.add_paragraph(visible(text))
        if style != "Normal":
            made._p.style = self.styles[style]
        return made

    def _dress(self, edition: Edition) -> None:
        """Letter paper, one font, page x of y, properties of our own."""
        section = self.document.sections[0]
        section.page_width, section.page_height = Inches(8.5), Inches(11)
        section.left_margin = section.right_margin = Cm(2)
        styles = self.document.styles
        for name in ("Normal", "Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3", "Caption"):
            font = styles[name].font
            font.name, font.color.rgb = _FONT, _INK
            fonts = styles[name].element.get_or_add_rPr().get_or_add_rFonts()
            for key in list(fonts.attrib):
                if "Theme" in key:
                    del fonts.attrib[key]
            for key in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
                fonts.set(qn(key), _FONT)
        styles["Normal"].font.size = Pt(10)
        self._footer(section)
        made = datetime.fromisoformat(edition.dated).replace(hour=12, tzinfo=UTC).replace(tzinfo=None)
        about = self.document.core_properties
        about.title = visible(f"{edition.title}: {edition.subtitle}")
        about.author = about.last_modified_by = visible(edition.city)
        about.subject, about.language, about.revision = visible(edition.city), "en-US", 1
        about.comments = about.category = about.keywords = about.content_status = about.identifier = about.version = ""
        about.created = about.modified = about.last_printed = made

    def _footer(self, section: Any) -> None:
        line = section.footer.paragraphs[0]
        line.add_run(f"{say('report.page.number')} ")
        _field(line, "PAGE")
        line.add_run(f" {say('report.page.of')} ")
        _field(line, "NUMPAGES")

    def put(self, block: Block) -> None:
        """One block at the end."""
        match block:
            case Heading():
                line = self.line(f"Heading {block.level - 1}", block.text)
                self._mark(line._p, block.anchor)
            case Para():
                style = {"banner": "Intense Quote", "lead": "Normal"}.get(block.style, "Normal")
                self._words(self.line(style)._p, block.words)
            case Bullets():
                style = "List Number" if block.ordered else "List Bullet"
                for item in block.items:
                    self._words(self.line(style)._p, item)
            case Terms():
                for term, meaning in block.rows:
                    line = self.document.add_paragraph()
                    line.add_run(f"{visible(term)}: ").bold = True
                    line.add_run(visible(meaning))
            case Grid():
                self._grid(block)
            case Picture():
                self._picture(block)

    def _picture(self, block: Picture) -> None:
        data, inches = charts.png(block)
        self.pictures += 1
        line = self.document.add_paragraph()
        line.paragraph_format.keep_with_next = True
        shape = line.add_run().add_picture(BytesIO(data), width=Inches(min(inches, _WIDE)))
        for element in (shape._inline.docPr, *shape._inline.iter(qn("pic:cNvPr"))):
            element.set("descr", visible(block.alt))
            element.set("name", f"picture {self.pictures}")
        self.line("Caption", block.caption)

    def _grid(self, grid: Grid) -> None:
        """A table with a header row, its caption above and in its properties; built as XML because cells are many."""
        caption = self.line("Caption", grid.caption)
        caption.paragraph_format.keep_with_next = True
        table = self.document.add_table(rows=0, cols=len(grid.head))
        if "Table Grid" not in self.styles:
            self.styles["Table Grid"] = self.document.styles["Table Grid"].style_id
        table._tbl.tblStyle_val = self.styles["Table Grid"]
        properties = table._tbl.tblPr
        for name in ("w:tblCaption", "w:tblDescription"):
            element = OxmlElement(name)
            element.set(qn("w:val"), visible(grid.caption))
            properties.append(element)
        look = properties.find(qn("w:tblLook"))
        if look is not None:
            look.set(qn("w:firstRow"), "1")
            look.set(qn("w:firstColumn"), "1")
        table._tbl.append(self._row(tuple((h,) for h in grid.head), grid.numeric, header=True))
        for k, cells in enumerate(grid.rows):
            anchor = grid.anchors[k] if grid.anchors else ""
            table._tbl.append(self._row(cells, grid.numeric, anchor=anchor))
        self.document.add_paragraph()

    def _row(self, cells: Sequence[Words], numeric: frozenset[int], *, header: bool = False, anchor: str = "") -> Any:
        row = OxmlElement("w:tr")
        properties = OxmlElement("w:trPr")
        properties.append(OxmlElement("w:cantSplit"))
        if header:
            properties.append(OxmlElement("w:tblHeader"))
        row.append(properties)
        for k, cell in enumerate(cells):
            box, line = OxmlElement("w:tc"), OxmlElement("w:p")
            if k in numeric:
                settings, side = OxmlElement("w:pPr"), OxmlElement("w:jc")
                side.set(qn("w:val"), "right")
                settings.append(side)
                line.append(settings)
            if k == 0 and anchor:
                self._mark(line, anchor)
            self._words(line, cell, bold=header or k == 0, small=True)
            box.append(line)
            row.append(box)
        return row

    def _words(self, line: Any, found: Words, *, bold: bool = False, small: bool = False) -> None:
        for part in found:
            run = _run(part if isinstance(part, str) else part.text, bold=bold, small=small)
            line.append(run if isinstance(part, str) else self._link(part, run))

    def _link(self, part: Inline, run: Any) -> Any:
        to = getattr(part, "to", "")
        if not address(to) or (to.startswith("#") and to[1:] not in self.anchors):
            return run
        link = OxmlElement("w:hyperlink")
        if to.startswith("#"):
            link.set(qn("w:anchor"), _name(to[1:]))
        else:
            link.set(qn("r:id"), self.document.part.relate_to(to, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        underline = OxmlElement("w:u")
        underline.set(qn("w:val"), "single")
        properties = run.find(qn("w:rPr"))
        if properties is None:
            properties = OxmlElement("w:rPr")
            run.insert(0, properties)
        properties.append(underline)
        link.append(run)
        return link

    def _mark(self, line: Any, anchor: str) -> None:
        """A bookmark at the beginning of a paragraph."""
        self.marks += 1
        for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
            mark = OxmlElement(tag)
            mark.set(qn("w:id"), str(self.marks))
            if tag == "w:bookmarkStart":
                mark.set(qn("w:name"), _name(anchor))
            line.append(mark)

    def bytes(self) -> bytes:
        """The package, its parts in order and without times of its own."""
        first, out = BytesIO(), BytesIO()
        self.document.save(first)
        with zipfile.ZipFile(first) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                if name == "docProps/thumbnail.jpeg":
                    continue
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
                data = old.read(name)
                if name == "_rels/.rels":
                    data = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", data)
                new.writestr(entry, data)
        return out.getvalue()


def _name(anchor: str) -> str:
    """A bookmark's name: letters, digits and underscores, at most forty."""
    return "m_" + re.sub(r"\W", "_", anchor, flags=re.ASCII)[-(_LONGEST_NAME - 2) :]


def _run(text: str, *, bold: bool, small: bool) -> Any:
    run = OxmlElement("w:r")
    if bold or small:
        properties = OxmlElement("w:rPr")
        if bold:
            properties.append(OxmlElement("w:b"))
        if small:
            size = OxmlElement("w:sz")
            size.set(qn("w:val"), "17")
            properties.append(size)
        run.append(properties)
    words = OxmlElement("w:t")
    words.text = visible(text)
    words.set(qn("xml:space"), "preserve")
    run.append(words)
    return run


def _field(line: Any, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run, words = OxmlElement("w:r"), OxmlElement("w:t")
    words.text = "1"
    run.append(words)
    field.append(run)
    line._p.append(field)
