"""Checks on how the two networks are compared."""
