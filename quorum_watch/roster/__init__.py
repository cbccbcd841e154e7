"""Who an account is and who sat on a body on a given day."""
