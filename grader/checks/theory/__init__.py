"""Checks on written answers."""
