"""The review panel: fifty findings on a Friday afternoon, by keyboard, each decision on disk before the next is shown.

Every control is a standard ipywidgets one, reached with Tab and pressed with Space; nothing has to be installed in the
browser. Choices are rows of buttons, because JupyterLab takes arrow keys and Enter for itself wherever no text is being
typed. Every button is a method with the same name, so that the panel can be worked from code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
from markupsafe import Markup

from quorum_watch.errors import QuorumWatchError, UsageError
from quorum_watch.notebook.finding import FindingView
from quorum_watch.notebook.page import moment, shown
from quorum_watch.notebook.run import OpenRun
from quorum_watch.review.log import ReviewLog, utc_now
from quorum_watch.review.records import Decision
from quorum_watch.vocabulary import Concern, Disposition
from quorum_watch.wording import say

_FIELD = widgets.Layout(width="44em")
_LABEL = {"description_width": "14em"}
_SETTLE_SECONDS = 0.4


class Choice:
    """One of several, as a row of buttons; what is chosen is told by a mark, not by colour."""

    def __init__(self, title: str, options: list[tuple[str, str]], chosen: Callable[[str], None] | None = None) -> None:
        self.title = title
        self._options = options
        self._chosen = chosen
        self._value: str | None = None
        self.buttons = {v: widgets.Button(layout=widgets.Layout(width="auto")) for _, v in options}
        for value, button in self.buttons.items():
            button.on_click(self._pressed(value))
        label = widgets.HTML(str(Markup("<span>{}</span>").format(shown(title))), layout=widgets.Layout(width="14em"))
        self.box = widgets.HBox([label, *self.buttons.values()], layout=widgets.Layout(flex_flow="row wrap"))
        self.value = None

    @property
    def value(self) -> str | None:
        """What is chosen, or ``None``."""
        return self._value

    @value.setter
    def value(self, value: str | None) -> None:
        if value is not None and value not in self.buttons:
            raise UsageError("QW-E118", "There is no such choice.", str(value)[:40], ", ".join(self.buttons))
        self._value = value
        for text, name in self._options:
            self.buttons[name].description = f"{'●' if name == value else '○'} {text}"

    def _pressed(self, value: str) -> Callable[[Any], None]:
        def press(_: Any) -> None:
            self.value = value
            if self._chosen is not None:
                self._chosen(value)

        return press


class ReviewPanel:
    """One finding at a time with the form to decide about it. Made by :func:`open_panel`; shown by writing its name."""

    def __init__(self, run: OpenRun, log: ReviewLog) -> None:
        self.run, self.log = run, log
        self._chosen: list[FindingView] = []
        self._at = 0
        self.filter = Choice(say("review.panel.filter"), _choices(), self.show_only)
        self.place = widgets.HTML()
        self.page = widgets.HTML()
        self.standing = widgets.HTML()
        words = [(say(f"review.disposition.{d.value}"), d.value) for d in Disposition]
        self.disposition = Choice(say("review.panel.decision"), words)
        self.basis = _text("basis")
        self.privileged = widgets.Checkbox(value=False, description=say("review.panel.privileged"), indent=True,
                                           style=_LABEL, layout=_FIELD)  # fmt: skip
        self.note = widgets.Textarea(
            description=say("review.panel.note"), style=_LABEL, layout=_FIELD, rows=2, continuous_update=False
        )
        self.second = _text("second")
        self.status = widgets.HTML()
        self.buttons = {
            name: widgets.Button(description=say(f"review.panel.{name}"), button_style="")
            for name in ("record", "next", "previous", "undo")
        }
        for name, button in self.buttons.items():
            press = self._pressed(getattr(self, name))
            button.on_click(_once_settled(press) if name == "record" else press)
        form = [self.disposition.box, self.basis, self.privileged, self.note, self.second]
        bar = widgets.HBox([self.buttons["previous"], self.buttons["next"], self.place])
        acts = widgets.HBox([self.buttons["record"], self.buttons["undo"]])
        hint = widgets.HTML(str(Markup("<p>{}</p>").format(shown(say("review.panel.keys")))))
        self.box = widgets.VBox([hint, self.filter.box, bar, self.standing, *form, acts, self.status, self.page])
        self.show_only("open")

    # --- what the buttons do ------------------------------------------------------------------------------------------

    @property
    def finding(self) -> FindingView | None:
        """The finding shown, or ``None`` where none matches the filter."""
        return self._chosen[self._at] if self._chosen else None

    def show_only(self, which: str) -> None:
        """Choose findings: ``all``, ``open``, ``changed``, or a concern."""
        if which not in {value for _, value in _choices()}:
            known = ", ".join(value for _, value in _choices())
            raise UsageError("QW-E118", "There is no such filter.", which[:40], f"Use one of: {known}")
        current = self.log.current()
        self._chosen = [f for f in self.run.findings if _matches(f, which, current)]
        self._at = 0
        self.filter.value = which
        self._show()

    def next(self) -> None:
        """Go to the next finding; after the last one, stay."""
        self._at = min(self._at + 1, max(0, len(self._chosen) - 1))
        self._show()

    def previous(self) -> None:
        """Go back one finding."""
        self._at = max(0, self._at - 1)
        self._show()

    def record(self) -> Decision | None:
        """Record what the form says about the finding shown; what is missing is said below the buttons."""
        finding = self.finding
        if finding is None:
            return None
        if self.disposition.value is None:
            raise UsageError("QW-E117", "No decision is chosen.", finding.id, "Choose one of the decisions first.")
        made = self.log.record(
            finding,
            self.disposition.value,
            basis=self.basis.value,
            privileged=bool(self.privileged.value),
            note=self.note.value,
            second_reviewer=self.second.value,
            run=self.run.id,
        )
        self._show()
        what = say(f"review.disposition.{made.disposition.value}")
        self._say(say("review.panel.recorded", {"what": what, "who": made.actor, "at": moment(made.at)}))
        return made

    def undo(self) -> Decision | None:
        """Take back the decision that stands, by a new entry; the one before it stands again."""
        if self.finding is None:
            return None
        stands = self.log.undo(self.finding)
        self._show()
        what = say(f"review.disposition.{stands.disposition.value}") if stands else say("review.mark.none")
        self._say(say("review.panel.undone", {"what": what}))
        return stands

    # --- showing ------------------------------------------------------------------------------------------------------

    def _pressed(self, action: Callable[[], object]) -> Callable[[Any], None]:
        def run(_: Any) -> None:
            try:
                action()
            except QuorumWatchError as error:
                self._say(str(error))

        return run

    def _show(self) -> None:
        self._say("")
        f = self.finding
        self.place.value = str(shown(say("review.panel.place", {"n": self._at + 1, "total": len(self._chosen)})))
        for name in ("record", "undo", "next", "previous"):
            self.buttons[name].disabled = f is None
        if f is None:
            self.place.value = ""
            self.standing.value = ""
            self.page.value = str(Markup("<p>{}</p>").format(shown(say("review.panel.nothing"))))
            return
        self.page.value = f._repr_html_()
        standing = self.log.standing(f)
        decision = standing.decision
        if decision is None:
            self.standing.value = str(Markup("<p>{}</p>").format(shown(say("review.panel.waiting"))))
            self._fill(None, "", "", "", privileged=False)
            return
        what = say(f"review.disposition.{decision.disposition.value}")
        values = {"what": what, "who": decision.actor, "at": moment(decision.at), "basis": decision.basis}
        words = say("review.panel.stands", values)
        changed = f" ({say('review.mark.changed')})" if standing.changed else ""
        self.standing.value = str(Markup("<p><strong>{}{}</strong></p>").format(shown(words), changed))
        self._fill(
            decision.disposition.value, decision.basis, decision.note, decision.second_reviewer,
            privileged=decision.privileged,
        )  # fmt: skip

    def _fill(self, disposition: str | None, basis: str, note: str, second: str, *, privileged: bool) -> None:
        self.disposition.value = disposition
        self.basis.value, self.note.value, self.second.value = basis, note, second
        self.privileged.value = privileged

    def _say(self, words: str) -> None:
        self.status.value = str(Markup('<p role="status">{}</p>').format(shown(words))) if words else ""

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.box._repr_mimebundle_(**options)

    def __repr__(self) -> str:
        return say("review.panel.title")


def open_panel(run: OpenRun, *, actor: str, log: ReviewLog | None = None) -> ReviewPanel:
    """The review panel over a run's findings, worked by one named person.

    Parameters
    ----------
    run
        From ``open_run``; ``run.masked()`` for a first pass without names.
    actor
        Who decides: the name every entry carries.
    log
        An open decision log; by default the workspace's own.
    """
    return ReviewPanel(run, log or ReviewLog.open(run.review, actor=actor, clock=utc_now))


def _once_settled(action: Callable[[Any], None]) -> Callable[[Any], None]:
    """Act when what was typed last has arrived.

    The browser holds a field's text back while the kernel is busy, but sends a press at once: a quick typist
    would record a decision without the end of the last word.
    """

    def run(button: Any) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # not in a notebook
            action(button)
            return
        loop.call_later(_SETTLE_SECONDS, action, button)

    return run


def _text(name: str) -> widgets.Text:
    return widgets.Text(
        description=say(f"review.panel.{name}"), style=_LABEL, layout=_FIELD, continuous_update=False
    )


def _choices() -> list[tuple[str, str]]:
    words = [(say(f"review.panel.{name}"), name) for name in ("open", "changed", "all")]
    return words + [(say(f"concern.{c.value}"), c.value) for c in reversed(Concern)]


def _matches(f: FindingView, which: str, current: dict[str, Decision]) -> bool:
    decision = current.get(f.seed)
    if which == "all":
        return True
    if which == "open":
        return decision is None or decision.full != f.full
    if which == "changed":
        return decision is not None and decision.full != f.full
    return bool(f.raw["concern"] == which)
