"""Checks on how networks were trained."""
