"""Three editions built from one content model."""
