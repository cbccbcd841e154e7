"""The formats an edition can be written in, each loaded when asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from quorum_watch.errors import UsageError
from quorum_watch.report.blocks import Edition

FORMATS = ("html", "pdf", "docx", "csv")


def parse_formats(text: str) -> tuple[str, ...]:
    """Formats separated by commas, each once, in the order of :data:`FORMATS`.

    Raises
    ------
    UsageError
        ``QW-E162`` for a format nobody knows.

    >>> parse_formats("pdf, html")
    ('html', 'pdf')
    """
    asked = {part.strip().lower() for part in text.split(",") if part.strip()}
    unknown = sorted(asked - set(FORMATS))
    if unknown or not asked:
        what = f"There is no format {unknown[0][:20]!r}." if unknown else "No format was named."
        raise UsageError("QW-E162", what, "--format", f"Use one or more of: {','.join(FORMATS)}")
    return tuple(f for f in FORMATS if f in asked)


def write(edition: Edition, formats: Sequence[str], stem: str) -> dict[str, bytes]:
    """File names with their bytes: ``STEM.html``, ``STEM.pdf``, ``STEM.docx``, and ``tables/*.csv``.

    Raises
    ------
    UsageError
        ``QW-E163`` where the packages of the extra ``report`` are not installed.
    """
    files: dict[str, bytes] = {}
    for name in formats:
        if name == "csv":
            files |= {f"tables/{key}": data for key, data in _csv(edition).items()}
        else:
            files[f"{stem}.{name}"] = _one(edition, name)
    return files


def _csv(edition: Edition) -> Mapping[str, bytes]:
    from quorum_watch.report.render_csv import render_csv

    return render_csv(edition)


def _one(edition: Edition, name: str) -> bytes:
    if name == "html":
        from quorum_watch.report.render_html import render_html

        return render_html(edition)
    try:
        if name == "pdf":
            from quorum_watch.report.render_pdf import render_pdf

            return render_pdf(edition)
        from quorum_watch.report.render_docx import render_docx

        return render_docx(edition)
    except ModuleNotFoundError as error:
        if error.name not in ("typst", "docx"):
            raise
        raise UsageError(
            "QW-E163", f"The package for {name} files is not installed.", "--format",
            "Install it with: pip install 'quorum-watch[report]', or leave this format out.",
        ) from None  # fmt: skip
