"""``quorum-watch serve``: the self-check page, on this computer unless told otherwise, and personal links."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from quorum_watch.cli.common import emit, table
from quorum_watch.errors import InputError, UsageError

_DAY = 24 * 60 * 60
#: Folder of a workspace that holds the key and the list of links.
LINKS_FOLDER = "serve"


@click.group("serve", invoke_without_command=True)
@click.option("--workspace", "-w", default=Path(), type=click.Path(path_type=Path), help="The city's folder.")
@click.option("--host", default="127.0.0.1", help="Where to listen. Other computers need sign-in and HTTPS.")
@click.option("--port", default=8737, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--as", "person", default="", metavar="PERSON", help="Who uses the page on this computer.")
@click.option("--sign-in", type=click.Choice(["none", "links"]), default="none", help="How members sign in.")
@click.option("--public-name", default="", metavar="NAME", help="The host name members type.")
@click.option("--certificate", type=click.Path(path_type=Path, exists=True), help="HTTPS certificate chain.")
@click.option("--key", type=click.Path(path_type=Path, exists=True), help="HTTPS key.")
@click.option("--trusted-proxy", default="", metavar="ADDRESS", help="The proxy that ends HTTPS.")
@click.pass_context
def command(
    context: click.Context,
    workspace: Path,
    host: str,
    port: int,
    person: str,
    sign_in: str,
    public_name: str,
    certificate: Path | None,
    key: Path | None,
    trusted_proxy: str,
) -> None:
    """Open the self-check page. Nothing members paste is stored or logged."""
    context.obj = workspace
    if context.invoked_subcommand is not None:
        return
    from quorum_watch.selfcheck.auth import Links
    from quorum_watch.selfcheck.config import ServeConfig, refuse_unsafe
    from quorum_watch.selfcheck.keeper import Keeper

    config = ServeConfig(
        host=host, port=port, sign_in=sign_in, public_name=public_name.lower(), certificate=certificate, key=key,
        trusted_proxy=trusted_proxy, person=person,
    )  # fmt: skip
    refuse_unsafe(config)
    try:
        from quorum_watch.selfcheck.server import make_server
        from quorum_watch.selfcheck.web import create_app
    except ModuleNotFoundError as error:
        raise InputError(
            "QW-E140",
            f"The page needs a package that is not installed ({error.name}).",
            "serve",
            "Install it with: pip install 'quorum-watch[serve]'",
        ) from None
    keeper = Keeper(workspace, _today)
    if person and (keeper.place is None or person not in keeper.place.roster.by_id):
        raise UsageError("QW-E151", "--as is not a person id of the roster.", "serve --as", "See: quorum-watch roster")
    links = Links(workspace / LINKS_FOLDER, time.time) if sign_in == "links" else None
    if links is not None:
        links.listed()  # a list that others can read, or that is damaged, is refused before anybody can ask
    server = make_server(create_app(keeper, config, links, time.monotonic), config)
    scheme, name = ("https", public_name or host) if config.secure else ("http", host)
    where = f"{scheme}://{name}" if config.trusted_proxy else f"{scheme}://{name}:{port}"
    click.echo(f"The check is open at {where} (stop it with Ctrl+C). Nothing pasted there is saved.", err=True)
    server.run()


def _today(timezone: str) -> date:
    """The clock is read here, at the edge."""
    return datetime.now(UTC).astimezone(ZoneInfo(timezone)).date()


@command.group("link")
def link() -> None:
    """Make, list and revoke personal links."""


@link.command("make")
@click.argument("person")
@click.option("--days", default=180, type=click.IntRange(1, 730), help="How long the link opens.")
@click.option("--clerk", is_flag=True, help="Also opens the clerk's page.")
@click.option("--public-name", default="", metavar="NAME", help="The host name members type.")
@click.pass_obj
def make(workspace: Path, person: str, days: int, clerk: bool, public_name: str) -> None:
    """Make a link for PERSON (a person id). Hand it to them alone: whoever has it is them."""
    from quorum_watch.selfcheck.auth import Links, Role
    from quorum_watch.selfcheck.place import open_place

    place = open_place(workspace)
    if person not in place.roster.by_id:
        raise UsageError("QW-E151", "There is no such person in the roster.", "serve link make", "Use a person id.")
    token = Links(workspace / LINKS_FOLDER, time.time).make(person, Role.CLERK if clerk else Role.MEMBER, days * _DAY)
    emit(f"https://{public_name}/sign-in/{token}" if public_name else f"/sign-in/{token}")


@link.command("list")
@click.pass_obj
def show(workspace: Path) -> None:
    """List the links made: whose, until when, revoked or not. Nothing about their use is known."""
    from quorum_watch.selfcheck.auth import Links

    now = time.time()
    rows = [
        (v.id, v.person, v.role, datetime.fromtimestamp(v.ends, UTC).date().isoformat(),
         "revoked" if v.revoked else "expired" if v.ends <= now else "valid")
        for v in Links(workspace / LINKS_FOLDER, time.time).listed()
    ]  # fmt: skip
    emit(table(rows, ("link", "person", "role", "until", "state")))


@link.command("revoke")
@click.argument("which")
@click.pass_obj
def revoke(workspace: Path, which: str) -> None:
    """Revoke a link by its id, or every link of a person; sessions end with it."""
    from quorum_watch.selfcheck.auth import Links

    count = Links(workspace / LINKS_FOLDER, time.time).revoke(which)
    if not count:
        raise UsageError("QW-E152", "No valid link has this id or person.", "serve link revoke", "See: serve link list")
    emit(f"{count} revoked.")
