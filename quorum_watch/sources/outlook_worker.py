"""Reads Outlook files in a process of its own, with limits on memory and processor time.

Run as a script with ``KIND PATH MEMORY_BYTES CPU_SECONDS [POSITION]``: the libraries for these formats parse a
stranger's binary structures, so they are kept away from the rest of the program. Writes one JSON object a line, keys
sorted; the line is the canonical form of a message and what its hash is taken of. Exit code 3 means that the library
is not installed, 4 that memory ran out.

This file imports nothing of the project: it must start alone.
"""

# ruff: noqa: B023 - every lambda here is called at once, by attempt()

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

MISSING = 3
EXHAUSTED = 4
#: MAPI property tags, from Microsoft's published property list.
TAGS = {
    "class": 0x001A,
    "subject": 0x0037,
    "submitted": 0x0039,
    "represented_name": 0x0042,
    "starts": 0x0060,
    "represented_address": 0x0065,
    "thread_topic": 0x0070,
    "thread_index": 0x0071,
    "headers": 0x007D,
    "sender_name": 0x0C1A,
    "sender_address": 0x0C1F,
    "delivered": 0x0E06,
    "flags": 0x0E07,
    "body": 0x1000,
    "html": 0x1013,
    "message_id": 0x1035,
    "references": 0x1039,
    "in_reply_to": 0x1042,
    "sender_smtp": 0x5D01,
    "represented_smtp": 0x5D02,
}
NAMED = {0x820D: "starts", 0x8208: "location"}
RECIPIENT_TAGS = {"name": 0x3001, "address": 0x3003, "smtp": 0x39FE, "type": 0x0C15}
EMBEDDED_DEPTH = 5


def show_time(value: Any) -> str:
    """A time in UTC as ISO 8601 to the second, or ``""``."""
    if not isinstance(value, datetime) or not 1970 < value.year < 2100:
        return ""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)  # both libraries give UTC where they give no zone
    return aware.astimezone(UTC).replace(microsecond=0).isoformat()


#: Fields of the item at hand that could not be read; the row will say so.
damaged: list[str] = []


def attempt(read: Callable[[], Any], default: Any = "") -> Any:
    """One field; one that cannot be read costs itself alone and is counted. What is merely absent is not."""
    try:
        found = read()
    except MemoryError:
        raise
    except (KeyError, AttributeError):
        return default
    except Exception as error:
        damaged.append(type(error).__name__)
        return default
    return default if found is None else found


def decode(value: Any) -> str:
    """Text of a string property, whichever of the two kinds it is."""
    if isinstance(value, bytes):
        try:
            text = value.decode("utf-8")
        except UnicodeDecodeError:
            text = value.decode("cp1252", "replace")
    else:
        text = str(value)
    return text.replace("\x00", "").replace("\r\n", "\n")


def read_entry(entry: Any) -> Any:
    """The value of one property by its type."""
    kind = entry.value_type
    if kind == 0x001F:
        return attempt(lambda: decode(entry.data_as_string))
    if kind == 0x001E:
        return attempt(lambda: decode(entry.data_as_string)) or attempt(lambda: decode(entry.data))
    if kind == 0x0003:
        return attempt(lambda: int(entry.data_as_integer), 0)
    if kind == 0x0040:
        return attempt(lambda: show_time(entry.data_as_datetime))
    return attempt(lambda: bytes(entry.data), b"")


def read_properties(item: Any, tags: dict[str, int], *, row: int = 0) -> dict[str, Any]:
    """The wanted properties of a record set of an item, the named ones of appointments included."""
    wanted = {tag: name for name, tag in tags.items()}
    found: dict[str, Any] = {}
    record = attempt(lambda: item.get_record_set(row), None)
    for n in range(attempt(lambda: record.number_of_entries, 0) if record is not None else 0):
        entry = attempt(lambda: record.get_entry(n) if hasattr(record, "get_entry") else record.entries[n], None)
        if entry is None:
            continue
        name = wanted.get(attempt(lambda: entry.entry_type, 0))
        if name is None and attempt(lambda: entry.entry_type, 0) >= 0x8000:
            number = attempt(lambda: entry.name_to_id_map_entry.number, 0)
            name = NAMED.get(number)
        if name is not None and not found.get(name):
            value = read_entry(entry)
            found[name] = value.hex() if isinstance(value, bytes) and name == "thread_index" else value
    return found


def read_pst(path: str, only: int = -1) -> Iterator[dict[str, Any]]:
    """Every item of every folder, then those whose folder was lost; ``only`` asks for the item at one position."""
    import pypff

    file = pypff.file()
    file.open(path)
    for number, (item, folder) in enumerate(walk_store(file)):
        if only in (-1, number):
            yield read_item(item, folder) if item is not None else {"folder": folder, "error": "cannot be read"}
    file.close()


def walk_store(file: Any) -> Iterator[tuple[Any, str]]:
    """Items with their folder's path, in order; ``None`` stands for an item or a folder that cannot be read."""
    root = file.get_root_folder()
    stack = [(root, "")] if root is not None else []
    while stack:
        folder, name = stack.pop()
        messages = attempt(lambda: folder.number_of_sub_messages, -1)
        if messages < 0:
            yield None, name
        for n in range(messages):
            yield attempt(lambda: folder.get_sub_message(n), None), name
        folders = attempt(lambda: folder.number_of_sub_folders, -1)
        if folders < 0:
            yield None, name
        for n in reversed(range(folders)):
            below = attempt(lambda: folder.get_sub_folder(n), None)
            if below is None:
                yield None, name
                continue
            label = attempt(lambda: decode(below.name))
            stack.append((below, f"{name}/{label}" if name else label))
    for n in range(attempt(lambda: file.number_of_orphan_items, 0)):
        yield attempt(lambda: file.get_orphan_item(n), None), "(recovered)"


def read_item(item: Any, folder: str, depth: int = 0) -> dict[str, Any]:
    """One item of a PST as a plain dictionary."""
    before = len(damaged)
    found: dict[str, Any] = {"folder": folder, "node": attempt(lambda: int(item.identifier), -1)}
    found.update(read_properties(item, TAGS))
    found["submitted"] = found.get("submitted") or show_time(attempt(lambda: item.client_submit_time, None))
    found["delivered"] = found.get("delivered") or show_time(attempt(lambda: item.delivery_time, None))
    found["headers"] = found.get("headers") or attempt(lambda: decode(item.transport_headers))
    found["body"] = attempt(lambda: decode(item.plain_text_body)) or decode(found.get("body") or "")
    found["html"] = attempt(lambda: decode(item.html_body)) if not found["body"].strip() else ""
    if not found["body"].strip() and not found["html"].strip():
        found["html"] = attempt(lambda: unwrap_rtf(bytes(item.rtf_body)))
    table = attempt(lambda: item.recipients, None)
    found["recipients"] = [
        {k: (decode(v) if k != "type" else v) for k, v in read_properties(table, RECIPIENT_TAGS, row=n).items()}
        for n in range(attempt(lambda: table.number_of_record_sets, 0) if table is not None else 0)
    ]
    found["attachments"] = []
    found["embedded"] = []
    for n in range(attempt(lambda: item.number_of_attachments, 0)):
        attachment = attempt(lambda: item.get_attachment(n), None)
        if attachment is None:
            continue
        found["attachments"].append(attempt(lambda: decode(attachment.long_filename)) or "attachment")
        inner = attempt(lambda: attachment.get_sub_item(0) if attachment.number_of_sub_items else None, None)
        if inner not in (None, "") and depth < EMBEDDED_DEPTH and hasattr(inner, "plain_text_body"):
            found["embedded"].append(read_item(inner, "", depth + 1))
    found["damaged"] = len(damaged) - before
    return {k: v.hex() if isinstance(v, bytes) else v for k, v in found.items()}


def unwrap_rtf(data: bytes) -> str:
    """HTML or text that Outlook wrapped in RTF."""
    from RTFDE.deencapsulate import DeEncapsulator  # type: ignore[import-untyped]  # comes with extract-msg

    document = DeEncapsulator(data)
    document.deencapsulate()
    return decode(document.html if document.content_type == "html" else document.plain_text)


def read_msg(path: str) -> Iterator[dict[str, Any]]:
    """The one message of a ``.msg`` file."""
    import extract_msg

    message = extract_msg.openMsg(path, delayAttachments=False, strict=False)
    yield read_mapi(message, 0)
    message.close()


def read_mapi(message: Any, depth: int) -> dict[str, Any]:
    """One message of extract-msg as a plain dictionary."""

    def text(tag: int) -> str:
        return str(attempt(lambda: decode(message.getStringStream(f"__substg1.0_{tag:04X}") or "")))

    before = len(damaged)
    found: dict[str, Any] = {"folder": "", "class": attempt(lambda: decode(message.classType))}
    for name in ("subject", "represented_name", "represented_address", "thread_topic", "headers", "sender_name"):
        found[name] = text(TAGS[name])
    for name in ("sender_address", "message_id", "references", "in_reply_to", "sender_smtp", "represented_smtp"):
        found[name] = text(TAGS[name])
    found["body"] = text(TAGS["body"])
    if not found["body"].strip():
        found["html"] = attempt(lambda: decode(message.htmlBody or b""))
    for name, tag in (("submitted", "00390040"), ("delivered", "0E060040"), ("starts", "00600040")):
        found[name] = show_time(attempt(lambda: message.props[tag].value, None))
    found["flags"] = attempt(lambda: int(message.props["0E070003"].value), 0)
    found["thread_index"] = attempt(lambda: bytes(message.getStream("__substg1.0_00710102") or b"").hex())
    found["recipients"] = [
        {
            "name": attempt(lambda: decode(r.name or "")),
            "address": attempt(lambda: decode(r.getStringStream("__substg1.0_3003") or "")),
            "smtp": attempt(lambda: decode(r.getStringStream("__substg1.0_39FE") or "")),
            "type": attempt(lambda: int(getattr(r.type, "value", r.type)) & 0xF, 1),
        }
        for r in attempt(lambda: list(message.recipients), [])
    ]
    found["attachments"] = []
    found["embedded"] = []
    for attachment in attempt(lambda: list(message.attachments), []):
        found["attachments"].append(attempt(lambda: decode(attachment.getFilename())) or "attachment")
        inner = attempt(lambda: attachment.data, None)
        if depth < EMBEDDED_DEPTH and hasattr(inner, "recipients"):
            found["embedded"].append(read_mapi(inner, depth + 1))
    found["damaged"] = len(damaged) - before
    return found


def limit(memory: int, seconds: int) -> None:
    """Bound this process; where the system knows no such limits the parent's own clock remains."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: list[str]) -> int:
    """Write every message of one file as a line of JSON."""
    kind, path, memory, seconds, *only = arguments
    limit(int(memory), int(seconds))
    try:
        for found in read_pst(path, *map(int, only)) if kind == "pst" else read_msg(path):
            line = json.dumps(found, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
            sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except ImportError:
        return MISSING
    except MemoryError:
        return EXHAUSTED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
