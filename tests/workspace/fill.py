"""A small invented workspace, written as a clerk would, with single cells replaced by the tests."""

from __future__ import annotations

from pathlib import Path

TOML = 'name = "Alder Falls"\njurisdiction = "us-wi"\ntimezone = "America/Chicago"\n'
PEOPLE = """person_id,name,role,household
ann,Ann Ames,alder,oak-street
ben,Ben Berg,alder,
cat,Cat Cole,alder,
dov,Dov Dahl,alder,
mae,Mae Moss,mayor,
art,Art Abel,city attorney,
clu,Clu Case,city clerk,
kin,Kin Ames,resident,oak-street
"""
BODIES = """body_id,name,kind,seats,parent_id,quorum,vote_rule,bargaining
council,Common Council,common_council,4,,,,
finance,Finance Committee,committee,3,council,majority,,no
"""
MEMBERSHIPS = """person_id,body_id,capacity,voting,start,end
ann,council,member,yes,2024-04-16,2026-04-20
ann,council,member,yes,2026-04-21,
ben,council,member,,2024-04-16,2026-04-20
cat,council,member,yes,2026-04-21,
cat,council,member_elect,,2026-04-07,2026-04-20
dov,council,member,yes,2025-04-15,
mae,council,presiding,,2024-04-16,
ann,finance,chair,,2024-04-16,
mae,finance,ex_officio,no,2024-04-16,
kin,finance,member,yes,2025-05-01,
"""
ACCOUNTS = """person_id,kind,value
ann,email,ann@alderfalls.example
ann,email,ann.ames@home.example
ann,phone,(608) 555-0101
ben,email,ben@alderfalls.example
cat,email,cat@alderfalls.example
dov,email,dov@alderfalls.example
dov,x,@DovForTheFalls
mae,email,mae@home.example
cat,name,Cathy Cole
"""
LISTS = """address,person_id,body_id
council@alderfalls.example,,council
mayor@alderfalls.example,mae,
everyone@alderfalls.example,council@alderfalls.example,
everyone@alderfalls.example,clu,
"""


def fill(root: Path, **files: str) -> Path:
    """Write the workspace; ``people="…"`` and so on replace whole files, ``toml="…"`` replaces workspace.toml."""
    (root / "roster").mkdir(parents=True, exist_ok=True)
    (root / "inbox").mkdir(exist_ok=True)
    texts = {"people": PEOPLE, "bodies": BODIES, "memberships": MEMBERSHIPS, "accounts": ACCOUNTS, "lists": LISTS}
    for name, text in texts.items():
        (root / "roster" / f"{name}.csv").write_text(files.get(name, text), encoding="utf-8")
    (root / "workspace.toml").write_text(files.get("toml", TOML), encoding="utf-8")
    for name in ("matters", "meetings"):
        if name in files:
            (root / f"{name}.csv").write_text(files[name], encoding="utf-8")
    return root
