"""The Outlook add-in: its own script run against a stand-in for Office.js, asking the real endpoint."""

from __future__ import annotations

import json
import shutil
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree

from quorum_watch.selfcheck import outlook
from quorum_watch.selfcheck.auth import Links, Role
from quorum_watch.selfcheck.config import ServeConfig
from quorum_watch.selfcheck.keeper import Keeper
from quorum_watch.selfcheck.server import make_server
from quorum_watch.selfcheck.web import create_app
from tests.selfcheck.city import TODAY, address_of, folder_of
from tests.selfcheck.site import free_port

NODE = shutil.which("node") or ""
VIEW = "I think we should reject the Mill Street rezoning."
CONFIG = ServeConfig(
    sign_in="links", public_name="check.harrow.example", trusted_proxy="127.0.0.1", rate=1000.0, burst=10_000
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    if not NODE:
        pytest.skip("no node: install nodejs to run the add-in's script")
    folder = tmp_path_factory.mktemp("office")
    config = replace(CONFIG, port=free_port())
    links = Links(folder / "serve", time.time)
    token = links.make("ann-abel", Role.MEMBER, 3600)
    gone = links.make("ann-abel", Role.MEMBER, 3600)
    links.revoke(next(v.id for v in links.listed() if v.id in _id_of(gone)))
    for name in ("launch.js", "pane.js"):
        found = outlook.file_of(name, config)
        assert found is not None
        (folder / name).write_bytes(found.data)
    running = make_server(create_app(Keeper(folder_of(), lambda _: TODAY), config, links, time.monotonic), config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    at = {"server": f"http://127.0.0.1:{config.port}", "host": "check.harrow.example"}
    yield {**at, "token": token, "gone": gone, "folder": folder}
    running.should_exit = True
    thread.join(10)


def _id_of(token: str) -> str:
    import base64

    payload = token.partition(".")[0]
    return base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()


def send(site: dict[str, Any], **scene: Any) -> dict[str, Any]:
    base = {k: site[k] for k in ("server", "host", "token")} | {"script": str(site["folder"] / "launch.js")}
    given = json.dumps({**base, **scene})
    stand_in = Path(__file__).with_name("office.js")
    done = subprocess.run(
        [NODE, str(stand_in)], input=given, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_view_to_the_council_is_held_back_with_the_advice(site: dict[str, Any]) -> None:
    told = send(site, to=["council@harrow.example"], subject="Mill Street", text=VIEW)
    assert told["times"] == 1
    assert told["completed"]["allowEvent"] is False
    message = told["completed"]["errorMessage"]
    assert message.startswith("Stop. Ask before you send.\n12 of 12 members of the Common Council")
    assert len(message) <= 500
    assert told["notifications"] == {}


def test_every_line_of_the_message_is_asked_about(site: dict[str, Any]) -> None:
    told = send(
        site, to=["nell.nash@harrow.example"], cc=[address_of("eve-east")], bcc=[address_of("fay-field")],
        subject="Levy", text=VIEW, attachments=["inline-logo.png", "memo.pdf"],
    )  # fmt: skip
    asked = told["requests"][0]
    assert asked["url"] == "https://check.harrow.example/api/check"
    assert asked["body"] == {
        "to": ["nell.nash@harrow.example"], "cc": [address_of("eve-east")], "bcc": [address_of("fay-field")],
        "subject": "Levy", "text": VIEW, "attachments": 1,
    }  # fmt: skip
    assert told["completed"]["errorMessage"].startswith("Change this before you send.")


def test_a_message_without_concern_goes_out_silently(site: dict[str, Any]) -> None:
    told = send(site, to=["nell.nash@harrow.example"], text="How much did the new plow cost?")
    assert told["completed"] == {"allowEvent": True}
    assert told["notifications"] == {}


def test_an_unknown_address_asks_first(site: dict[str, Any]) -> None:
    told = send(site, to=["somebody@elsewhere.example"], text=VIEW)
    assert told["completed"]["errorMessage"].startswith("We cannot tell.")


@pytest.mark.parametrize(
    "scene", [{"server": ""}, {"server": "http://127.0.0.1:9"}, {"fails": ["body"]}, {"fails": ["bcc"]}]
)
def test_where_the_check_is_away_the_message_goes_out_with_a_notice(
    site: dict[str, Any], scene: dict[str, Any]
) -> None:
    told = send(site, to=["council@harrow.example"], text=VIEW, **scene)
    assert told["completed"] == {"allowEvent": True}
    assert told["notifications"]["check"]["message"] == "The check is away. This message was not checked."


def test_a_server_that_never_answers_does_not_hold_the_message(site: dict[str, Any]) -> None:
    class Silent(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            time.sleep(2)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Silent) as silent:
        silent.daemon_threads = True
        threading.Thread(target=silent.serve_forever, daemon=True).start()
        at = f"http://127.0.0.1:{silent.server_address[1]}"
        told = send(site, to=["x@y.example"], text=VIEW, server=at, wait=300)
        silent.shutdown()
    assert told["completed"] == {"allowEvent": True}
    assert "not checked" in told["notifications"]["check"]["message"]


def test_without_a_link_or_with_a_revoked_one_the_member_is_told(site: dict[str, Any]) -> None:
    for token in ("", site["gone"]):
        told = send(site, to=["council@harrow.example"], text=VIEW, token=token)
        assert told["completed"] == {"allowEvent": True}
        assert "Ask the clerk for a link" in told["notifications"]["check"]["message"]


def test_the_pane_keeps_the_link_and_nothing_else(site: dict[str, Any]) -> None:
    pane = str(site["folder"] / "pane.js")
    link = f"https://check.harrow.example/sign-in/{site['token']}"
    kept = send(site, script=pane, link=link, token="")
    assert kept == {
        "told": "Saved. Your messages are checked when you send them.", "kept": site["token"], "field": "",
    }  # fmt: skip
    refused = send(site, script=pane, link="hello", token="")
    assert refused["kept"] == ""


def test_manifest_is_well_formed_and_points_at_this_server() -> None:
    found = outlook.file_of("manifest.xml", CONFIG)
    assert found is not None
    tree = ElementTree.fromstring(found.data)
    text = found.data.decode()
    assert "@BASE@" not in text
    assert "@title@" not in text
    urls = [e.get("DefaultValue") for e in tree.iter() if (e.get("DefaultValue") or "").startswith("http")]
    assert urls
    assert all(u and u.startswith("https://check.harrow.example/") for u in urls)
    (event,) = [e for e in tree.iter() if e.tag.endswith("}LaunchEvent")]
    assert (event.get("Type"), event.get("FunctionName")) == ("OnMessageSend", "onMessageSendHandler")
    assert event.get("SendMode") == "PromptUser"  # "Send anyway" stays possible
    kinds = ("Url", "String", "Image")
    resources = {e.get("id") for e in tree.iter() if e.get("id") and e.tag.rsplit("}")[-1] in kinds}
    used = {e.get("resid") for e in tree.iter() if e.get("resid")}
    assert used <= resources


def test_every_file_the_manifest_names_is_served() -> None:
    from tests.selfcheck.site import open_site

    client = open_site().client()
    for path in ("/outlook/launch.html", "/outlook/launch.js", "/outlook/pane.html", "/outlook/pane.js",
                 "/static/icon-192.png", "/static/icon-512.png", "/guide/member"):  # fmt: skip
        assert client.get(path).status_code == 200, path
    assert client.get("/.well-known/microsoft-officeaddins-allowed.json").json()["allowed"]
    csp = client.get("/outlook/launch.html").headers["content-security-policy"]
    assert "https://appsforoffice.microsoft.com" in csp
    assert "frame-ancestors https://outlook.office.com" in csp
