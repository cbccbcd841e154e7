"""The public surface: few names, all of them there, none of them loaded before it is used."""

from __future__ import annotations

import subprocess
import sys

import quorum_watch


def test_at_most_32_names_and_each_can_be_had():
    assert len(quorum_watch.__all__) <= 32
    assert sorted(quorum_watch.__all__) == sorted(quorum_watch._HOMES)
    for name in quorum_watch.__all__:
        assert getattr(quorum_watch, name).__doc__, name


def test_light_commands_load_nothing_heavy():
    code = (
        "import sys; from quorum_watch.cli import main\n"
        "sys.argv = ['quorum-watch', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'spacy', 'numba', 'sklearn', 'pyarrow', 'matplotlib', 'networkx'} & set(sys.modules)\n"
        "sys.exit(1 if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "analyze" in done.stdout
