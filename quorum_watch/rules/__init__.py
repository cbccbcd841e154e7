"""Law as data: profiles, overlays, thresholds with their arithmetic, notice."""

from quorum_watch.rules.arithmetic import BodyFacts
from quorum_watch.rules.practice import Practice, applies, deciding_numbers, watch_numbers
from quorum_watch.rules.profile import Profile, Value, check_file, load_profile
from quorum_watch.rules.schema import Stage, Status

__all__ = [
    "BodyFacts", "Practice", "Profile", "Stage", "Status", "Value", "applies", "check_file", "deciding_numbers",
    "load_profile", "watch_numbers",
]
