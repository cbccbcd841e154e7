"""Advice on a draft before it is sent; nothing is stored."""
