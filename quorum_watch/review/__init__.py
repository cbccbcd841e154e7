"""What reviewers decided, and the log that proves it."""
