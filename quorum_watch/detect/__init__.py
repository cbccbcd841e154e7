"""Sets of members whose views could have met, and the few messages that carried them."""
