"""What the page shows: templates filled with plain values; every word comes from the wording file, escaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from quorum_watch.model import PersonId
from quorum_watch.selfcheck.draft import Advice
from quorum_watch.selfcheck.place import Place
from quorum_watch.selfcheck.render import source_of
from quorum_watch.vocabulary import Channel, Verdict, VoteRule, Weighs
from quorum_watch.wording import say

#: Sentences of arithmetic shown before "Why?"; a screen of a telephone holds no more.
AT_FIRST = 2
_CHANNELS = (
    Channel.EMAIL, Channel.TEXT, Channel.GROUP_CHAT, Channel.SOCIAL_COMMENT, Channel.SOCIAL_POST,
    Channel.SOCIAL_REACTION, Channel.CALL, Channel.IN_PERSON,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """Who looks at the page, and on which day."""

    place: Place | None
    on: date | None
    person: PersonId
    signed_in: bool
    clerk: bool


class Pages:
    """Every page, from the package's templates."""

    def __init__(self) -> None:
        self.env = Environment(
            loader=PackageLoader("quorum_watch.selfcheck", "templates"), autoescape=True, undefined=StrictUndefined
        )
        self.env.globals["t"] = lambda key, **values: say(f"check.page.{key}", values)
        self.env.globals["w"] = lambda key, **values: say(f"check.text.{key}", values)
        self.env.filters["tel"] = lambda text: "".join(c for c in text if c.isdigit() or c == "+")

    def check(self, view: View, advice: Advice | None, shown: Mapping[str, Any]) -> str:
        """The form, with the answer above it where there is one."""
        return self._fill(
            "check.html",
            view=view,
            people=_people(view),
            you=_you(view),
            name=view.place.roster.name(view.person) if view.place and view.person else "",
            city=view.place.workspace.name if view.place else "",
            banner=view.place.profile.banner if view.place else "",
            channels=[(c.value, say(f"channel.{c}")) for c in _CHANNELS],
            rules=[(r.value, say(f"vote_rule.{r}")) for r in VoteRule],
            shown={"who": "", "paste": "", "to": "", "already": "", "outsiders": "", "channel": "email",
                   "vote_rule": "", "chosen": [], **shown},
            advice=advice,
            first=advice.arithmetic[:AT_FIRST] if advice else (),
            rest=advice.arithmetic[AT_FIRST:] if advice else (),
            reasons=_reasons(advice) if advice else (),
            shape=advice.verdict.value if advice else "",
            ask_again=bool(advice and advice.unknown and advice.verdict is Verdict.CANNOT_TELL),
        )  # fmt: skip

    def sign_in(self, token: str = "", *, bad: bool = False) -> str:
        """The sign-in page; with a token, one button."""
        return self._fill("sign_in.html", token=token, bad=bad)

    def guide(self, which: str) -> str:
        """A one-page guide."""
        return self._fill(f"guide_{which}.html")

    def status(self, place: Place | None, counts: Mapping[str, int]) -> str:
        """Whether everything is ready, for the clerk."""
        checked = place.workspace.settings.roster_checked if place else None
        return self._fill("status.html", place=place, checked=checked, counts=counts)

    def offline(self) -> str:
        """Without a connection."""
        return self._fill("offline.html")

    def _fill(self, template: str, **values: Any) -> str:
        return self.env.get_template(template).render(**values)


def _people(view: View) -> list[tuple[str, list[tuple[str, str]]]]:
    """Everybody who can be chosen, by body; only names and ids, as the roster publishes them."""
    if view.place is None or view.on is None:
        return []
    roster, found = view.place.roster, []
    for body in roster.bodies:
        here = [s.person for s in (*roster.members(body.body_id, view.on), *roster.others(body.body_id, view.on))]
        rows = sorted({(p, roster.name(p)) for p in here if p != view.person}, key=lambda r: r[1])
        if rows:
            found.append((body.name, rows))
    return found


def _you(view: View) -> list[tuple[str, str]]:
    if view.place is None:
        return []
    return sorted(((p.person_id, p.name) for p in view.place.roster.people), key=lambda r: r[1])


def _reasons(advice: Advice) -> list[tuple[str, list[tuple[str, str, str]]]]:
    found = []
    for weighs in (Weighs.AGAINST, Weighs.FOR, Weighs.UNKNOWN):
        rows = [(f.because, source_of(f), f.citation.url) for f in advice.why if f.weighs is weighs]
        if rows:
            found.append((say(f"check.text.weighs_{weighs}"), rows))
    return found


def web_manifest() -> dict[str, Any]:
    """The web manifest: a name, icons and a start page, and nothing of the city."""
    name = say("check.page.title")
    icons = [
        {"src": f"/static/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        for size in (192, 512)
    ]
    return {
        "name": name, "short_name": name.split()[0], "start_url": "/", "scope": "/", "display": "standalone",
        "background_color": "#ffffff", "theme_color": "#1b365d", "icons": icons, "lang": "en",
    }  # fmt: skip
