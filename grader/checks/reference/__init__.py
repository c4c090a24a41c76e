"""Checks that compare what the notebook's networks reach with what the same networks reach with many seeds."""
