"""Which conversation a message belongs to: Message-IDs, References, In-Reply-To, and Outlook's Thread-Index.

A message names its ancestors; :func:`link_threads` joins everything that names something in common, whatever the order
in which the messages arrive and however many are missing.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable

from quorum_watch.mail.charset import decode_base64
from quorum_watch.model import Record

_ID = re.compile(r"<[^<>\s]{1,900}>")


def read_ids(value: str) -> tuple[str, ...]:
    """Every ``<...@...>`` of a header value, in order, repeats once.

    >>> read_ids("<a@x.example> junk <b@x.example> <a@x.example>")
    ('<a@x.example>', '<b@x.example>')
    """
    return tuple(dict.fromkeys(_ID.findall(value)))


def read_message_id(value: str) -> str:
    """A Message-ID with its angle brackets, as written; without brackets it is given them.

    >>> read_message_id(" <a@x.example> "), read_message_id("a@x.example"), read_message_id("")
    ('<a@x.example>', '<a@x.example>', '')
    """
    match = _ID.search(value)
    if match:
        return match[0]
    bare = value.strip().strip("<>").strip()
    return f"<{bare}>" if bare and not re.search(r"\s", bare) else ""


def read_thread_index(value: str) -> str:
    """The conversation part of Outlook's ``Thread-Index``: a GUID in hexadecimal, or ``""``.

    The value is base64 of 1 reserved byte, 5 bytes of time, 16 bytes of GUID, then 5 bytes for each reply.

    >>> read_thread_index("AQHQ7qlFcZ2AZ2sQZkyg0bZk2m6F5g==")
    '719d80676b10664ca0d1b664da6e85e6'
    """
    try:
        data, _ = decode_base64(value.strip().encode("ascii", "ignore"))
    except (ValueError, binascii.Error):
        return ""
    return data[6:22].hex() if len(data) >= 22 else ""


def name_thread(key: str, in_reply_to: str, references: tuple[str, ...], index: str) -> str:
    """A conversation id from one message alone: the oldest ancestor it names, else Outlook's index, else itself."""
    if references:
        return references[0]
    if in_reply_to:
        return in_reply_to
    return f"index:{index}" if index else key


def link_threads(records: Iterable[Record]) -> dict[str, str]:
    """One conversation id for every name seen (Message-IDs, ancestors, thread names), joined across messages.

    Returns a mapping from each name to the smallest name of its conversation; a record's conversation is the value of
    its ``key`` or, without one, of its ``thread``.
    """
    parent: dict[str, str] = {}

    def find(name: str) -> str:
        root = name
        while parent.setdefault(root, root) != root:
            root = parent[root]
        while parent[name] != root:
            parent[name], name = root, parent[name]
        return root

    for record in records:
        names = [n for n in (record.key, record.thread, record.in_reply_to, *record.references) if n]
        names += [f"index:{v}" for k, v in record.extra if k == "thread_index"]
        for name in names:
            a, b = find(names[0]), find(name)
            if a != b:
                parent[max(a, b)] = min(a, b)
    return {name: find(name) for name in sorted(parent)}
