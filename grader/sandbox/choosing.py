"""Which box a run gets: the best that this machine has, and never none without being told so."""

from grader.errors import SandboxError
from grader.sandbox import bubblewrap, unboxed
from grader.sandbox.box import Box


def choose(*, trust_code: bool) -> Box:
    """Bubblewrap where it works; no box only for code that somebody vouched for.

    Raises:
        SandboxError: there is no box here and the code is not trusted.
    """
    reason = bubblewrap.missing()
    if not reason:
        return bubblewrap
    if not trust_code:
        raise SandboxError(
            f"There is no box to run notebooks in: {reason}",
            advice="Install it, or say with --trust-code that these notebooks may do whatever you may do here.",
        )
    return unboxed
