"""Checks on the data that networks are trained on."""
