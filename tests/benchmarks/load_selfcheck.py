"""Load on the self-check: many members at once on loopback; prints the times and every answer that was not 200.

    python tests/benchmarks/load_selfcheck.py --seconds 120 --rate 50 --users 200

The server is the command itself, started as an administrator would, with personal links. The client shares the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.selfcheck.city import ALDERS, OTHERS, TOML, write_city
from tests.selfcheck.site import free_port
from tests.selfcheck.table import rows


def memory(pid: int) -> int:
    """Resident memory in KiB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text("utf-8"))
    return int(found.group(1)) if found else 0


async def drive(
    address: str, tokens: list[str], rate: float, users: int, seconds: float
) -> tuple[list[float], Counter[int]]:
    times: list[float] = []
    codes: Counter[int] = Counter()
    drafts = [r for r in rows() if not r.get("city") and r["as"] != "nobody-at-all"]
    limits = httpx.Limits(max_connections=users, max_keepalive_connections=users)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=30) as client:

        async def one(n: int) -> None:
            row = drafts[n % len(drafts)]
            headers = {"Authorization": f"Bearer {tokens[n % len(tokens)]}"}
            began = time.perf_counter()
            if n % 3:
                keep = ("to", "cc", "bcc", "already", "outsiders", "channel", "subject", "text")
                body = {k: row[k] for k in keep if k in row}
                answer = await client.post("/api/check", json=body, headers=headers)
            else:
                channel = row.get("channel", "email")
                form = {"to": "\n".join(row.get("to", ())), "paste": row["text"], "channel": channel}
                answer = await client.post("/check", data=form, headers=headers)
            times.append(time.perf_counter() - began)
            codes[answer.status_code] += 1

        running = set()
        began = time.perf_counter()
        for n in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + n / rate - time.perf_counter()))
            running.add(asyncio.create_task(one(n)))
        await asyncio.gather(*running)
    return times, codes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--users", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        city = write_city(Path(folder) / "city", toml=TOML.replace("2026-05-01", date.today().isoformat()))
        base = [sys.executable, "-m", "quorum_watch", "serve", "-w", str(city)]
        tokens = []
        for person in (*ALDERS, *OTHERS):
            made = subprocess.run([*base, "link", "make", person], capture_output=True, text=True, check=True)
            tokens.append(made.stdout.strip().rpartition("/")[2])
        port = free_port()
        server = subprocess.Popen([*base, "--port", str(port), "--sign-in", "links"], stderr=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(200):
                try:
                    httpx.get(f"{address}/offline")
                    break
                except httpx.HTTPError:
                    time.sleep(0.1)
            asyncio.run(drive(address, tokens, 10, 20, 2))  # warm
            before = memory(server.pid)
            times, codes = asyncio.run(drive(address, tokens, options.rate, options.users, options.seconds))
            times.sort()
            at = {p: times[min(len(times) - 1, int(len(times) * p / 100))] * 1000 for p in (50, 95, 99)}
            print(f"{len(times)} requests at {options.rate:g}/s; answers {dict(codes)}")
            print("ms: " + ", ".join(f"p{p} {v:.0f}" for p, v in at.items()) + f", longest {times[-1] * 1000:.0f}")
            print(f"memory of the server: {before} -> {memory(server.pid)} KiB; load {os.getloadavg()[0]:.1f}")
        finally:
            server.terminate()
            server.wait(10)


if __name__ == "__main__":
    main()
