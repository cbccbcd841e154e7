"""Thousands of damaged exports for every reader of chats, social media and e-discovery: no crash, accounting exact.

    python tests/benchmarks/fuzz_chats.py [--cases 500]

Each reader's own sample is damaged ``--cases`` times (cut, bits flipped, pieces doubled or removed, hostile bytes put
in, line ends mixed) and read twice. Checked: nothing is raised, no reader fails, both readings agree, every item has
the hash of the bytes its locator returns. Prints one line per sample and exits with 1 at the first that does not hold.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


def samples(folder: Path) -> dict[str, bytes]:
    """One sample per reader, by the name it should bear."""
    from tests.sources import (
        test_facebook,
        test_google_chat,
        test_imessage,
        test_load_file,
        test_rsmf,
        test_signal,
        test_slack,
        test_smarsh,
        test_sms,
        test_teams,
        test_whatsapp,
        test_x_archive,
        test_youtube,
    )

    chat = test_rsmf.message(1, test_rsmf.DANA, [test_rsmf.KIM])
    return {
        "sms.xml": test_sms.TEXTS,
        "calls.xml": test_sms.CALLS,
        "t/message_1.json": test_facebook.chat(test_facebook.GROUP, test_facebook.MESSAGES),
        "comments.json": json.dumps(test_facebook.COMMENTS).encode(),
        "budget/2026-03-02.json": test_slack.EXPORT["team/budget/2026-03-02.json"],
        "Space A/messages.json": test_google_chat.EXPORT[test_google_chat.NAME],
        "data/tweets.js": test_x_archive.EXPORT["data/tweets.js"],
        "data/direct-messages-group.js": test_x_archive.EXPORT["data/direct-messages-group.js"],
        "WhatsApp Chat - Budget/_chat.txt": test_whatsapp.GROUP,
        "chat.db": test_imessage.build(folder / "made.sqlite"),
        "Budget/data.json": test_signal.GROUP,
        "signal.jsonl": test_signal.CLI,
        "youtube.csv": test_youtube.TABLE,
        "chat.json": json.dumps(test_teams.CHAT, indent=1).encode(),
        "Items.csv": test_teams.ITEMS,
        "a.rsmf": test_rsmf.write_rsmf([chat]),
        "m/rsmf_manifest.json": json.dumps(test_rsmf.MANIFEST, indent=1).encode(),
        "export.dat": test_load_file.dat(test_load_file.row(1), test_load_file.row(2)).encode(),
        "export.xml": test_load_file.EDRM,
        "delivery.mf": test_smarsh.GOOD,
    }


def main() -> int:
    """Run the campaign."""
    from tests.sources.reading import damage

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=500)
    cases = parser.parse_args().cases
    total = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for sample, data in samples(folder).items():
            start = time.process_time()
            try:
                met = damage(folder, sample, data, cases)
            except AssertionError as error:
                print(f"{sample}: FAILED {error}")
                return 1
            total += cases
            print(f"{sample}: {cases} cases, {time.process_time() - start:.1f} s, {len(met)} reasons met")
    print(f"{total} damaged files, each item a row or coded, every hash agrees")
    return 0


if __name__ == "__main__":
    sys.exit(main())
