"""The Outlook add-in: a manifest, the script that asks at the moment of sending, and the pane that takes the link."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources

from quorum_watch.selfcheck.config import ServeConfig
from quorum_watch.wording import say

_FILES = {
    "manifest.xml": "application/xml", "launch.html": "text/html", "launch.js": "text/javascript",
    "pane.html": "text/html", "pane.js": "text/javascript",
}  # fmt: skip
#: Sentences the script shows by itself.
_WORDS = ("away", "saved", "not_saved", "no_link", "paste_link", "save", "title", "about")


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """One file as it is served."""

    data: bytes
    media_type: str


def base_of(config: ServeConfig) -> str:
    """The address under which Outlook reaches the page; Outlook accepts HTTPS only."""
    name = config.public_name or f"localhost:{config.port}"
    return f"https://{name}"


def file_of(name: str, config: ServeConfig) -> OfficeFile | None:
    """A file of the add-in with the page's address and the words filled in; ``None`` for any other name."""
    if name not in _FILES:
        return None
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    text = text.replace("@BASE@", base_of(config))
    for word in _WORDS:
        plain = say(f"check.outlook.{word}")
        text = text.replace(f'"@{word}@"', json.dumps(plain)).replace(f"@{word}@", plain)
    return OfficeFile(text.encode(), _FILES[name])


def allowed(config: ServeConfig) -> dict[str, list[str]]:
    """Which script Outlook on Windows may let call the endpoint."""
    return {"allowed": [f"{base_of(config)}/outlook/launch.js"]}
