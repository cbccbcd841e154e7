"""The page as an attacker and an administrator meet it: who may do what, what is refused, what is kept."""

from __future__ import annotations

import gc
import io
import json
import logging
import os
import random
import re
import socket
import sys
import tempfile
import threading
import time
import types
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quorum_watch.errors import UsageError
from quorum_watch.selfcheck.auth import Role
from quorum_watch.selfcheck.config import ServeConfig, refuse_unsafe
from quorum_watch.selfcheck.keeper import Keeper
from quorum_watch.selfcheck.server import make_server
from quorum_watch.selfcheck.web import create_app
from tests.selfcheck.city import TODAY, folder_of, write_city
from tests.selfcheck.site import Site, free_port, open_site, running, signed_site

BODY = {"as": "ann-abel", "to": ["eve-east"], "text": "I think the levy is too high."}
SECRET = re.compile(r"zq\d+x\d+qz")
YEAR = 365 * 24 * 3600


# --- who may do what --------------------------------------------------------------------------------------------------

ROUTES = [
    ("GET", "/", "check"), ("POST", "/check", "check"), ("POST", "/api/check", "check"),
    ("GET", "/guide/member", "read"),
    ("GET", "/guide/clerk", "read"), ("GET", "/guide/attorney", "read"), ("GET", "/clerk", "status"),
    ("GET", "/sign-in", "open"), ("GET", "/sign-in/whatever", "open"), ("GET", "/static/app.css", "open"),
    ("GET", "/manifest.webmanifest", "open"), ("GET", "/offline", "open"), ("GET", "/openapi.json", "open"),
    ("GET", "/outlook/manifest.xml", "open"), ("GET", "/outlook/launch.js", "open"),
    ("GET", "/.well-known/microsoft-officeaddins-allowed.json", "open"),
]  # fmt: skip
WHO = ("nobody", "member", "clerk", "forged", "expired", "revoked", "link as session")
MAY = {"nobody": {"open"}, "member": {"open", "read", "check"}, "clerk": {"open", "read", "check", "status"}}


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return signed_site(tmp_path_factory.mktemp("serve"))


@pytest.fixture(scope="module")
def sessions(signed: Site) -> dict[str, str]:
    links = signed.links
    assert links is not None
    member = links.make("ann-abel", Role.MEMBER, YEAR)
    clerk = links.make("nell-nash", Role.CLERK, YEAR)
    found = {
        "nobody": "",
        "member": links.session(member, 3600) or "",
        "clerk": links.session(clerk, 3600) or "",
        "link as session": member,
    }
    good = found["member"]
    found["forged"] = good[:-2] + ("AA" if not good.endswith("AA") else "BB")
    gone = links.make("ben-birch", Role.MEMBER, YEAR)
    found["revoked"] = links.session(gone, 3600) or ""
    assert links.revoke("ben-birch") == 1
    short = links.make("cora-clay", Role.MEMBER, 60)
    found["expired"] = links.session(short, 3600) or ""
    signed.clock.at += 61
    return found


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("method", "path", "action"), ROUTES, ids=[r[1] for r in ROUTES])
def test_permission_matrix(
    signed: Site, sessions: dict[str, str], who: str, method: str, path: str, action: str
) -> None:
    client = signed.client()
    if sessions[who]:
        client.cookies.set("__Host-check", sessions[who], domain="check.harrow.example", path="/")
    ask: dict[str, Any] = {}
    if path == "/check":
        ask = {"data": {"paste": "x", "to": "eve-east"}}
    if path == "/api/check":
        ask = {"json": {"to": ["eve-east"], "text": "x"}}
    answer = client.request(method, path, **ask)
    allowed = action in MAY.get(who, {"open"})
    if allowed:
        assert answer.status_code == 200, (who, path)
    else:
        assert answer.status_code == (403 if who == "member" else 401), (who, path)
        assert "Eve East" not in answer.text
        assert "Harrow" not in answer.text


def test_a_token_is_as_good_as_its_session_and_no_better(signed: Site, sessions: dict[str, str]) -> None:
    links = signed.links
    assert links is not None
    token = links.make("dan-dove", Role.MEMBER, YEAR)
    client = signed.client()
    bearer = {"Authorization": f"Bearer {token}"}
    good = client.post("/api/check", json={"to": ["eve-east"], "text": "x"}, headers=bearer)
    assert good.status_code == 200
    as_other = {"as": "ann-abel", "to": ["eve-east"], "text": "x"}
    other = client.post("/api/check", json=as_other, headers=bearer)
    assert other.status_code == 403
    session = links.session(token, 60) or ""
    wrong = client.post("/api/check", json={"to": []}, headers={"Authorization": f"Bearer {session}"})
    assert wrong.status_code == 401


def test_signing_in_and_out_with_a_personal_link(signed: Site) -> None:
    links = signed.links
    assert links is not None
    token = links.make("ann-abel", Role.MEMBER, YEAR)
    client = signed.client()
    opened = client.get(f"/sign-in/{token}")
    assert "set-cookie" not in opened.headers  # a mail scanner that follows the link is not signed in
    done = client.post("/sign-in", data={"token": token}, headers={"Sec-Fetch-Site": "same-origin"})
    assert "You are signed in as Ann Abel." in done.text
    cookie = done.history[0].headers["set-cookie"]
    assert all(word in cookie for word in ("__Host-check=", "HttpOnly", "Secure", "SameSite=strict", "Path=/"))
    assert client.get("/").status_code == 200
    links.revoke("ann-abel")
    assert client.get("/").status_code == 401  # at once, also for an open session
    client.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"})
    assert not client.cookies


def test_a_bad_link_says_one_thing(signed: Site) -> None:
    answers = {signed.client().post("/sign-in", data={"token": t}).text for t in ("", "x", "a" * 50 + "." + "b" * 43)}
    assert len(answers) == 1


def test_links_are_kept_for_their_owner_alone(tmp_path: Path) -> None:
    site = signed_site(tmp_path)
    assert site.links is not None
    token = site.links.make("ann-abel", Role.MEMBER, YEAR)
    path = tmp_path / "links.json"
    assert path.stat().st_mode & 0o077 == 0
    assert token not in path.read_text("utf-8")
    path.chmod(0o644)
    with pytest.raises(Exception, match="QW-E149"):
        site.links.listed()


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"host": "0.0.0.0"}, "QW-E142"),
        ({"host": "0.0.0.0", "sign_in": "links"}, "QW-E143"),
        ({"host": "::", "sign_in": "links", "trusted_proxy": "10.0.0.1"}, "QW-E144"),
        ({"host": "check.harrow.example"}, "QW-E142"),
        ({"certificate": Path("a.pem")}, "QW-E145"),
        ({"host": "10.0.0.2", "sign_in": "links", "public_name": "c.example", "trusted_proxy": "*"}, "QW-E146"),
        ({"host": "10.0.0.2", "sign_in": "links", "public_name": "c.example", "trusted_proxy": "0.0.0.0"}, "QW-E146"),
        ({"sign_in": "links", "person": "ann-abel"}, "QW-E147"),
        ({"sign_in": "anything"}, "QW-E141"),
    ],
)
def test_an_unsafe_configuration_does_not_start(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(UsageError) as refused:
        refuse_unsafe(ServeConfig(**changes))
    assert code in [f.code for f in refused.value.faults]


def test_what_is_asked_for_starts() -> None:
    refuse_unsafe(ServeConfig())
    refuse_unsafe(ServeConfig(host="10.0.0.2", sign_in="links", public_name="c.example", trusted_proxy="10.0.0.1"))


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9"},
    ],
)
@pytest.mark.parametrize("path", ["/check", "/api/check"])
def test_cross_site_posts_are_refused(headers: dict[str, str], path: str) -> None:
    answer = open_site().client().post(path, json=BODY, headers=headers)
    assert answer.status_code == 403


def test_another_host_name_is_turned_away() -> None:
    """Another site cannot make the browser take it for this page (DNS rebinding)."""
    answer = open_site().client().get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 421


@pytest.mark.parametrize(
    "path",
    ["/static/../web.py", "/static/..%2fweb.py", "/static/%2e%2e/web.py", "/static/app.css%00.py", "//etc/passwd",
     "/outlook/__init__.py", "/static/links.json", "/.git/config", "/serve/links.json"],
)  # fmt: skip
def test_path_tricks_find_nothing(path: str) -> None:
    assert open_site().client().get(path).status_code in (404, 405)


def test_nothing_may_stand_in_an_address() -> None:
    assert open_site().client().get("/?to=eve").status_code == 400
    assert open_site().client().post("/api/check?text=x", json=BODY).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(method: str) -> None:
    for path in ("/", "/check", "/api/check", "/nowhere"):
        assert open_site().client().request(method, path).status_code == 405


def test_headers_on_every_kind_of_answer() -> None:
    client = open_site().client()
    answers = [client.get(p) for p in ("/", "/nowhere", "/?q=1", "/static/app.css", "/guide/member")]
    answers += [client.post("/api/check", json=BODY), client.post("/api/check", content=b"{")]
    for answer in answers:
        h = answer.headers
        assert h["x-content-type-options"] == "nosniff"
        assert h["referrer-policy"] == "no-referrer"
        assert h["x-frame-options"] == "DENY"
        csp = h["content-security-policy"]
        assert "default-src 'none'" in csp
        assert "frame-ancestors 'none'" in csp
        assert "unsafe" not in csp
        assert "server" not in h
        if answer.request.url.path != "/static/app.css":
            assert h["cache-control"] == "no-store"
        assert "set-cookie" not in h


def test_no_page_holds_script_or_style_of_its_own() -> None:
    client = open_site().client()
    paths = ("/", "/guide/member", "/guide/clerk", "/guide/attorney", "/offline", "/sign-in")
    pages = [client.get(p).text for p in paths]
    pages.append(client.post("/check", data={"who": "ann-abel", "to": "eve-east", "paste": "x"}).text)
    for text in pages:
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick" not in text
        assert text.count("<script") == 1


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }}",
        "</textarea><b>",
        "javascript:alert(1)",
    ],
)
def test_what_is_pasted_is_never_markup(hostile: str) -> None:
    form = {"who": hostile, "to": hostile, "paste": hostile, "already": hostile, "outsiders": hostile}
    for who in (hostile, "ann-abel"):
        text = open_site().client().post("/check", data={**form, "who": who}).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "</textarea><b>" not in text
        assert 'href="javascript' not in text


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"to": "eve"}', b'{"nope": 1}', b'{"to": [1]}', b'{"channel": "pigeon"}', b"\xff\xfe",
     b'{"eml": "x", "text": "y"}', b'{"attachments": -1}', b'{"attachments": true}', b"[" * 100_000,
     b'{"vote_rule": "x"}'],
)  # fmt: skip
def test_malformed_json_is_refused_in_one_shape(content: bytes) -> None:
    answer = open_site().client().post("/api/check", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"--x\r\nno headers", "multipart/form-data; boundary=x"),
        (b"--y\r\n\r\n--y--", "multipart/form-data; boundary=x"),
        (b"a", "multipart/form-data"),
        (b"--x\r\nContent-Disposition: form-data; name=\"paste\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"x" * 1000, "multipart/form-data; boundary=" + "b" * 500),
        (b"a=b", "text/plain"),
        (b"", ""),
    ],
)
def test_malformed_forms_are_refused_or_answered_without_harm(content: bytes, kind: str) -> None:
    answer = open_site().client().post("/check", content=content, headers={"Content-Type": kind})
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert "We cannot tell." in answer.text


def test_too_many_requests_are_refused(tmp_path: Path) -> None:
    site = signed_site(tmp_path, rate=1.0, burst=5)
    assert site.links is not None
    tokens = [site.links.make(p, Role.MEMBER, YEAR) for p in ("ann-abel", "ben-birch")]
    client = site.client()

    def ask(token: str) -> int:
        body = {"to": ["eve-east"], "text": "x"}
        return client.post("/api/check", json=body, headers={"Authorization": f"Bearer {token}"}).status_code

    assert [ask(tokens[0]) for _ in range(7)] == [200] * 5 + [429] * 2
    assert ask(tokens[1]) == 200  # one member's haste is not another's
    site.clock.at += 2
    assert ask(tokens[0]) == 200


def test_fifty_megabytes_are_refused_before_they_are_read() -> None:
    with running() as address, socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])), 10) as s:
        head = f"POST /api/check HTTP/1.1\r\nHost: {address[7:]}\r\nContent-Type: application/json\r\n"
        s.sendall(f"{head}Content-Length: {50 * 1024 * 1024}\r\n\r\n".encode())
        assert b" 413 " in s.recv(4096).split(b"\r\n")[0]


def test_a_chunked_flood_is_cut_off() -> None:
    with running(body_bytes=100_000) as address, socket.create_connection(
        ("127.0.0.1", int(address.rsplit(":", 1)[1])), 10
    ) as s:
        s.sendall(f"POST /check HTTP/1.1\r\nHost: {address[7:]}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        answer = b""
        try:
            for _ in range(100):
                s.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        except OSError:
            pass
        s.settimeout(5)
        try:
            answer = s.recv(4096)
        except OSError:
            answer = b" 413 "  # the connection was closed on us before the answer could be read
        assert b" 413 " in answer


def test_dawdling_connections_are_closed_and_others_served() -> None:
    with running(header_seconds=1.0, body_seconds=1.0) as address:
        port = int(address.rsplit(":", 1)[1])
        slow = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(50)]
        for s in slow[:25]:
            s.sendall(b"GET / HTTP/1.1\r\nHost: 127.0")
        for s in slow[25:]:
            s.sendall(f"POST /check HTTP/1.1\r\nHost: {address[7:]}\r\nContent-Length: 100\r\n\r\nabc".encode())
        with socket.create_connection(("127.0.0.1", port), 10) as quick:
            began = time.monotonic()
            quick.sendall(f"GET /offline HTTP/1.1\r\nHost: {address[7:]}\r\nConnection: close\r\n\r\n".encode())
            assert b" 200 " in quick.recv(100)
            assert time.monotonic() - began < 2
        for s in slow:
            s.settimeout(8)
            got = s.recv(4096)
            assert got == b"" or b" 408 " in got.split(b"\r\n")[0]
            s.close()


@pytest.mark.parametrize(("proxy", "served"), [("192.0.2.9", False), ("127.0.0.1", True)])
def test_nobody_gets_past_the_proxy(tmp_path: Path, proxy: str, served: bool) -> None:
    """Where a proxy ends HTTPS, a computer that connects to the port itself is turned away before it can type."""
    site = signed_site(tmp_path)
    changes = {"host": "0.0.0.0", "port": free_port(), "trusted_proxy": proxy}
    config = replace(site.config, **changes)  # type: ignore[arg-type]
    server = make_server(create_app(Keeper(folder_of(), lambda _: TODAY), config, site.links, time.monotonic), config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    # loopback itself always may, so the test comes from another address of this computer
    here = outward_address()
    own = here if served else proxy
    server.config.http_protocol_class.only_peer = own  # type: ignore[union-attr]
    try:
        with socket.create_connection((here, config.port), 10) as s:
            s.settimeout(5)
            try:
                s.sendall(b"GET /offline HTTP/1.1\r\nHost: check.harrow.example\r\n\r\n")
                got = s.recv(100)
            except OSError:
                got = b""
        assert (b" 200 " in got) is served
    finally:
        server.should_exit = True
        thread.join(10)


def outward_address() -> str:
    """An address of this computer that is not loopback; no packet is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this computer has no address besides loopback")
        found: str = s.getsockname()[0]
    if found.startswith("127."):
        pytest.skip("this computer has no address besides loopback")
    return found


def test_a_flood_of_headers_is_refused() -> None:
    with running() as address, socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])), 10) as s:
        s.sendall(f"GET / HTTP/1.1\r\nHost: {address[7:]}\r\n".encode())
        try:
            for n in range(2000):
                s.sendall(f"X-{n}: {'y' * 100}\r\n".encode())
            got = s.recv(4096)
        except OSError:
            got = b" 4"
        assert b" 4" in got.split(b"\r\n")[0]


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(
        st.sampled_from(
            ["as", "to", "cc", "bcc", "already", "outsiders", "subject", "text", "eml", "channel", "attachments"]
        ),
        st.one_of(st.text(max_size=60), st.lists(st.text(max_size=30), max_size=4), st.integers(-2, 9), st.none()),
        max_size=8,
    )
)
def test_the_endpoint_keeps_to_its_description(body: dict[str, Any]) -> None:
    """Whatever is sent: advice of the described shape, or an error of the described shape; never a fault."""
    answer = CLIENT.post("/api/check", json=body)
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert answer.json()["verdict"] in ("stop", "change", "no_concern", "cannot_tell")
        if body.get("as") not in PEOPLE:
            assert answer.json()["verdict"] == "cannot_tell"
    else:
        assert set(answer.json()["error"]) == {"code", "what"}


CLIENT = open_site().client()
PEOPLE = {"ann-abel"}


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_a_thousand_checks_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Secrets in every field, good and bad requests: none on disk, in logs, in output, or in memory afterwards."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(tmp_path)
    city = write_city(tmp_path / "city")
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.DEBUG)
    dice = random.Random(7)
    from starlette.testclient import TestClient

    from quorum_watch.selfcheck.keeper import Keeper
    from quorum_watch.selfcheck.web import create_app
    from tests.selfcheck.city import TODAY

    app = create_app(Keeper(city, lambda _: TODAY), open_site().config, None, lambda: 0.0)
    client = TestClient(app, base_url="http://127.0.0.1")
    before = set(tmp_path.rglob("*"))
    secrets: list[str] = []
    mail, padding, text, body = b"", b"", "", {}
    for n in range(1000):
        secret = f"zq{n}x{dice.randrange(10**9)}qz"
        secrets.append(secret)
        text = f"I think the levy {secret} is too high."
        if n % 4 == 0:
            body = {"as": "ann-abel", "to": [f"{secret}@x.example", "eve-east"], "subject": secret, "text": text}
            client.post("/api/check", json=body)
        elif n % 4 == 1:
            client.post("/check", data={"who": "ann-abel", "to": secret, "paste": text, "already": secret})
        elif n % 4 == 2:
            mail = f"From: ann.abel@harrow.example\nTo: {secret}@x.example\nSubject: {secret}\n\n{text}".encode()
            padding = b" " * (2_000_000 if n % 200 == 2 else 0)
            client.post("/check", data={"who": "ann-abel"}, files={"file": (f"{secret}.eml", mail + padding)})
        else:
            client.post("/api/check", content=f'{{"text": "{secret}", "oops": ["{secret}"'.encode(),
                        headers={"Content-Type": "application/json"})  # fmt: skip
    root.removeHandler(handler)
    root.setLevel(level)
    assert set(tmp_path.rglob("*")) == before
    out = capfd.readouterr()
    logged = [line for line in heard.getvalue().splitlines() if "httpx" not in line and "HTTP Request" not in line]
    everything = out.out + out.err + "\n".join(logged)
    assert not SECRET.search(everything)
    assert not [f for f in before if f.is_file() and SECRET.search(f.read_text("utf-8", "replace"))]
    assert not SECRET.search(" ".join(sys.argv) + json.dumps(dict(os.environ)))
    for thing in (secrets, mail, padding, text, body, out, logged, everything, heard, secret):
        if isinstance(thing, list | dict):
            thing.clear()
    del mail, padding, text, body, out, logged, everything, heard, secret, handler
    client.close()
    assert kept_in_memory() == []


def kept_in_memory() -> list[str]:
    """Where in the process a planted secret still stands: any container, any cache, whoever holds it."""
    gc.collect()
    found = []
    for thing in gc.get_objects():
        if isinstance(thing, types.FrameType):
            continue
        for inner in gc.get_referents(thing):
            text = inner if isinstance(inner, str) else inner.decode("latin-1") if isinstance(inner, bytes) else ""
            if SECRET.search(text):
                found.append(f"{type(thing).__name__}: {text[:60]!r}")
    return sorted(set(found))[:20]


def test_memory_stays_steady() -> None:
    import resource

    client = open_site().client()
    for n in range(150):
        client.post("/api/check", json={**BODY, "text": f"warm {n} the levy"})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for n in range(600):
        client.post("/api/check", json={**BODY, "text": f"word{n} other{n} the levy {n}"})
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 8 * 1024, f"{grown} KiB"


def test_a_changed_roster_is_read_again_and_a_broken_one_answers_nothing(tmp_path: Path) -> None:
    from quorum_watch.selfcheck.keeper import Keeper
    from tests.selfcheck.city import TODAY

    city = write_city(tmp_path / "city")
    keeper = Keeper(city, lambda _: TODAY)
    assert keeper.place is not None
    people = city / "roster" / "people.csv"
    good = people.read_text("utf-8")
    people.write_text(good.replace("ann-abel,", "ben-birch,", 1) + "\n", "utf-8")
    assert keeper.place is None
    assert keeper.broken().verdict == "cannot_tell"
    people.write_text(good + "new-one,New One,alder,\n", "utf-8")
    assert keeper.place is not None
    assert "new-one" in keeper.place.roster.by_id


def test_an_answer_that_takes_too_long_is_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from quorum_watch.selfcheck import place

    site = open_site()
    site.config = replace(site.config, check_seconds=0.05)
    client = site.client()

    def slow(*_: object, **__: object) -> None:
        time.sleep(0.4)

    monkeypatch.setattr(place.Place, "check", slow)
    assert client.post("/api/check", json=BODY).json()["verdict"] == "cannot_tell"


def test_a_fault_of_the_program_is_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    from quorum_watch.selfcheck import check

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("I think the levy is too high.")

    for name in ("gather", "read_words", "count_bodies", "judge", "reasons", "what_to_do"):
        with monkeypatch.context() as patch:
            patch.setattr(check, name, broken)
            answer = open_site().client().post("/api/check", json=BODY).json()
            assert answer["verdict"] == "cannot_tell", name
            assert "levy" not in json.dumps(answer), name


