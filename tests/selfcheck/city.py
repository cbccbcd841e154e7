"""Harrow Falls: a small invented city for the table of drafts. Every person and address here is made up."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from datetime import date
from pathlib import Path

from quorum_watch.selfcheck.place import Place, open_place

#: The day on which the table is read.
TODAY = date(2026, 6, 15)

TOML = """name = "Harrow Falls, Wisconsin (invented)"
jurisdiction = "us-wi"
timezone = "America/Chicago"
policy = "stoughton-social-media-2019"
roster_checked = 2026-05-01

[contact]
name = "Otto Oaks, City Attorney"
phone = "608-555-0177"
email = "otto.oaks@harrow.example"
"""

ALDERS = (
    "ann-abel", "ben-birch", "cora-clay", "dan-dove", "eve-east", "fay-field",
    "gus-glen", "hal-holt", "ivy-inch", "jon-jute", "kay-kirk", "lee-lund",
)  # fmt: skip
OTHERS = {
    "max-moor": "mayor", "nell-nash": "City Clerk", "otto-oaks": "City Attorney", "pia-park": "City Administrator",
    "quin-quay": "City Engineer", "rae-abel": "spouse of an alder", "sam-snow": "resident", "tia-teal": "resident",
    "una-usher": "alder-elect", "vic-vale": "commissioner", "wes-wood": "commissioner", "xia-xu": "commissioner",
    "yul-york": "commissioner", "zoe-zeal": "commissioner", "art-ash": "member", "bea-bell": "member",
    "cal-cole": "member",
}  # fmt: skip
BODIES = """body_id,name,kind,seats,parent_id,quorum,vote_rule,bargaining
common-council,Common Council,common_council,12,,,,
finance,Finance Committee,committee,6,common-council,,,
plan,Plan Commission,plan_commission,7,,,,
cemetery,Cemetery Board,board,3,,,,
bargaining,Bargaining Team,committee,3,common-council,,,yes
"""
LISTS = """address,person_id,body_id
council@harrow.example,,common-council
finance@harrow.example,,finance
plan@harrow.example,,plan
staff@harrow.example,nell-nash,
staff@harrow.example,pia-park,
staff@harrow.example,quin-quay,
everyone@harrow.example,council@harrow.example,
everyone@harrow.example,staff@harrow.example,
deep@harrow.example,everyone@harrow.example,
mayor@harrow.example,max-moor,
"""


def name_of(person: str) -> str:
    return " ".join(part.capitalize() for part in person.split("-"))


def address_of(person: str) -> str:
    return f"{person.replace('-', '.')}@harrow.example"


def write_city(folder: Path, *, toml: str = TOML, vacant: tuple[str, ...] = ()) -> Path:
    """Write the workspace; ``vacant`` are alders who have left."""
    roster = folder / "roster"
    roster.mkdir(parents=True)
    (folder / "workspace.toml").write_text(toml, "utf-8")
    people = ["person_id,name,role,household"]
    people += [f"{p},{name_of(p)},alder,{'H1' if p == 'ann-abel' else ''}" for p in ALDERS]
    people += [f"{p},{name_of(p)},{role},{'H1' if p == 'rae-abel' else ''}" for p, role in OTHERS.items()]
    (roster / "people.csv").write_text("\n".join(people) + "\n", "utf-8")
    (roster / "bodies.csv").write_text(BODIES, "utf-8")
    terms = ["person_id,body_id,capacity,voting,start,end"]
    for person in ALDERS:
        terms.append(f"{person},common-council,member,yes,2024-04-16,{'2026-05-31' if person in vacant else ''}")
    terms.append("max-moor,common-council,presiding,no,2024-04-16,")
    terms.append("una-usher,common-council,member_elect,no,2026-04-07,")
    terms += [f"{p},finance,member,yes,2024-04-16," for p in (*ALDERS[:4], "tia-teal")]
    terms += [
        f"{p},plan,member,yes,2024-04-16,"
        for p in ("hal-holt", "max-moor", "vic-vale", "wes-wood", "xia-xu", "yul-york", "zoe-zeal")
    ]
    terms += [f"{p},cemetery,member,yes,2024-04-16," for p in ("art-ash", "bea-bell", "cal-cole")]
    terms += [f"{p},bargaining,member,yes,2024-04-16," for p in ("ivy-inch", "jon-jute", "kay-kirk")]
    (roster / "memberships.csv").write_text("\n".join(terms) + "\n", "utf-8")
    accounts = ["person_id,kind,value"]
    for person in (*ALDERS, *OTHERS):
        if person != "sam-snow":
            accounts.append(f"{person},email,{address_of(person)}")
        accounts.append(f"{person},name,{name_of(person)}")
    accounts += ["sam-snow,email,sam.snow@home.example", "ann-abel,email,ann.abel@home.example"]
    accounts += [f"{p},facebook,{p.replace('-', '.')}" for p in ALDERS]
    accounts += [f"{p},phone,+1608555{200 + n:04d}" for n, p in enumerate(ALDERS)]
    (roster / "accounts.csv").write_text("\n".join(accounts) + "\n", "utf-8")
    (roster / "lists.csv").write_text(LISTS, "utf-8")
    return folder


@functools.cache
def folder_of(kind: str = "") -> Path:
    """A city on disk, written once a session: ``""``, ``vacancy`` or ``stale``."""
    above = Path(tempfile.mkdtemp(prefix="harrow-"))
    atexit.register(shutil.rmtree, above, ignore_errors=True)
    base = above / "city"
    if kind == "stale":
        return write_city(base, toml=TOML.replace("2026-05-01", "2024-05-01"))
    if kind == "california":
        toml = TOML.replace("us-wi", "us-ca").replace('policy = "stoughton-social-media-2019"\n', "")
        return write_city(base, toml=toml)
    return write_city(base, vacant=("lee-lund",) if kind == "vacancy" else ())


@functools.cache
def place_of(kind: str = "") -> Place:
    return open_place(folder_of(kind))
