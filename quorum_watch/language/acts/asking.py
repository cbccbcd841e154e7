"""How questions, reports and suppositions are told on spelled-out lines, with or without their marks."""

from __future__ import annotations

import re

#: Words that only suppose, or mock: what is said beside them is worth less.
SUPPOSES = re.compile(
    r"(?<!\S)(?:hypothetically|suppose|supposing|if i were|if we were|pretend|in theory|theoretically|"
    r"just kidding|jk|as if|oh great|yes right|yeah right|sure jan|sarcasm|not that i would|would have|could have|"
    r"in another life|devil 's advocate|devil is advocate|for the sake of argument) "
)
#: Words that turn a position round.
NOT = re.compile(r"(?<!\S)(?:not|never|no longer|nobody|neither|hardly|nor|without) ")
#: Two of them that cancel each other.
DOUBLE_NO = re.compile(r"(?<!\S)not (?:no|a no|against|opposed|oppose|object|fight|block) ")
#: What follows is somebody else's, as told.
REPORTS = re.compile(
    r"(?:@\d+|%\S+|he|she|they|who|people|everyone|everybody|somebody|someone|ppl|word|rumor) (?:\S+ )?(?:said|"
    r"says|told|tells|asked|asks|texted|wrote|writes|thinks|thought|claims|heard|assures|assured|wants|wonders|"
    r"wondered|keeps) (?:me |us |you |@\d+ )?(?:that |if |whether )?(?:\S+ ){0,3}$"
)
#: How a question begins that was typed without its mark.
ASKING = re.compile(
    r"\| (?:(?:hey|hi|hello|so|and|but|ok|yo|well|oh|also|then|,|@\d+|%\S+|now|btw|quick|question|one|guys|all|"
    r"folks|lol|hmm|um|:|alright|just|council|board|gang|team|speaking|of|that) ){0,5}(?:what (?:is|are|do|does|"
    r"did|would|will|about|if|say|you|everyone|everybody)|where (?:is|are|do|does|did|you|we|everyone|the)|"
    r"who (?:is|are|do|does|will|else|all|can|wants|sends|pays|has)|why (?:is|are|do|does|not|would)|which way|"
    r"how (?:are|do|is|does|did|many|much|come|you|about|would|will|we|everyone)|whose|is it|is that|is there|"
    r"is this|is he|is she|is anyone|is everyone|does it|does this|does that|does anyone|does he|does she|did he|"
    r"did she|has he|has she|will he|will she|was he|was she|did they|do they|did anyone|should we|should i|"
    r"has anyone|may i|might we|can i|can someone|can somebody|can anyone|you in|you good|you with|you for|you ok|"
    r"you still|you a|you going|you voting|you and|you on|you down|you guys|you folks|you two|you both|you all|"
    r"everyone ok|everyone good|everybody good|anyone|anybody|any|is [@%]\S+|are [@%]\S+|does [@%]\S+|did [@%]\S+|"
    r"will [@%]\S+|has [@%]\S+|was [@%]\S+) "
)
#: Turns of phrase that ask wherever they stand.
ASKS_ANYWHERE = re.compile(
    r"(?<!nor )(?<!neither )(?<!what )(?<!how )(?<!so )(?<!whatever )(?<!\S)(?:are|do|will|would|can|could|did|"
    r"have|should) (?:you|we|everyone|everybody|anyone|anybody|any of|either of|both of|all of|each of) |"
    r"(?<!\S)(?:yes or no|yay or nay|yay nay|aye or nay|aye or no|for or against|up or down|in or out|or no|or what|"
    r"or not|thoughts) (?:(?:on|about|or) (?:\S+ ){1,6})?\||(?<!\S)(?:yes or no|yay or nay|aye or nay|aye or no|"
    r"for or against) |(?<!know )(?<!see )(?<!that )(?<!wonder )(?<!matter )(?<!understand )(?<!about )(?<!of )"
    r"(?<!is )(?<!with )(?<!me )(?<!for )(?<!from )(?<!to )(?<!hear )(?<!say )(?<!\S)(?:what|how|where) (?:is|"
    r"are) (?:you|your|everyone|everybody) "
)
#: A request or a question that points against.
AGAINST = re.compile(
    r"(?<!\S)(?:oppose|opposing|against|vote no|voting no|vote"
    r" nay|deny|kill|stop|reject|block|vote it down|vote this down|"
    r"vote (?:\S+ ){0,3}down|not vote|not let|defeat|sink|a no) "
)
#: One that offers both sides.
EITHER = re.compile(
    r"(?<!\S)(?:for|yes|aye|support|in|up|approve) (?:\S+ ){0,2}or |(?<!\S)or (?:for|yes|not|no|against|nay) "
)
#: A position that says itself which way it points, rather than agreeing to what was asked.
EXPLICIT = re.compile(
    r"(?<!\S)(?:vote|votes|voting) (?:\S+ ){0,2}(?:no|yes|aye|nay|for|against|down|in favor|to) |"
    r"(?<!\S)(?:oppose|opposing|opposed|against|no|nay|yes|aye|in favor|for it|for this|kill|reject|deny|support it|"
    r"support the|approve) "
)
#: A "not" before words of opposition: who will not fight it is for it.
NOT_AGAINST = re.compile(
    r"(?<!\S)(?:not|never) (?:\S+ ){0,3}(?:oppose|opposing|opposed|against|no|nay|fight|block|object|stand|reject|kill|"
    r"down|way|obstacle|holdout|trouble|problem|fuss|cross|buck|hold|resist|push|withhold|out|gone|lost) "
)
#: A "no" that is in favour.
NO_OBJECTION = re.compile(r"(?<!\S)no (?:objection|problem|issue|qualms|reason)")
