"""One spelling for each account, so that equal accounts compare equal and different ones never do.

E-mail is lower-cased and nothing else: ``jane+council@`` and ``jane@`` stay two accounts, because whether a provider
delivers both to one person is not ours to assume (list both in the roster). Telephone numbers become E.164 (region
US, with the workspace's area code for seven digits); what is no number stays as written. Handles lose ``@`` and the
address of the site. Names lose titles, brackets, accents and case, and ``Last, First`` is turned round; they are then
compared for equality only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from quorum_watch.vocabulary import AccountKind

_TITLES = (
    r"ald|alder|alderman|alderwoman|alderperson|mayor|councilman|councilwoman|councilperson|councilmember|"
    r"council member|councilor|councillor|trustee|supervisor|commissioner|president|council president|chair|"
    r"chairman|chairwoman|chairperson|hon|honorable|mr|mrs|ms|mx|miss|dr|atty|attorney|clerk|city clerk|"
    r"city attorney|administrator|city administrator"
)
_LEADING = re.compile(rf"^(?:(?:{_TITLES})\b\.?\s+)+(?=\S)")
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|phd|md|esq)\.?$")
_ONLY_TITLE = re.compile(rf"^(?:{_TITLES})\.?$")
_SITE = re.compile(
    r"^(?:https?://)?(?:www\.|m\.|mobile\.)?(?:facebook|x|twitter|instagram|nextdoor|youtube|t)\.(?:com|me)/"
)
_DIGITS_IN_PHONE = 7


@lru_cache(maxsize=65536)
def normalise(kind: AccountKind, value: str, area_code: str = "") -> str:
    """The one spelling of an account.

    >>> normalise(AccountKind.EMAIL, " Mayor@City.Example "), normalise(AccountKind.PHONE, "(608) 555-0142")
    ('mayor@city.example', '+16085550142')
    >>> normalise(AccountKind.X, "https://x.com/@AlderLee"), normalise(AccountKind.NAME, "Doe, Jane [Alder]")
    ('alderlee', 'jane doe')
    """
    text = unicodedata.normalize("NFKC", value).strip()
    if kind is AccountKind.EMAIL:
        return text.removeprefix("mailto:").strip("<>").strip().lower()
    if kind is AccountKind.NAME:
        return normalise_name(text)
    if kind is AccountKind.PHONE or (kind is AccountKind.WHATSAPP and re.fullmatch(r"[+\d\s().-]{7,}", text)):
        return normalise_phone(text, area_code)
    if "@" in text[1:] and not text.lower().startswith("http"):
        return text.lower()  # chat systems name people by e-mail address
    handle = _SITE.sub("", text.lower()).removeprefix("profile.php?id=").strip("/").split("?")[0]
    return " ".join(handle.removeprefix("@").split())


def normalise_phone(text: str, area_code: str = "") -> str:
    """E.164 where the text is a possible number of the region, else its digits (short codes), else the text.

    >>> normalise_phone("555-0142", "608"), normalise_phone("1-608-555-0142 x5"), normalise_phone("40404")
    ('+16085550142', '+16085550142', '40404')
    """
    import phonenumbers

    text = re.sub(r"^(?:tel|sms):", "", text.strip(), flags=re.IGNORECASE)
    digits = re.sub(r"\D", "", text)
    if len(digits) == _DIGITS_IN_PHONE and area_code and not text.startswith("+"):
        text = f"{area_code}{digits}"
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return digits or text.lower()
    # 555 exchanges of published samples are possible but not valid numbers; ten national digits are required instead
    national = str(number.national_number)
    if not phonenumbers.is_possible_number(number) or (number.country_code == 1 and len(national) <= _DIGITS_IN_PHONE):
        return digits or text.lower()
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=65536)
def normalise_name(text: str) -> str:
    """A full name in lower case, first name first, without titles, brackets, accents and punctuation.

    >>> normalise_name("Ald. José O'Neil Jr."), normalise_name("O'Neil, Jose, Jr."), normalise_name("Lee, Dana (Alder)")
    ('jose oneil jr', 'jose oneil jr', 'dana lee')
    """
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]|\"[^\"]*\"", " ", text)
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    parts = [part.strip() for part in plain.split(",")]
    parts = [part for part in parts if part and not _ONLY_TITLE.match(part)]
    suffixes = [part for part in parts[1:] if _SUFFIX.match(part)]
    names = parts[:1] + [part for part in parts[1:] if not _SUFFIX.match(part)]
    if len(names) == 2:  # "Last, First"
        names.reverse()
    joined = " ".join([*(_LEADING.sub("", name) for name in names), *suffixes])
    joined = re.sub(r"['’`.]", "", joined)
    return " ".join(re.sub(r"[^\w\s-]|_", " ", joined).split())
