"""Grades for other programs. A module with ``FILENAME`` and ``export`` is a format."""
