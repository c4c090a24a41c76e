"""What the exit code says."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    TO_FIX = 1
    WRONG_INPUT = 2
    INCOMPLETE = 3
    INTERRUPTED = 130


EXIT_CODES = (
    "Exit codes: 0 done (check: nothing to fix); 1 check found something to fix; 2 wrong input, or no box to run in; "
    "3 done, but some files could not be graded; 130 interrupted, finished work is kept."
)
