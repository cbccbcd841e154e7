"""Find contact among members of a public body that a lawyer should look at."""

__version__ = "0.1.0"
