"""Outputs of a cell, bounded and harmless, ours and the student's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.reports import _pictures
from grader.reports._text import Clipped, as_terminal, clipped, one_line
from grader.submission import Output, OutputKind

SHOWN = 40
"""Outputs of a cell that are shown at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputView:
    """One output as it is shown.

    Attributes:
        kind: ``text``, ``message`` (stderr: never a reason to lose a point, so folded away), ``image``, ``lost`` (an
            image that cannot be shown) or ``error``.
        image: a ``data:`` URI that we encoded.
    """

    kind: str
    text: Clipped | None = None
    image: str = ""
    title: str = ""


class Album:
    """Re-encodes the images of a page until the page is full."""

    def __init__(self, room: int = 24_000_000) -> None:
        self._room = room

    def picture(self, encoded: str) -> str:
        """The image as a ``data:`` URI, or ``""``."""
        image = _pictures.reencoded(encoded) if self._room > 0 else ""
        self._room -= len(image)
        return image


def views(outputs: Sequence[Output], album: Album) -> tuple[OutputView, ...]:
    """The outputs in order; successive pieces of one stream are one output."""
    joined = _joined(outputs)
    shown = tuple(view for output in joined[:SHOWN] for view in _views(output, album))
    if len(joined) > SHOWN:
        note = f"{len(joined) - SHOWN:,} more outputs are left out here"
        return (*shown, OutputView(kind="lost", title=note))
    return shown


def _joined(outputs: Sequence[Output]) -> list[Output]:
    made: list[list[Output]] = []
    for output in outputs:
        streams = output.kind in {OutputKind.STDOUT, OutputKind.STDERR} and output.png is None
        if streams and made and made[-1][0].kind is output.kind and made[-1][0].png is None:
            made[-1].append(output)
        else:
            made.append([output])
    return [
        group[0] if len(group) == 1 else Output(kind=group[0].kind, text="".join(each.text for each in group))
        for group in made
    ]


def _views(output: Output, album: Album) -> list[OutputView]:
    if output.kind is OutputKind.ERROR:
        title = one_line(f"{output.error_name}: {output.error_value}".strip(": "), 300)
        return [OutputView(kind="error", title=title, text=_text(output.text))]
    made = []
    if output.png is not None:
        image = album.picture(output.png)
        lost = "An image that cannot be shown: it is damaged or too large."
        made.append(OutputView(kind="image", image=image) if image else OutputView(kind="lost", title=lost))
    if output.text.strip() and not (made and output.text.startswith(("<Figure", "<Axes"))):
        kind = "message" if output.kind is OutputKind.STDERR else "text"
        made.append(OutputView(kind=kind, text=_text(output.text)))
    return made


def _text(text: str) -> Clipped:
    return clipped(as_terminal(text).strip("\n"))
