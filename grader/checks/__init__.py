"""Checks, one a module: ``<family>/<name>.py`` holds the check ``family.name``."""
