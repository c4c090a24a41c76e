"""Every error that the grader raises on purpose.

GraderError
├── SubmissionError     a file cannot be read as a notebook
├── RubricError         a rubric is wrong; says the line and the nearest right spelling
├── DatasetError        a data set cannot be served
├── SandboxError        the box could not be started: our fault, never the student's
├── SpecificationError  a reference network cannot be built or trained as asked
├── BaselineError       reference networks could not be trained, or a stored baseline is damaged
├── EvidenceError       stored evidence cannot be read back
└── PluginError         a plug-in module does not declare what its kind asks for
"""


class GraderError(Exception):
    """An error with a message for the person at the keyboard, and advice on what to do about it."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class SubmissionError(GraderError):
    """A file cannot be read as a notebook."""


class RubricError(GraderError):
    """A rubric is wrong; the message names the file, the line and, for a misspelling, the nearest name."""


class DatasetError(GraderError):
    """A data set cannot be served."""


class SandboxError(GraderError):
    """The box could not be started or broke: a harness failure, which never costs a student points."""


class SpecificationError(GraderError):
    """A reference network cannot be built or trained as asked; the message names the setting and what is allowed."""


class BaselineError(GraderError):
    """Reference networks could not be trained here, or a stored baseline is damaged."""


class EvidenceError(GraderError):
    """Stored evidence cannot be read back: another schema version, or a damaged file."""


class PluginError(GraderError):
    """A plug-in module does not declare what its kind asks for."""
