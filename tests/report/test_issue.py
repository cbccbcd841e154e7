"""The command: periods, refusals, the register, corrections, nothing partial."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from quorum_watch.cli.report import _period, command
from quorum_watch.errors import InputError, QuorumWatchError, RefusedError, UsageError
from quorum_watch.report.desk import decisions_of, log_of, read_release_list
from quorum_watch.report.issue import REGISTER, SUMS
from quorum_watch.report.period import between, last_full, parse_period, slices
from tests.report.invented import run_of


@pytest.fixture
def city(small_run, tmp_path):
    folder = tmp_path / "city"
    shutil.copytree(small_run.case.workspace.root, folder)
    return folder


def report(city: Path, *args: str):
    done = CliRunner().invoke(command, [str(city), "--format", "html", *args], catch_exceptions=True)
    if isinstance(done.exception, QuorumWatchError):
        raise done.exception
    return done


def register(city: Path) -> list[dict]:
    return [json.loads(line) for line in (city / "reports/issued" / REGISTER).read_text().splitlines()]


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_periods():
    assert (parse_period("2026-Q3").since, parse_period("2026-Q3").until) == (date(2026, 7, 1), date(2026, 9, 30))
    assert parse_period("2024-02").until == date(2024, 2, 29)
    assert parse_period("2026-12").until == date(2026, 12, 31)
    assert last_full("last-month", date(2026, 1, 3)).label == "2025-12"
    assert last_full("last-year", date(2026, 1, 3)).label == "2025"
    assert [s.label for s in slices(date(2025, 11, 2), date(2026, 2, 1), "month")] == [
        "2025-11", "2025-12", "2026-01", "2026-02"
    ]  # fmt: skip
    assert [s.label for s in slices(date(2025, 11, 2), date(2026, 2, 1), "quarter")] == ["2025-Q4", "2026-Q1"]
    for bad in ("2026-13", "2026-Q5", "26", "", "last-week", "2026-00", "٢٠٢٦"):
        with pytest.raises(UsageError, match="QW-E160"):
            parse_period(bad)
    with pytest.raises(UsageError, match="QW-E160"):
        between(date(2026, 2, 1), date(2026, 1, 1))


def test_period_options():
    today = date(2026, 5, 5)
    assert _period("last-quarter", None, None, today).label == "2026-Q1"
    assert _period(None, "2026-01-02", "2026-01-09", today).label == "2026-01-02_2026-01-09"
    assert _period(None, None, None, today) is None
    for name, since, until in (("2026", "2026-01-01", None), (None, "2026-01-01", None), (None, "soon", "later")):
        with pytest.raises(UsageError, match="QW-E160"):
            _period(name, since, until, today)


def test_first_issue_again_and_correction(city):
    done = report(city, "--period", "2026-Q1")
    assert done.exit_code == 0, done.output
    folder = city / "reports/issued/2026-Q1-public"
    first, entry = bytes_of(folder), register(city)[0]
    for line in first[SUMS].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(first[name]).hexdigest() == digest == entry["files"][name]
    assert entry["recipient"] == entry["replaces"] == ""
    assert hashlib.sha256(first[SUMS]).hexdigest() == entry["hash"]

    again = report(city, "--period", "2026-Q1")
    assert "Issued before" in again.output
    assert bytes_of(folder) == first
    assert len(register(city)) == 1

    people = city / "roster" / "people.csv"  # a change of the roster is a change of the cover
    people.write_text(people.read_text() + "new-clerk,Newly Added,City Clerk,\n")
    corrected = report(city, "--period", "2026-Q1")
    assert entry["hash"] in corrected.output
    assert bytes_of(folder) == first, "an issued report is never overwritten"
    page = next((city / "reports/issued/2026-Q1-public-correction-1").glob("*.html")).read_text()
    assert entry["hash"] in page
    assert "correction 1" in page
    assert [e["correction"] for e in register(city)] == [0, 1]
    assert register(city)[1]["replaces"] == entry["hash"]


def test_another_format_joins_the_same_issue(city):
    report(city, "--period", "2026-Q1")
    report(city, "--period", "2026-Q1", "--format", "csv")
    files = bytes_of(city / "reports/issued/2026-Q1-public")
    assert "report-2026-Q1-public.html" in files
    assert "tables/bodies.csv" in files
    assert set(register(city)[-1]["files"]) == set(files) - {SUMS}
    assert register(city)[-1]["replaces"] == ""


def test_out_folder_and_member_edition(city, tmp_path):
    person = (city / "roster/people.csv").read_text().splitlines()[1].split(",")[0]
    done = report(city, "--edition", "member", "--for", person, "--out", str(tmp_path / "mine"))
    assert done.exit_code == 0, done.output
    assert len(list((tmp_path / "mine").glob("*.html"))) == 1
    assert register(city)[0]["recipient"] == person
    assert str(tmp_path) not in json.dumps(register(city))
    for args in (["--edition", "member"], ["--for", person], ["--edition", "member", "--for", "nobody"]):
        with pytest.raises(UsageError):
            report(city, *args)


def test_stale_roster_and_draft_law_are_refused_unless_told(city):
    settings = city / "workspace.toml"
    settings.write_text(settings.read_text().replace("roster_checked = ", "roster_checked = 2019-01-01 # "))
    with pytest.raises(RefusedError) as caught:
        report(city, "--law", "us-tx")
    assert [f.code for f in caught.value.faults] == ["QW-E433", "QW-E432"]
    assert caught.value.exit_code == 4
    assert not (city / "reports/issued").exists()
    done = report(city, "--law", "us-tx", "--allow-stale-roster", "--allow-draft-law")
    assert done.exit_code == 0
    page = next((city / "reports/issued").rglob("*.html")).read_text()
    assert "The law profile is a draft" in page
    assert "The roster was last checked long before" in page


def test_nothing_partial_is_left(city, monkeypatch):
    from quorum_watch.report import issue

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(issue.Path, "write_bytes", full)
    with pytest.raises(InputError, match="QW-E236"):
        report(city, "--period", "2026-Q1")
    shelf = city / "reports/issued"
    assert not shelf.exists() or not list(shelf.iterdir())


def test_a_damaged_register_is_not_repaired_in_silence(city):
    report(city, "--period", "2026-Q1")
    path = city / "reports/issued" / REGISTER
    path.write_text(path.read_text() + "{torn\n")
    with pytest.raises(InputError, match="line 2"):
        report(city, "--period", "2026-Q1")


def test_decisions_of_the_log_reach_the_privileged_edition(city, small_run):
    from quorum_watch.review.log import ReviewLog

    finding = small_run.document["findings"][0]
    with ReviewLog.open(city / "review.sqlite", actor="attorney") as log:
        log.record(finding, "no_concern", basis="one-way packet, no replies", privileged=True)
        head = log.head()
    report(city, "--edition", "privileged")
    page = next((city / "reports/issued").rglob("*.html")).read_text()
    assert "one-way packet, no replies" in page
    assert 'aria-label="Records withheld as privileged"' in page
    assert head in page.replace("&#39;", "'")
    first = bytes_of(city / "reports/issued")
    report(city, "--edition", "privileged")
    assert bytes_of(city / "reports/issued") == first, "the entry the log makes of an issue changes nothing"
    report(city, "--edition", "public")
    public = next(p for p in (city / "reports/issued").rglob("*.html") if "public" in p.name).read_text()
    assert "one-way packet" not in public
    with ReviewLog.open(city / "review.sqlite", actor="attorney") as log:
        assert log.head() != head


def test_release_list(tmp_path):
    document = run_of([7], 3).document
    name, full = document["findings"][0]["id"], document["findings"][0]["fingerprint"]["full"]
    path = tmp_path / "cleared.json"
    rows = [{"finding": name, "status": "no_concern", "full": full}, {"finding": "QW-FFFF", "status": "training"}]
    path.write_text(json.dumps({"released": rows}))
    released, digest = read_release_list(path, document)
    assert [(r.finding, r.status) for r in released] == [(name, "no concern")]
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_text(f"finding,status\n{name},training\n")
    assert read_release_list(path, document)[0][0].status == "training"
    path.write_text(json.dumps({"released": [{**rows[0], "full": "changed since"}]}))
    assert read_release_list(path, document)[0] == ()
    path.write_text(
        json.dumps(
            {"released": [{"finding": name, "status": "Dear Bob, the <secret>"}, {"finding": "x", "status": "y"}]}
        )
    )
    with pytest.raises(InputError) as caught:
        read_release_list(path, document)
    assert [f.code for f in caught.value.faults] == ["QW-E239", "QW-E239"]
    assert "secret" not in str(caught.value)
    signed = {"released": rows[:1]}
    said = json.dumps(signed, sort_keys=True, separators=(",", ":"))
    path.write_text(json.dumps({**signed, "sha256": hashlib.sha256(said.encode()).hexdigest()}))
    assert len(read_release_list(path, document)[0]) == 1
    path.write_text(json.dumps({**signed, "sha256": "0" * 64}))
    with pytest.raises(InputError, match="changed after it was signed"):
        read_release_list(path, document)
    for bad in ("", "{", "[1]", '{"a": 1}', "one,two\n1,2\n"):
        path.write_text(bad)
        if bad:
            with pytest.raises(InputError, match="QW-E238"):
                read_release_list(path, document)


def test_what_the_desk_signs_crosses_over(city, small_run, tmp_path):
    """From a decision, through the signed list, into the public edition: the id and one word, nothing else."""
    from quorum_watch.review.exports import release_list
    from quorum_watch.review.log import ReviewLog

    finding = small_run.document["findings"][0]
    with ReviewLog.open(city / "review.sqlite", actor="attorney") as log:
        log.record(finding, "training", basis="a matter of habit", privileged=True)
        log.clear(finding)
        (tmp_path / "cleared.json").write_text(release_list(log, small_run.document, at="2026-07-01T10:00:00+00:00"))
    report(city, "--release-list", str(tmp_path / "cleared.json"))
    page = next((city / "reports/issued").rglob("*.html")).read_text()
    assert f">{finding['id']}</th><td>training</td>" in page
    assert "a matter of habit" not in page
    assert ">attorney<" not in page


def test_decisions_and_log_as_plain_data():
    document = run_of([7], 2).document
    f = document["findings"][0]
    plain = {f["fingerprint"]["seed"]: {"disposition": "no_concern", "at": "2026-05-01T10:00:00", "actor": "A",
                                        "basis": "b", "note": "", "privileged": True, "full": "older"}}  # fmt: skip
    found = decisions_of(plain, document)
    assert found[f["fingerprint"]["seed"]][0].changed
    rows = log_of(document, found, "City Attorney")
    assert [r.id for r in rows] == [f["id"], "inbox/a.mbox"]


def test_cron_line_is_documented():
    text = (Path(__file__).resolve().parents[2] / "docs" / "reports.md").read_text()
    assert "quorum-watch report" in text
    assert "schtasks" in text
    for option in command.params:
        if option.param_type_name == "option":
            assert option.opts[0] in text, option.opts[0]
