"""The words of the project, each defined once.

Every enumeration here is a controlled vocabulary: its values appear in files other people rely on, so a value is
never renamed, only added (with a line in the CHANGELOG). The first docstring line of a member is its definition; the
plain label a reader sees lives in ``wording/en.toml``. This module imports nothing of the project.
"""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """How an interaction travelled."""

    EMAIL = "email"
    TEXT = "text"
    GROUP_CHAT = "group_chat"
    CALL = "call"
    IN_PERSON = "in_person"
    SOCIAL_POST = "social_post"
    SOCIAL_COMMENT = "social_comment"
    SOCIAL_REACTION = "social_reaction"
    CALENDAR = "calendar"
    MEMO = "memo"


#: Channels in which everyone present hears everyone at once.
SYNCHRONOUS = frozenset({Channel.CALL, Channel.IN_PERSON})
#: Channels of public or semi-public platforms.
SOCIAL = frozenset({Channel.SOCIAL_POST, Channel.SOCIAL_COMMENT, Channel.SOCIAL_REACTION})


class Audience(StrEnum):
    """Who could open the conversation: named people, a closed group, or anyone."""

    PRIVATE = "private"
    CLOSED_GROUP = "closed_group"
    PUBLIC = "public"


class TimePrecision(StrEnum):
    """How much of a time is known: the instant, the day, or only the order among its neighbours."""

    EXACT = "exact"
    DAY = "day"
    ORDER = "order"


class TimeSource(StrEnum):
    """Where the zone of a time came from."""

    OFFSET = "offset"
    ZONE_NAME = "zone_name"
    WORKSPACE = "workspace_zone"
    NONE = "none"


class Role(StrEnum):
    """What a participant was to one interaction."""

    TO = "to"
    CC = "cc"
    BCC = "bcc"
    GROUP_MEMBER = "group_member"
    ATTENDEE = "attendee"
    MENTIONED = "mentioned"


class Act(StrEnum):
    """What a message does (``contract.md`` section 2)."""

    POLL = "poll"
    COMMIT = "commit"
    RELAY = "relay"
    SEEK_SUPPORT = "seek_support"
    AGREE = "agree"
    DISAGREE = "disagree"
    OPINION = "opinion"
    DELIBERATE = "deliberate"
    DECIDE = "decide"
    INFORM = "inform"
    SCHEDULE = "schedule"
    MINISTERIAL = "ministerial"
    SOCIAL = "social"
    CONCEAL = "conceal"
    DRAFT = "draft"
    SIGN = "sign"
    CAUTION = "caution"


class Polarity(StrEnum):
    """Which way a position points, relative to the matter's title as written."""

    FOR = "for"
    AGAINST = "against"
    NONE = "none"


class Scope(StrEnum):
    """Whether a message concerns the body's business; ``unclear`` is shown, never dropped."""

    BUSINESS = "business"
    NOT_BUSINESS = "not_business"
    UNCLEAR = "unclear"


class Test(StrEnum):
    """Which legal question a finding concerns; the three are never blended."""

    __test__ = False  # not a pytest class

    CONVENING = "convening"
    WALKING_QUORUM = "walking_quorum"
    POLICY = "policy"


class Pattern(StrEnum):
    """The most specific name that holds for a chain of contacts."""

    CONVERSATION = "conversation"
    DAISY_CHAIN = "daisy_chain"
    HUB_AND_SPOKE = "hub_and_spoke"
    SPLIT_GROUPS = "split_groups"
    INTERMEDIARY = "intermediary"
    PUBLIC_THREAD = "public_thread"
    DECISION_BY_MESSAGE = "decision_by_message"
    ATTENDANCE = "attendance"
    BROADCAST = "broadcast"


class Concern(StrEnum):
    """How soon a lawyer should look; an ordinal, not a probability."""

    NOTE = "note"
    LOOK = "look"
    LOOK_FIRST = "look_first"

    @property
    def rank(self) -> int:
        """Position in the order note < look < look_first."""
        return list(type(self)).index(self)


class Confidence(StrEnum):
    """How sure the tool is of the facts (never of the law)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """Position in the order low < medium < high."""
        return list(type(self)).index(self)


class Weighs(StrEnum):
    """Which way a factor points."""

    FOR = "for"
    AGAINST = "against"
    UNKNOWN = "unknown"


class FactorKind(StrEnum):
    """Whether a factor comes from law or from the city's own policy."""

    LAW = "law"
    POLICY = "policy"


class SinceLast(StrEnum):
    """How a finding stands to the previous run."""

    NEW = "new"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    ABSENT = "absent"


class Outcome(StrEnum):
    """What became of one record read from a source; every record ends as exactly one."""

    ROW = "row"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    RESTRICTED = "restricted"
    QUARANTINED = "quarantined"


class Reason(StrEnum):
    """Why a record was not analysed (quarantined, ignored or restricted)."""

    UNREADABLE_FILE = "unreadable_file"
    UNKNOWN_FORMAT = "unknown_format"
    ENCRYPTED = "encrypted"
    TRUNCATED = "truncated"
    ZERO_BYTE = "zero_byte"
    OVERSIZE = "oversize"
    BOMB_RATIO = "bomb_ratio"
    TOO_MANY_MEMBERS = "too_many_members"
    NESTING = "nesting"
    PATH_ESCAPE = "path_escape"
    DUPLICATE_MEMBER = "duplicate_member"
    XML_ENTITY = "xml_entity"
    XML_INVALID = "xml_invalid"
    JSON_INVALID = "json_invalid"
    CSV_INVALID = "csv_invalid"
    MIME_DEFECT = "mime_defect"
    NOT_A_MESSAGE = "not_a_message"
    NO_DATE = "no_date"
    BAD_DATE = "bad_date"
    AMBIGUOUS_DATE_ORDER = "ambiguous_date_order"
    NO_SENDER = "no_sender"
    UNRESOLVABLE_ACTOR = "unresolvable_actor"
    BAD_FIELD = "bad_field"
    DUPLICATE_ID = "duplicate_id"
    DRAFT = "draft"
    NOT_SENT = "not_sent"
    UNSUPPORTED_EVENT_TYPE = "unsupported_event_type"
    SIDECAR = "sidecar"
    MEDIA = "media"
    SYSTEM_EVENT = "system_event"
    SYSTEM_FILE = "system_file"
    RESTRICTED_BY_RULE = "restricted_by_rule"
    PERSONAL = "personal"
    CLOSED_SESSION = "closed_session"
    PRIVILEGED = "privileged"
    READER_MISSING = "reader_missing"
    READER_FAILED = "reader_failed"
    TIME_LIMIT = "time_limit"
    SUPERSEDED = "superseded"
    COUNT_MISMATCH = "count_mismatch"
    MANIFEST_MISMATCH = "manifest_mismatch"
    EXPORT_ERROR = "export_error"


class Defect(StrEnum):
    """A flaw of a record that was read all the same; the row keeps the mark."""

    RECIPIENT_COUNT_MISMATCH = "recipient_count_mismatch"
    NAME_ONLY_RECIPIENT = "name_only_recipient"
    UNDISCLOSED_RECIPIENTS = "undisclosed_recipients"
    NO_RECIPIENTS = "no_recipients"
    LIST_NOT_EXPANDED = "list_not_expanded"
    NO_MESSAGE_ID = "no_message_id"
    ID_REUSED = "id_reused"
    NO_DATE = "no_date"
    BAD_DATE = "bad_date"
    NO_TIMEZONE = "no_timezone"
    FUTURE_DATE = "future_date"
    DATE_CONFLICT = "date_conflict"
    AMBIGUOUS_IDENTITY = "ambiguous_identity"
    CHARSET_GUESSED = "charset_guessed"
    MIME_DEFECT = "mime_defect"
    TRUNCATED = "truncated"
    XML_REPAIRED = "xml_repaired"
    MOJIBAKE_REPAIRED = "mojibake_repaired"
    MBOX_AMBIGUOUS_FROM = "mbox_ambiguous_from"
    COUNT_MISMATCH = "count_mismatch"
    MANIFEST_MISMATCH = "manifest_mismatch"
    EDITED = "edited"
    DELETED = "deleted"
    MEMBERSHIP_AT_EXPORT = "membership_at_export"
    MISSING_PARENT = "missing_parent"
    OVERSIZE_PART = "oversize_part"
    DECLARED_BUT_EMPTY = "declared_but_empty"
    DUPLICATE_MEMBER = "duplicate_member"


class Capacity(StrEnum):
    """In what capacity a person sits on a body."""

    MEMBER = "member"
    CHAIR = "chair"
    PRESIDING = "presiding"
    EX_OFFICIO = "ex_officio"
    ALTERNATE = "alternate"
    MEMBER_ELECT = "member_elect"


class AccountKind(StrEnum):
    """The kinds of account the roster may name."""

    EMAIL = "email"
    PHONE = "phone"
    FACEBOOK = "facebook"
    X = "x"
    INSTAGRAM = "instagram"
    NEXTDOOR = "nextdoor"
    YOUTUBE = "youtube"
    WHATSAPP = "whatsapp"
    SLACK = "slack"
    TEAMS = "teams"
    NAME = "name"


class BodyKind(StrEnum):
    """Kinds of body; each names a rule row of the jurisdiction profile."""

    COMMON_COUNCIL = "common_council"
    VILLAGE_BOARD = "village_board"
    TOWN_BOARD = "town_board"
    COUNTY_BOARD = "county_board"
    SCHOOL_BOARD = "school_board"
    PLAN_COMMISSION = "plan_commission"
    COMMITTEE = "committee"
    COMMISSION = "commission"
    BOARD = "board"


class VoteRule(StrEnum):
    """How many votes a proposal needs; the arithmetic of each is in the profile."""

    ORDINARY = "ordinary"
    MAJORITY_OF_MEMBERS = "majority_of_members"
    TWO_THIRDS_OF_MEMBERS = "two_thirds_of_members"
    TWO_THIRDS_OF_MEMBERS_ELECT = "two_thirds_of_members_elect"
    THREE_QUARTERS_OF_MEMBERS = "three_quarters_of_members"


class ThresholdName(StrEnum):
    """The numbers of the law that are never collapsed into one."""

    HALF = "half"
    QUORUM = "quorum"
    PASS = "pass"
    BLOCK = "block"
    DENY_QUORUM = "deny_quorum"
    FIXED = "fixed"  # a plain count set by statute, such as Florida's two


class Base(StrEnum):
    """What a share is a share of."""

    IN_OFFICE = "in_office"
    SEATS = "seats"
    PRESENT = "present"


class Verdict(StrEnum):
    """What the self-check answers."""

    STOP = "stop"
    CHANGE = "change"
    NO_CONCERN = "no_concern"
    CANNOT_TELL = "cannot_tell"


class Disposition(StrEnum):
    """What a reviewer decided about a finding."""

    NO_CONCERN = "no_concern"
    TRAINING = "training"
    NOTICE_OR_CURE = "notice_or_cure"
    REFER = "refer"
    NEEDS_RECORDS = "needs_records"


class Edition(StrEnum):
    """For whom a report is built."""

    PUBLIC = "public"
    PRIVILEGED = "privileged"
    MEMBER = "member"


#: Acts that go to the merits of a matter (a view, a position, or asking for one).
MERITS = frozenset(
    {
        Act.POLL, Act.COMMIT, Act.RELAY, Act.SEEK_SUPPORT, Act.AGREE, Act.DISAGREE, Act.OPINION, Act.DELIBERATE,
        Act.DECIDE, Act.DRAFT,
    }
)  # fmt: skip
#: Acts that state, ask for, or carry a position on a proposal.
POSITIONAL = frozenset(
    {Act.POLL, Act.COMMIT, Act.RELAY, Act.SEEK_SUPPORT, Act.AGREE, Act.DECIDE, Act.DRAFT, Act.SIGN}
)  # fmt: skip
#: Acts by which a person asks others where they stand.
SOLICITING = frozenset({Act.POLL, Act.SEEK_SUPPORT})
#: Acts that leave the merits alone.
ROUTINE = frozenset({Act.SCHEDULE, Act.MINISTERIAL, Act.SOCIAL, Act.CAUTION, Act.CONCEAL, Act.SIGN})
