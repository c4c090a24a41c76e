"""Readers of what people hand in. A module with ``SUFFIXES`` and ``load`` is a submission format."""
