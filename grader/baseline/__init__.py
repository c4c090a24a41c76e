"""Trains reference networks, many times each, and keeps what they reach as distributions."""
