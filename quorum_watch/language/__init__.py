"""What a message is about and what it does, as spans a lawyer can point at."""
