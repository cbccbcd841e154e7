"""Immutable batches of what was read, with provenance and accounting."""
