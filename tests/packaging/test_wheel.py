"""The wheel alone is enough: built once, unpacked away from the source tree, and used as a city would use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("hatchling", reason="building the wheel needs hatchling: make setup installs it")
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", build, folder], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel unpacked into a folder that stands first on the path; dependencies come from this environment."""
    target = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def use(installed: Path, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_every_file_of_the_package_ships(wheel):
    listed = subprocess.run(
        ["git", "ls-files", "quorum_watch", "data/sample", "notebooks"], cwd=ROOT, capture_output=True, text=True
    , check=False).stdout.splitlines()  # fmt: skip
    if not listed:
        pytest.skip("not a git checkout, so there is no list of files to compare with")
    homes = {"data/sample/": "quorum_watch/sample_city/", "notebooks/": "quorum_watch/notebook_files/"}
    wanted = set()
    for name in listed:
        if (ROOT / name).exists():
            start = next((s for s in homes if name.startswith(s)), "")
            wanted.add(homes[start] + name.removeprefix(start) if start else name)
    with zipfile.ZipFile(wheel) as archive:
        assert sorted(wanted - set(archive.namelist())) == []


def test_nothing_else_ships(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    strays = [n for n in names if "__pycache__" in n or n.endswith((".pyc", ".sqlite", ".parquet")) or "/tests/" in n]
    assert strays == []
    tops = {n.split("/")[0] for n in names}
    assert {t for t in tops if not t.endswith(".dist-info")} == {"quorum_watch"}


def test_what_the_wheel_says_of_itself(wheel):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(next(n for n in names if n.endswith(".dist-info/METADATA"))).decode()
    assert f"Version: {project['version']}" in metadata
    assert "Requires-Python: >=3.11" in metadata
    for extra in project["optional-dependencies"]:
        assert f"Provides-Extra: {extra}" in metadata
    assert any(n.endswith("licenses/LICENSE") for n in names)
    assert "quorum_watch/py.typed" in names


def test_the_installed_package_is_the_one_that_runs(installed, tmp_path):
    done = use(installed, "-c", "import quorum_watch; print(quorum_watch.__file__)", cwd=tmp_path)
    assert done.stdout.strip().startswith(str(installed)), done.stdout + done.stderr


def test_version_and_law_without_the_source_tree(installed, tmp_path):
    done = use(installed, "-m", "quorum_watch", "--version", cwd=tmp_path)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert (done.returncode, version in done.stdout) == (0, True), done.stderr
    done = use(installed, "-m", "quorum_watch", "law", "list", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "us-wi" in done.stdout


def test_demo_report_and_notebooks_without_the_source_tree(installed, tmp_path):
    done = use(installed, "-m", "quorum_watch", "demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "demo" / "reports" / "overview.html").exists()
    newest = max((tmp_path / "demo" / "runs").glob("*/findings.json"))
    document = json.loads(newest.read_text(encoding="utf-8"))
    assert document["findings"], "the sample city has findings"
    code = (
        "from importlib import resources\n"
        "print(sorted(p.name for p in resources.files('quorum_watch').joinpath('notebook_files').iterdir()))"
    )
    done = use(installed, "-c", code, cwd=tmp_path)
    assert ".ipynb" in done.stdout, done.stderr
    draft = tmp_path / "draft.eml"
    draft.write_text("To: nobody@elsewhere.example\nSubject: Lunch\n\nSee you at noon.\n", encoding="utf-8")
    person = (tmp_path / "demo" / "roster" / "people.csv").read_text(encoding="utf-8-sig").splitlines()[1].split(",")[0]
    done = use(installed, "-m", "quorum_watch", "check", str(draft), "--as", person, "-w", "demo", cwd=tmp_path)
    assert done.returncode in {0, 1}, done.stderr
