"""Why something cannot be rebuilt."""


class RefusalError(Exception):
    """A part of a training cannot be rebuilt from its records; the message is a plain sentence."""
