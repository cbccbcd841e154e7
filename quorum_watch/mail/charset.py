"""Bytes to text without an exception and without a silent guess.

Every function says whether it had to guess, so that the row can carry the mark ``charset_guessed``. Nothing here raises
for bad content, and nothing depends on the patch level of the interpreter's ``email`` package.
"""

from __future__ import annotations

import binascii
import codecs
import re
from functools import lru_cache

#: Labels seen in real mail that name no codec of their own; the value is what the writer's software meant.
ALIASES = {
    "": "us-ascii",
    "7bit": "us-ascii",
    "8bit": "us-ascii",
    "ansi_x3.110-1983": "iso-8859-1",
    "ansi": "cp1252",
    "cp-850": "cp850",
    "default": "us-ascii",
    "default_charset": "us-ascii",
    "iso": "iso-8859-1",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "ks_c_5601-1987": "cp949",
    "unicode-1-1-utf-7": "utf-7",
    "unknown-8bit": "us-ascii",
    "unknown": "us-ascii",
    "utf8mb4": "utf-8",
    "x-gbk": "gbk",
    "x-mac-roman": "mac-roman",
    "x-sjis": "cp932",
    "x-unknown": "us-ascii",
    "x-user-defined": "us-ascii",
}

ENCODED_WORD = re.compile(r"=\?([^\s?*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")
#: White space between two encoded words is no text (RFC 2047, 6.2).
BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(=\?[^\s?]{1,61}\?[bBqQ]\?)")
_Q_BYTE = re.compile(r"=([0-9A-Fa-f]{2})")
#: Codecs of the standard library that are not character sets, or that execute something surprising.
_NOT_CHARSETS = frozenset(
    {"base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib", "idna", "punycode", "undefined", "raw_unicode_escape"}
    | {"unicode_escape", "mbcs", "oem"}
)


@lru_cache(maxsize=512)
def find_codec(label: str) -> str:
    """The name of the codec a charset label means, or ``""`` where no codec of this interpreter fits.

    >>> find_codec("UTF8"), find_codec("x-sjis"), find_codec("no-such-charset")
    ('utf-8', 'cp932', '')
    """
    label = label.strip().strip("'\"").lower()
    label = ALIASES.get(label, label)
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError, UnicodeError):
        return ""
    return "" if name.replace("-", "_").removesuffix("_codec") in _NOT_CHARSETS else name


def decode_text(data: bytes, declared: str = "") -> tuple[str, bool]:
    """Text of some bytes and whether the character set had to be guessed.

    The declared set is believed where it decodes; then UTF-8; then what charset-normalizer finds likely; Windows-1252
    with replacement characters comes last. ASCII and UTF-8 are never guesses.

    >>> decode_text(b"caf\\xc3\\xa9", "us-ascii")
    ('café', True)
    >>> decode_text(b"caf\\xe9", "iso-8859-1")
    ('café', False)
    """
    codec = find_codec(declared)
    if codec in ("ascii", "iso8859-1", ""):
        try:
            text = data.decode("ascii")
            return text, bool(declared and not codec)
        except UnicodeDecodeError:
            pass
    if codec == "iso8859-1":
        # Mailers label Windows-1252 as Latin-1; the C1 controls it would give are never meant.
        text = data.decode("cp1252", "replace") if re.search(rb"[\x80-\x9f]", data) else data.decode("latin-1")
        return text, "�" in text
    if codec and codec != "ascii":
        try:
            return data.decode(codec), False
        except (UnicodeError, ValueError):
            pass
    try:
        return data.decode("utf-8"), bool(declared)
    except UnicodeDecodeError:
        return _guess(data), True


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes  # slow to import, seldom needed

    best = None
    if len(data) >= 32:  # on less, statistics say nothing
        best = from_bytes(
            data[:65536], cp_isolation=["cp1252", "cp1250", "cp1251", "cp932", "gb18030", "euc_kr"]
        ).best()
    codec = best.encoding if best is not None else "cp1252"
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return data.decode("cp1252", "replace")


def decode_header(value: bytes) -> str:
    """The text of a raw header value: UTF-8 where it is, else Windows-1252; control characters become spaces."""
    try:
        text = value.decode("ascii")
    except UnicodeDecodeError:
        try:
            text = value.decode("utf-8")
        except UnicodeDecodeError:
            text = value.decode("cp1252", "replace")
    return text


def decode_words(text: str) -> str:
    """Replace RFC 2047 encoded words by what they mean; a word that cannot be decoded stays as written.

    Neighbouring words of one character set are joined as bytes first, because mailers split characters across words.

    >>> decode_words("=?utf-8?q?Jos=C3?= =?utf-8?q?=A9?= Lee")
    'José Lee'
    """
    if "=?" not in text:
        return text
    text = BETWEEN_WORDS.sub(r"\1\2", text)
    text = BETWEEN_WORDS.sub(r"\1\2", text)  # matches overlap by one word
    out: list[str] = []
    pending: tuple[str, bytes] | None = None
    last = 0
    for word in ENCODED_WORD.finditer(text):
        data = _word_bytes(word[2], word[3])
        if data is None or not find_codec(word[1]):
            continue
        codec = find_codec(word[1])
        if pending is not None and (word.start() != last or pending[0] != codec):
            out.append(decode_text(pending[1], pending[0])[0])
            pending = None
        out.append(text[last : word.start()])
        pending = (codec, pending[1] + data) if pending else (codec, data)
        last = word.end()
    if pending is not None:
        out.append(decode_text(pending[1], pending[0])[0])
    out.append(text[last:])
    return "".join(out)


def _word_bytes(encoding: str, payload: str) -> bytes | None:
    if encoding in "bB":
        return decode_base64(payload.encode("ascii", "ignore"))[0]
    payload = payload.replace("_", " ")
    try:
        return _Q_BYTE.sub(lambda m: chr(int(m[1], 16)), payload).encode("latin-1")
    except UnicodeEncodeError:
        return None


def decode_base64(data: bytes) -> tuple[bytes, bool]:
    """Base64 as far as it goes and whether anything was wrong with it (strange characters, a cut end).

    >>> decode_base64(b"SGVsbG8="), decode_base64(b"SGVsbG8")
    ((b'Hello', False), (b'Hello', True))
    """
    try:
        return binascii.a2b_base64(data), False  # ignores line ends and other strange characters itself
    except binascii.Error:
        pass
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    try:
        return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4)), True
    except binascii.Error:
        return b"", True
