"""Acts: what a message does - asks for a vote, promises one, reports one, or only sets a date."""
