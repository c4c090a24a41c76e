"""Which box a run gets: the best that this machine has, and never none without being told so."""

from collections.abc import Sequence

from grader.errors import SandboxError
from grader.sandbox import bubblewrap, landlocked, unboxed
from grader.sandbox.box import Box
from grader.sandbox.container import ENGINES, engines

AUTO = "auto"
TRUSTING = "say with --trust-code that these notebooks may do whatever you may do here."
NAMES = (AUTO, bubblewrap.name, *ENGINES, landlocked.name, unboxed.name)


def ladder() -> Sequence[Box]:
    """Every real box, best first, whether it is to be had here or not.

    Raises:
        SandboxError: the container engine that the environment names is none that is known.
    """
    return (bubblewrap, *engines(), landlocked)


def choose(*, trust_code: bool, box: str = AUTO) -> Box:
    """The first box that works, or the one that is named; no box only for code that somebody vouched for.

    Raises:
        SandboxError: there is no box here and the code is not trusted, or the named one is not to be had.
    """
    if box not in NAMES:
        raise SandboxError(f"There is no box {box!r}.", advice=f"There are: {', '.join(NAMES)}.")
    if box != AUTO:
        return _named(box, trust_code=trust_code)
    found = next((each for each in ladder() if not each.missing()), None)
    if found is not None:
        return found
    if not trust_code:
        raise SandboxError(
            f"There is no box to run notebooks in. {_reasons(ladder())}",
            advice=f"Install one of them, or {TRUSTING}",
        )
    return unboxed


def second_best(box: Box) -> str:
    """Which box it is and why it is no better one, in a sentence or two; ``""`` for the best there is."""
    boxes = list(ladder())
    better = boxes[: boxes.index(box)] if box in boxes else boxes
    lacking = [each for each in better if each.missing()]
    if not lacking:
        return ""
    what = f"Notebooks run in the box “{box.name}”." if box in boxes else "Notebooks run without a box."
    return f"{what} {_reasons(lacking)}"


def _named(name: str, *, trust_code: bool) -> Box:
    if name == unboxed.name:
        if not trust_code:
            raise SandboxError(
                "No box was asked for, and the code is not trusted.",
                advice=TRUSTING.capitalize(),
            )
        return unboxed
    box = next((each for each in ladder() if each.name == name), None)
    if box is None:
        raise SandboxError(f"The box {name} is ruled out by GRADER_CONTAINER_ENGINE.")
    if reason := box.missing():
        raise SandboxError(
            f"The box {name} is not to be had here: {reason}", advice="Without --box, the best is taken."
        )
    return box


def _reasons(boxes: Sequence[Box]) -> str:
    return " ".join(dict.fromkeys(each.missing() for each in boxes))
