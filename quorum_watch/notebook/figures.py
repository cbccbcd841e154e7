"""A picture as it is shown in a notebook: the drawing, the same in words, and the same as a table beneath."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from quorum_watch import plots
from quorum_watch.notebook.page import page, paragraph, table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Figure:
    """Axes with words; ``ax`` is matplotlib's, for whoever wants to change it."""

    ax: Axes
    name: str

    @property
    def alt_text(self) -> str:
        """What the picture shows, in sentences."""
        return plots.words_of(self.ax)

    @property
    def table(self) -> pd.DataFrame:
        """Everything drawn, as a table."""
        import pandas as pd

        head, rows = self._twin()
        return pd.DataFrame(rows, columns=list(head))

    def _twin(self) -> Any:
        return plots.table_of(self.ax)

    def _repr_html_(self) -> str:
        words = self.alt_text
        head, rows = self._twin()
        svg = plots.to_svg(self.ax, prefix=self.name)
        drawing = Markup('<svg role="img" aria-label="{}" ').format(words) + Markup(svg.removeprefix("<svg "))
        figure = Markup("<figure>{}<figcaption>{}</figcaption></figure>").format(drawing, paragraph(words))
        twin = table(words, head, rows)
        # Some pictures are a table first: the reader should meet the exact answer before the impression.
        parts = (twin, figure) if plots.table_first(self.ax) else (figure, twin)
        return page(*parts, label=words)

    def __repr__(self) -> str:
        return self.alt_text
