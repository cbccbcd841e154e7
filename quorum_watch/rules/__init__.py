"""Law as data: profiles, overlays, thresholds with their arithmetic, notice."""

from quorum_watch.rules.arithmetic import BodyFacts
from quorum_watch.rules.notice import About, MeetingFacts, Notice, attendance, clears
from quorum_watch.rules.practice import Practice, applies, deciding_numbers, watch_numbers
from quorum_watch.rules.profile import Profile, Value, check_file, load_profile
from quorum_watch.rules.schema import Stage, Status

__all__ = [
    "About", "BodyFacts", "MeetingFacts", "Notice", "Practice", "Profile", "Stage", "Status", "Value", "applies",
    "attendance", "check_file", "clears", "deciding_numbers", "load_profile", "watch_numbers",
]
