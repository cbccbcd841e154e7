"""Words the thread reader looks for: plain lists, each with what it tells.

They are read on spelled-out lines (``normal.py``), in which every word is followed by one space. The patterns of acts
themselves stand in ``acts.toml`` and ``context.toml``; here are only the words by which context is weighed.
"""

from __future__ import annotations

import re


def _words(*lists: str) -> re.Pattern[str]:
    """A pattern for any of the words; underscores stand for spaces inside a phrase, ``@`` for a known person."""
    plain = [w.replace("_", " ").replace("@", r"@\d+") for line in lists for w in line.split()]
    return re.compile(r"(?<!\S)(?:" + "|".join(plain) + ") ")


_CIVIC_THINGS = (
    "council ordinance ordinances rezoning rezone zoning variance levy tif tid annexation annex",
    "referendum alder alderman",
    "alders trustee trustees quorum ratify easement cosponsor cosponsors cosponsoring yeses ayes",
    "supervisors bylaw curfew",
    "overlay setback millage levee moratorium pud",
)
#: Words that show City business by themselves, except those of voting, which people also use for pizza.
CIVIC_THING = _words(*_CIVIC_THINGS)
#: Words that show City business by themselves.
CIVIC = _words(*_CIVIC_THINGS, "vote votes voting")
#: Words that do so only beside another one.
WEAK_CIVIC = _words(
    "board resolution motion amendment agenda packet permit budget bond bonds license contract bid bids hearing clerk",
    "commission committee city village town county tax taxes fee fees policy mayor developer petition staff sponsor",
    "agreement grant lease appointment plan proposal funding reserves project attorney counsel minutes",
    "tally street road",
    "park sewer water police fire sidewalk trail parking library pool housing apartments rate rates",
    "overtime salary raise",
    "mill bridge siren sirens plow landfill chief administrator",
)
#: Words of titles that tell nothing about one matter.
TITLE_STOP = frozenset(
    [
        "the",
        "and",
        "for",
        "from",
        "with",
        "city",
        "town",
        "village",
        "county",
        "new",
        "request",
        "approval",
        "resolution",
        "ordinance",
        "amendment",
        "agreement",
        "contract",
        "of",
        "to",
        "a",
        "in",
        "on",
        "at",
        "street",
        "road",
        "avenue",
        "general",
        "fund",
        "program",
        "policy",
        "plan",
        "project",
        "service",
        "services",
        "update",
        "district",
        "award",
        "bid",
        "purchase",
        "replacement",
    ]
)
#: Who is addressed: a name between pauses, or before "you".
VOCATIVE = re.compile(
    r"(?:\| (?:(?:hey|hi|hello|ok|yo|and|so|well|no|yes|thanks|thank you|sorry|dear|but|,) ){0,3}(@\d+) "
    r"(?=,|:|-|you |\|)"
    r"|, (@\d+) (?=\||,)|(@\d+) (?=you |are you|do you|will you|can you)|(@\d+) \|)"
)
#: The writer speaks of himself.
FIRST_PERSON = _words("i me my mine myself")
#: Courtesies, which answer nothing.
THANKS = _words("thanks thank appreciate received welcome bless congrats regards sorry_about sorry_for so_sorry")
#: Somebody is asked about.
SOMEBODY = re.compile(r"(?<!\S)(?:who|you|@\d+|%\S+|he|she|they|them|him|her) ")
#: A known person followed by a verb: a sentence about that person.
MEMBER_DOES = re.compile(
    r"(?:\| |(?:and|but|so|ok|that|,|:|plus|also|now|lol|says|said|think|hear|heard|know|believe|saw|guess) )"
    r"(@\d+) (?:(?:and|or) (?:@\d+|%\S+|i) )?"
    r"(?:is|are|was|were|has|have|had|will|would|can|could|might|may|does|did|says|said|wants|likes|thinks|told|seems|"
    r"sounds|came|comes|went|goes|got|gets|gave|gives|answered|stays|stayed|feels|sits|stands|leans|needs|agrees|agreed|"
    r"keeps|never) "
)
#: Words of taking sides.
POSITION = _words(
    "vote votes voting support supporting oppose opposed against favor approve on_board position stance leaning_yes",
    "leaning_no yes no passing approving intend in_or_out with_me with_us",
)
#: Words of taking sides, in questions whose subject is not clear.
STANCE = _words(
    "vote votes voting support supporting oppose opposed against favor approve board position stand",
    "leaning lean yes no",
    "back behind passing for live count intend",
)
#: One-way information says so.
FYI = _words("fyi for_your_information heads_up just_so_you_know for_your_awareness attached reminder")
#: What is spoken of is the matter at hand.
IT = _words(
    "it this that one thing these them ordinance resolution amendment rezoning permit contract budget",
    "levy license bond",
    "bonds fee grant lease deal plan proposal item map overtime tif purchase waiver ban",
)
#: Questions about people and reasons, not about times.
WHO_WHY = re.compile(r"\| (?:who|why|how) ")
#: Asks what could be done, not who is for it.
WE_COULD = re.compile(r"(?<!\S)(?:can|could|should|shall|would) (?:we|somebody|someone|it|they) ")
WOULD_IF = re.compile(r"(?<!\S)(?:would|could) you (?:\S+ ){1,3}if ")
#: Words of voting proper.
VOTES = _words("vote votes voting aye nay motion cosponsor yeses whip")
#: Words by which an answer is about a vote and not about a time.
VOTEWORD = _words("vote voting votes support oppose approve motion against favor yes no aye nay")
#: A request that is for signatures.
SIGNING = re.compile(r"\b(?:sign|signs|signature|signatures|signers|petition|co-?sponsors?|initials?)\b", re.IGNORECASE)
#: A question that begs.
BEG = _words("please help count_on need")
#: The reader, or everyone, is asked.
TO_YOU = _words("you your yours everyone everybody anyone anybody either folks all_of @")
#: A question for facts or favours.
FACTUAL = _words(
    "park eaten eat drive how_many how_much seem seems what_is_in what_happens what_time know see seen read get_the",
    "got_the hear heard send sent remember mean find check ask explain tell_me_what look_at looked talk talked call",
    "called meet forward share print give_me_a mind need kidding think_about_it drafted write wrote sure",
    "happen happened",
)
#: Words that make an answer in other words a no.
NO_TONE = _words(
    "no not never nor neither nothing against hate opposed oppose kill worst bad terrible dead enough",
    "nobody loses wrong",
    "too unless refuse without hardly last nonsense robbery",
)
#: A title that takes something away: to keep the thing is to be against the matter.
NEGATIVE_TITLE = re.compile(
    r"\b(?:repeal|remov|eliminat|discontinu|clos(?:e|ing|ure)|ban\b|prohibit|denial|deny|rescind|cut(?:s|ting)?\b|reduc|"
    r"terminat|demoli|vacat|abolish|suspen|relocat|merg|consolidat|nonrenew)",
    re.IGNORECASE,
)
KEEP = re.compile(
    r"(?<!\S)(?:keep|save|preserve|retain|protect|restore|maintain|leave|leaving|saving|preserving)(?:ing)? "
)
