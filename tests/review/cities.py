"""A small analysed city with hostile words in its messages, for displays and exports."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.city.fixtures import small_city

SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"
BIDI = "\u202egnp.exe\u2066"
CONTROL = "\x1b[2J\x07"
FORMULA = '=HYPERLINK("http://evil.example","click")'
HOSTILE = (SCRIPT, BIDI, CONTROL, FORMULA, "$\\frac{1}{0}$", "{{7*7}}", "]]>", "%s%n")


def people_of(city: Path) -> tuple[list[str], list[str]]:
    """Accounts and ids of the members of the city's first body."""
    with (city / "roster" / "memberships.csv").open(encoding="utf-8-sig", newline="") as f:
        members = [r["person_id"] for r in csv.DictReader(f)]
    return members, list(dict.fromkeys(members))


def hostile_city(folder: Path) -> Path:
    """A city in which a poll among members carries every hostile string in subject, text and ids."""
    city, _ = small_city(folder)
    _, members = people_of(city)
    with (city / "matters.csv").open(encoding="utf-8-sig", newline="") as f:
        matter = next(csv.DictReader(f))["matter_id"]
    asker, *others = members[:5]
    words = " ".join(HOSTILE)
    rows = []
    for k, other in enumerate(others):
        for j, (a, b, acts) in enumerate(((asker, other, ["poll"]), (other, asker, ["commit"]))):
            rows.append(
                {
                    "id": f"{SCRIPT}{k}{j}", "time": f"2025-09-0{k + 1}T1{j}:00:00-05:00", "channel": "text",
                    "from": a, "to": [b], "thread": f"{SCRIPT}{k}", "subject": f"{FORMULA} {words}",
                    "text": f"{FORMULA}\nI will vote for it. {words}", "coded_acts": acts, "coded_matter": matter,
                }
            )  # fmt: skip
    lines = "".join(json.dumps(r) + "\n" for r in rows)
    (city / "inbox" / "hostile.jsonl").write_text(lines, encoding="utf-8")
    return city
