"""Who handed a file in, as far as the names tell that learning platforms give to downloaded files."""

import re
from collections.abc import Sequence

from grader.loaders._decoding import printable

_MOODLE = re.compile(r"^(?P<student>.+?)_\d+_assignsubmission_")
_CANVAS = re.compile(r"^(?P<student>[^_\d][^_]*)(?:_LATE)?_\d{3,}_\d{3,}_.+")
_BLACKBOARD = re.compile(r"^.+_(?P<student>[^_]+)_attempt_\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d(?:_|\.|$)")
_SUFFIX = re.compile(r"(?:\.(?:ipynb|py|zip))(?:\.(?:txt|json))?$", re.IGNORECASE)
_LONGEST = 100


def student_of(parts: Sequence[str]) -> str:
    """The student behind a path, given as its folders (archives too) and the file's name.

    Moodle, Canvas and Blackboard write the student into the name of a folder or a file; else it is the file's name
    without its suffix. Never empty.
    """
    for part in reversed(parts):
        for pattern in (_MOODLE, _CANVAS, _BLACKBOARD):
            found = pattern.match(part[:300])
            if found:
                return _tidy(found["student"])
    return _tidy(_SUFFIX.sub("", parts[-1]) if parts else "")


def _tidy(name: str) -> str:
    return " ".join(printable(name).split())[:_LONGEST].strip() or "unnamed"
