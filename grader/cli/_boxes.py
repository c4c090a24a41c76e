"""The part of ``grader doctor`` about boxes: which are to be had, and what the probe inside found."""

import shlex
from collections.abc import Iterator, Sequence

from grader import registry
from grader.errors import SandboxError
from grader.evidence import IsolationRecord
from grader.sandbox import cgroup, unboxed
from grader.sandbox.box import Box
from grader.sandbox.choosing import ladder
from grader.sandbox.container import Container
from grader.sandbox.inside import filters, landlock
from grader.sandbox.probe import measure

Row = tuple[str, str]


def boxes() -> Iterator[Row]:
    """Every kind of box, best first, with why it is not to be had here."""
    taken = False
    for box in ladder():
        missing = box.missing()
        yield box.name, missing or ("works" if taken else "works, and is taken unless another is named with --box")
        taken = taken or not missing
        if isinstance(box, Container) and "not built" in missing:
            yield "", f"build it: {shlex.join(box.building(registry.shipped('requirements')))}"
    yield unboxed.name, "only for trusted code (--trust-code)"


def means() -> Iterator[Row]:
    """What boxes are made of here."""
    version = landlock.abi()
    yield "control groups", cgroup.kind() or "none: memory and processes are measured four times a second instead"
    yield "Landlock", f"version {version} of its interface" if version else "not in this kernel"
    yield "seccomp", "system calls are filtered" if filters.available() else "libseccomp is not installed"


def labels(*, every: bool) -> Iterator[tuple[str, Sequence[Row]]]:
    """A title and rows for the box that is taken, or for each that works and for none."""
    working = [box for box in ladder() if not box.missing()]
    for box in [*working, unboxed] if every else (working or [unboxed])[:1]:
        yield f"isolation by the box “{box.name}”, as a probe inside found it", list(_label(box, probed=every))


def _label(box: Box, *, probed: bool) -> Iterator[Row]:
    if box.name == unboxed.name and not probed:
        yield "box", "none: only trusted code can be run (--trust-code)"
        return
    try:
        label: IsolationRecord = measure(box)
    except SandboxError as error:
        yield "not measured", str(error)
        return
    for told in label.enforced:
        yield "stopped", told
    for told in label.not_enforced:
        yield "open", told
