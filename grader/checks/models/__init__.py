"""Checks on the networks themselves: which there are, and where their BN layers stand."""
