"""How the page is served, and what is refused before it listens: nothing unsafe starts, whatever was asked."""

from __future__ import annotations

import ipaddress
import stat
from dataclasses import dataclass
from pathlib import Path

from quorum_watch.errors import Fault, UsageError

#: Names by which a browser on the same computer may call the page.
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
OPEN, LINKS = "none", "links"


@dataclass(frozen=True, slots=True)
class ServeConfig:
    """Where to listen and for whom.

    ``sign_in`` is ``none`` (this computer only) or ``links`` (personal links made by the clerk). ``public_name`` is
    the host name members type; ``trusted_proxy`` the address of a proxy that ends HTTPS in front of the page.
    ``person`` is who uses the page where nobody signs in. Sizes in bytes, times in seconds.
    """

    host: str = "127.0.0.1"
    port: int = 8737
    sign_in: str = OPEN
    public_name: str = ""
    certificate: Path | None = None
    key: Path | None = None
    trusted_proxy: str = ""
    person: str = ""
    body_bytes: int = 10 * 1024 * 1024
    header_bytes: int = 32 * 1024
    body_seconds: float = 10.0
    header_seconds: float = 10.0
    check_seconds: float = 10.0
    rate: float = 2.0
    burst: int = 30
    connections: int = 400
    session_hours: int = 12

    @property
    def loopback(self) -> bool:
        """Whether only programs on this computer can reach the page."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def encrypted(self) -> bool:
        """Whether the page itself ends HTTPS."""
        return self.certificate is not None and self.key is not None

    @property
    def secure(self) -> bool:
        """Whether what a browser sends travels encrypted: here, or up to the proxy."""
        return self.encrypted or bool(self.trusted_proxy)

    @property
    def names(self) -> tuple[str, ...]:
        """Host names the page answers to; any other is turned away, so that no other site can stand in for it."""
        return (*(LOOPBACK_NAMES if self.loopback else ()), *((self.public_name,) if self.public_name else ()))


def refuse_unsafe(config: ServeConfig) -> None:
    """Raise :class:`~quorum_watch.errors.UsageError` with every reason not to listen like this."""
    faults: list[Fault] = []

    def fault(code: str, what: str, remedy: str) -> None:
        faults.append(Fault(code, what, "serve", remedy))

    if config.sign_in not in (OPEN, LINKS):
        fault("QW-E141", "There is no such way to sign in.", f"Use {LINKS}, or {OPEN} on this computer only.")
    if not config.loopback and config.sign_in != LINKS:
        fault("QW-E142", "Other computers could reach the page and nobody would have to sign in.",
              "Add --sign-in links, or leave out --host.")
    if not config.loopback and not config.secure:
        fault("QW-E143", "What members type would travel unencrypted.",
              "Give --certificate and --key, or name the proxy that ends HTTPS with --trusted-proxy.")
    if not config.loopback and not config.public_name:
        fault("QW-E144", "The name by which members reach the page is not known.",
              "Give it with --public-name, for example check.city.example.")
    if (config.certificate is None) != (config.key is None):
        fault("QW-E145", "HTTPS needs a certificate and a key.", "Give both --certificate and --key.")
    if config.trusted_proxy and not _is_address(config.trusted_proxy):
        fault("QW-E146", "--trusted-proxy is not one address.", "Name the proxy's own address, never a whole network.")
    if config.person and config.sign_in == LINKS:
        fault("QW-E147", "--as would answer for everybody who signs in.", "Leave out --as.")
    if config.key is not None and _readable_by_others(config.key):
        fault("QW-E148", "Other users of this computer can read the key.", "Restrict it: chmod 600 KEY.")
    if faults:
        raise UsageError.of(faults)


def _is_address(text: str) -> bool:
    try:
        return not ipaddress.ip_address(text).is_unspecified
    except ValueError:
        return False


def _readable_by_others(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError:
        return False
